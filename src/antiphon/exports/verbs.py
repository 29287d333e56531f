"""Facts out: a folder with a file for each fact, account and day; what is there is not written again, so a killed export goes on."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.db.models import QuerySet

from antiphon.accounts.allowances import exports_of, spend
from antiphon.accounts.audit import audit
from antiphon.exports.facts import FACTS, Fact
from antiphon.exports.writing import check_parquet, copied, write
from antiphon.kit.db import account
from antiphon.kit.problems import Invalid, Missing
from antiphon.tasks.models import Task
from antiphon.tasks.verbs import begin

KIND = "export_facts"
MOST_DAYS = 366


@dataclass(frozen=True, slots=True)
class Part:
    """One file to be: a fact on a day (UTC) on which it was learned of; of counters, the day of their quarter."""

    fact: Fact
    day: date

    def path(self, folder: Path, account_id: int) -> Path:
        """Return where it is: readers find account and day in the names of the folders."""
        return folder / self.fact.name / f"account={account_id}" / f"day={self.day.isoformat()}" / "facts.parquet"


def parts(names: Sequence[str], *, since: date, until: date, at: datetime) -> list[Part]:
    """Return the files of some facts from one day to another, both included, day by day. Raises Invalid.

    A day is exported once it is over (UTC): a file that is there is whole.
    """
    unknown = sorted(set(names) - set(FACTS))
    if unknown or not names:
        raise Invalid("unknown_fact", f"Choose of {', '.join(FACTS)}.", field="facts")
    if since > until:
        raise Invalid("bad_range", "The first day is after the last one.", field="until")
    if until >= at.astimezone(UTC).date():
        raise Invalid("bad_range", "A day is exported once it is over, in UTC: choose yesterday or earlier.", field="until")
    days = [since + timedelta(days=number) for number in range((until - since).days + 1)]
    return [Part(fact, day) for day in days for name, fact in FACTS.items() if name in names]


def ask(account_id: int, *, names: Sequence[str], since: date, until: date, actor: str, at: datetime) -> Task:
    """Have the worker export facts to one file for download; the same asked for twice is one. Raises Invalid, Conflict."""
    check_parquet()
    parts(names, since=since, until=until, at=at)
    if (until - since).days >= MOST_DAYS:
        raise Invalid("bad_range", f"At most {MOST_DAYS} days at a time.", field="until")
    check_allowed(account_id, at=at)
    told: dict[str, Any] = {"facts": [name for name in FACTS if name in names], "since": since.isoformat(), "until": until.isoformat()}
    with account(account_id):
        task = begin(account_id, KIND, subject=_subject(told), arguments=told, actor=actor, at=at)
        audit(
            account_id,
            actor=actor,
            action="facts.exported",
            subject=f"task:{task.pk}",
            at=at,
            detail={"name": ", ".join(told["facts"]), **told},
        )
    return task


def check_allowed(account_id: int, *, at: datetime) -> None:
    """Take one export from what the account may ask for. Raises TooMany."""
    with account(account_id) as db:
        spend(db, exports_of(account_id), at=at)


def asked(account_id: int) -> QuerySet[Task, Task]:
    """Return the exports of facts that were asked for."""
    return Task.objects.filter(account_id=account_id, kind=KIND)


def find(account_id: int, task_id: int) -> Task:
    """Return an export of facts. Raises Missing."""
    with account(account_id):
        found = asked(account_id).filter(pk=task_id).first()
    if found is None:
        raise Missing("not_found", "There is no such export in this account.")
    return found


def export(folder: Path, account_id: int, chosen: Sequence[Part], *, is_again: bool = False) -> Iterator[tuple[Part, int]]:
    """Write each part that is not there yet, in a transaction of its own; yield it with how many rows were written."""
    check_parquet()
    for part in chosen:
        path = part.path(folder, account_id)
        if path.exists() and not is_again:
            yield part, 0
            continue
        start = datetime.combine(part.day, time.min, tzinfo=UTC)
        with account(account_id) as db:
            lines = copied(db, part.fact, account_id=account_id, start=start, end=start + timedelta(days=1))
            written = write(lines, part.fact, path)
        yield part, written


def _subject(told: dict[str, Any]) -> str:
    """Return a name of what is asked for, the same for the same."""
    mark = hashlib.blake2b(" ".join(told["facts"]).encode(), digest_size=4).hexdigest()
    return f"export:{told['since']}:{told['until']}:{mark}"

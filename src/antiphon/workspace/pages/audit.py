"""The audit trail: who changed what, narrowed by person, action, subject and days; a page at a time, or as a file."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from antiphon.accounts.models import Membership
from antiphon.kit.db import Database, rows, sql
from antiphon.workspace import deeds
from antiphon.workspace.access import Visit
from antiphon.workspace.fields import Field, Form, Option, form
from antiphon.workspace.forms import number
from antiphon.workspace.pages.settings import names_of

_ROWS = 50
MOST_EXPORTED = 100_000
_RISKY = ("=", "+", "-", "@", "\t", "\r")
SUBJECTS = {
    "account": lazy("the account"),
    "api_key": lazy("API keys"),
    "app": lazy("apps"),
    "campaign": lazy("campaigns"),
    "canned_answer": lazy("canned answers"),
    "conversation": lazy("conversations"),
    "engagement": lazy("engagements"),
    "entry_point": lazy("entry points"),
    "invitation": lazy("invitations"),
    "membership": lazy("people"),
    "report": lazy("reports"),
    "skill": lazy("skills"),
    "source": lazy("sources"),
    "webhook": lazy("webhooks"),
}


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What the list is narrowed to; empty is everything. `before` is where the page before it ended."""

    actor: str = ""
    action: str = ""
    subject: str = ""
    since: date | None = None
    until: date | None = None
    before: tuple[datetime, int] | None = None


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One entry: who did what to what, and what changed by it."""

    at: datetime
    actor: str
    deed: str
    subject: str
    name: str
    changes: list[tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class AuditPage:
    """A page of the trail."""

    at: datetime
    form: Form
    rows: list[AuditRow]
    is_narrowed: bool
    query: str
    older: str


def narrowed(query: QueryDict) -> Narrowed:
    """Return what an address narrows the list to; what does not fit is left out."""
    text = {name: query.get(name, "")[:64] for name in ("actor", "action", "subject")}
    at, _comma, last = query.get("before", "").partition("_")
    before = (_instant(at), number(last))
    return Narrowed(
        **text,
        since=_day(query.get("since", "")),
        until=_day(query.get("until", "")),
        before=(before[0], before[1]) if before[0] and before[1] else None,
    )


def audit_page(db: Database, visit: Visit, chosen: Narrowed, *, at: datetime) -> AuditPage:
    """Return a page of the trail, newest first."""
    found = entries(db, visit, chosen, limit=_ROWS + 1)
    shown = found[:_ROWS]
    last = shown[-1] if len(found) > _ROWS else None
    query = _query(chosen)
    older = f"?{urlencode({**dict(_pairs(chosen)), 'before': f'{last.at.isoformat()}_{last.id}'})}" if last else ""
    return AuditPage(
        at=at,
        form=_filters(visit, chosen),
        rows=told(visit.account_id, shown),
        is_narrowed=replace(chosen, before=None) != Narrowed(),
        query=query,
        older=older,
    )


def entries(db: Database, visit: Visit, chosen: Narrowed, *, limit: int) -> list[Any]:
    """Return the rows of the trail, newest first."""
    zone = ZoneInfo(visit.time_zone)
    asked = {
        "account": visit.account_id,
        "actor": chosen.actor,
        "action": chosen.action,
        "subject": chosen.subject,
        "since": datetime.combine(chosen.since, time.min, tzinfo=zone) if chosen.since else None,
        "until": datetime.combine(chosen.until + timedelta(days=1), time.min, tzinfo=zone) if chosen.until else None,
        "before_at": chosen.before[0] if chosen.before else None,
        "before_id": chosen.before[1] if chosen.before else None,
        "limit": limit,
    }
    return rows(db, sql("antiphon.workspace", "audit"), asked)


def told(account_id: int, found: Iterable[Any]) -> list[AuditRow]:
    """Return entries in words."""
    kept = list(found)
    names = names_of(account_id, [row.actor for row in kept])
    return [
        AuditRow(
            at=row.at,
            actor=names[row.actor],
            deed=deeds.deed(row.action),
            subject=row.subject,
            name=str(row.detail.get("name", "")),
            changes=deeds.changes(row.detail),
        )
        for row in kept
    ]


def as_csv(found: Iterable[AuditRow], *, is_for_spreadsheets: bool) -> str:
    """Return entries as CSV: exact, or with what a spreadsheet would take for a formula made harmless by a quote."""
    written = io.StringIO()
    lines = csv.writer(written)
    lines.writerow(["at", "who", "did", "subject", "name", "changes"])
    for row in found:
        changed = "; ".join(f"{name}: {before} > {after}" if before else f"{name}: {after}" for name, before, after in row.changes)
        cells = [row.at.isoformat(), row.actor, row.deed, row.subject, row.name, changed]
        lines.writerow([_harmless(cell) for cell in cells] if is_for_spreadsheets else cells)
    return written.getvalue()


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_RISKY) else cell


def _filters(visit: Visit, chosen: Narrowed) -> Form:
    people = Membership.objects.filter(account_id=visit.account_id).order_by("name", "id")
    who = [
        Option("", _("Anybody")),
        *(Option(f"membership:{one.pk}", one.name) for one in people),
        Option("command", _("the operator, by command")),
    ]
    did = [
        Option("", _("Anything")),
        *(Option(action, str(word)) for action, word in sorted(deeds.DEEDS.items(), key=lambda pair: str(pair[1]))),
    ]
    return form(
        Field("actor", _("Who"), kind="select", value=chosen.actor, options=who, span=3),
        Field("action", _("Did"), kind="select", value=chosen.action, options=did, span=3),
        Field("subject", _("To"), kind="select", value=chosen.subject, options=_subjects(chosen.subject), span=3),
        Field("since", _("From"), kind="date", value=chosen.since.isoformat() if chosen.since else "", may_be_empty=True, span=3),
        Field("until", _("Until"), kind="date", value=chosen.until.isoformat() if chosen.until else "", may_be_empty=True, span=3),
    )


def _subjects(chosen: str) -> list[Option]:
    options = [Option("", _("Anything")), *(Option(kind, str(word)) for kind, word in SUBJECTS.items())]
    return options if chosen in {option.value for option in options} else [*options, Option(chosen, chosen)]


def _pairs(chosen: Narrowed) -> Iterable[tuple[str, str]]:
    given = {"actor": chosen.actor, "action": chosen.action, "subject": chosen.subject, "since": chosen.since, "until": chosen.until}
    return [(name, str(value)) for name, value in given.items() if value]


def _query(chosen: Narrowed) -> str:
    return urlencode(dict(_pairs(chosen)))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _instant(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else None

"""Forgetting what is past its time: months that nobody keeps go whole, other rows in small batches, a transaction each."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg import sql as quoting

from antiphon.consumers.store import lock_consumers
from antiphon.kit.db import Database, lane_account, rows, run, sql
from antiphon.privacy.kinds import KINDS, MONTHLY, is_left_to_months, past

AT_ONCE = 1_000
_BARE_AFTER = timedelta(days=7)
_ERASURES_KEPT = timedelta(days=40)
_RESPONSES_KEPT = timedelta(days=1)
BATCHES = (
    ("forget_arrivals", "arrivals"),
    ("forget_notices", "notices"),
    ("forget_reports", "notices"),
    ("forget_conversations", "conversations"),
    ("forget_events", "events"),
    ("forget_webhook_log", "webhook_log"),
    ("forget_audit", "audit"),
)
"""The statements that delete a batch, oldest first, and the kind that says for how long it is kept."""
_WAITS = {"arrival": "unfinished_arrival", "event": "unfinished_event"}
_MONTHLY = frozenset({"forget_arrivals", "forget_notices", "forget_events"})
_COUNTED = frozenset({"forget_arrivals", "forget_notices", "forget_conversations", "forget_events"})

Days = dict[str, int | None]
Pause = Callable[[], bool]


def chosen(jobs: Database) -> dict[int, Days]:
    """Return for how many days every account keeps each kind; for a connection that sees every account."""
    found: dict[int, Days] = {}
    defaults: Days = {kind: kept.default for kind, kept in KINDS.items()}
    for row in rows(jobs, sql(__package__, "retentions")):
        days = found.setdefault(row.account_id, dict(defaults))
        if row.kind in days:
            days[row.kind] = row.days
    return found


def longest(everybody: dict[int, Days]) -> Days:
    """Return the longest that any account keeps each kind; None for ever."""
    found: Days = {}
    for kind in KINDS:
        days = [kept[kind] for kept in everybody.values()]
        found[kind] = None if None in days else max((number for number in days if number is not None), default=None)
    return found


def forget(app: Database, jobs: Database, account_id: int, days: Days, *, most: Days, at: datetime, pause: Pause) -> int:
    """Delete what an account does not keep any more, in batches; return how many rows that was.

    `pause` is called after each batch, so that the line never waits for more than one, and tells whether to go on. What goes with
    its month is left to that. Counters stay; `kept_from` says since when facts are all held.
    """
    forgotten = 0
    for name, kind in BATCHES:
        before = past(days[kind], at=at)
        if before is None or (name in _MONTHLY and is_left_to_months(days[kind], most[kind])):
            continue
        deleted = AT_ONCE
        while deleted >= AT_ONCE:
            deleted = _batch(app, jobs, account_id, name, kind, before=before)
            forgotten += deleted
            if deleted and not pause():
                return forgotten
    return forgotten + _rest(app, account_id, days, at=at)


def _batch(app: Database, jobs: Database, account_id: int, name: str, kind: str, *, before: datetime) -> int:
    """Delete one batch in a transaction of its own; return how many rows there were."""
    given = {"account": account_id, "before": before, "limit": AT_ONCE}
    if name == "forget_audit":
        return int(rows(jobs, sql(__package__, name), given)[0].forgotten)
    with lane_account(app, account_id) as db:
        deleted = _forget_conversations(db, account_id, given) if name == "forget_conversations" else run(db, sql(__package__, name), given)
        if deleted and name in _COUNTED:
            run(db, sql(__package__, "kept_from"), {"account": account_id, "kind": kind, "days": KINDS[kind].default, "from": before})
    return deleted


def _forget_conversations(db: Database, account_id: int, given: dict[str, Any]) -> int:
    """Delete closed conversations whose last word is of before, with all that hangs off them, their consumers locked."""
    old = rows(db, sql(__package__, "old_conversations"), given)
    lock_consumers(db, account_id, [row.consumer_id for row in old])
    if old:
        run(db, sql(__package__, "forget_conversations"), {"account": account_id, "ids": [row.id for row in old]})
    return len(old)


def _rest(app: Database, account_id: int, days: Days, *, at: datetime) -> int:
    """Delete what is little: words of old opt-outs, test texts, responses after a day, erasures unless an opt-out needs them."""
    told = past(days["conversations"], at=at)
    with lane_account(app, account_id) as db:
        for name in ("forget_old_words", "forget_test_texts") if told else ():
            run(db, sql(__package__, name), {"account": account_id, "before": told})
        responses = run(db, sql(__package__, "forget_responses"), {"account": account_id, "before": at - _RESPONSES_KEPT})
        return responses + run(db, sql(__package__, "forget_erasures"), {"account": account_id, "before": at - _ERASURES_KEPT})


def forget_bare_consumers(app: Database, account_id: int, *, after: UUID, at: datetime) -> UUID | None:
    """Delete consumers of whom nothing is stored any more, of a page by id; return where the next page begins, None after the last."""
    with lane_account(app, account_id) as db:
        given = {"account": account_id, "after": after, "limit": AT_ONCE, "before": at - _BARE_AFTER}
        (page,) = rows(db, sql(__package__, "bare_consumers"), given)
        if page.ids:
            lock_consumers(db, account_id, page.ids)
            run(db, sql(__package__, "forget_bare"), {"account": account_id, "ids": page.ids})
    return UUID(str(page.last)) if page.last else None


def drop_months(owner: Database, jobs: Database, most: Days, *, at: datetime) -> list[str]:
    """Drop whole months that no account keeps any more, without anybody waiting; return their names.

    A month is detached beside whoever reads and writes (`DETACH … CONCURRENTLY`), then dropped: a plain DROP waits for every insert, and
    everybody waits behind it. What was begun and cut short is finished. A month with a pending arrival or an event that has no position
    yet stays.
    """
    dropped = []
    for kind, table in MONTHLY.items():
        before = past(most[kind], at=at)
        for month in rows(jobs, sql(__package__, "months"), {"table": table, "before": before}) if before else ():
            if not _is_unfinished(jobs, table, month.until):
                run(jobs, sql(__package__, "kept_from_everywhere"), {"kind": kind, "days": KINDS[kind].default, "from": month.until})
                _drop(owner, table, month)
                dropped.append(str(month.name))
    return dropped


def _is_unfinished(jobs: Database, table: str, until: datetime) -> bool:
    waits = _WAITS.get(table)
    return bool(waits and rows(jobs, sql(__package__, waits), {"until": until})[0].is_unfinished)


def _drop(owner: Database, table: str, month: Any) -> None:
    name, parent = quoting.Identifier(month.name), quoting.Identifier(table)
    if month.is_pending:
        owner.execute(quoting.SQL("alter table {} detach partition {} finalize").format(parent, name))
    elif month.is_attached:
        owner.execute(quoting.SQL("alter table {} detach partition {} concurrently").format(parent, name))
    owner.execute(quoting.SQL("drop table if exists {}").format(name))


FIRST = UUID(int=0)
"""Where the first page of consumers begins."""

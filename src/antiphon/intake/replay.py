"""Other tries: pending arrivals, one by one, until they pass or are poison; quarantined ones put before the line again."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg

from antiphon.intake import line
from antiphon.intake.arrivals import Sources, claim, ends_transaction, gathered, why
from antiphon.intake.copies import Sorted
from antiphon.intake.normalise import facts_of
from antiphon.kit.db import Database, lane_account, rows, run, sql
from antiphon.kit.failpoints import reach
from antiphon.providers.protocol import Forbidden, Hook, HookKind, Malformed
from antiphon.providers.registry import adapter_of

_HERE = "antiphon.intake"
# About three quarters of an hour: long enough for whoever upgrades to notice a line that fails, before good replies need a hand.
BACK_OFF = tuple(timedelta(seconds=seconds) for seconds in (1, 5, 30, 120, 600, 1800))
ATTEMPTS = len(BACK_OFF) + 1
_SOON = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an arrival stands after another try."""

    state: str
    reason: str
    attempts: int
    retry_at: datetime | None = None


def retry_next(db: Database, account_id: int, *, sources: Sources, at: datetime) -> bool:
    """Try the account's next pending arrival again, in a transaction of its own; return whether there was one.

    1. Take it with the fact ids its keys name; what is stored already is not taken again.
    2. If the line fails, wait longer before each further try; the last one quarantines it, with the reason.
    3. A database that is busy or going away is not the arrival's fault: that try does not count.
    """
    with lane_account(db, account_id):
        found = rows(db, sql(_HERE, "pending_next"), {"account": account_id, "at": at})
        if not found:
            return False
        arrival = found[0]
        try:
            with db.transaction():
                reason = _again(db, account_id, arrival, sources=sources, at=at)
                reach("retry.taken")
        except Exception as error:
            if ends_transaction(db, error):
                raise
            _put_off(db, account_id, arrival, error, at=at)
        else:
            _settle(db, account_id, arrival.id, Standing("quarantined" if reason else "done", reason, arrival.attempts))
    return True


def requeue(db: Database, account_id: int, ids: Sequence[UUID] | None = None) -> list[UUID]:
    """Put quarantined arrivals (all of them, or these) before the line again; the worker takes them within a second."""
    given = {"account": account_id, "id": None if ids is None else list(ids)}
    return [row.id for row in rows(db, sql(_HERE, "quarantined_requeue"), given)]


def quarantined(db: Database, account_id: int, *, below: UUID | None = None, limit: int = 50) -> list[Any]:
    """Return quarantined arrivals, newest first: id, source_id, kind, received_at, reason, attempts, size."""
    return rows(db, sql(_HERE, "quarantined_list"), {"account": account_id, "below": below, "limit": limit})


def still_quarantined(db: Database, account_id: int, ids: Sequence[UUID]) -> list[UUID]:
    """Return which of these arrivals are in quarantine."""
    return [row.id for row in rows(db, sql(_HERE, "quarantined_still"), {"account": account_id, "id": list(ids)})]


def _again(db: Database, account_id: int, arrival: Any, *, sources: Sources, at: datetime) -> str:
    """Take one stored arrival down the line; return why it, or a part of it, cannot be understood, or ''."""
    source = sources.get(arrival.source_id)
    if source is None:
        return "its source is gone"
    headers = json.loads(arrival.headers or "{}")
    hook = Hook(HookKind(arrival.kind), bytes(arrival.body), headers, arrival.query, arrival.received_at)
    try:
        parsed = adapter_of(source.app).parse(hook, source=source)
    except Malformed as malformed:
        return str(malformed) or "malformed"
    except Forbidden:
        return "its proof of origin no longer holds"
    facts, reason = facts_of(parsed, arrival_id=arrival.id, received_at=arrival.received_at, source=source)
    fresh = _not_stored(db, account_id, claim(db, account_id, facts))
    if fresh.fresh:
        line.take(db, account_id, gathered(fresh.fresh), sources=sources, at=at)
    return reason


def _not_stored(db: Database, account_id: int, found: Sorted) -> Sorted:
    ids = [fact_id for _, fact_id in found.fresh]
    stored = {row.id for row in rows(db, sql(_HERE, "facts_stored"), {"account": account_id, "id": ids})} if ids else set()
    return Sorted(fresh=[(one, fact_id) for one, fact_id in found.fresh if fact_id not in stored])


def _put_off(db: Database, account_id: int, arrival: Any, error: Exception, *, at: datetime) -> None:
    reason, attempts = why(error), arrival.attempts + 1
    if isinstance(error, psycopg.OperationalError):
        _settle(db, account_id, arrival.id, Standing("pending", reason, arrival.attempts, at + _SOON))
    elif attempts >= ATTEMPTS:
        _settle(db, account_id, arrival.id, Standing("quarantined", reason, attempts))
    else:
        _settle(db, account_id, arrival.id, Standing("pending", reason, attempts, at + BACK_OFF[attempts - 1]))


def _settle(db: Database, account_id: int, arrival_id: UUID, standing: Standing) -> None:
    run(db, sql(_HERE, "arrival_settle"), {"account": account_id, "id": arrival_id, **asdict(standing)})

"""Late mapping: what came before its engagement was published is counted under it, counters included (docs/metrics.md)."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol
from uuid import UUID

from antiphon.attribution.types import Claim, Unclaimed
from antiphon.attribution.verbs import claims
from antiphon.consumers.store import lock_consumers
from antiphon.intake.notices import counted_columns
from antiphon.kit.db import Database, rows, run, sql
from antiphon.metrics.verbs import Tally, counting

_HERE = "antiphon.intake"
_NOTHING = UUID(int=0)
BATCH = 500


class Door(Protocol):
    """Opens a transaction of an account."""

    def __call__(self, account_id: int) -> AbstractContextManager[Database]:
        """Open it."""
        ...


def map_late(account_id: int, *, door: Door, batch: int = BATCH, told: Callable[[int], None] | None = None) -> int:
    """Count what is unmapped and claimed now under what claims it, in batches of one transaction each; return how many facts.

    Safe to repeat and beside the line: every batch locks its consumers first and looks again. `told` hears, between batches,
    how many notices and replies were looked at.
    """
    seen = 0

    def looked_at(count: int) -> None:
        nonlocal seen
        seen += count
        if told is not None:
            told(seen)

    return _each_batch(account_id, door, "unmapped_notices", _map_notices, batch, looked_at) + _each_batch(
        account_id, door, "unmapped_replies", _map_replies, batch, looked_at
    )


def waiting_for_mapping(db: Database, account_id: int, *, at_most: int) -> int:
    """Return how many notices and replies `map_late` would look at; `at_most` of each are counted."""
    return int(rows(db, sql(_HERE, "unmapped_count"), {"account": account_id, "limit": at_most})[0].waiting)


def _each_batch(account_id: int, door: Door, statement: str, mapped: Any, batch: int, looked_at: Callable[[int], None]) -> int:
    total, after = 0, _NOTHING
    while True:
        with door(account_id) as db:
            found = rows(db, sql(_HERE, statement), {"account": account_id, "after": after, "limit": batch})
            if not found:
                return total
            lock_consumers(db, account_id, [row.consumer_id for row in found])
            with counting(db, account_id) as tally:
                total += mapped(db, account_id, found, tally)
            after = found[-1].id
        looked_at(len(found))


def _map_notices(db: Database, account_id: int, found: Sequence[Any], tally: Tally) -> int:
    still = rows(db, sql(_HERE, "still_unmapped"), {"account": account_id, "ids": [row.id for row in found]})
    asked = [Unclaimed(row.source_id, row.campaign_key, row.sender_key, row.sent_at) for row in still]
    claimed = {row.id: claim for row, claim in zip(still, claims(db, account_id, asked), strict=True) if claim}
    hanging = _hanging(db, account_id, [row for row in still if row.id in claimed])
    total = _map(db, account_id, "notice", claimed, tally)
    for kind in ("reply", "opt_out"):
        total += _map(db, account_id, kind, {row.id: claimed[row.notice_id] for row in hanging if row.kind == kind}, tally)
    return total


def _hanging(db: Database, account_id: int, notices: Sequence[Any]) -> list[Any]:
    arrays = {
        "id": [row.id for row in notices],
        "source_id": [row.source_id for row in notices],
        "consumer_id": [row.consumer_id for row in notices],
    }
    return rows(db, sql(_HERE, "hanging_off_notices"), {"account": account_id, **arrays}) if notices else []


def _map_replies(db: Database, account_id: int, found: Sequence[Any], tally: Tally) -> int:
    still = rows(db, sql(_HERE, "still_unmapped_replies"), {"account": account_id, "ids": [row.id for row in found]})
    asked = [Unclaimed(row.source_id, row.campaign_key, "", row.replied_at) for row in still]
    claimed = {row.id: claim for row, claim in zip(still, claims(db, account_id, asked), strict=True) if claim}
    return _map(db, account_id, "reply", claimed, tally)


def _map(db: Database, account_id: int, kind: str, claimed: dict[UUID, Claim], tally: Tally) -> int:
    if not claimed:
        return 0
    tally.changing(kind, list(claimed))
    return run(db, sql(_HERE, f"map_{kind}"), {"account": account_id, "id": list(claimed), **counted_columns(list(claimed.values()))})

"""Telling: events are stored in the transaction that makes their fact true, and read by position."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
import psycopg

from antiphon.events.types import PREFIX, NewEvent
from antiphon.kit.db import Database, rows, run, sql
from antiphon.kit.ids import uuid7

TOUCHED = ("agent", "heard:")
"""How the topics begin that are touched: no event tells of them, so a page that did not hear of a touch is told to look again."""


def record(db: Database, account_id: int, events: Sequence[NewEvent], *, wakes_relay: bool = True) -> None:
    """Store events in the order given, and wake the relay at commit. Call with the consumers' locks held.

    The line leaves the waking to its caller (`wake_relay`): a transaction that notifies holds a lock of the whole database while it
    commits, so lanes would wait for each other's disk (seen 2026-11-22 on a fifth of the samples under load).
    """
    if not events:
        return
    run(
        db,
        sql(__package__, "record"),
        {
            "account_id": account_id,
            "ids": [event.id or uuid7(event.at) for event in events],
            "types": [event.type for event in events],
            "subjects": [event.subject for event in events],
            "times": [event.time for event in events],
            "contents": [msgspec.json.encode(event.content) for event in events],
            "wakes_relay": wakes_relay,
        },
    )


def wake_relay(db: Database, account_id: int) -> None:
    """Tell the relay that events of this account were committed, or will be when `db` commits; untold, it looks every second.

    A notification is a transaction that is written to disk like any other; one that does nothing else need not wait for the disk.
    """
    is_alone = db.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
    run(db, sql(__package__, "wake_relay_alone" if is_alone else "wake_relay"), {"account_id": account_id})


def touch(db: Database, account_id: int, topic: str) -> None:
    """Have pages that listen to a topic look again at commit, without an event: for what is shown but told to nobody outside.

    Raises ValueError for a topic that does not begin as `TOUCHED` says.
    """
    if not topic.startswith(TOUCHED):
        raise ValueError(f"no page would be told that it missed a touch of {topic}: its beginning is not in TOUCHED")
    run(db, "select pg_notify('antiphon_live', %(told)s::text)", {"told": f"{account_id} {topic}"})


def read_on(db: Database, account_id: int, *, after: int, limit: int, kinds: Sequence[str] = ()) -> tuple[list[dict[str, Any]], int]:
    """Return events after a position, and the position to read on from: also past events of kinds that were not asked for.

    The last position is read first: whatever has one up to it is seen by the second statement, so nothing is left behind.
    """
    last = last_position(db, account_id)
    found = read(db, account_id, after=after, limit=limit, kinds=kinds)
    told = int(found[-1]["position"]) if found else after
    return found, told if len(found) == limit else max(told, last)


def read(db: Database, account_id: int, *, after: int, limit: int, kinds: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Return CloudEvents 1.0 envelopes of the events after a position, in order; of some kinds, or of all.

    Each carries its `position`; the last one's is the cursor of the next call. No event is skipped or told twice, however late its
    transaction committed.
    """
    found = rows(db, sql(__package__, "read"), {"account_id": account_id, "after": after, "limit": limit, "kinds": list(kinds) or None})
    return [envelope(account_id, **row._asdict()) for row in found]


def last_position(db: Database, account_id: int) -> int:
    """Return the position of the newest numbered event, 0 if there is none: where a page's stream begins."""
    found = rows(db, sql(__package__, "position"), {"account_id": account_id})
    return int(found[0].position) if found else 0


def envelope(account_id: int, *, id: UUID, type: str, time: datetime, subject: str, content: str, position: int) -> dict[str, Any]:  # noqa: A002 - the names of CloudEvents
    """Return the CloudEvents 1.0 envelope of an event; `content` is its JSON."""
    return {
        "specversion": "1.0",
        "id": str(id),
        "source": f"/accounts/{account_id}",
        "type": PREFIX + type,
        "time": time.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "subject": subject,
        "datacontenttype": "application/json",
        "data": msgspec.json.decode(content),
        "position": position,
    }

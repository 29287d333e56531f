"""Telling: events are stored in the transaction that makes their fact true, and read by position."""

from collections.abc import Sequence

import msgspec

from antiphon.events.types import NewEvent
from antiphon.kit.db import Database, run, sql
from antiphon.kit.ids import uuid7


def record(db: Database, account_id: int, events: Sequence[NewEvent]) -> None:
    """Store events in the order given, and wake the relay at commit. Call with the consumers' locks held."""
    if not events:
        return
    run(
        db,
        sql(__package__, "record"),
        {
            "account_id": account_id,
            "ids": [uuid7(event.at) for event in events],
            "types": [str(event.type) for event in events],
            "subjects": [event.subject for event in events],
            "times": [event.time for event in events],
            "contents": [msgspec.json.encode(event.content).decode() for event in events],
        },
    )

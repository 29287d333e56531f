"""Events by cursor, without gaps or repeats."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema

from antiphon.api.access import May, caller_of
from antiphon.events.verbs import read
from antiphon.kit.db import account

router = Router(tags=["events"])


class EventOut(Schema):
    """A CloudEvents 1.0 envelope; `position` is where it stands in the account's order."""

    specversion: str
    id: UUID
    source: str
    type: str
    time: datetime
    subject: str
    datacontenttype: str
    data: dict[str, Any]
    position: int


class EventPage(Schema):
    """Events in order; `next` goes into `after`, also when there are none yet."""

    items: list[EventOut]
    next: int


@router.get("events", response=EventPage, auth=May("events.read"), summary="Read events")
def list_events(request: HttpRequest, after: int = Query(0, ge=0, le=2**62), limit: int = Query(100, ge=1, le=1000)) -> dict[str, Any]:
    """In the order they were told. Keep `next` and ask again: no event is skipped or told twice."""
    account_id = caller_of(request).account_id
    with account(account_id) as db:
        found = read(db, account_id, after=after, limit=limit)
    return {"items": found, "next": found[-1]["position"] if found else after}

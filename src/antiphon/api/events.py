"""Events by cursor, without gaps or repeats."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

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


class Place(Schema):
    """Where to read on, and how much."""

    after: int = Field(0, ge=0, le=2**62)
    limit: int = Field(100, ge=1, le=1000)


@router.get("events", response=EventPage, auth=May("events.read"), summary="Read events")
def list_events(request: HttpRequest, place: Annotated[Place, Query(...)]) -> dict[str, Any]:
    """In the order they were told. Keep `next` and ask again: no event is skipped or told twice."""
    account_id = caller_of(request).account_id
    with account(account_id) as db:
        found = read(db, account_id, after=place.after, limit=place.limit)
    return {"items": found, "next": found[-1]["position"] if found else place.after}

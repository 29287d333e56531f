"""Events by cursor, without gaps or repeats."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from antiphon.api.access import May, caller_of
from antiphon.events.types import PREFIX, WAITS, Kind
from antiphon.events.verbs import read_on
from antiphon.kit.db import account
from antiphon.kit.problems import Invalid

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
    """Where to read on, how much, of which kinds (all, if none is named), and how many seconds to wait while there is nothing."""

    after: int = Field(0, ge=0, le=2**62)
    limit: int = Field(100, ge=1, le=1000)
    kind: list[str] = Field(default_factory=list)
    wait: int = Field(0, ge=0, le=60)


@router.get("events", response=EventPage, auth=May("events.read"), summary="Read events")
def list_events(request: HttpRequest, response: HttpResponse, place: Annotated[Place, Query(...)]) -> dict[str, Any]:
    """In the order they were told. Keep `next` and ask again: no event is skipped or told twice."""
    account_id, kinds = caller_of(request).account_id, _kinds(place.kind)
    with account(account_id) as db:
        found, upto = read_on(db, account_id, after=place.after, limit=place.limit, kinds=kinds)
    if place.wait and not found:
        response.headers[WAITS] = f"{account_id} {upto}"
    return {"items": found, "next": upto}


def _kinds(asked: list[str]) -> list[str]:
    """Return the kinds that were asked for, with or without what they begin with. Raises Invalid."""
    kinds = [kind.removeprefix(PREFIX) for kind in asked]
    unknown = sorted(set(kinds) - set(Kind))
    if unknown:
        raise Invalid("unknown_kind", f"There is no event {unknown[0]}: the kinds are {', '.join(Kind)}.", field="kind")
    return kinds

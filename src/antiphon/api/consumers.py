"""One consumer: who they are, what is in force, what reached them lately, and the lists of everything else."""

import json
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema, Status
from pydantic import ConfigDict

from antiphon.api.access import May, caller_of
from antiphon.api.lists import Page, PagingQuery, page, read_cursor
from antiphon.api.tasks import TaskOut, task_shown
from antiphon.consumers import reading
from antiphon.consumers.models import Consumer
from antiphon.consumers.reading import RECENTLY, List
from antiphon.kit import clock, phones
from antiphon.kit.db import account
from antiphon.kit.problems import Missing
from antiphon.privacy.copying import copy_out
from antiphon.privacy.erasing import erase

router = Router(tags=["consumers"])


class InForceOut(Schema):
    """An opt-out in force."""

    id: UUID
    scope: str
    number: str
    source: str
    how: str
    text: str
    at: datetime


class ContactedOut(Schema):
    """What reached a consumer in the last seven days by one campaign, or by an external campaign that none claims."""

    campaign: int | None
    external_campaign: str | None
    notices: int
    last_at: datetime


class ConsumerOut(Schema):
    """A consumer."""

    id: UUID
    phone: str
    name: str
    created_at: datetime
    erased_at: datetime | None
    opt_outs: list[InForceOut]
    contacted: list[ContactedOut]


class CopyOut(Schema):
    """Everything known of a consumer; each list oldest first."""

    copied_at: datetime
    consumer: dict[str, Any]
    notices: list[dict[str, Any]]
    replies: list[dict[str, Any]]
    answers: list[dict[str, Any]]
    conversations: list[dict[str, Any]]
    opt_outs: list[dict[str, Any]]
    conversions: list[dict[str, Any]]
    test_texts: list[dict[str, Any]]


class PhoneIn(Schema):
    """A number, as it is written anywhere."""

    model_config = ConfigDict(extra="forbid")
    phone: str


class Listed(Schema):
    """One row of a list about a consumer; what a list does not have is left out or null."""

    id: UUID
    at: datetime
    source: str | None = None
    campaign: int | None = None
    external_campaign: str | None = None
    conversation: UUID | None = None
    text: str | None = None
    state: str | None = None
    verdict: str | None = None
    kind: str | None = None
    value: Decimal | None = None
    currency: str | None = None
    is_out: bool | None = None
    scope: str | None = None
    how: str | None = None
    outcome: dict[str, Any] | None = None
    taken_back_at: datetime | None = None


@router.post("consumers/searches", response=ConsumerOut, auth=May("conversations.read"), summary="Find a consumer by number")
def find_consumer(request: HttpRequest, payload: PhoneIn) -> dict[str, Any]:
    """Posted, so that the number stands in no address; 404 for one that was never heard of."""
    account_id = caller_of(request).account_id
    number = phones.normalise(payload.phone).value
    known = Consumer.objects.filter(account_id=account_id, phone=number).values_list("id", flat=True).first()
    if known is None:
        raise Missing("not_found", "There is no consumer of that number in this account.", field="phone")
    return _whole(account_id, known)


@router.get("consumers/{uuid:consumer_id}", response=ConsumerOut, auth=May("conversations.read"), summary="One consumer")
def one_consumer(request: HttpRequest, consumer_id: UUID) -> dict[str, Any]:
    """With opt-outs in force, and what reached them in the last seven days."""
    return _whole(caller_of(request).account_id, consumer_id)


@router.get(
    "consumers/{uuid:consumer_id}/history/{what}",
    response=Page[Listed],
    auth=May("conversations.read"),
    summary="Everything of a consumer, by lists",
)
def history(request: HttpRequest, consumer_id: UUID, what: List, paging: PagingQuery) -> dict[str, Any]:
    """`conversations`, `notices`, `replies`, `opt-outs` or `conversions`, newest first."""
    account_id = caller_of(request).account_id
    place = read_cursor(paging.cursor, datetime.fromisoformat, UUID) if paging.cursor else None
    with account(account_id) as db:
        if reading.consumer(db, account_id, consumer_id) is None:
            raise _unknown()
        after = (place[0], place[1]) if place else None
        found = reading.listed(db, account_id, consumer_id, what, after=after, limit=paging.limit)
    return page([_row(row) for row in found[: paging.limit]], found, paging, key=lambda row: [row.at, row.id])


@router.get("consumers/{uuid:consumer_id}/export", response=CopyOut, auth=May("consumers.copy"), summary="Everything known of a consumer")
def copy_consumer(request: HttpRequest, consumer_id: UUID) -> dict[str, Any]:
    """One document for the consumer who asks what is known of them; kept in the audit trail."""
    caller = caller_of(request)
    return copy_out(caller.account_id, consumer_id, actor=caller.actor, at=clock.now())


@router.delete("consumers/{uuid:consumer_id}", response={202: TaskOut}, auth=May("consumers.erase"), summary="Erase a consumer")
def erase_consumer(request: HttpRequest, consumer_id: UUID) -> Status[dict[str, Any]]:
    """For ever: numbers, texts and names go at once, rows and counts stay; the task looks through raw copies for what is left."""
    caller = caller_of(request)
    return Status(202, task_shown(erase(caller.account_id, consumer_id, actor=caller.actor, at=clock.now())))


def _unknown() -> Missing:
    return Missing("not_found", "There is no such consumer in this account.")


def _whole(account_id: int, consumer_id: UUID) -> dict[str, Any]:
    with account(account_id) as db:
        found = reading.consumer(db, account_id, consumer_id)
        if found is None:
            raise _unknown()
        opt_outs = reading.in_force(db, account_id, consumer_id)
        contacted = reading.contacted(db, account_id, consumer_id, since=clock.now() - RECENTLY)
    recent = [{**one._asdict(), "campaign": one.campaign_id} for one in contacted]
    known: dict[str, Any] = found._asdict()
    return known | {"opt_outs": [one._asdict() for one in opt_outs], "contacted": recent}


def _row(row: Any) -> dict[str, Any]:
    shown: dict[str, Any] = row._asdict()
    outcome = json.loads(shown["outcome"]) if shown.get("outcome") else None
    own = {"campaign": shown.get("campaign_id"), "conversation": shown.get("conversation_id"), "value": shown.get("amount")}
    return shown | own | {"outcome": outcome}

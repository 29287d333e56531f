"""Conversions: goals that the account's own systems know of, told one at a time or in lines."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import Annotated, Any, cast
from uuid import UUID

import msgspec
from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import AwareDatetime, ConfigDict

from antiphon.accounts.models import Account
from antiphon.api.access import Caller, May, caller_of
from antiphon.api.idempotency import is_upload
from antiphon.api.lists import Page, PagingQuery, page, read_cursor
from antiphon.api.notices import UploadOut
from antiphon.conversations.conversions import Told, convert, told
from antiphon.conversations.models import Conversion
from antiphon.intake.upload import LONGEST_LINE, Uploaded
from antiphon.kit import clock
from antiphon.kit.db import account
from antiphon.kit.problems import Invalid, Problem

router = Router(tags=["conversions"])
_BATCH = 1_000
_LINES = {"application/x-ndjson": {"schema": {"$ref": "#/components/schemas/ConversionIn"}}}


class ConversionIn(Schema):
    """A conversion. Your own `id` makes it idempotent: the same again changes nothing."""

    model_config = ConfigDict(extra="forbid")
    id: str = ""
    phone: str | None = None
    conversation: UUID | None = None
    kind: str | None = None
    value: Decimal | None = None
    currency: str | None = None
    at: AwareDatetime | None = None


class Line(msgspec.Struct, forbid_unknown_fields=True):
    """The same as a line of an upload."""

    id: str = ""
    phone: str | int | None = None
    conversation: UUID | None = None
    kind: str | None = None
    value: Decimal | None = None
    currency: str | None = None
    at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None


class ConversionOut(Schema):
    """A conversion, and the conversation that it is credited to; it moves with that conversation's link."""

    id: UUID
    own_id: str | None
    kind: str
    value: Decimal | None
    currency: str | None
    at: datetime
    conversation: UUID
    campaign: int | None
    engagement: int | None
    window_days: int
    taken_back_at: datetime | None


class Filters(Schema):
    """What a list is narrowed to."""

    conversation: UUID | None = None
    id: str | None = None


_decoder = msgspec.json.Decoder(Line)


@router.post("conversions", response={201: ConversionOut, 200: ConversionOut}, auth=May("conversions.write"), summary="Tell a conversion")
def tell_conversion(request: HttpRequest, body: ConversionIn) -> Any:
    """201 when it is new, 200 when the same was told before. Credited to the consumer's latest linked conversation within the window."""
    caller, at = caller_of(request), clock.now()
    with account(caller.account_id) as db:
        region = _region(caller.account_id)
        one = told(**_fields(body), now=at, home_region=region)
        (kept,) = convert(db, caller.account_id, [one], actor=caller.actor, at=at)
        if kept.problem:
            raise kept.problem
        return Status(201 if kept.is_new else 200, _shown(_of(caller.account_id).get(id=kept.id)))


@router.post(
    "conversions/bulk",
    response=UploadOut,
    auth=May("conversions.write"),
    summary="Tell conversions in bulk",
    openapi_extra={"requestBody": {"required": True, "content": _LINES}},
)
def tell_conversions(request: HttpRequest) -> Any:
    """Lines of JSON (application/x-ndjson), each as of one call. A bad line is named and loses no good one."""
    caller = caller_of(request)
    if not is_upload(request):
        raise Invalid("not_ndjson", "Send one JSON object a line, with Content-Type: application/x-ndjson.", field="Content-Type")
    result = Uploaded()
    good = _read(cast("Any", request).upload.lines(longest=LONGEST_LINE), result, region=_region(caller.account_id), now=clock.now())
    while batch := list(islice(good, _BATCH)):
        _take(caller, batch, result)
    return result


@router.get("conversions", response=Page[ConversionOut], auth=May("conversions.read"), summary="List conversions")
def list_conversions(request: HttpRequest, filters: Annotated[Filters, Query(...)], paging: PagingQuery) -> dict[str, Any]:
    """Newest told first."""
    found = _of(caller_of(request).account_id)
    if filters.conversation:
        found = found.filter(conversation_id=filters.conversation)
    if filters.id:
        found = found.filter(own_id=filters.id)
    if paging.cursor:
        found = found.filter(id__lt=read_cursor(paging.cursor, UUID)[0])
    shown = list(found.order_by("-id")[: paging.limit + 1])
    return page([_shown(one) for one in shown[: paging.limit]], shown, paging, key=lambda one: [one.id])


def _read(lines: Iterable[bytes | None], result: Uploaded, *, region: str, now: datetime) -> Iterator[tuple[int, Told]]:
    for number, line in enumerate(lines, start=1):
        if line is not None and not line.strip():
            continue
        result.received += 1
        try:
            if line is None:
                result.fail(number, f"a line of more than {LONGEST_LINE} bytes")
            else:
                yield number, told(**_fields(_decoder.decode(line)), now=now, home_region=region)
        except (Problem, msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            result.fail(number, getattr(error, "message", "") or str(error)[:300] or "not a JSON object")


def _take(caller: Caller, batch: list[tuple[int, Told]], result: Uploaded) -> None:
    with account(caller.account_id) as db:
        kept = convert(db, caller.account_id, [one for _, one in batch], actor=caller.actor, at=clock.now())
    for (number, _), one in zip(batch, kept, strict=True):
        if one.problem:
            result.fail(number, one.problem.message)
    result.stored += sum(one.is_new for one in kept)
    result.copies += sum(not one.is_new and one.problem is None for one in kept)


def _fields(said: ConversionIn | Line) -> dict[str, Any]:
    phone = None if said.phone is None else str(said.phone)
    same = ("conversation", "kind", "value", "currency", "at")
    return {"own_id": said.id, "phone": phone, **{name: getattr(said, name) for name in same}}


def _of(account_id: int) -> Any:
    return Conversion.objects.filter(account_id=account_id).select_related("conversation")


def _region(account_id: int) -> str:
    return Account.objects.values_list("home_region", flat=True).get(id=account_id)


def _shown(one: Conversion) -> dict[str, Any]:
    link = {"conversation": one.conversation_id, "campaign": one.conversation.campaign_id, "engagement": one.conversation.engagement_id}
    value = {"value": one.amount, "currency": one.currency or None, "own_id": one.own_id or None}
    return {name: getattr(one, name) for name in ("id", "kind", "at", "window_days", "taken_back_at")} | value | link

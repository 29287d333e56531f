"""Notices: uploaded in bulk where the provider's webhook did not bring them, and listed."""

from datetime import datetime
from typing import Annotated, Any, cast
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema

from antiphon.api.access import May, caller_of
from antiphon.api.idempotency import is_upload
from antiphon.api.lists import Page, PagingQuery, page, read_cursor
from antiphon.consumers.models import Consumer
from antiphon.intake.upload import LONGEST_LINE, upload
from antiphon.kit import clock, keys, phones
from antiphon.kit.db import account, rows, sql
from antiphon.kit.problems import Invalid
from antiphon.providers.models import Source
from antiphon.providers.protocol import SourceSettings
from antiphon.providers.verbs import settings_of

router = Router(tags=["notices"])
_BODY = {
    "required": True,
    "content": {
        "application/x-ndjson": {
            "schema": {
                "type": "object",
                "title": "One line",
                "required": ["source", "phone", "sender"],
                "properties": {
                    "source": {"type": "integer"},
                    "phone": {"type": "string", "description": "the consumer's number"},
                    "sender": {"type": "string", "description": "the number or name that the text came from"},
                    "sent_at": {"type": "string", "format": "date-time", "description": "with its zone; left out, the time of this upload"},
                    "text": {"type": "string"},
                    "external_campaign": {"type": "string"},
                    "reference": {"type": "string", "description": "the provider's, if its reports carry it"},
                    "key": {"type": "string", "description": "your own: the same key again changes nothing"},
                },
            }
        }
    },
}


class NoticeOut(Schema):
    """A notice, how its text fared, and what it is counted under."""

    id: UUID
    source: int
    phone: str
    sender: str
    text: str
    external_campaign: str
    sent_at: datetime
    sent_at_is_receipt: bool
    received_at: datetime
    state: str
    state_is_inferred: bool
    reason: str
    copies: int
    is_counted: bool
    campaign: int | None
    engagement: int | None
    entry_point: int | None


class LineErrorOut(Schema):
    """Why a line was not taken; lines count from 1."""

    line: int
    message: str


class UploadOut(Schema):
    """What became of the lines. `errors` holds the first thousand, `failed` counts all."""

    received: int
    stored: int
    copies: int
    failed: int
    errors: list[LineErrorOut]


class Filters(Schema):
    """What a list is narrowed to."""

    source: int | None = None
    phone: str | None = None
    campaign: int | None = None
    external_campaign: str | None = None


@router.post("notices", response=UploadOut, auth=May("notices.write"), summary="Upload notices", openapi_extra={"requestBody": _BODY})
def upload_notices(request: HttpRequest) -> Any:
    """Lines of JSON (application/x-ndjson). A bad line is named and loses no good one; the same upload again stores nothing twice."""
    caller = caller_of(request)
    if not is_upload(request):
        raise Invalid("not_ndjson", "Send one JSON object a line, with Content-Type: application/x-ndjson.", field="Content-Type")
    body = cast("Any", request).upload
    return upload(caller.account_id, body.lines(longest=LONGEST_LINE), sources=_sources(caller.account_id), at=clock.now())


@router.get("notices", response=Page[NoticeOut], auth=May("notices.read"), summary="List notices")
def list_notices(request: HttpRequest, filters: Annotated[Filters, Query(...)], paging: PagingQuery) -> dict[str, Any]:
    """Newest received first."""
    account_id = caller_of(request).account_id
    consumer = None
    if filters.phone:
        number = phones.normalise(filters.phone).value
        consumer = Consumer.objects.filter(account_id=account_id, phone=number).values_list("id", flat=True).first()
        if consumer is None:
            return {"items": [], "next": None}
    asked: dict[str, Any] = {"account_id": account_id, "source": filters.source, "campaign": filters.campaign, "consumer": consumer}
    asked["campaign_key"] = None if filters.external_campaign is None else keys.fold(filters.external_campaign)
    asked["after"] = read_cursor(paging.cursor, UUID)[0] if paging.cursor else None
    with account(account_id) as db:
        found = rows(db, sql("antiphon.api", "notices"), asked | {"limit": paging.limit + 1})
    return page([row._asdict() for row in found[: paging.limit]], found, paging, key=lambda row: [row.id])


def _sources(account_id: int) -> dict[int, SourceSettings]:
    with account(account_id):
        found = Source.objects.filter(account_id=account_id, disconnected_at=None).prefetch_related("secrets")
        return {source.id: settings_of(source) for source in found}

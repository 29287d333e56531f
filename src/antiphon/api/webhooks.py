"""Webhooks out: endpoints, their secrets, what was delivered to them and how each call ended."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema, Status
from pydantic import AwareDatetime, ConfigDict, Field

from antiphon.api import versions
from antiphon.api.access import May, caller_of
from antiphon.api.changes import kept
from antiphon.api.lists import Page, PagingQuery, by_id, page, read_cursor
from antiphon.kit import clock
from antiphon.kit.problems import Missing
from antiphon.webhooks import verbs
from antiphon.webhooks.models import Attempt, Delivery, Endpoint

router = Router(tags=["webhooks"])


class WebhookOut(Schema):
    """An endpoint; no `kinds` is every kind. `gone` answered 410, `failing` took nothing for five days: both are off."""

    id: int
    name: str
    url: str
    kinds: list[str]
    state: str
    failing_since: datetime | None
    created_at: datetime


class NewWebhookOut(WebhookOut):
    """A new endpoint with the secret that deliveries are signed with: shown once."""

    secret: str


class SecretOut(Schema):
    """The new secret: shown once. The old one signs beside it for another day."""

    secret: str


class WebhookIn(Schema):
    """A new endpoint, for events from now on."""

    model_config = ConfigDict(extra="forbid")
    name: str
    url: str
    kinds: list[str] = Field(default_factory=list)


class WebhookChange(Schema):
    """What changes of an endpoint; what is left out stays. Made active again, it gets what waited."""

    model_config = ConfigDict(extra="forbid")
    name: str = kept()
    url: str = kept()
    kinds: list[str] = kept()
    state: Literal["active", "paused"] = kept()


class RangeIn(Schema):
    """A stretch of time, at most 30 days back."""

    model_config = ConfigDict(extra="forbid")
    start: AwareDatetime = Field(alias="from")
    end: AwareDatetime = Field(alias="to")


class ReplayedOut(Schema):
    """How many events were put in line again."""

    events: int


class DeliveryOut(Schema):
    """One event for one endpoint. `waiting`: due at `next_at`, after earlier ones of its subject."""

    event: UUID
    type: str
    subject: str
    position: int
    state: str
    attempts: int
    next_at: datetime | None
    settled_at: datetime | None
    status: int | None
    error: str | None


class AttemptOut(Schema):
    """One call and the first of what the receiver said."""

    at: datetime
    status: int | None
    error: str | None
    took_ms: int
    answer: str


class Filters(Schema):
    """What a log is narrowed to."""

    state: str | None = None
    type: str | None = None
    subject: str | None = None


@router.get("webhooks", response=Page[WebhookOut], auth=May("webhooks.read"), summary="List webhooks")
def list_webhooks(request: HttpRequest, paging: PagingQuery) -> dict[str, Any]:
    """Oldest first."""
    return by_id(Endpoint.objects.filter(account_id=caller_of(request).account_id), paging, lambda one: one)


@router.post("webhooks", response={201: NewWebhookOut}, auth=May("webhooks.write"), summary="Add a webhook")
def add_webhook(request: HttpRequest, response: HttpResponse, payload: WebhookIn) -> Status[dict[str, Any]]:
    """For events from now on. The secret is shown once."""
    caller = caller_of(request)
    made, secret = verbs.create(caller.account_id, actor=caller.actor, at=clock.now(), **payload.dict())
    return Status(201, _shown(made, response) | {"secret": secret})


@router.get("webhooks/{int:webhook_id}", response=WebhookOut, auth=May("webhooks.read"), summary="One webhook")
def one_webhook(request: HttpRequest, response: HttpResponse, webhook_id: int) -> dict[str, Any]:
    """With its version as ETag."""
    return _shown(verbs.endpoint_in(caller_of(request).account_id, webhook_id), response)


@router.patch("webhooks/{int:webhook_id}", response=WebhookOut, auth=May("webhooks.write"), summary="Change a webhook")
def edit_webhook(request: HttpRequest, response: HttpResponse, webhook_id: int, payload: WebhookChange) -> dict[str, Any]:
    """With If-Match, 412 when somebody changed it meanwhile."""
    caller, changes = caller_of(request), payload.dict(exclude_unset=True)
    version = versions.expected(request)
    return _shown(verbs.edit(caller.account_id, webhook_id, changes, version=version, actor=caller.actor, at=clock.now()), response)


@router.delete("webhooks/{int:webhook_id}", response={204: None}, auth=May("webhooks.write"), summary="Remove a webhook")
def remove_webhook(request: HttpRequest, webhook_id: int) -> Status[None]:
    """What waited for it is given up."""
    caller = caller_of(request)
    verbs.remove(caller.account_id, webhook_id, actor=caller.actor, at=clock.now())
    return Status(204, None)


@router.post("webhooks/{int:webhook_id}/secret", response={201: SecretOut}, auth=May("webhooks.write"), summary="Rotate the secret")
def rotate_secret(request: HttpRequest, webhook_id: int) -> Status[dict[str, str]]:
    """Deliveries are signed by both for a day."""
    caller = caller_of(request)
    return Status(201, {"secret": verbs.rotate(caller.account_id, webhook_id, actor=caller.actor, at=clock.now())})


@router.post("webhooks/{int:webhook_id}/test", response={201: DeliveryOut}, auth=May("webhooks.write"), summary="Send a test")
def send_test(request: HttpRequest, webhook_id: int) -> Status[dict[str, Any]]:
    """An event of type `io.antiphon.test`, to this endpoint alone."""
    caller = caller_of(request)
    return Status(201, _delivery(verbs.send_test(caller.account_id, webhook_id, actor=caller.actor, at=clock.now())))


@router.post("webhooks/{int:webhook_id}/replay", response=ReplayedOut, auth=May("webhooks.write"), summary="Replay a stretch of time")
def replay_stretch(request: HttpRequest, webhook_id: int, payload: RangeIn) -> dict[str, int]:
    """Every event of its kinds that was learned of from `from` up to, not including, `to`."""
    caller = caller_of(request)
    start, end, at = payload.start, payload.end, clock.now()
    return {"events": verbs.replay_between(caller.account_id, webhook_id, start=start, end=end, actor=caller.actor, at=at)}


@router.get("webhooks/{int:webhook_id}/deliveries", response=Page[DeliveryOut], auth=May("webhooks.read"), summary="What was delivered")
def list_deliveries(request: HttpRequest, webhook_id: int, filters: Annotated[Filters, Query(...)], paging: PagingQuery) -> dict[str, Any]:
    """Newest event first; kept for 30 days after it is settled."""
    endpoint = verbs.endpoint_in(caller_of(request).account_id, webhook_id)
    asked = {name: value for name, value in filters.dict().items() if value is not None}
    asked["type"] = asked["type"].removeprefix("io.antiphon.") if "type" in asked else None
    found = _log(endpoint).filter(**{name: value for name, value in asked.items() if value is not None})
    if paging.cursor:
        position, event = read_cursor(paging.cursor, int, UUID)
        found = found.filter(position__lte=position).exclude(position=position, event_id__gte=event)
    shown = list(found.order_by("-position", "-event_id")[: paging.limit + 1])
    return page([_delivery(one) for one in shown[: paging.limit]], shown, paging, key=lambda one: [one.position, one.event_id])


@router.get(
    "webhooks/{int:webhook_id}/deliveries/{uuid:event}/attempts",
    response=Page[AttemptOut],
    auth=May("webhooks.read"),
    summary="Calls of one delivery",
)
def list_attempts(request: HttpRequest, webhook_id: int, event: UUID, paging: PagingQuery) -> dict[str, Any]:
    """Newest first."""
    endpoint = verbs.endpoint_in(caller_of(request).account_id, webhook_id)
    if not _log(endpoint).filter(event_id=event).exists():
        raise Missing("not_found", "This webhook has no such delivery.")
    found = Attempt.objects.filter(account_id=endpoint.account_id, endpoint_id=endpoint.id, event_id=event)
    if paging.cursor:
        found = found.filter(at__lt=read_cursor(paging.cursor, datetime.fromisoformat)[0])
    shown = list(found.order_by("-at")[: paging.limit + 1])
    items = [{"error": one.error or None, **{name: getattr(one, name) for name in ("at", "status", "took_ms", "answer")}} for one in shown]
    return page(items[: paging.limit], shown, paging, key=lambda one: [one.at])


@router.post(
    "webhooks/{int:webhook_id}/deliveries/{uuid:event}/replay",
    response=DeliveryOut,
    auth=May("webhooks.write"),
    summary="Deliver one again",
)
def replay_one(request: HttpRequest, webhook_id: int, event: UUID) -> dict[str, Any]:
    """Due at once, before later ones of its subject."""
    caller = caller_of(request)
    verbs.replay(caller.account_id, webhook_id, event, actor=caller.actor, at=clock.now())
    return _delivery(_log(verbs.endpoint_in(caller.account_id, webhook_id)).get(event_id=event))


def _shown(endpoint: Endpoint, response: HttpResponse) -> dict[str, Any]:
    versions.tagged(response, endpoint.version)
    return {name: getattr(endpoint, name) for name in WebhookOut.model_fields}


def _log(endpoint: Endpoint) -> Any:
    return Delivery.objects.filter(account_id=endpoint.account_id, endpoint_id=endpoint.id)


def _delivery(one: Delivery) -> dict[str, Any]:
    same = {name: getattr(one, name) for name in ("subject", "position", "state", "attempts", "settled_at", "status")}
    waits = one.state == Delivery.State.WAITING
    return same | {
        "event": one.event_id,
        "type": f"io.antiphon.{one.type}",
        "next_at": one.next_at if waits else None,
        "error": one.error or None,
    }

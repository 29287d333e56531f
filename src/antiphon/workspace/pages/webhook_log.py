"""One webhook: how it stands, what was delivered to it, and a single delivery with its request and every attempt."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from antiphon.events.models import Event
from antiphon.events.types import Kind
from antiphon.kit.problems import Invalid, Problem
from antiphon.webhooks import signing
from antiphon.webhooks.delivering import KEPT, TEST, body_of
from antiphon.webhooks.models import Attempt, Delivery, Endpoint, EndpointSecret
from antiphon.workspace.access import Visit
from antiphon.workspace.fields import Field, Form, Option, form
from antiphon.workspace.forms import identifier
from antiphon.workspace.pages.webhooks import KINDS, kinds_said, state_of, trouble
from antiphon.workspace.words import Word

_ROWS = 50
_MOST_ATTEMPTS = 100
STATES = {
    "waiting": Word(lazy("Waiting"), "hourglass", "queued"),
    "again": Word(lazy("Tried again later"), "rotate-clockwise", "warning"),
    "delivered": Word(lazy("Delivered"), "circle-check", "delivered"),
    "given_up": Word(lazy("Given up"), "alert-circle", "failed"),
}


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What the log is narrowed to; empty is everything. `before` is where the page before it ended."""

    state: str = ""
    type: str = ""
    before: UUID | None = None

    @property
    def query(self) -> str:
        """Return the query of the address, without the place in the list."""
        return urlencode({name: value for name, value in (("state", self.state), ("type", self.type)) if value})


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """One event for the endpoint: `told_at` is when we learned of it."""

    event_id: UUID
    told_at: datetime
    type: str
    subject: str
    state: Word
    attempts: int
    error: str
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class SecretRow:
    """A secret that deliveries are signed with; two while one is rotated."""

    created_at: datetime
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class WebhookPage:
    """An endpoint with a page of its log."""

    at: datetime
    id: int
    name: str
    url: str
    kinds: str
    chosen: Sequence[str]
    state: Word
    is_on: bool
    is_off_by_itself: bool
    trouble: str
    delivered_at: datetime | None
    created_at: datetime
    secrets: list[SecretRow]
    filters: Form
    is_narrowed: bool
    query: str
    rows: list[DeliveryRow]
    older: str
    replay: Form
    kept_days: int
    may_write: bool


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """One call: how it ended, in words, after how long, and the first of what was answered."""

    at: datetime
    said: str
    took: str
    answer: str
    is_taken: bool


@dataclass(frozen=True, slots=True)
class DeliveryPage:
    """One delivery: the request as it is made, and every attempt. `wait` says why nothing happens now."""

    at: datetime
    webhook_id: int
    webhook: str
    row: DeliveryRow
    kind: str | Promise
    settled_at: datetime | None
    wait: str
    headers: str
    body: str
    attempts: list[AttemptRow]
    may_write: bool


def narrowed(query: QueryDict) -> Narrowed:
    """Return what an address narrows the log to; what does not fit is left out."""
    state, kind = query.get("state", ""), query.get("type", "")
    return Narrowed(
        state=state if state in Delivery.State.values else "",
        type=kind if kind in {*Kind, TEST} else "",
        before=identifier(query.get("before", "")),
    )


def webhook_page(
    visit: Visit, endpoint: Endpoint, chosen: Narrowed, *, at: datetime, posted: QueryDict | None = None, refused: Problem | None = None
) -> WebhookPage:
    """Return an endpoint with a page of its log, newest event first."""
    found = _deliveries(endpoint, chosen)
    shown, is_on = found[:_ROWS], endpoint.state == Endpoint.State.ACTIVE
    return WebhookPage(
        at=at,
        id=endpoint.pk,
        name=endpoint.name,
        url=endpoint.url,
        kinds=kinds_said(endpoint.kinds),
        chosen=endpoint.kinds,
        state=state_of(endpoint),
        is_on=is_on,
        is_off_by_itself=not is_on and endpoint.state != Endpoint.State.PAUSED,
        trouble=trouble(endpoint, at=at),
        delivered_at=endpoint.delivered_at,
        created_at=endpoint.created_at,
        secrets=_secrets(endpoint, at=at),
        filters=_filters(chosen),
        is_narrowed=bool(chosen.query),
        query=chosen.query,
        rows=[_row(one) for one in shown],
        older=_older(chosen, shown[-1].event_id) if len(found) > _ROWS else "",
        replay=_replay(at=at, posted=posted, refused=refused),
        kept_days=KEPT.days,
        may_write=visit.may("webhooks.write"),
    )


def _deliveries(endpoint: Endpoint, chosen: Narrowed) -> list[Delivery]:
    """Return the deliveries of a page and one more: by the event's id, which begins with the time. Index: webhook_delivery_pkey."""
    found = Delivery.objects.filter(account_id=endpoint.account_id, endpoint_id=endpoint.pk)
    if chosen.state:
        found = found.filter(state=chosen.state)
    if chosen.type:
        found = found.filter(type=chosen.type)
    if chosen.before:
        found = found.filter(event_id__lt=chosen.before)
    return list(found.order_by("-event_id")[: _ROWS + 1])


def _row(one: Delivery) -> DeliveryRow:
    is_waiting = one.state == Delivery.State.WAITING
    return DeliveryRow(
        event_id=one.event_id,
        told_at=_told_at(one.event_id),
        type=one.type,
        subject=one.subject,
        state=STATES["again" if is_waiting and one.attempts else one.state],
        attempts=one.attempts,
        error="" if one.state == Delivery.State.DELIVERED else one.error,
        next_at=one.next_at if is_waiting and one.attempts else None,
    )


def _told_at(event_id: UUID) -> datetime:
    """Return when an event was learned of: its id begins with the milliseconds."""
    return datetime.fromtimestamp((event_id.int >> 80) / 1000, tz=UTC)


def _secrets(endpoint: Endpoint, *, at: datetime) -> list[SecretRow]:
    found = EndpointSecret.objects.filter(account_id=endpoint.account_id, endpoint=endpoint).order_by("-id")
    return [SecretRow(one.created_at, one.expires_at) for one in found if one.expires_at is None or one.expires_at > at]


def _filters(chosen: Narrowed) -> Form:
    states = [Option("", _("Any")), *(Option(state, str(STATES[state].text)) for state in Delivery.State.values)]
    kinds = [Option("", _("Any")), *(Option(kind.value, kind.value) for kind in Kind), Option(TEST, _("test"))]
    return form(
        Field("state", _("State"), kind="select", value=chosen.state, options=states),
        Field("type", _("Event"), kind="select", value=chosen.type, options=kinds),
    )


def _older(chosen: Narrowed, last: UUID) -> str:
    return "?" + "&".join(part for part in (chosen.query, f"before={last}") if part)


def _replay(*, at: datetime, posted: QueryDict | None, refused: Problem | None) -> Form:
    start, end = _local(at - timedelta(days=1)), _local(at)
    return form(
        Field("from", _("From"), kind="datetime-local", value=start),
        Field("to", _("To"), kind="datetime-local", value=end),
        posted=posted,
        refused=refused,
    )


def _local(at: datetime) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%dT%H:%M")


def stretch(posted: QueryDict) -> tuple[datetime, datetime]:
    """Return the stretch of time that was typed, in the account's zone; the last minute is included. Raises Invalid."""
    return _instant(posted, "from"), _instant(posted, "to") + timedelta(minutes=1)


def _instant(posted: QueryDict, name: str) -> datetime:
    try:
        typed = datetime.fromisoformat(posted.get(name, ""))
    except ValueError:
        raise Invalid("bad_range", _("Choose a day and a time."), field=name) from None
    return typed if typed.tzinfo else timezone.make_aware(typed)


def delivery_page(visit: Visit, endpoint: Endpoint, one: Delivery, *, at: datetime) -> DeliveryPage:
    """Return one delivery with its request as it is made, and every attempt, newest first."""
    tried = Attempt.objects.filter(account_id=visit.account_id, endpoint_id=endpoint.pk, event_id=one.event_id).order_by("-at", "-id")
    row, body = _row(one), _body(one)
    return DeliveryPage(
        at=at,
        webhook_id=endpoint.pk,
        webhook=endpoint.name,
        row=row,
        kind=_("sent by hand, to this webhook alone") if one.type == TEST else KINDS.get(Kind(one.type), ""),
        settled_at=one.settled_at,
        wait=_wait(endpoint, one, at=at),
        headers=_headers(one),
        body=body,
        attempts=[_attempt(found) for found in tried[:_MOST_ATTEMPTS]],
        may_write=visit.may("webhooks.write"),
    )


def _body(one: Delivery) -> str:
    """Return the body of the request, with an indent for people; empty when its event is not kept any more."""
    found = Event.objects.filter(account_id=one.account_id, id=one.event_id).values_list("time", "content").first()
    if found is None and one.type != TEST:
        return ""
    told_at, content = found or (_told_at(one.event_id), {})
    body = body_of(one.account_id, one, time=told_at, content=msgspec.json.encode(content).decode())
    return msgspec.json.format(body, indent=2).decode()


def _headers(one: Delivery) -> str:
    """Return the headers of the request; two of them are made anew at each attempt, and what is in them is said."""
    made = signing.headers(b"", event_id=str(one.event_id), at=_told_at(one.event_id), keys=())
    made["webhook-timestamp"] = _("(the second of the attempt)")
    made["webhook-signature"] = _("(v1 and a signature by each secret that is valid then)")
    return "\n".join(f"{name}: {value}" for name, value in made.items())


def _wait(endpoint: Endpoint, one: Delivery, *, at: datetime) -> str:
    """Say why a delivery waits, if it does."""
    if one.state != Delivery.State.WAITING:
        return ""
    if endpoint.state != Endpoint.State.ACTIVE:
        return _("The webhook is switched off: it is delivered once that is switched on.")
    if one.next_at > at:
        return ""
    return _("It is delivered as soon as the worker comes to it, after earlier events of the same subject.")


def _attempt(one: Attempt) -> AttemptRow:
    return AttemptRow(
        at=one.at,
        said=one.error or _("answered %(status)s: taken") % {"status": one.status},
        took=_("%(ms)s ms") % {"ms": f"{one.took_ms:,}"},
        answer=one.answer,
        is_taken=not one.error,
    )

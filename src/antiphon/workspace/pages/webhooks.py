"""Webhooks out on pages: the list, the form of an endpoint, its secret this once, and what Home says of one that takes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from antiphon.accounts.stamps import check, stamp
from antiphon.events.types import Kind
from antiphon.kit.db import Database, rows, sql
from antiphon.kit.problems import Problem
from antiphon.webhooks.decide import FAILING
from antiphon.webhooks.models import Endpoint
from antiphon.workspace import times
from antiphon.workspace.access import Visit
from antiphon.workspace.fields import Field, Option, form
from antiphon.workspace.pages.attention import Attention
from antiphon.workspace.pages.settings import Act, FormPage, last_change
from antiphon.workspace.words import Word

MOST_WAITING = 1000
TOLD_AFTER = timedelta(hours=1)
"""An endpoint that took nothing for so long is told of on Home: shorter is a restart."""

STATES = {
    "active": Word(lazy("Active"), "circle-check", "live"),
    "troubled": Word(lazy("Not taking events"), "alert-circle", "warning"),
    "paused": Word(lazy("Paused"), "player-pause", "paused"),
    "gone": Word(lazy("Off: gone"), "ban", "failed"),
    "failing": Word(lazy("Off: failing"), "alert-circle", "failed"),
}
KINDS: dict[Kind, str | Promise] = {
    Kind.BROADCAST_STARTED: lazy("the first notice of an external campaign"),
    Kind.NOTICE_SENT: lazy("a consumer was sent a broadcast text"),
    Kind.NOTICE_DELIVERED: lazy("a broadcast text was delivered"),
    Kind.NOTICE_FAILED: lazy("a broadcast text was not delivered"),
    Kind.REPLY_RECEIVED: lazy("a consumer wrote"),
    Kind.CONVERSATION_STARTED: lazy("a reply started a conversation"),
    Kind.CONVERSATION_RELINKED: lazy("its link changed"),
    Kind.CONVERSATION_ASSIGNED: lazy("an agent has it"),
    Kind.CONVERSATION_TRANSFERRED: lazy("it went to another skill or agent"),
    Kind.CONVERSATION_CLOSED: lazy("it was closed"),
    Kind.CONVERSATION_REOPENED: lazy("a close was undone"),
    Kind.ANSWER_SENT: lazy("the provider took an answer"),
    Kind.ANSWER_DELIVERED: lazy("an answer was delivered"),
    Kind.ANSWER_FAILED: lazy("an answer was not delivered"),
    Kind.CONSUMER_OPTED_OUT: lazy("nothing more may be sent to them"),
    Kind.CONSUMER_OPTED_IN: lazy("an opt-out was taken back"),
    Kind.CONSUMER_ERASED: lazy("their personal data was removed"),
    Kind.GOAL_REACHED: lazy("a campaign's goal was reached"),
    Kind.CAMPAIGN_PUBLISHED: lazy("published or resumed"),
    Kind.CAMPAIGN_PAUSED: lazy("replies are not linked"),
    Kind.CAMPAIGN_ARCHIVED: lazy("it is history"),
    Kind.SOURCE_CONNECTED: lazy("a data source came"),
    Kind.SOURCE_DISCONNECTED: lazy("a data source went"),
}


@dataclass(frozen=True, slots=True)
class WebhookRow:
    """An endpoint of the list; `trouble` is why it takes nothing, empty while it does."""

    id: int
    name: str
    url: str
    kinds: str
    state: Word
    delivered_at: datetime | None
    trouble: str
    waiting: str


@dataclass(frozen=True, slots=True)
class WebhooksPage:
    """The endpoints of an account."""

    at: datetime
    rows: list[WebhookRow]
    may_write: bool


@dataclass(frozen=True, slots=True)
class WebhookSecretPage:
    """A secret as it is shown this once; `is_new` when it is the endpoint's first."""

    id: int
    name: str
    url: str
    secret: str
    is_new: bool


def webhooks_page(db: Database, visit: Visit, *, at: datetime) -> WebhooksPage:
    """Return the endpoints, by one statement."""
    found = rows(db, sql("antiphon.workspace", "webhooks"), {"account": visit.account_id, "most": MOST_WAITING})
    return WebhooksPage(at, [_row(row, at=at) for row in found], may_write=visit.may("webhooks.write"))


def _row(row: Any, *, at: datetime) -> WebhookRow:
    return WebhookRow(
        id=row.id,
        name=row.name,
        url=row.url,
        kinds=kinds_said(row.kinds),
        state=state_of(row),
        delivered_at=row.delivered_at,
        trouble=trouble(row, at=at),
        waiting=f"{MOST_WAITING:,}+" if row.waiting > MOST_WAITING else f"{row.waiting:,}",
    )


def state_of(endpoint: Any) -> Word:
    """Return the state of an endpoint in words; one that is active and takes nothing has its own."""
    is_troubled = endpoint.state == Endpoint.State.ACTIVE and endpoint.failing_since is not None
    return STATES["troubled" if is_troubled else endpoint.state]


def kinds_said(kinds: Sequence[str]) -> str:
    """Return the kinds of an endpoint in words."""
    if not kinds:
        return _("every kind")
    return ", ".join(kinds) if len(kinds) < 3 else ngettext("%(count)d kind", "%(count)d kinds", len(kinds)) % {"count": len(kinds)}  # noqa: PLR2004 - two names fit


def trouble(endpoint: Any, *, at: datetime) -> str:
    """Say what is wrong with an endpoint and what comes of it; nothing while it takes what it is given."""
    said = {"error": endpoint.error, "days": FAILING.days}
    if endpoint.state == Endpoint.State.GONE:
        return _("It answered 410, that it is gone, and was switched off. Events wait until it is switched on again.")
    if endpoint.failing_since is None:
        return ""
    said["since"] = times.moment(endpoint.failing_since, now=at)
    if endpoint.state == Endpoint.State.FAILING:
        told = _("It took nothing since %(since)s (last: %(error)s) and was switched off. Events wait until it is switched on again.")
    else:
        told = _("It took nothing since %(since)s (last: %(error)s). Deliveries are tried again; after %(days)d days it is switched off.")
    return told % said


def attention(visit: Visit, *, at: datetime) -> list[Attention]:
    """Return a line for Home for each webhook that is switched off by itself or took nothing for an hour; for who may change that."""
    if not visit.may("webhooks.write"):
        return []
    found = Endpoint.objects.filter(account_id=visit.account_id).exclude(state=Endpoint.State.PAUSED).order_by("id")
    wrong = [one for one in found if one.state != Endpoint.State.ACTIVE or (one.failing_since and at - one.failing_since >= TOLD_AFTER)]
    return [_line(one, at=at) for one in wrong]


def _line(endpoint: Endpoint, *, at: datetime) -> Attention:
    is_on = endpoint.state == Endpoint.State.ACTIVE
    told = _("The webhook %(name)s takes no events") if is_on else _("The webhook %(name)s is switched off")
    return Attention("webhook", told % {"name": endpoint.name}, trouble(endpoint, at=at), reverse("webhook", args=[endpoint.pk]))


def webhook_form(
    visit: Visit, stored: Endpoint | None, *, at: datetime, posted: QueryDict | None = None, refused: Problem | None = None
) -> FormPage:
    """Return the form of an endpoint, or of a new one."""
    values = values_of(stored) if stored else {"name": "", "url": "", "kinds": []}
    by = last_change(visit.account_id, f"webhook:{stored.pk}", now=at) if stored and refused else ""
    fields = _fields(values, is_new=stored is None)
    made = form(*fields, posted=posted, refused=refused, version=stamp(values) if stored else "", by=by)
    if stored is None:
        lead = _("Gets events from now on, signed with a secret that is shown once.")
        return FormPage(_("Webhooks"), reverse("webhooks"), _("New webhook"), lead, made, submit=_("Add webhook"), busy=_("Adding it…"))
    return FormPage(
        above=stored.name,
        above_url=reverse("webhook", args=[stored.pk]),
        title=_("Change %(name)s") % {"name": stored.name},
        lead=_("Holds for what is delivered from now on, also for what waits."),
        form=made,
        submit=_("Save"),
        busy=_("Saving…"),
        acts=[Act(reverse("webhook-removal", args=[stored.pk]), _("Remove webhook"), _("What waits for it is not delivered."))],
    )


def _fields(values: dict[str, Any], *, is_new: bool) -> Sequence[Field]:
    kinds = [Option(kind.value, kind.value, help=str(KINDS[kind])) for kind in Kind]
    return (
        Field("name", _("Name"), value=values["name"], longest=100, is_first=is_new, span=4),
        Field(
            "url",
            _("Address"),
            kind="url",
            value=values["url"],
            longest=2000,
            is_mono=True,
            inputmode="url",
            help=_("Begins with https://. It answers within 15 seconds; redirects are not followed."),
            span=8,
        ),
        Field(
            "kinds",
            _("Events"),
            kind="checks",
            chosen=tuple(values["kinds"]),
            options=kinds,
            help=_("None chosen: every kind, also those that come later."),
            columns=True,
        ),
    )


def values_of(endpoint: Endpoint) -> dict[str, Any]:
    """Return what the form changes."""
    return {"name": endpoint.name, "url": endpoint.url, "kinds": endpoint.kinds}


def read_webhook(posted: QueryDict) -> dict[str, Any]:
    """Return what was typed."""
    return {"name": posted.get("name", ""), "url": posted.get("url", "").strip(), "kinds": posted.getlist("kinds")}


def check_version(posted: QueryDict, stored: Endpoint) -> None:
    """Compare an endpoint under its lock with what the form showed. Raises Overtaken."""
    check(posted.get("version", ""), values_of(stored))

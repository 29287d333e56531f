"""Home: the next step of the first minutes, today's numbers, what needs attention, the queues."""

from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Any
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils import dateformat, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from antiphon.config.env import current
from antiphon.kit.db import Database, rows, sql
from antiphon.workspace.access import Visit
from antiphon.workspace.pages.numbers import FunnelStep, Numbers, funnel, numbers, total
from antiphon.workspace.pages.workspace import MinePage, mine_page

_HERE = "antiphon.workspace"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the first minutes: `done`, `current` or `open`, with where to do it."""

    state: str
    name: str
    help: str
    url: str = ""
    button: str = ""
    is_outside: bool = False


@dataclass(frozen=True, slots=True)
class Attention:
    """Something that needs a person."""

    icon: str
    name: str
    help: str
    url: str


@dataclass(frozen=True, slots=True)
class HomePage:
    """What Home shows."""

    at: datetime
    day: str
    lead: str
    may_count: bool
    counted: Numbers
    steps: list[FunnelStep]
    next_steps: list[Step]
    steps_done: str
    done_count: int
    step_count: int
    attention: list[Attention]
    mine: MinePage | None
    ticket: str


def home_page(db: Database, visit: Visit, *, at: datetime, ticket: str) -> HomePage:
    """Return Home for this role."""
    done = rows(db, sql(_HERE, "steps_done"), {"account": visit.account_id, "at": at})[0]
    counted = total(numbers(db, visit.account_id, since=_midnight(visit, at=at)).values())
    steps = _steps(done) if visit.may("campaigns.write") else []
    left = [step for step in steps if step.state != "done"]
    return HomePage(
        at=at,
        day=dateformat.format(timezone.localtime(at), "l j F"),
        lead=_lead(counted),
        may_count=visit.may("metrics.read"),
        counted=counted,
        steps=funnel(counted),
        next_steps=left,
        steps_done=", ".join(step.name.lower() for step in steps if step.state == "done"),
        done_count=len(steps) - len(left),
        step_count=len(steps),
        attention=_attention(visit, done),
        mine=mine_page(db, visit, current=None, at=at) if visit.may("conversations.read") else None,
        ticket=ticket,
    )


def _midnight(visit: Visit, *, at: datetime) -> datetime:
    zone = ZoneInfo(visit.time_zone)
    return datetime.combine(at.astimezone(zone).date(), time.min, tzinfo=zone)


def _lead(counted: Numbers) -> str:
    if not counted.replies:
        return _("No reply yet today.")
    return ngettext("%(count)s reply so far today.", "%(count)s replies so far today.", counted.replies) % {"count": f"{counted.replies:,}"}


def _steps(done: Any) -> list[Step]:
    """Return the steps from a connected source to an answer; the first that is not done is the current one."""
    sandbox = sandbox_url()
    steps = [_connect(done), _publish(done), _send(done, sandbox), _watch(done), _answer(done)]
    now = next((step for step in steps if step.state != "done"), None)
    return [replace(step, state="current") if step is now else replace(step, button="") for step in steps]


def _state(is_done: bool) -> str:  # noqa: FBT001 - a column of a row
    return "done" if is_done else "open"


def _connect(done: Any) -> Step:
    return Step(_state(done.has_source), _("Connect a source"), _("With the provider's product token and your number."))


def _publish(done: Any) -> Step:
    help_text = _("A time frame, and an engagement that claims the campaign ID.")
    return Step(_state(done.has_campaign), _("Publish a campaign"), help_text, reverse("campaigns"), _("Campaigns"))


def _send(done: Any, sandbox: str) -> Step:
    state, name = _state(done.has_notice), _("Send the broadcast")
    if sandbox:
        url = f"{sandbox}/{quote(done.live_external_campaign)}" if done.live_external_campaign else sandbox
        return Step(state, name, _("In the CM sandbox, which stands in for CM."), url, _("Open the sandbox"), is_outside=True)
    return Step(state, name, _("In the provider's own tool: Antiphon is told of every text."))


def _watch(done: Any) -> Step:
    url = reverse("campaign", args=[done.live_campaign_id]) if done.live_campaign_id else reverse("campaigns")
    help_text = _("Type on a handset of the sandbox, or wait for a consumer.")
    return Step(_state(done.has_conversation), _("See a reply become a conversation"), help_text, url, _("Watch the campaign"))


def _answer(done: Any) -> Step:
    help_text = _("An agent takes it from the queue, with your note beside it.")
    return Step(_state(done.has_answer), _("Answer it"), help_text, reverse("conversations"), _("Conversations"))


def _attention(visit: Visit, done: Any) -> list[Attention]:
    found = []
    if done.quarantined and visit.may("quarantine.read"):
        name = ngettext("%(count)d arrival is in quarantine", "%(count)d arrivals are in quarantine", done.quarantined)
        help_text = _("Nobody could understand it. It is kept as it came.")
        found.append(Attention("file-alert", name % {"count": done.quarantined}, help_text, reverse("quarantine")))
    return found


def sandbox_url() -> str:
    """Return where the sandbox's campaigns are, if this site talks to one in place of CM."""
    environment = current()
    is_wired = environment.cm_url is not None and urlsplit(environment.cm_url).port == environment.sandbox_port
    return f"http://localhost:{environment.sandbox_port}/campaigns" if is_wired else ""

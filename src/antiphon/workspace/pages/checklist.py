"""The checklist of setting up: from a connected source to an answered reply. It leaves Home when everything is done."""

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote, urlsplit

from django.urls import reverse
from django.utils.translation import gettext as _

from antiphon.config.env import current
from antiphon.workspace.access import Visit


@dataclass(frozen=True, slots=True)
class Step:
    """One step: `done`, `current` or `open`, with where to do it."""

    state: str
    name: str
    help: str
    url: str = ""
    button: str = ""
    is_outside: bool = False


@dataclass(frozen=True, slots=True)
class Checklist:
    """What is left of setting up, and what was done."""

    left: list[Step]
    done: str
    done_count: int
    count: int
    marks: list[tuple[int, str]]
    """For the drawn progress: where each step's mark stands, and its state."""


_MARK = 21
"""Units between two marks of the drawn progress."""


def checklist(visit: Visit, done: Any) -> Checklist | None:
    """Return the checklist for those who set up an account, None for others and when everything is done."""
    steps = _steps(visit, done) if visit.may("campaigns.write") else []
    left = [step for step in steps if step.state != "done"]
    if not left:
        return None
    return Checklist(
        left=left,
        done=", ".join(step.name[0].lower() + step.name[1:] for step in steps if step.state == "done"),
        done_count=len(steps) - len(left),
        count=len(steps),
        marks=[(place * _MARK, "done" if place < len(steps) - len(left) else "open") for place in range(len(steps))],
    )


def _steps(visit: Visit, done: Any) -> list[Step]:
    """Return the steps in order; the first that is not done is the current one, and the only one with a button."""
    sandbox = sandbox_url()
    steps = [_connect(visit, done), _paste(visit, done, sandbox), _hear(done, sandbox), _publish(done), _watch(done), _answer(done)]
    now = next((step for step in steps if step.state != "done"), None)
    return [replace(step, state="current") if step is now else replace(step, button="") for step in steps]


def _state(is_done: bool) -> str:  # noqa: FBT001 - a column of a row
    return "done" if is_done else "open"


def _connect(visit: Visit, done: Any) -> Step:
    state, name = _state(done.source_id is not None), _("Connect a source")
    if not visit.may("sources.write"):
        return Step(state, name, _("An administrator does this, with the provider's product token and your number."))
    return Step(state, name, _("With the provider's product token and your number."), reverse("sources"), _("Data sources"))


def _paste(visit: Visit, done: Any, sandbox: str) -> Step:
    """Return the step; with the sandbox there is nothing to paste, since `antiphon up` tells it the addresses."""
    state, name = _state(done.source_id is not None and bool(done.is_heard or done.has_notice or sandbox)), _("Paste its addresses")
    url = reverse("source", args=[done.source_id]) if done.source_id else ""
    if not visit.may("sources.write"):
        return Step(state, name, _("An administrator gives them to the provider."))
    return Step(state, name, _("At the provider. The page of the source says so the moment it is called."), url, _("Show the addresses"))


def _hear(done: Any, sandbox: str) -> Step:
    state, name = _state(done.has_notice), _("Hear the first notice")
    if sandbox:
        url = f"{sandbox}/{quote(done.live_external_campaign)}" if done.live_external_campaign else sandbox
        return Step(
            state, name, _("Send a broadcast in the CM sandbox, which stands in for CM."), url, _("Open the sandbox"), is_outside=True
        )
    return Step(state, name, _("Send a broadcast in the provider's own tool: Antiphon is told of every text."))


def _publish(done: Any) -> Step:
    help_text = _("A time frame, and an engagement that claims the campaign ID.")
    return Step(_state(done.has_campaign), _("Publish a campaign"), help_text, reverse("campaigns"), _("Campaigns"))


def _watch(done: Any) -> Step:
    url = reverse("campaign", args=[done.live_campaign_id]) if done.live_campaign_id else reverse("campaigns")
    help_text = _("Reply to the broadcast from a telephone, or wait for a consumer.")
    return Step(_state(done.has_conversation), _("See a reply become a conversation"), help_text, url, _("Watch the campaign"))


def _answer(done: Any) -> Step:
    help_text = _("An agent who is online is given it, or takes it from the queue, with your note beside it.")
    return Step(_state(done.has_answer), _("Answer it"), help_text, reverse("conversations"), _("Conversations"))


def sandbox_url() -> str:
    """Return where the sandbox's campaigns are, if this site talks to one in place of CM."""
    environment = current()
    is_wired = environment.cm_url is not None and urlsplit(environment.cm_url).port == environment.sandbox_port
    return f"http://localhost:{environment.sandbox_port}/campaigns" if is_wired else ""

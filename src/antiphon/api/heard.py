"""Apps of the account, external campaigns heard and not mapped, test texts: what people do on a source's page, by API."""

from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import ConfigDict, Field

from antiphon.accounts.models import AppGrant
from antiphon.accounts.verbs import install_app
from antiphon.api.access import May, caller_of
from antiphon.api.lists import Page, Paging, PagingQuery, by_id, page, read_cursor
from antiphon.kit import clock
from antiphon.kit.db import account
from antiphon.providers import test_texts, verbs
from antiphon.providers.heard import MOST_COUNTED, HeardCampaign, heard_campaigns
from antiphon.providers.models import TestText
from antiphon.providers.registry import ADAPTERS

router = Router(tags=["sources"])


class App(Schema):
    """An app: `unavailable` until the operator enables it, `available`, or `installed`."""

    app: str
    title: str
    state: Literal["unavailable", "available", "installed"]
    capabilities: dict[str, Any]


class AppState(Schema):
    """Switched on or off for the account."""

    model_config = ConfigDict(extra="forbid")
    app: str
    is_installed: bool


class HeardOut(Schema):
    """An external campaign that no engagement claims; empty is: no campaign ID. `notices` are those counted under nothing."""

    external_campaign: str
    sender: str
    text: str
    notices: int = Field(description=f"counted up to {MOST_COUNTED}; one more means more")
    first_heard_at: datetime | None
    last_heard_at: datetime | None
    is_ignored: bool
    entry_point: int | None


class HeardPaging(Paging):
    """Which ones."""

    ignored: bool = Field(default=False, description="those marked as ignored instead of those not mapped")


class TestTextIn(Schema):
    """A text to try the source with; `sender` is one of its numbers, else its first."""

    model_config = ConfigDict(extra="forbid")
    to: str
    text: str
    sender: str = ""


class TestTextOut(Schema):
    """A test text and what became of it; states and reasons are those of answers."""

    id: int
    to: str
    sender: str
    text: str
    state: str
    reason: str
    detail: str
    created_at: datetime


@router.get("apps", response=list[App], auth=May("sources.read"), summary="List apps")
def list_apps(request: HttpRequest) -> list[dict[str, Any]]:
    """Every app there is, with what it can do and whether this account has it."""
    grants = {grant.app: grant for grant in AppGrant.objects.filter(account_id=caller_of(request).account_id)}
    return [_app(app, grants.get(app)) for app in ADAPTERS]


@router.post("apps", response=App, auth=May("sources.write"), summary="Install an app, or switch it off")
def set_app(request: HttpRequest, payload: AppState) -> dict[str, Any]:
    """An app that the operator has not enabled answers 409; so does switching off one with a connected source."""
    caller = caller_of(request)
    change = install_app if payload.is_installed else verbs.switch_off
    return _app(payload.app, change(caller.account_id, payload.app, actor=caller.actor, at=clock.now()))


@router.get(
    "sources/{int:source_id}/heard-campaigns",
    response=Page[HeardOut],
    auth=May("notices.read"),
    summary="List external campaigns heard and not mapped",
)
def list_heard(request: HttpRequest, source_id: int, paging: Query[HeardPaging]) -> dict[str, Any]:
    """Newest first. Those that any engagement claims, also of a draft, are left out."""
    caller = caller_of(request)
    verbs.source_in(caller.account_id, source_id)
    after = tuple(read_cursor(paging.cursor, datetime.fromisoformat, str)) if paging.cursor else None
    with account(caller.account_id) as db:
        found = heard_campaigns(db, caller.account_id, source_id, ignored=paging.ignored, after=after, limit=paging.limit + 1)
    return page([_heard(one) for one in found[: paging.limit]], found, paging, key=lambda one: [one.place[0].isoformat(), one.key])


@router.post("sources/{int:source_id}/test-texts", response={202: TestTextOut}, auth=May("sources.write"), summary="Send a test text")
def send_test_text(request: HttpRequest, source_id: int, payload: TestTextIn) -> Status[dict[str, Any]]:
    """Sent in the background, once; what became of it is in the list. No answer and no conversation: nothing is counted."""
    caller = caller_of(request)
    made = test_texts.send_test_text(
        caller.account_id, source_id, to=payload.to, text=payload.text, sender=payload.sender, actor=caller.actor, at=clock.now()
    )
    return Status(202, _test_text(made))


@router.get("sources/{int:source_id}/test-texts", response=Page[TestTextOut], auth=May("sources.write"), summary="List test texts")
def list_test_texts(request: HttpRequest, source_id: int, paging: PagingQuery) -> dict[str, Any]:
    """Oldest first."""
    caller = caller_of(request)
    source = verbs.source_in(caller.account_id, source_id)
    return by_id(TestText.objects.filter(account_id=caller.account_id, source=source), paging, _test_text)


def _app(app: str, grant: AppGrant | None) -> dict[str, Any]:
    adapter = ADAPTERS[app]
    told = ("broadcast", "two_way", "delivery_reports", "opt_out_feed")
    state = "unavailable" if grant is None else "available" if grant.installed_at is None else "installed"
    capabilities = {name: getattr(adapter.capabilities, name) for name in told}
    return {"app": app, "title": adapter.title, "state": state, "capabilities": capabilities}


def _heard(one: HeardCampaign) -> dict[str, Any]:
    same = ("external_campaign", "sender", "text", "notices", "first_heard_at", "last_heard_at", "is_ignored")
    return {name: getattr(one, name) for name in same} | {"entry_point": one.entry_point_id}


def _test_text(one: TestText) -> dict[str, Any]:
    same = ("id", "text", "state", "reason", "detail", "created_at")
    return {name: getattr(one, name) for name in same} | {"to": one.to_number, "sender": one.from_number}

"""Sources: connecting them, their webhook addresses, their secrets."""

from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema, Status
from pydantic import ConfigDict, Field

from antiphon.accounts.permissions import may
from antiphon.api import versions
from antiphon.api.access import Caller, May, caller_of
from antiphon.api.changes import kept
from antiphon.api.lists import Page, PagingQuery, by_id
from antiphon.config.env import current
from antiphon.kit import clock
from antiphon.providers import verbs
from antiphon.providers.models import IgnoredCampaign, Source, SourceSecret
from antiphon.providers.protocol import HookKind

router = Router(tags=["sources"])
_RENAMED = {"default_skill": "default_skill_id"}


class Webhooks(Schema):
    """Addresses to paste into the provider's tool."""

    reply: str
    notice: str
    report: str
    opt_out: str


class Secret(Schema):
    """A webhook key or notice token: until when it holds, null for the newest; its value is in `webhooks` or `notice_token`."""

    kind: Literal["webhook_key", "notice_token"]
    created_at: datetime
    expires_at: datetime | None


class Heard(Schema):
    """When a webhook was last heard, and when one was last refused because it did not prove itself."""

    kind: str
    heard_at: datetime | None
    refused_at: datetime | None


class SourceOut(Schema):
    """A source; `webhooks`, `notice_token` and `secrets` only for keys that may change sources."""

    id: int
    app: str
    name: str
    state: Literal["connected", "paused", "disconnected"]
    numbers: list[str]
    default_skill: int
    default_language: str
    campaign_grouping: int
    look_back_days: int
    notice_tolerance_minutes: int
    product_token_state: str
    product_token_reason: str
    home_region: str
    stop_words: dict[str, list[str]] | None
    version: int
    heard: list[Heard]
    secrets: list[Secret] | None
    webhooks: Webhooks | None
    notice_token: str | None


class SourceIn(Schema):
    """A source to be connected; the product token is checked in the background and never blocks."""

    model_config = ConfigDict(extra="forbid")
    app: str
    name: str
    product_token: str
    numbers: list[str]
    default_skill: int
    default_language: str = "en"
    campaign_grouping: int = 1
    look_back_days: int = 30
    notice_tolerance_minutes: int = 10
    home_region: str = Field("", max_length=2)
    stop_words: dict[str, list[str]] | None = Field(None, description="by language, or other; null: the app's own")


class SourceChange(Schema):
    """What changes of a source; what is left out stays."""

    model_config = ConfigDict(extra="forbid")
    name: str = kept()
    product_token: str = kept()
    numbers: list[str] = kept()
    default_skill: int = kept()
    default_language: str = kept()
    campaign_grouping: int = kept()
    look_back_days: int = kept()
    notice_tolerance_minutes: int = kept()
    home_region: str = kept(max_length=2)
    stop_words: dict[str, list[str]] | None = Field(None, description="by language, or other; null: the app's own")


class SourceState(Schema):
    """What a source does: `paused` sends nothing; `disconnected` is for ever, its webhook addresses answer 404."""

    model_config = ConfigDict(extra="forbid")
    state: Literal["connected", "paused", "disconnected"]
    confirmation: str = Field("", description="the source's name: asked for when it is disconnected with open conversations")


class SecretIn(Schema):
    """Which secret is made anew; the old one holds for a week."""

    model_config = ConfigDict(extra="forbid")
    kind: Literal["webhook_key", "notice_token"]


class IgnoredIn(Schema):
    """An external campaign that carries other traffic; empty is: no campaign ID."""

    model_config = ConfigDict(extra="forbid")
    external_campaign: str = Field(max_length=200)


class IgnoredOut(Schema):
    """An ignored external campaign."""

    external_campaign: str
    ignored_at: str


@router.get("sources", response=Page[SourceOut], auth=May("sources.read"), summary="List sources")
def list_sources(request: HttpRequest, paging: PagingQuery) -> dict[str, Any]:
    """Every source, disconnected ones too."""
    caller = caller_of(request)
    sources = Source.objects.filter(account_id=caller.account_id).prefetch_related("secrets", "heard")
    return by_id(sources, paging, lambda source: _shown(source, caller))


@router.post("sources", response={201: SourceOut}, auth=May("sources.write"), summary="Connect a source")
def connect_source(request: HttpRequest, response: HttpResponse, payload: SourceIn) -> Status[dict[str, Any]]:
    """Answers with the addresses and the token to paste into the provider's tool."""
    caller = caller_of(request)
    new = verbs.NewSource(**_renamed(payload.dict()))
    return Status(201, _tagged(verbs.connect(caller.account_id, new, actor=caller.actor, at=clock.now()), caller, response))


@router.get("sources/{int:source_id}", response=SourceOut, auth=May("sources.read"), summary="One source")
def one_source(request: HttpRequest, response: HttpResponse, source_id: int) -> dict[str, Any]:
    """What is known of a source."""
    caller = caller_of(request)
    return _tagged(verbs.source_in(caller.account_id, source_id), caller, response)


@router.patch("sources/{int:source_id}", response=SourceOut, auth=May("sources.write"), summary="Change a source")
def edit_source(request: HttpRequest, response: HttpResponse, source_id: int, payload: SourceChange) -> dict[str, Any]:
    """Settings hold from the next webhook on. With If-Match, 412 when somebody changed it meanwhile."""
    caller = caller_of(request)
    changes, version = _renamed(payload.dict(exclude_unset=True)), versions.expected(request)
    edited = verbs.edit_source(caller.account_id, source_id, changes, actor=caller.actor, at=clock.now(), version=version)
    return _tagged(edited, caller, response)


@router.put("sources/{int:source_id}/state", response=SourceOut, auth=May("sources.write"), summary="Pause, resume or disconnect a source")
def set_source_state(request: HttpRequest, source_id: int, payload: SourceState) -> dict[str, Any]:
    """A paused source takes everything in and sends nothing; a disconnected one cannot come back.

    Disconnecting is refused while engagements of published campaigns use it, and asks for its name while conversations are open.
    """
    caller, at = caller_of(request), clock.now()
    if payload.state == "disconnected":
        given = payload.confirmation
        changed = verbs.disconnect(caller.account_id, source_id, actor=caller.actor, at=at, confirmation=given)
    else:
        change = {"connected": verbs.resume, "paused": verbs.pause}[payload.state]
        changed = change(caller.account_id, source_id, actor=caller.actor, at=at)
    return _shown(changed, caller)


@router.post("sources/{int:source_id}/token-check", response={202: SourceOut}, auth=May("sources.write"), summary="Check a product token")
def check_token(request: HttpRequest, source_id: int) -> Status[dict[str, Any]]:
    """The provider is asked in the background; `product_token_state` says what it said."""
    caller = caller_of(request)
    verbs.check_token_again(caller.account_id, source_id)
    return Status(202, _shown(verbs.source_in(caller.account_id, source_id), caller))


@router.post("sources/{int:source_id}/secrets", response={201: SourceOut}, auth=May("sources.write"), summary="Make a secret anew")
def rotate_secret(request: HttpRequest, source_id: int, payload: SecretIn) -> Status[dict[str, Any]]:
    """The old secret holds for a week, so that the provider's tool can be changed meanwhile."""
    caller = caller_of(request)
    verbs.rotate(caller.account_id, source_id, payload.kind, actor=caller.actor, at=clock.now())
    return Status(201, _shown(verbs.source_in(caller.account_id, source_id), caller))


@router.delete("sources/{int:source_id}/secrets/{kind}/old", response={204: None}, auth=May("sources.write"), summary="End old secrets now")
def end_old_secrets(request: HttpRequest, source_id: int, kind: Literal["webhook_key", "notice_token"]) -> Status[None]:
    """Once the provider's tool has the new one, the old ones need not hold for their week."""
    caller = caller_of(request)
    verbs.end_old_secrets(caller.account_id, source_id, kind, actor=caller.actor, at=clock.now())
    return Status(204, None)


@router.get(
    "sources/{int:source_id}/ignored-campaigns", response=Page[IgnoredOut], auth=May("sources.read"), summary="List ignored campaigns"
)
def list_ignored(request: HttpRequest, source_id: int, paging: PagingQuery) -> dict[str, Any]:
    """External campaigns whose notices are stored, but not counted and not answered."""
    caller = caller_of(request)
    source = verbs.source_in(caller.account_id, source_id)
    return by_id(IgnoredCampaign.objects.filter(account_id=caller.account_id, source=source), paging, _ignored)


@router.post(
    "sources/{int:source_id}/ignored-campaigns",
    response={201: IgnoredOut},
    auth=May("sources.write"),
    summary="Ignore an external campaign",
)
def ignore(request: HttpRequest, source_id: int, payload: IgnoredIn) -> Status[dict[str, Any]]:
    """Holds at once; decisions made are not made again."""
    caller = caller_of(request)
    marked = verbs.ignore_campaign(caller.account_id, source_id, payload.external_campaign, actor=caller.actor, at=clock.now())
    return Status(201, _ignored(marked))


@router.delete(
    "sources/{int:source_id}/ignored-campaigns", response={204: None}, auth=May("sources.write"), summary="Heed an external campaign again"
)
def heed(request: HttpRequest, source_id: int, external_campaign: str) -> Status[None]:
    """Notices count again from now on."""
    caller = caller_of(request)
    verbs.stop_ignoring(caller.account_id, source_id, external_campaign, actor=caller.actor, at=clock.now())
    return Status(204, None)


def _renamed(values: dict[str, Any]) -> dict[str, Any]:
    return {_RENAMED.get(name, name): value for name, value in values.items()}


def _tagged(source: Source, caller: Caller, response: HttpResponse) -> dict[str, Any]:
    versions.tagged(response, source.version)
    return _shown(source, caller)


def _shown(source: Source, caller: Caller) -> dict[str, Any]:
    same = ["id", "app", "name", "numbers", "default_language", "campaign_grouping", "look_back_days", "notice_tolerance_minutes"]
    same += ["home_region", "stop_words", "version"]
    is_trusted = may(caller.role, "sources.write")
    return {name: getattr(source, name) for name in same} | {
        "state": "disconnected" if source.disconnected_at else "paused" if source.paused_at else "connected",
        "default_skill": source.default_skill_id,
        "product_token_state": source.token_state,
        "product_token_reason": source.token_reason,
        "heard": _heard(source),
        "secrets": _secrets(source) if is_trusted else None,
        "webhooks": verbs.webhook_urls(source, site_url=current().site_url) if is_trusted else None,
        "notice_token": verbs.notice_token(source) if is_trusted else None,
    }


def _heard(source: Source) -> list[dict[str, Any]]:
    known = {one.kind: (one.heard_at, one.refused_at) for one in source.heard.all()}
    found = [(kind.value, *known.get(kind.value, (None, None))) for kind in HookKind]
    return [{"kind": kind, "heard_at": heard_at, "refused_at": refused_at} for kind, heard_at, refused_at in found]


def _secrets(source: Source) -> list[dict[str, Any]]:
    in_force = [one for one in source.secrets.all() if one.expires_at is None or one.expires_at > clock.now()]
    return [{name: getattr(one, name) for name in ("kind", "created_at", "expires_at")} for one in sorted(in_force, key=_by_age)]


def _by_age(one: SourceSecret) -> tuple[str, int]:
    return one.kind, one.pk


def _ignored(marked: IgnoredCampaign) -> dict[str, Any]:
    return {"external_campaign": marked.external_campaign, "ignored_at": marked.ignored_at.isoformat()}

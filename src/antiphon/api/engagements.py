"""Engagements, and the library of entry points they claim."""

from typing import Any, Literal

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema, Status
from pydantic import ConfigDict, Field

from antiphon.api import versions
from antiphon.api.access import May, caller_of
from antiphon.api.campaigns import WarningOut, warning_shown
from antiphon.api.changes import kept
from antiphon.api.lists import Page, PagingQuery, by_id
from antiphon.campaigns import guarding, removal, store, verbs
from antiphon.campaigns.models import Engagement, EntryPoint
from antiphon.campaigns.types import NewEngagement
from antiphon.kit import clock

router = Router(tags=["engagements"])
_RENAMED = {"source": "source_id", "skill": "skill_id", "entry_points": "entry_point_ids"}


class EntryPointOut(Schema):
    """An entry point of the library."""

    id: int
    source: int
    kind: str
    value: str
    name: str


class EntryPointIn(Schema):
    """An entry point; a campaign ID may be pasted as the address of its page in the provider's tool."""

    model_config = ConfigDict(extra="forbid")
    source: int
    kind: Literal["campaign_id", "phone_number"]
    value: str = Field(max_length=2000)
    name: str = Field("", max_length=200)


class EngagementOut(Schema):
    """An engagement. `authentication` is always on."""

    id: int
    number: int
    campaign: int
    name: str
    source: int
    authentication: Literal["on"]
    skill: int
    language: str
    note: str
    enabled: bool
    entry_points: list[int]
    version: int


class EngagementWithWarnings(EngagementOut):
    """An engagement, and what to look at."""

    warnings: list[WarningOut]


class EngagementIn(Schema):
    """A new engagement; `authentication` may be left out."""

    model_config = ConfigDict(extra="forbid")
    name: str
    source: int
    skill: int
    language: str
    note: str = ""
    entry_points: list[int] = []
    enabled: bool = True
    authentication: Any = "on"


class EngagementChange(Schema):
    """What changes of an engagement; what is left out stays."""

    model_config = ConfigDict(extra="forbid")
    name: str = kept()
    source: int = kept()
    skill: int = kept()
    language: str = kept()
    note: str = kept()
    entry_points: list[int] = kept()
    enabled: bool = kept()
    authentication: Any = "on"


@router.get("entry-points", response=Page[EntryPointOut], auth=May("entry_points.read"), summary="List entry points", tags=["entry points"])
def list_entry_points(request: HttpRequest, paging: PagingQuery, source: int | None = None) -> dict[str, Any]:
    """The account's library."""
    found = EntryPoint.objects.filter(account_id=caller_of(request).account_id, removed_at=None)
    return by_id(found.filter(source_id=source) if source else found, paging, _entry_point)


@router.post(
    "entry-points",
    response={200: EntryPointOut, 201: EntryPointOut},
    auth=May("entry_points.write"),
    summary="Add an entry point",
    tags=["entry points"],
)
def add_entry_point(request: HttpRequest, payload: EntryPointIn) -> Status[dict[str, Any]]:
    """The same source, kind and value again answers 200 with the one there is."""
    caller = caller_of(request)
    found, is_new = verbs.create_entry_point(
        caller.account_id,
        source_id=payload.source,
        kind=payload.kind,
        value=payload.value,
        name=payload.name,
        actor=caller.actor,
        at=clock.now(),
    )
    return Status(201 if is_new else 200, _entry_point(found))


@router.get("campaigns/{int:campaign_id}/engagements", response=Page[EngagementOut], auth=May("campaigns.read"), summary="List engagements")
def list_engagements(request: HttpRequest, campaign_id: int, paging: PagingQuery) -> dict[str, Any]:
    """The engagements of one campaign."""
    campaign = store.campaign_in(caller_of(request).account_id, campaign_id)
    return by_id(_of(campaign.account_id).filter(campaign=campaign), paging, _shown)


@router.post(
    "campaigns/{int:campaign_id}/engagements",
    response={201: EngagementWithWarnings},
    auth=May("campaigns.write"),
    summary="Add an engagement",
)
def add_engagement(request: HttpRequest, response: HttpResponse, campaign_id: int, payload: EngagementIn) -> Status[dict[str, Any]]:
    """On a connected source; its entry points belong to the same source."""
    caller = caller_of(request)
    new = NewEngagement(**_renamed(payload.dict()))
    made = verbs.create_engagement(caller.account_id, campaign_id, new, actor=caller.actor, at=clock.now())
    return Status(201, _with_warnings(made, response))


@router.get("engagements/{int:engagement_id}", response=EngagementWithWarnings, auth=May("campaigns.read"), summary="One engagement")
def one_engagement(request: HttpRequest, response: HttpResponse, engagement_id: int) -> dict[str, Any]:
    """With what to look at."""
    return _with_warnings(store.engagement_in(caller_of(request).account_id, engagement_id), response)


@router.patch(
    "engagements/{int:engagement_id}", response=EngagementWithWarnings, auth=May("campaigns.write"), summary="Change an engagement"
)
def edit_engagement(request: HttpRequest, response: HttpResponse, engagement_id: int, payload: EngagementChange) -> dict[str, Any]:
    """Live when saved, as a new version. With If-Match, 412 when somebody changed it meanwhile."""
    caller = caller_of(request)
    changes = _renamed(payload.dict(exclude_unset=True))
    edited = verbs.edit_engagement(
        caller.account_id, engagement_id, changes, actor=caller.actor, at=clock.now(), version=versions.expected(request)
    )
    return _with_warnings(edited, response)


@router.delete("engagements/{int:engagement_id}", response={204: None}, auth=May("campaigns.write"), summary="Remove an engagement")
def remove_engagement(request: HttpRequest, engagement_id: int) -> Status[None]:
    """Nothing finds it any more, and its entry points are free; what was linked to it stays.

    A published campaign keeps its last entry point (409).
    """
    caller = caller_of(request)
    removal.remove_engagement(caller.account_id, engagement_id, actor=caller.actor, at=clock.now(), version=versions.expected(request))
    return Status(204, None)


def _renamed(values: dict[str, Any]) -> dict[str, Any]:
    return {_RENAMED.get(name, name): value for name, value in values.items()}


def _of(account_id: int) -> QuerySet[Engagement, Engagement]:
    return Engagement.objects.filter(account_id=account_id, removed_at=None).prefetch_related("entry_points")


def _entry_point(entry_point: EntryPoint) -> dict[str, Any]:
    same = ("id", "kind", "value", "name")
    return {name: getattr(entry_point, name) for name in same} | {"source": entry_point.source_id}


def _with_warnings(engagement: Engagement, response: HttpResponse) -> dict[str, Any]:
    versions.tagged(response, engagement.version)
    found = guarding.warnings_of(engagement.account_id, engagement.campaign_id, at=clock.now())
    return _shown(engagement) | {"warnings": [warning_shown(warning) for warning in found if warning.engagement_id == engagement.id]}


def _shown(engagement: Engagement) -> dict[str, Any]:
    same = ("id", "number", "name", "language", "note", "enabled", "version")
    return {name: getattr(engagement, name) for name in same} | {
        "campaign": engagement.campaign_id,
        "source": engagement.source_id,
        "skill": engagement.skill_id,
        "authentication": "on",
        "entry_points": sorted(entry_point.id for entry_point in engagement.entry_points.all()),
    }

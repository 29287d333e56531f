"""Campaigns: goal, time frame, state."""

from datetime import date, datetime
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema, Status
from pydantic import ConfigDict, Field

from antiphon.api import versions
from antiphon.api.access import May, caller_of
from antiphon.api.changes import kept
from antiphon.api.lists import Page, PagingQuery, by_id
from antiphon.campaigns import decide, guarding, store, verbs
from antiphon.campaigns.copying import duplicate_campaign
from antiphon.campaigns.history import history_of
from antiphon.campaigns.models import Campaign
from antiphon.campaigns.types import FieldWarning, Frame, NewCampaign, Step
from antiphon.kit import clock

router = Router(tags=["campaigns"])
_FIELDS = {"source_id": "source", "skill_id": "skill", "entry_point_ids": "entry_points"}

GoalKind = Literal["conversation", "lead", "sale", "service", "other"]


class Goal(Schema):
    """What a campaign wants, and how many of it."""

    model_config = ConfigDict(extra="forbid")
    kind: GoalKind
    target: int | None = Field(default=None, ge=1)


class WarningOut(Schema):
    """What is likely to go wrong; never blocks. `field` is the input that causes it, `engagement` where it stands."""

    code: str
    message: str
    field: str
    engagement: int | None


class CampaignOut(Schema):
    """A campaign. `phase` is what pages call it: draft, scheduled, live, ended, paused, archived."""

    id: int
    name: str
    type: str
    goal: Goal
    time_zone: str
    starts_on: date
    ends_on: date | None
    starts_at: datetime
    ends_at: datetime | None
    state: str
    phase: str
    version: int


class CampaignWithWarnings(CampaignOut):
    """A campaign, what to look at before it goes live, and its engagements."""

    engagements: list[int]
    warnings: list[WarningOut]


class CampaignIn(Schema):
    """A new campaign. The last day is included; null is no end."""

    model_config = ConfigDict(extra="forbid")
    name: str
    type: Literal["outbound"] = "outbound"
    goal: Goal = Goal(kind="conversation")
    time_zone: str
    starts_on: date
    ends_on: date | None = None


class CampaignChange(Schema):
    """What changes of a campaign; what is left out stays."""

    model_config = ConfigDict(extra="forbid")
    name: str = kept()
    goal: Goal = kept()
    time_zone: str = kept()
    starts_on: date = kept()
    ends_on: date | None = None


class StateIn(Schema):
    """The state a campaign is brought to."""

    model_config = ConfigDict(extra="forbid")
    state: Literal["draft", "published", "paused", "archived"]


class CopyIn(Schema):
    """What the copy is called; without a name, "Copy of" and the original's."""

    model_config = ConfigDict(extra="forbid")
    name: str = Field("", max_length=200)


class ChangeOut(Schema):
    """A field as it was and as it became."""

    field: str
    before: Any
    after: Any


class VersionOut(Schema):
    """A version of a campaign, or of one of its engagements (`kind`, `id`): who made it, when, and what it changed.

    The first version of either has no changes.
    """

    kind: str
    id: int
    name: str
    version: int
    at: datetime
    actor: str
    changes: list[ChangeOut]


@router.get("campaigns", response=Page[CampaignOut], auth=May("campaigns.read"), summary="List campaigns")
def list_campaigns(request: HttpRequest, paging: PagingQuery, state: str | None = None) -> dict[str, Any]:
    """Oldest first."""
    found = Campaign.objects.filter(account_id=caller_of(request).account_id)
    return by_id(found.filter(state=state) if state else found, paging, _shown)


@router.post("campaigns", response={201: CampaignWithWarnings}, auth=May("campaigns.write"), summary="Add a campaign")
def add_campaign(request: HttpRequest, response: HttpResponse, payload: CampaignIn) -> Status[dict[str, Any]]:
    """A draft: nothing is linked until it is published. Refused (409) while no installed app can broadcast."""
    caller = caller_of(request)
    new = NewCampaign(
        name=payload.name,
        time_zone=payload.time_zone,
        starts_on=payload.starts_on,
        ends_on=payload.ends_on,
        goal_kind=payload.goal.kind,
        goal_target=payload.goal.target,
    )
    made = verbs.create_campaign(caller.account_id, new, actor=caller.actor, at=clock.now())
    return Status(201, _with_warnings(made, response))


@router.get("campaigns/{int:campaign_id}", response=CampaignWithWarnings, auth=May("campaigns.read"), summary="One campaign")
def one_campaign(request: HttpRequest, response: HttpResponse, campaign_id: int) -> dict[str, Any]:
    """With what to look at before it goes live."""
    return _with_warnings(store.campaign_in(caller_of(request).account_id, campaign_id), response)


@router.patch("campaigns/{int:campaign_id}", response=CampaignWithWarnings, auth=May("campaigns.write"), summary="Change a campaign")
def edit_campaign(request: HttpRequest, response: HttpResponse, campaign_id: int, payload: CampaignChange) -> dict[str, Any]:
    """Live when saved, as a new version. With If-Match, 412 when somebody changed it meanwhile."""
    caller = caller_of(request)
    changes = payload.dict(exclude_unset=True)
    if changes.pop("goal", None):
        changes |= {"goal_kind": payload.goal.kind, "goal_target": payload.goal.target}
    edited = verbs.edit_campaign(
        caller.account_id, campaign_id, changes, actor=caller.actor, at=clock.now(), version=versions.expected(request)
    )
    return _with_warnings(edited, response)


@router.put(
    "campaigns/{int:campaign_id}/state", response=CampaignWithWarnings, auth=May("campaigns.write"), summary="Publish, pause or archive"
)
def set_state(request: HttpRequest, response: HttpResponse, campaign_id: int, payload: StateIn) -> dict[str, Any]:
    """A way that is not open answers 409: draft, published and paused lead to each other, archived to none."""
    caller = caller_of(request)
    changed = verbs.set_state(
        caller.account_id, campaign_id, payload.state, actor=caller.actor, at=clock.now(), version=versions.expected(request)
    )
    return _with_warnings(changed, response)


@router.post(
    "campaigns/{int:campaign_id}/copies", response={201: CampaignWithWarnings}, auth=May("campaigns.write"), summary="Duplicate a campaign"
)
def copy_campaign(request: HttpRequest, response: HttpResponse, campaign_id: int, payload: CopyIn) -> Status[dict[str, Any]]:
    """A draft with its goal, frame and engagements. Campaign IDs stay behind: each broadcast has its own."""
    caller = caller_of(request)
    made = duplicate_campaign(caller.account_id, campaign_id, actor=caller.actor, at=clock.now(), name=payload.name)
    return Status(201, _with_warnings(made, response))


@router.get(
    "campaigns/{int:campaign_id}/versions", response=list[VersionOut], auth=May("campaigns.read"), summary="What became of a campaign"
)
def versions_of(request: HttpRequest, campaign_id: int) -> list[dict[str, Any]]:
    """Every version of the campaign and of its engagements, newest first."""
    return [_version_shown(step) for step in history_of(caller_of(request).account_id, campaign_id)]


def warning_shown(warning: FieldWarning) -> dict[str, Any]:
    """Return a warning as the API shows it."""
    return {"code": warning.code, "message": warning.message, "field": warning.field, "engagement": warning.engagement_id}


def _version_shown(step: Step) -> dict[str, Any]:
    same = ("kind", "id", "name", "version", "at", "actor")
    changes = [{"field": _FIELDS.get(one.field, one.field), "before": one.before, "after": one.after} for one in step.changes]
    return {name: getattr(step, name) for name in same} | {"changes": changes}


def _with_warnings(campaign: Campaign, response: HttpResponse) -> dict[str, Any]:
    versions.tagged(response, campaign.version)
    warnings = guarding.warnings_of(campaign.account_id, campaign.id, at=clock.now())
    engagements = (
        campaign.engagements.filter(account_id=campaign.account_id, removed_at=None).order_by("number").values_list("id", flat=True)
    )
    return _shown(campaign) | {"engagements": list(engagements), "warnings": [warning_shown(warning) for warning in warnings]}


def _shown(campaign: Campaign) -> dict[str, Any]:
    same = ("id", "name", "type", "time_zone", "starts_on", "ends_on", "starts_at", "ends_at", "state", "version")
    within = Frame(campaign.starts_at, campaign.ends_at)
    return {name: getattr(campaign, name) for name in same} | {
        "goal": {"kind": campaign.goal_kind, "target": campaign.goal_target},
        "phase": decide.phase(campaign.state, within, at=clock.now()),
    }

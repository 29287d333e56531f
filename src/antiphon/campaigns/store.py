"""What is stored of campaigns: their rows, their versions, and who claims what."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from antiphon.accounts.models import AppGrant
from antiphon.campaigns.models import Campaign, CampaignVersion, Engagement, EngagementEntryPoint, EngagementVersion, EntryPoint
from antiphon.campaigns.types import Claimant, Claimed, Drafted, Frame
from antiphon.kit import keys
from antiphon.kit.db import Database, rows, sql
from antiphon.kit.problems import Invalid, Missing
from antiphon.providers.models import Source
from antiphon.providers.registry import ADAPTERS

_COUNTED = ("published", "paused")


def can_broadcast(account_id: int) -> bool:
    """Return whether an installed app of the account can broadcast: without one there is no Outbound."""
    installed = AppGrant.objects.filter(account_id=account_id, installed_at__isnull=False).values_list("app", flat=True)
    return any(app in ADAPTERS and ADAPTERS[app].capabilities.broadcast for app in installed)


def campaign_in(account_id: int, campaign_id: int, *, locked: bool = False) -> Campaign:
    """Return a campaign of the account. Raises Missing."""
    found = (Campaign.objects.select_for_update() if locked else Campaign.objects).filter(account_id=account_id, id=campaign_id).first()
    if found is None:
        raise Missing("not_found", "There is no campaign {campaign_id} in this account.", campaign_id=campaign_id)
    return found


def engagement_in(account_id: int, engagement_id: int, *, locked: bool = False, removed: bool = False) -> Engagement:
    """Return an engagement of the account that was not removed, or was. Raises Missing."""
    query = Engagement.objects.select_for_update(of=("self",)) if locked else Engagement.objects
    found = (
        query.select_related("campaign", "source", "skill")
        .filter(account_id=account_id, id=engagement_id, removed_at__isnull=not removed)
        .first()
    )
    if found is None:
        raise Missing("not_found", "There is no engagement {engagement_id} in this account.", engagement_id=engagement_id)
    return found


def entry_points_of(account_id: int, entry_point_ids: list[int], *, source: Source) -> list[EntryPoint]:
    """Return entry points by id, in the order given, all of one source. Raises Missing, Invalid."""
    found = EntryPoint.objects.filter(account_id=account_id).in_bulk(entry_point_ids)
    for wanted in entry_point_ids:
        if wanted not in found:
            raise Missing("not_found", "There is no entry point {wanted} in this account.", field="entry_points", wanted=wanted)
        if found[wanted].source_id != source.id:
            raise Invalid(
                "other_source",
                "Entry point {wanted} belongs to another source: choose one of {source}.",
                field="entry_points",
                wanted=wanted,
                source=source.name,
            )
    return [found[wanted] for wanted in dict.fromkeys(entry_point_ids)]


def set_entry_points(engagement: Engagement, entry_points: list[EntryPoint]) -> None:
    """Make these the entry points of the engagement."""
    kept = EngagementEntryPoint.objects.filter(account_id=engagement.account_id, engagement=engagement)
    kept.exclude(entry_point__in=entry_points).delete()
    there = set(kept.values_list("entry_point_id", flat=True))
    missing = [entry_point for entry_point in entry_points if entry_point.id not in there]
    EngagementEntryPoint.objects.bulk_create(
        EngagementEntryPoint(account_id=engagement.account_id, engagement=engagement, entry_point=entry_point) for entry_point in missing
    )


def entry_point_ids(engagement: Engagement) -> list[int]:
    """Return the ids of the engagement's entry points, ascending."""
    found = EngagementEntryPoint.objects.filter(account_id=engagement.account_id, engagement=engagement)
    return sorted(found.values_list("entry_point_id", flat=True))


def add_campaign_version(campaign: Campaign, *, actor: str, at: datetime) -> None:
    """Write down what the campaign is from `at` on."""
    same = ("name", "goal_kind", "goal_target", "time_zone", "starts_on", "ends_on", "starts_at", "ends_at", "state", "version")
    values: dict[str, Any] = {name: getattr(campaign, name) for name in same}
    CampaignVersion.objects.create(account_id=campaign.account_id, campaign=campaign, at=at, actor=actor, **values)


def add_engagement_version(engagement: Engagement, *, actor: str, at: datetime) -> None:
    """Write down what the engagement is from `at` on."""
    same = ("name", "source_id", "skill_id", "language", "note", "enabled", "version")
    values: dict[str, Any] = {name: getattr(engagement, name) for name in same} | {"entry_point_ids": entry_point_ids(engagement)}
    EngagementVersion.objects.create(
        account_id=engagement.account_id, engagement=engagement, at=at, actor=actor, is_removed=engagement.removed_at is not None, **values
    )


def uses_of_skill(account_id: int, skill_id: int) -> list[str]:
    """Return the names of what needs the skill: sources by default, engagements of published or paused campaigns."""
    sources = Source.objects.filter(account_id=account_id, default_skill_id=skill_id, disconnected_at=None)
    engagements = Engagement.objects.filter(account_id=account_id, skill_id=skill_id, removed_at=None, campaign__state__in=_COUNTED)
    return [source.name for source in sources.order_by("id")] + [engagement.name for engagement in engagements.order_by("id")]


def claimants(
    db: Database, account_id: int, campaign_ids: Sequence[int], *, entry_point_ids: Sequence[int] = ()
) -> tuple[list[Claimant], list[Claimant]]:
    """Return the campaigns' own engagements, and the rivals in other published campaigns for what they, or those named, claim."""
    wanted = {"account_id": account_id, "campaign_id": list(campaign_ids), "entry_point_id": list(entry_point_ids)}
    found = [_claimant(row) for row in rows(db, sql(__package__, "claimants"), wanted)]
    own = set(campaign_ids)
    return [one for one in found if one.campaign_id in own], [one for one in found if one.campaign_id not in own]


def drafted(db: Database, account_id: int, draft: Drafted, *, campaign: Campaign, within: Frame, number: int) -> Claimant:
    """Return an engagement of a form as the warnings see it."""
    wanted = {"account_id": account_id, "source_id": draft.source_id, "skill_id": draft.skill_id}
    pairs = {"kind": [kind for kind, _ in draft.entry_points], "value": [value for _, value in draft.entry_points]}
    row = rows(db, sql(__package__, "drafted"), wanted | pairs | {"key": [keys.fold(value) for _, value in draft.entry_points]})[0]
    return Claimant(
        campaign_id=campaign.id,
        campaign_name=campaign.name,
        is_published=campaign.state == "published",
        engagement_id=draft.id,
        engagement_number=number,
        engagement_name=draft.name or "This engagement",
        enabled=draft.enabled,
        frame=within,
        time_zone=campaign.time_zone,
        entry_points=_claimed(row.entry_points),
        skill_name=row.skill_name or "",
        skill_has_people=row.skill_has_people or row.skill_name is None,
        source_name=row.source_name or "",
        source_is_connected=row.source_is_connected or row.source_name is None,
        has_note=draft.has_note,
    )


def _claimant(row: Any) -> Claimant:
    return Claimant(
        campaign_id=row.campaign_id,
        campaign_name=row.campaign_name,
        is_published=row.is_published,
        engagement_id=row.engagement_id,
        engagement_number=row.engagement_number,
        engagement_name=row.engagement_name,
        enabled=row.enabled,
        frame=Frame(row.starts_at, row.ends_at),
        time_zone=row.time_zone,
        entry_points=_claimed(row.entry_points),
        skill_name=row.skill_name,
        skill_has_people=row.skill_has_people,
        source_name=row.source_name,
        source_is_connected=row.source_is_connected,
        has_note=row.has_note,
    )


def _claimed(told: str) -> tuple[Claimed, ...]:
    return tuple(
        Claimed(one["id"], one["label"], one["is_heard"], None if one["holders"] is None else tuple(one["holders"]))
        for one in json.loads(told)
    )

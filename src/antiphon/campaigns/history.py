"""What became of a campaign, version by version: its own and its engagements' together, newest first."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from antiphon.campaigns import store
from antiphon.campaigns.decide import difference
from antiphon.campaigns.models import CampaignVersion, EngagementVersion
from antiphon.campaigns.types import Since, Step
from antiphon.kit.db import account

CAMPAIGN = ("name", "goal_kind", "goal_target", "time_zone", "starts_on", "ends_on", "state")
ENGAGEMENT = ("name", "source_id", "skill_id", "language", "note", "entry_point_ids", "enabled", "is_removed")


def history_of(account_id: int, campaign_id: int) -> list[Step]:
    """Return every version of a campaign and its engagements, newest first, each with what it changed. Raises Missing."""
    with account(account_id):
        campaign = store.campaign_in(account_id, campaign_id)
        own = CampaignVersion.objects.filter(account_id=account_id, campaign=campaign).order_by("version")
        parts = EngagementVersion.objects.filter(account_id=account_id, engagement__campaign=campaign).order_by("engagement_id", "version")
        steps = list(_steps("campaign", campaign_id, own, CAMPAIGN))
        for engagement_id, versions in groupby(parts, key=lambda version: version.engagement_id):
            steps += _steps("engagement", engagement_id, versions, ENGAGEMENT)
    return sorted(steps, key=lambda step: (step.at, step.kind, step.id, step.version), reverse=True)


def changed_since(account_id: int, campaign_id: int, *, version: int) -> Since:
    """Return what became of the campaign itself after a version of it, and by whom."""
    with account(account_id):
        versions = CampaignVersion.objects.filter(account_id=account_id, campaign_id=campaign_id, version__gte=version).order_by("version")
        return _between(list(versions), CAMPAIGN)


def engagement_changed_since(account_id: int, engagement_id: int, *, version: int) -> Since:
    """Return what became of an engagement after a version of it, and by whom."""
    with account(account_id):
        versions = EngagementVersion.objects.filter(account_id=account_id, engagement_id=engagement_id, version__gte=version)
        return _between(list(versions.order_by("version")), ENGAGEMENT)


def _between(versions: list[Any], fields: tuple[str, ...]) -> Since:
    if not versions:
        return Since()
    changes = difference(_values(versions[0], fields), _values(versions[-1], fields))
    return Since(changes, tuple(dict.fromkeys(one.actor for one in versions[1:])))


def _steps(kind: str, identifier: int, versions: Iterable[Any], fields: tuple[str, ...]) -> Iterable[Step]:
    before = None
    for one in versions:
        changes = () if before is None else difference(_values(before, fields), _values(one, fields))
        yield Step(kind, identifier, one.name, one.version, one.at, one.actor, changes, is_first=before is None)
        before = one


def _values(version: Any, fields: tuple[str, ...]) -> dict[str, Any]:
    return {field: getattr(version, field) for field in fields}

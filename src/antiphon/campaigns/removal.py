"""Taking an engagement out of its campaign, and putting it back: it stays stored for the conversations it was linked to."""

from datetime import datetime

from antiphon.accounts.audit import audit
from antiphon.campaigns import store
from antiphon.campaigns.decide import UNDO
from antiphon.campaigns.models import Engagement, EngagementVersion
from antiphon.campaigns.verbs import check_not_archived, check_publishable_without, check_version, map_late
from antiphon.kit.db import account
from antiphon.kit.problems import Conflict


def remove_engagement(account_id: int, engagement_id: int, *, actor: str, at: datetime, version: int | None = None) -> Engagement:
    """Remove an engagement: nothing finds it any more, and its entry points are free. What was linked to it stays linked.

    Raises Missing, Stale, and Conflict for an archived campaign and for the last entry point of a published one.
    """
    with account(account_id):
        removed = store.engagement_in(account_id, engagement_id, locked=True)
        check_version(removed.version, version)
        check_not_archived(removed.campaign)
        check_publishable_without(removed, has_entry_points=False)
        store.set_entry_points(removed, [])
        removed.removed_at, removed.enabled = at, False
        _save(removed, actor=actor, at=at)
        detail = {"campaign": removed.campaign_id, "name": removed.name}
        audit(account_id, actor=actor, action="engagement.removed", subject=f"engagement:{removed.id}", at=at, detail=detail)
    return removed


def restore_engagement(account_id: int, engagement_id: int, *, actor: str, at: datetime) -> Engagement:
    """Put a removed engagement back as it was: only who removed it, within two minutes. Raises Missing, Conflict."""
    with account(account_id):
        restored = store.engagement_in(account_id, engagement_id, locked=True, removed=True)
        check_not_archived(restored.campaign)
        versions = EngagementVersion.objects.filter(account_id=account_id, engagement=restored).order_by("-version")[:2]
        removal, before = versions
        if removal.actor != actor or at - removal.at > UNDO:
            raise Conflict(
                "too_late", "{restored} was removed: only who removed it may undo that, within two minutes.", restored=restored.name
            )
        restored.removed_at, restored.enabled = None, before.enabled
        store.set_entry_points(restored, store.entry_points_of(account_id, before.entry_point_ids, source=restored.source))
        _save(restored, actor=actor, at=at)
        audit(account_id, actor=actor, action="engagement.restored", subject=f"engagement:{restored.id}", at=at)
        map_late(restored.campaign)
    return restored


def _save(engagement: Engagement, *, actor: str, at: datetime) -> None:
    engagement.version += 1
    engagement.updated_at = at
    engagement.save()
    store.add_engagement_version(engagement, actor=actor, at=at)

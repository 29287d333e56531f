"""A campaign again, as a draft: for the next broadcast of the same kind."""

from datetime import datetime

from antiphon.accounts.audit import audit
from antiphon.campaigns import store
from antiphon.campaigns.models import Campaign, Engagement, EntryPoint, State
from antiphon.campaigns.verbs import next_number
from antiphon.kit.db import account

_LONGEST_NAME = 200
_CAMPAIGN = ("type", "goal_kind", "goal_target", "time_zone", "starts_on", "ends_on", "starts_at", "ends_at")
_ENGAGEMENT = ("name", "source", "skill", "language", "note", "enabled")


def duplicate_campaign(account_id: int, campaign_id: int, *, actor: str, at: datetime, name: str = "") -> Campaign:
    """Add a draft with the goal, frame and engagements of a campaign; each broadcast has a campaign ID of its own: those stay behind.

    `name` is the original's with "Copy of" before it unless given. Raises Missing.
    """
    with account(account_id):
        original = store.campaign_in(account_id, campaign_id)
        same = {field: getattr(original, field) for field in _CAMPAIGN}
        named = (name.strip() or f"Copy of {original.name}")[:_LONGEST_NAME]
        made = Campaign.objects.create(account_id=account_id, name=named, state=State.DRAFT, created_at=at, updated_at=at, **same)
        store.add_campaign_version(made, actor=actor, at=at)
        audit(account_id, actor=actor, action="campaign.duplicated", subject=f"campaign:{made.id}", at=at, detail={"from": campaign_id})
        for engagement in original.engagements.filter(account_id=account_id, removed_at=None).order_by("number"):
            _copy(engagement, into=made, actor=actor, at=at)
    return made


def _copy(original: Engagement, *, into: Campaign, actor: str, at: datetime) -> None:
    same = {field: getattr(original, field) for field in _ENGAGEMENT}
    number = next_number(into.account_id)
    made = Engagement.objects.create(account_id=into.account_id, campaign=into, number=number, created_at=at, updated_at=at, **same)
    numbers = EntryPoint.objects.filter(account_id=into.account_id, engagements=original, kind=EntryPoint.Kind.PHONE_NUMBER)
    store.set_entry_points(made, list(numbers))
    store.add_engagement_version(made, actor=actor, at=at)

"""What campaign managers are warned of, as campaigns are stored now or as they stand in a form; nothing here blocks."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from antiphon.accounts.models import Account
from antiphon.campaigns import decide, store
from antiphon.campaigns.models import Campaign
from antiphon.campaigns.types import Claimant, Drafted, FieldWarning, Frame, Overlap
from antiphon.kit.db import Database, account


@dataclass(frozen=True, slots=True)
class Guarded:
    """What the guard rails say of one campaign."""

    warnings: list[FieldWarning]
    overlaps: list[Overlap]


def warnings_of(account_id: int, campaign_id: int, *, at: datetime) -> list[FieldWarning]:
    """Return what to warn of, as the campaign is stored now. Raises Missing."""
    return guarded_if(account_id, campaign_id, at=at).warnings


def guarded_if(account_id: int, campaign_id: int, *, at: datetime, frame: Frame | None = None, draft: Drafted | None = None) -> Guarded:
    """Return what the guard rails say if the campaign had this frame, or this engagement as it stands in a form. Raises Missing."""
    with account(account_id) as db:
        campaign = store.campaign_in(account_id, campaign_id)
        within = frame or Frame(campaign.starts_at, campaign.ends_at)
        made = [] if draft is None else [_drafted(db, campaign, draft, within=within)]
        claimed = [entry_point.id for claimant in made for entry_point in claimant.entry_points]
        stored, others = store.claimants(db, account_id, [campaign_id], entry_point_ids=claimed)
        own = [replace(claimant, frame=within) for claimant in stored if draft is None or claimant.engagement_id != draft.id]
    return _told([*own, *made], others, within=within, time_zone=campaign.time_zone, at=at)


def guarded(db: Database, account_id: int, campaign_ids: Sequence[int], *, at: datetime) -> dict[int, Guarded]:
    """Return what to warn of for each of these campaigns, and who else claims what they claim, by one statement."""
    found = {}
    for campaign_id, (own, others) in _by_campaign(db, account_id, campaign_ids).items():
        found[campaign_id] = _told(own, others, within=own[0].frame, time_zone=own[0].time_zone, at=at)
    return found


def _told(own: list[Claimant], others: list[Claimant], *, within: Frame, time_zone: str, at: datetime) -> Guarded:
    met = [overlap for claimant in own for overlap in decide.overlaps(claimant, rivals=[*own, *others])]
    return Guarded(decide.warnings(own, others=others, within=within, time_zone=time_zone, at=at), met)


def _by_campaign(db: Database, account_id: int, campaign_ids: Sequence[int]) -> dict[int, tuple[list[Claimant], list[Claimant]]]:
    """Return each campaign's own engagements with its rivals: those of other published campaigns that claim the same."""
    own, others = store.claimants(db, account_id, campaign_ids) if campaign_ids else ([], [])
    by_campaign, by_entry_point = defaultdict(list), defaultdict(list)
    for claimant in own:
        by_campaign[claimant.campaign_id].append(claimant)
    for claimant in (one for one in [*own, *others] if one.is_published):
        for entry_point in claimant.entry_points:
            by_entry_point[entry_point.id].append(claimant)
    return {key: (mine, _rivals(key, mine, by_entry_point)) for key, mine in by_campaign.items()}


def _rivals(campaign_id: int, own: list[Claimant], by_entry_point: dict[int, list[Claimant]]) -> list[Claimant]:
    claimed = {entry_point.id for claimant in own for entry_point in claimant.entry_points}
    met = [rival for entry_point_id in sorted(claimed) for rival in by_entry_point[entry_point_id]]
    return list({rival.engagement_id: rival for rival in met if rival.campaign_id != campaign_id}.values())


def _drafted(db: Database, campaign: Campaign, draft: Drafted, *, within: Frame) -> Claimant:
    """Return an engagement of a form; a new one would get the account's next number."""
    stored = campaign.engagements.filter(account_id=campaign.account_id, id=draft.id).values_list("number", flat=True).first()
    number = stored or Account.objects.get(id=campaign.account_id).next_engagement_number
    return store.drafted(db, campaign.account_id, draft, campaign=campaign, within=within, number=number)

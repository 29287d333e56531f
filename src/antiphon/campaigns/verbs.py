"""Campaigns, engagements and entry points: creating, editing, publishing; every change is a version, audited."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from antiphon.accounts.audit import audit
from antiphon.accounts.inputs import check_time_zone
from antiphon.accounts.models import Account
from antiphon.accounts.verbs import skill_in
from antiphon.campaigns import decide, store
from antiphon.campaigns.models import Campaign, CampaignVersion, Engagement, EngagementEntryPoint, EntryPoint, Goal, State
from antiphon.campaigns.types import Frame, NewCampaign, NewEngagement
from antiphon.events.types import Kind, NewEvent
from antiphon.events.verbs import record
from antiphon.kit import jobs, keys, phones
from antiphon.kit.db import Database, account
from antiphon.kit.problems import Conflict, Invalid, Stale
from antiphon.providers.models import Source
from antiphon.providers.registry import ADAPTERS
from antiphon.providers.verbs import is_connected, source_in

_FRAME = ("time_zone", "starts_on", "ends_on")
_CAMPAIGN = ("name", "goal_kind", "goal_target", *_FRAME)
_ENGAGEMENT = ("name", "source_id", "skill_id", "language", "note", "enabled")
_COUNTED = (State.PUBLISHED, State.PAUSED)
_TOLD = {State.PUBLISHED: Kind.CAMPAIGN_PUBLISHED, State.PAUSED: Kind.CAMPAIGN_PAUSED, State.ARCHIVED: Kind.CAMPAIGN_ARCHIVED}
_LONGEST_NAME, _LONGEST_NOTE = 200, 10_000


def create_campaign(account_id: int, new: NewCampaign, *, actor: str, at: datetime) -> Campaign:
    """Add an outbound campaign as a draft. Raises Invalid, and Conflict while no installed app can broadcast."""
    with account(account_id):
        if not store.can_broadcast(account_id):
            raise Conflict("no_broadcasting_app", "No installed app can broadcast: connect a source under Data sources first.")
        values = _campaign_values({name: getattr(new, name) for name in _CAMPAIGN})
        campaign = Campaign.objects.create(account_id=account_id, created_at=at, updated_at=at, **values)
        store.add_campaign_version(campaign, actor=actor, at=at)
        audit(account_id, actor=actor, action="campaign.created", subject=_subject(campaign), at=at, detail=_plain(values))
    return campaign


def edit_campaign(
    account_id: int, campaign_id: int, changes: dict[str, Any], *, actor: str, at: datetime, version: int | None = None
) -> Campaign:
    """Change name, goal or frame; live when saved, as a new version, unless nothing changes. Raises Invalid, Missing, Conflict, Stale."""
    with account(account_id):
        campaign = store.campaign_in(account_id, campaign_id, locked=True)
        check_version(campaign.version, version)
        check_not_archived(campaign)
        before = (campaign.starts_at, campaign.ends_at)
        merged = {name: getattr(campaign, name) for name in _CAMPAIGN} | {k: v for k, v in changes.items() if k in _CAMPAIGN}
        values = _campaign_values(merged)
        if all(getattr(campaign, name) == value for name, value in values.items()):
            return campaign
        for name, value in values.items():
            setattr(campaign, name, value)
        _save_campaign(campaign, actor=actor, at=at)
        audit(account_id, actor=actor, action="campaign.edited", subject=_subject(campaign), at=at, detail=_plain(changes))
        if before != (campaign.starts_at, campaign.ends_at):
            map_late(campaign)
    return campaign


def set_state(account_id: int, campaign_id: int, state: str, *, actor: str, at: datetime, version: int | None = None) -> Campaign:
    """Publish, pause, archive, or take back to draft; the state it has already changes nothing.

    Raises Conflict for a transition that is not allowed and for publishing what is not ready, Invalid, Missing, Stale.
    """
    if state not in State.values:
        raise Invalid(
            "unknown_state", "There is no state {state}: use one of {listed}.", field="state", state=state, listed=", ".join(State.values)
        )
    with account(account_id) as db:
        campaign = store.campaign_in(account_id, campaign_id, locked=True)
        check_version(campaign.version, version)
        if campaign.state == state:
            return campaign
        _check_transition(campaign, state, actor=actor, at=at)
        before, campaign.state = campaign.state, state
        _save_campaign(campaign, actor=actor, at=at)
        detail = {"from": before, "to": state}
        audit(account_id, actor=actor, action=f"campaign.{state}", subject=_subject(campaign), at=at, detail=detail)
        _tell(db, campaign, at=at)
        map_late(campaign)
    return campaign


def create_engagement(account_id: int, campaign_id: int, new: NewEngagement, *, actor: str, at: datetime) -> Engagement:
    """Add an engagement to a campaign; it gets the account's next number. Raises Invalid, Missing, Conflict."""
    check_authentication(new.authentication)
    with account(account_id):
        campaign = store.campaign_in(account_id, campaign_id, locked=True)
        check_not_archived(campaign)
        values = _engagement_values(account_id, {name: getattr(new, name) for name in _ENGAGEMENT})
        _check_connected(account_id, values["source_id"])
        made = Engagement(account_id=account_id, campaign=campaign, number=next_number(account_id), created_at=at, updated_at=at, **values)
        entry_points = store.entry_points_of(account_id, list(new.entry_point_ids), source=made.source)
        made.save(force_insert=True)
        store.set_entry_points(made, entry_points)
        store.add_engagement_version(made, actor=actor, at=at)
        detail = values | {"campaign": campaign_id, "entry_points": [entry_point.id for entry_point in entry_points]}
        audit(account_id, actor=actor, action="engagement.created", subject=f"engagement:{made.id}", at=at, detail=detail)
        map_late(campaign)
    return made


def edit_engagement(
    account_id: int, engagement_id: int, changes: dict[str, Any], *, actor: str, at: datetime, version: int | None = None
) -> Engagement:
    """Change an engagement (its fields, `enabled`, `entry_point_ids`); live when saved, as a new version, unless nothing changes.

    Raises Invalid, Missing, Conflict, Stale.
    """
    check_authentication(changes.get("authentication", "on"))
    with account(account_id):
        edited = store.engagement_in(account_id, engagement_id, locked=True)
        check_version(edited.version, version)
        check_not_archived(edited.campaign)
        if changes.get("source_id", edited.source_id) != edited.source_id:
            _check_connected(account_id, changes["source_id"])
        merged = {name: getattr(edited, name) for name in _ENGAGEMENT} | {k: v for k, v in changes.items() if k in _ENGAGEMENT}
        values, present = _engagement_values(account_id, merged), store.entry_point_ids(edited)
        wanted = changes.get("entry_point_ids", present)
        if sorted(wanted) == present and all(getattr(edited, name) == value for name, value in values.items()):
            return edited
        for name, value in values.items():
            setattr(edited, name, value)
        check_publishable_without(edited, has_entry_points=bool(wanted))
        store.set_entry_points(edited, store.entry_points_of(account_id, list(wanted), source=edited.source))
        _save_engagement(edited, actor=actor, at=at)
        audit(account_id, actor=actor, action="engagement.edited", subject=f"engagement:{edited.id}", at=at, detail=changes)
        map_late(edited.campaign)
    return edited


def create_entry_point(
    account_id: int, *, source_id: int, kind: str, value: str, actor: str, at: datetime, name: str = ""
) -> tuple[EntryPoint, bool]:
    """Add an entry point to the library, or find the one with the same source, kind and key; say whether it is new.

    One that was taken out comes back. A campaign ID may be pasted as the URL of the provider's page; a number in any spelling.
    Raises Invalid, Missing.
    """
    with account(account_id):
        source = source_in(account_id, source_id)
        value, key = entry_point_key(kind, value, source=source)
        found, is_new = EntryPoint.objects.get_or_create(
            account_id=account_id,
            source=source,
            kind=kind,
            key=key,
            defaults={"value": value, "name": keys.clean(name).strip()[:200], "created_at": at},
        )
        if found.removed_at is not None:
            found.removed_at, is_new = None, True
            found.name = keys.clean(name).strip()[:200] or found.name
            found.save(update_fields=["removed_at", "name"])
        if is_new:
            detail = {"source": source_id, "kind": kind, "value": value}
            audit(account_id, actor=actor, action="entry_point.created", subject=f"entry_point:{found.id}", at=at, detail=detail)
    return found, is_new


def check_frame(values: Mapping[str, Any]) -> Frame:
    """Return the instants of `starts_on`, `ends_on` and `time_zone`. Raises Invalid."""
    check_time_zone(values["time_zone"])
    try:
        return decide.frame(values["starts_on"], values["ends_on"], time_zone=values["time_zone"])
    except (ValueError, OverflowError):
        raise Invalid(
            "bad_frame", "The last day is before the first, or out of range: it is included in the frame.", field="ends_on"
        ) from None


def check_authentication(value: str) -> None:
    """Raise Invalid for anything but "on": consumers are known by the number they write from, which cannot be switched off."""
    if value != "on":
        raise Invalid(
            "authentication_is_on",
            "Authentication is always on: a consumer is known by the phone number they write from. Leave it out, or send on.",
            field="authentication",
        )


def _campaign_values(values: dict[str, Any]) -> dict[str, Any]:
    """Return the values as they are stored, the frame's instants with them. Raises Invalid."""
    name = keys.clean(values["name"]).strip()
    if not 0 < len(name) <= _LONGEST_NAME:
        raise Invalid("bad_length", "{what} needs 1 to {longest} characters.", field="name", what="name", longest=200)
    if values["goal_kind"] not in Goal.values:
        raise Invalid(
            "unknown_goal",
            "There is no goal {goal}: use one of {listed}.",
            field="goal",
            goal=values["goal_kind"],
            listed=", ".join(Goal.values),
        )
    within = check_frame(values)
    return values | {"name": name, "starts_at": within.starts_at, "ends_at": within.ends_at}


def _engagement_values(account_id: int, values: dict[str, Any]) -> dict[str, Any]:
    for name, longest in (("name", 200), ("language", 16)):
        values = values | {name: keys.clean(values[name]).strip()}
        if not 0 < len(values[name]) <= longest:
            raise Invalid("bad_length", "{what} needs 1 to {longest} characters.", field=name, what=name, longest=longest)
    if len(values["note"]) > _LONGEST_NOTE:
        raise Invalid("bad_length", "{what} may have {longest} characters.", field="note", what="note", longest=_LONGEST_NOTE)
    skill_in(account_id, values["skill_id"])
    source_in(account_id, values["source_id"])
    return values | {"note": keys.clean(values["note"])}


def entry_point_key(kind: str, value: str, *, source: Source) -> tuple[str, str]:
    """Return value and key of an entry point as a person wrote it. Raises Invalid."""
    if kind == EntryPoint.Kind.PHONE_NUMBER:
        number = phones.normalise(value, home_region=source.home_region or None)
        value, key = number.value, number.key
    elif kind == EntryPoint.Kind.CAMPAIGN_ID:
        value = ADAPTERS[source.app].campaign_id_in(keys.clean(value))
        key = keys.fold(value)
    else:
        raise Invalid(
            "unknown_kind",
            "There is no kind {kind}: use one of {listed}.",
            field="kind",
            kind=kind,
            listed=", ".join(EntryPoint.Kind.values),
        )
    if not key or len(value) > decide.LONGEST_ID:
        raise Invalid("no_value", "There is no campaign ID or number in this value.", field="value")
    return value, key


def check_version(stored: int, expected: int | None) -> None:
    """Raise Stale when somebody changed it since version `expected` was read."""
    if expected is not None and expected != stored:
        raise Stale(stored)


def check_not_archived(campaign: Campaign) -> None:
    """Raise Conflict for an archived campaign."""
    if campaign.state == State.ARCHIVED:
        raise Conflict("archived", "{campaign} is archived and cannot be changed.", campaign=campaign.name)


def _check_connected(account_id: int, source_id: int) -> None:
    source = source_in(account_id, source_id)
    if not is_connected(source):
        raise Invalid("source_not_connected", "{source} is not connected: choose a connected source.", field="source", source=source.name)


def _check_transition(campaign: Campaign, state: str, *, actor: str, at: datetime) -> None:
    """Raise Conflict unless the campaign may go to this state now."""
    if campaign.state == State.ARCHIVED:
        _check_undo(campaign, state, actor=actor, at=at)
    elif not decide.may_become(campaign.state, state):
        raise Conflict(
            "transition",
            "{campaign} is {state} and cannot become {wanted}.",
            field="state",
            campaign=campaign.name,
            state=campaign.state,
            wanted=state,
        )
    if state == State.PUBLISHED:
        _check_publishable(campaign)


def _check_undo(campaign: Campaign, state: str, *, actor: str, at: datetime) -> None:
    versions = CampaignVersion.objects.filter(account_id=campaign.account_id, campaign=campaign).order_by("-version")[:2]
    archived, before = versions
    allowed = decide.may_undo_archive(
        archived_at=archived.at, archived_by=archived.actor, before=before.state, actor=actor, after=state, at=at
    )
    if not allowed:
        raise Conflict(
            "transition",
            "{campaign} is archived: only who archived it may undo that, within two minutes.",
            field="state",
            campaign=campaign.name,
        )


def _check_publishable(campaign: Campaign) -> None:
    claimed = EngagementEntryPoint.objects.filter(account_id=campaign.account_id, engagement__campaign=campaign)
    sources = {found.engagement.source for found in claimed.select_related("engagement__source")}
    if not sources:
        raise Conflict(
            "no_entry_point",
            "{campaign} needs an engagement with an entry point before it is published.",
            field="engagements",
            campaign=campaign.name,
        )
    if not any(is_connected(source) for source in sources):
        raise Conflict(
            "source_not_connected", "{campaign} has no engagement on a connected source.", field="engagements", campaign=campaign.name
        )


def check_publishable_without(engagement: Engagement, *, has_entry_points: bool) -> None:
    """Keep what publishing asked for: the last entry point of a published campaign stays."""
    if has_entry_points or engagement.campaign.state not in _COUNTED:
        return
    others = EngagementEntryPoint.objects.filter(account_id=engagement.account_id, engagement__campaign=engagement.campaign)
    if not others.exclude(engagement=engagement).exists():
        raise Conflict(
            "no_entry_point",
            "{campaign} is {state}: its last entry point cannot be taken away.",
            field="entry_points",
            campaign=engagement.campaign.name,
            state=engagement.campaign.state,
        )


def next_number(account_id: int) -> int:
    """Return the number of the account's next engagement, and keep it from others."""
    row = Account.objects.select_for_update().get(id=account_id)
    number = row.next_engagement_number
    Account.objects.filter(id=account_id).update(next_engagement_number=number + 1)
    return number


def _save_campaign(campaign: Campaign, *, actor: str, at: datetime) -> None:
    campaign.version += 1
    campaign.updated_at = at
    campaign.save()
    store.add_campaign_version(campaign, actor=actor, at=at)


def _save_engagement(engagement: Engagement, *, actor: str, at: datetime) -> None:
    engagement.version += 1
    engagement.updated_at = at
    engagement.save()
    store.add_engagement_version(engagement, actor=actor, at=at)


def map_late(campaign: Campaign) -> None:
    """Ask for the unmapped notices that the campaign claims now to be mapped."""
    if campaign.state in _COUNTED:
        jobs.put_off("late_mapping", once=f"late_mapping:{campaign.account_id}", account_id=campaign.account_id)


def _tell(db: Database, campaign: Campaign, *, at: datetime) -> None:
    kind = _TOLD.get(State(campaign.state))
    if kind is None:
        return
    content = {
        "campaign": campaign.id,
        "name": campaign.name,
        "type": campaign.type,
        "goal": campaign.goal_kind,
        "version": campaign.version,
    }
    content |= {"starts_at": campaign.starts_at.isoformat(), "ends_at": campaign.ends_at and campaign.ends_at.isoformat()}
    record(db, campaign.account_id, [NewEvent(type=kind, subject=_subject(campaign), time=at, content=content, at=at)])


def _subject(campaign: Campaign) -> str:
    return f"campaign:{campaign.id}"


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value if isinstance(value, int | None) else str(value) for name, value in values.items()}

"""Pure decisions about campaigns: frames as instants, transitions of state, the campaign ID in a pasted URL, warnings."""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import parse_qsl, unquote, urlsplit
from zoneinfo import ZoneInfo

from antiphon.campaigns.types import Claimant, Claimed, FieldWarning, Frame, Phase, WarningCode

UNDO = timedelta(minutes=2)
LONGEST_ID = 200
_AFTER = {
    "draft": frozenset({"published", "archived"}),
    "published": frozenset({"paused", "draft", "archived"}),
    "paused": frozenset({"published", "draft", "archived"}),
    "archived": frozenset[str](),
}
_ID_PARAMETERS = frozenset({"id", "campaign", "campaignid", "campaign_id", "campaign-id"})


def frame(starts_on: date, ends_on: date | None, *, time_zone: str) -> Frame:
    """Return the instants of local dates: from the first moment of the first day to the end of the last one.

    A day is as long as its zone makes it, 23 or 25 hours included. Raises ValueError when it ends before it starts.
    """
    if ends_on is not None and ends_on < starts_on:
        message = "the last day is before the first"
        raise ValueError(message)
    zone = ZoneInfo(time_zone)
    return Frame(_first_moment(starts_on, zone), None if ends_on is None else _first_moment(ends_on + timedelta(days=1), zone))


def may_become(before: str, after: str) -> bool:
    """Return whether a campaign may go from one state to another (docs/glossary.md, campaign states)."""
    return after in _AFTER[before]


def may_undo_archive(*, archived_at: datetime, archived_by: str, before: str, actor: str, after: str, at: datetime) -> bool:
    """Return whether an archived campaign may go back: the same person, within two minutes, to the state it had."""
    return actor == archived_by and after == before and at - archived_at <= UNDO


def phase(state: str, within: Frame, *, at: datetime) -> Phase:
    """Return what pages call a campaign in this state at this instant."""
    if state != "published":
        return Phase(state)
    if at < within.starts_at:
        return Phase.SCHEDULED
    return Phase.LIVE if within.holds(at) else Phase.ENDED


def campaign_id_in(text: str) -> str:
    """Return the campaign ID that a person pasted: as it is, or out of the URL of the provider's page.

    In a URL: a parameter that is named for it, else the last part of the path (or of a path after `#`) that holds a digit,
    else the last part. Empty when there is none.
    """
    text = text.strip()
    if not re.match(r"(?i)https?://|www\.", text):
        return text
    parts = urlsplit(text if "://" in text else f"https://{text}")
    inner = urlsplit(parts.fragment)
    for name, value in parse_qsl(parts.query) + parse_qsl(inner.query):
        if name.lower() in _ID_PARAMETERS and value.strip():
            return value.strip()
    found = [unquote(part) for part in f"{parts.path}/{inner.path if '/' in parts.fragment else ''}".split("/") if part]
    return next((part for part in reversed(found) if any(char.isdigit() for char in part)), found[-1] if found else "")


def warnings(campaign: Sequence[Claimant], *, others: Iterable[Claimant], within: Frame, at: datetime) -> list[FieldWarning]:
    """Return what to warn of before a campaign goes live: of its frame, then of each engagement.

    `campaign` are its own engagements, `others` the enabled engagements of other published campaigns.
    """
    found = list(_of_frame(within, at=at))
    rivals = [*campaign, *others]
    for claimant in campaign:
        found += _of_parts(claimant)
        found += _overlaps(claimant, rivals=rivals)
    return found


def _first_moment(day: date, zone: ZoneInfo) -> datetime:
    """Return the first moment of a local day; where midnight is skipped, the moment of the jump."""
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)


def _of_frame(within: Frame, *, at: datetime) -> Iterable[FieldWarning]:
    if within.ends_at is not None and within.ends_at <= at:
        message = "This frame is over: replies start conversations that are not linked. Choose a later last day."
        yield FieldWarning(WarningCode.FRAME_IN_PAST, message, "ends_on")


def _of_parts(claimant: Claimant) -> Iterable[FieldWarning]:
    def warning(code: WarningCode, message: str, field: str) -> FieldWarning:
        return FieldWarning(code, message, field, claimant.engagement_id)

    if not claimant.entry_points:
        yield warning(
            WarningCode.NO_ENTRY_POINT, f"{claimant.engagement_name} has no entry point: no reply finds it. Add one.", "entry_points"
        )
    for entry_point in claimant.entry_points:
        if not entry_point.is_heard:
            message = f"Nothing has been heard of {entry_point.label} yet: compare it with the provider's tool."
            yield warning(WarningCode.NEVER_HEARD, message, "entry_points")
    if not claimant.skill_has_people:
        message = f"Nobody has the skill {claimant.skill_name}: conversations would wait. Give it to somebody."
        yield warning(WarningCode.SKILL_WITHOUT_PEOPLE, message, "skill")
    if not claimant.source_is_connected:
        message = f"{claimant.source_name} is not connected: no replies come in through it."
        yield warning(WarningCode.SOURCE_NOT_CONNECTED, message, "source")
    if not claimant.has_note:
        yield warning(WarningCode.NOTE_EMPTY, "Agents see no note. Say what was offered, and what to do.", "note")


def _overlaps(claimant: Claimant, *, rivals: Iterable[Claimant]) -> Iterable[FieldWarning]:
    for rival in rivals:
        if rival.engagement_id == claimant.engagement_id or not (rival.enabled and claimant.enabled and rival.frame.meets(claimant.frame)):
            continue
        for entry_point in _shared(claimant, rival):
            claims = f"{rival.engagement_name} ({rival.campaign_name}) claims {entry_point.label} too, {_until(rival)}."
            message = f"{claims} {_winner(claimant, rival)}"
            yield FieldWarning(WarningCode.OVERLAP, message, "entry_points", claimant.engagement_id)


def _shared(one: Claimant, other: Claimant) -> list[Claimed]:
    theirs = {entry_point.id for entry_point in other.entry_points}
    return [entry_point for entry_point in one.entry_points if entry_point.id in theirs]


def _until(rival: Claimant) -> str:
    if rival.frame.ends_at is None:
        return "without an end"
    last = rival.frame.ends_at.astimezone(ZoneInfo(rival.time_zone)) - timedelta(microseconds=1)
    return f"until {last.day} {last:%B %Y}"


def _winner(claimant: Claimant, rival: Claimant) -> str:
    """Say who gets the replies while both are in frame: the later start, then the one that was there first."""
    ours = (claimant.frame.starts_at, -claimant.engagement_number)
    theirs = (rival.frame.starts_at, -rival.engagement_number)
    return f"While both frames hold, replies to it {'come here' if ours > theirs else f'go to {rival.engagement_name}'}."

"""Pure decisions about campaigns: frames as instants, transitions of state, what differs, warnings."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from antiphon.campaigns.types import Change, Claimant, Claimed, FieldWarning, Frame, Overlap, Phase, WarningCode
from antiphon.kit.problems import said

UNDO = timedelta(minutes=2)
LONGEST_ID = 200
_AFTER = {
    "draft": frozenset({"published", "archived"}),
    "published": frozenset({"paused", "draft", "archived"}),
    "paused": frozenset({"published", "draft", "archived"}),
    "archived": frozenset[str](),
}


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


def odd_days(starts_on: date, ends_on: date | None, *, time_zone: str, until: date) -> list[tuple[date, int]]:
    """Return the days of a frame on which clocks change, up to `until`, each with its length in whole minutes."""
    zone, last = ZoneInfo(time_zone), min(ends_on or until, until)
    days = (starts_on + timedelta(days=index) for index in range((last - starts_on).days + 1))
    lengths = ((day, _first_moment(day + timedelta(days=1), zone) - _first_moment(day, zone)) for day in days)
    return [(day, int(length / timedelta(minutes=1))) for day, length in lengths if length != timedelta(days=1)]


def warnings(
    campaign: Sequence[Claimant], *, others: Iterable[Claimant], within: Frame, time_zone: str, at: datetime
) -> list[FieldWarning]:
    """Return what to warn of before a campaign goes live: of its frame, then of each engagement.

    `campaign` are its own engagements, `others` the enabled engagements of other published campaigns, `time_zone` the campaign's.
    """
    found = list(_of_frame(within, time_zone=time_zone, at=at))
    rivals = [*campaign, *others]
    for claimant in campaign:
        found += _of_parts(claimant)
        found += [_of_overlap(overlap, at=at) for overlap in overlaps(claimant, rivals=rivals)]
    return found


def overlaps(claimant: Claimant, *, rivals: Iterable[Claimant]) -> list[Overlap]:
    """Return each entry point that a rival claims too while both frames hold, and who gets the replies then.

    Attribution's rule: the campaign that starts later, then the engagement that was there first.
    """
    found = []
    for rival in rivals:
        if rival.engagement_id == claimant.engagement_id or not (rival.enabled and claimant.enabled and rival.frame.meets(claimant.frame)):
            continue
        during, wins = claimant.frame.shared(rival.frame), _rank(claimant) > _rank(rival)
        found += [Overlap(claimant, rival, entry_point, during, wins) for entry_point in _shared(claimant, rival)]
    return found


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Change, ...]:
    """Return the fields that are no longer what they were, in their order."""
    return tuple(Change(name, before[name], after[name]) for name in after if before[name] != after[name])


def _first_moment(day: date, zone: ZoneInfo) -> datetime:
    """Return the first moment of a local day; where midnight is skipped, the moment of the jump."""
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)


def _of_frame(within: Frame, *, time_zone: str, at: datetime) -> Iterable[FieldWarning]:
    if within.ends_at is not None and within.ends_at <= at:
        what = said("This frame is over since {day}.", day=_day(_last_moment(within.ends_at), time_zone, at=at))
        yield FieldWarning(
            WarningCode.FRAME_IN_PAST, what, said("Replies start conversations that are not linked. Choose a later last day."), "ends_on"
        )


def _of_parts(claimant: Claimant) -> Iterable[FieldWarning]:
    def warning(code: WarningCode, what: str, then: str, field: str) -> FieldWarning:
        return FieldWarning(code, what, then, field, claimant.engagement_id)

    name, source = claimant.engagement_name, claimant.source_name
    if not claimant.entry_points:
        what, then = said("{engagement} has no entry point.", engagement=name), said("No reply finds it. Add one.")
        yield warning(WarningCode.NO_ENTRY_POINT, what, then, "entry_points")
    for entry_point in claimant.entry_points:
        yield from _of_entry_point(entry_point, claimant)
    if not claimant.skill_has_people:
        what = said("Nobody has the skill {skill}.", skill=claimant.skill_name)
        then = said("Conversations would wait until somebody gets it.")
        yield warning(WarningCode.SKILL_WITHOUT_PEOPLE, what, then, "skill")
    if not claimant.source_is_connected:
        what = said("{source} is not connected.", source=source)
        then = said("No replies come in through it. Choose a connected source.")
        yield warning(WarningCode.SOURCE_NOT_CONNECTED, what, then, "source")
    if not claimant.has_note:
        then = said("They see the broadcast text only. Say what was offered, and what to do.")
        yield warning(WarningCode.NOTE_EMPTY, said("There is no note to agents."), then, "note")


def _of_entry_point(entry_point: Claimed, claimant: Claimant) -> Iterable[FieldWarning]:
    label, source, others = entry_point.label, claimant.source_name, entry_point.holders
    if others is None and not entry_point.is_heard:
        what = said("{source} has never told of {entry_point}.", source=source, entry_point=label)
        then = said("Nothing was sent yet, or the ID is another one: compare it with the provider's tool.")
        yield FieldWarning(WarningCode.NEVER_HEARD, what, then, "entry_points", claimant.engagement_id)
    if others is None or source in others:
        return
    elsewhere = said("{entry_point} is a number of {others}, not of {source}.", entry_point=label, others=", ".join(others), source=source)
    what = elsewhere if others else said("No connected source has {entry_point}.", entry_point=label)
    then = said("Replies to it do not come in through {source}: compare it with the numbers under Data sources.", source=source)
    yield FieldWarning(WarningCode.NUMBER_NOT_CONNECTED, what, then, "entry_points", claimant.engagement_id)


def _of_overlap(overlap: Overlap, *, at: datetime) -> FieldWarning:
    """Say who claims it too and until when, who would get the replies from when to when, and why."""
    own, rival, is_own = overlap.claimant, overlap.rival, overlap.claimant.campaign_id == overlap.rival.campaign_id
    other = rival.engagement_name if is_own else rival.campaign_name
    label, until = overlap.entry_point.label, _until(rival, at=at)
    what = said("{other} claims {entry_point} too, {until}.", other=other, entry_point=label, until=until)
    winner, loser = (own, rival) if overlap.wins else (rival, own)
    said_of = {"span": _span(overlap.during, own.time_zone, at=at), "because": _because(winner, loser), "other": other}
    if overlap.wins:
        then = said("{span} replies to it would come here, {because}", **said_of)
    else:
        then = said("{span} replies to it would go to {other}, {because}", **said_of)
    return FieldWarning(WarningCode.OVERLAP, what, then, "entry_points", own.engagement_id)


def _because(winner: Claimant, loser: Claimant) -> str:
    if winner.frame.starts_at == loser.frame.starts_at:
        return said("because {winner} was added before {loser}.", winner=winner.engagement_name, loser=loser.engagement_name)
    return said("because {winner} starts later. {loser} would get none.", winner=winner.campaign_name, loser=loser.campaign_name)


def _rank(claimant: Claimant) -> tuple[datetime, int]:
    """Return what decides between two in frame: the later start, then the one that was there first."""
    return claimant.frame.starts_at, -claimant.engagement_number


def _shared(one: Claimant, other: Claimant) -> list[Claimed]:
    theirs = {entry_point.id for entry_point in other.entry_points if entry_point.id}
    return [entry_point for entry_point in one.entry_points if entry_point.id in theirs]


def _until(rival: Claimant, *, at: datetime) -> str:
    if rival.frame.ends_at is None:
        return said("without an end")
    return said("until {day}", day=_day(_last_moment(rival.frame.ends_at), rival.time_zone, at=at))


def _span(during: Frame, time_zone: str, *, at: datetime) -> str:
    first = _day(during.starts_at, time_zone, at=at)
    if during.ends_at is None:
        return said("From {day} on", day=first)
    last = _day(_last_moment(during.ends_at), time_zone, at=at)
    return said("On {day}", day=first) if first == last else said("From {first} to {last}", first=first, last=last)


def _last_moment(ends_at: datetime) -> datetime:
    return ends_at - timedelta(microseconds=1)


def _day(moment: datetime, time_zone: str, *, at: datetime) -> str:
    """Return a day as people say it, with the year when it is not the present one."""
    zone = ZoneInfo(time_zone)
    local = moment.astimezone(zone)
    day = f"{local.day} {said(f'{local:%B}')}"
    return day if local.year == at.astimezone(zone).year else f"{day} {local.year}"

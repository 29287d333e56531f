"""What the line decides about notices, reports and replies, without a database."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import msgspec

from antiphon.attribution.types import Claim, Outcome
from antiphon.providers.protocol import DeliveryState

_CLIMB = {state: rank for rank, state in enumerate(DeliveryState)}


@dataclass(frozen=True, slots=True)
class Report:
    """A delivery report, new or waiting, as matching sees it."""

    id: UUID
    source_id: int
    consumer_id: UUID
    reference: str
    state: str
    reason: str
    detail: str
    received_at: datetime
    dedupe_key: bytes


@dataclass(frozen=True, slots=True)
class Targets:
    """What a report may be about, as stored: an answer, a test text, the notice of its reference, or unbound notices, latest first."""

    answer_id: UUID | None
    notice_id: UUID | None
    recent_ids: Sequence[UUID]
    test_text_id: int | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """What a report is about; nothing means that it waits."""

    report: Report
    answer_id: UUID | None = None
    notice_id: UUID | None = None
    test_text_id: int | None = None

    @property
    def is_about_something(self) -> bool:
        """Tell whether it need not wait."""
        return bool(self.answer_id or self.notice_id or self.test_text_id)


def match(reports: Iterable[Report], targets: Mapping[UUID, Targets]) -> list[Match]:
    """Match reports in order of receipt: to an answer, a notice by reference, else the latest notice not yet bound.

    A notice that a report of the batch bound to its reference is that reference's, and nobody else's: also of reports that
    came before the notice, too early to infer it themselves.
    """
    inferred: dict[tuple[int, UUID, str], UUID] = {}
    taken: set[UUID] = set()
    in_order = sorted(reports, key=lambda report: (report.received_at, report.dedupe_key))
    for report in in_order:
        free = next((recent for recent in targets[report.id].recent_ids if recent not in taken), None)
        if free and _name(report) not in inferred:
            inferred[_name(report)] = free
            taken.add(free)
    return [_matched(report, targets[report.id], inferred.get(_name(report))) for report in in_order]


def _name(report: Report) -> tuple[int, UUID, str]:
    return (report.source_id, report.consumer_id, report.reference)


def _matched(report: Report, found: Targets, inferred_id: UUID | None) -> Match:
    if found.answer_id or found.notice_id or found.test_text_id:
        return Match(report, found.answer_id, found.notice_id, found.test_text_id)
    return Match(report, None, inferred_id)


def climbs(state: str, *, over: str) -> bool:
    """Tell whether a delivery state is higher than another: unknown < queued < sent < failed < delivered < read."""
    return _CLIMB[DeliveryState(state)] > _CLIMB.get(DeliveryState(over) if over != "dispatching" else DeliveryState.UNKNOWN, 0)


def reached(state: str, *, over: str) -> DeliveryState | None:
    """Return which of failed and delivered this climb is to be told as, if any: what was read was delivered."""
    told = DeliveryState.DELIVERED if climbs(state, over=DeliveryState.FAILED) else DeliveryState(state)
    return told if told in (DeliveryState.FAILED, DeliveryState.DELIVERED) and climbs(told, over=over) else None


def highest(matches: Iterable[Match], *, by: str) -> dict[UUID, Report]:
    """Return, per answer or notice (`by` names the attribute), the report with the highest state; the first of equals."""
    best: dict[UUID, Report] = {}
    for matched in matches:
        target = getattr(matched, by)
        if target and (target not in best or climbs(matched.report.state, over=best[target].state)):
            best[target] = matched.report
    return best


def broadcast_key(outcome: Outcome) -> str:
    """Return what identifies the broadcast a reply answers: the external campaign, else sender and UTC day; empty without notice."""
    if outcome.notice_id is None or outcome.notice_sent_at is None:
        return ""
    if outcome.notice_campaign_key:
        return f"campaign {outcome.notice_campaign_key}"
    return f"{outcome.notice_sent_at.astimezone(UTC).date()} {outcome.notice_sender_key}"


def counted_under(outcome: Outcome, claim: Claim | None) -> Claim | None:
    """Return what a reply is counted under: its notice's mapping; without notice its own campaign ID's claim, else its engagement."""
    if outcome.notice_id is not None:
        return under_notice(outcome)
    return claim or _of_engagement(outcome)


def under_notice(outcome: Outcome) -> Claim | None:
    """Return what the answered notice is counted under; None if unmapped, or without notice."""
    campaign, engagement, entry_point = (
        outcome.notice_counted_campaign_id, outcome.notice_counted_engagement_id, outcome.notice_counted_entry_point_id,
    )  # fmt: skip
    skill, language = outcome.notice_counted_skill_id, outcome.notice_counted_language or ""
    if campaign is None or engagement is None or entry_point is None or skill is None:
        return None
    return Claim(campaign_id=campaign, engagement_id=engagement, entry_point_id=entry_point, skill_id=skill, language=language)


def _of_engagement(outcome: Outcome) -> Claim | None:
    campaign, engagement, entry_point, skill = outcome.campaign_id, outcome.engagement_id, outcome.entry_point_id, outcome.skill_id
    if campaign is None or engagement is None or entry_point is None or skill is None:
        return None
    return Claim(
        campaign_id=campaign, engagement_id=engagement, entry_point_id=entry_point, skill_id=skill, language=outcome.language or ""
    )


def seconds_to_reply(outcome: Outcome, replied_at: datetime) -> float | None:
    """Return the seconds from the notice to the reply, a negative time as 0; None without notice."""
    if outcome.notice_sent_at is None:
        return None
    return max(0.0, (replied_at - outcome.notice_sent_at).total_seconds())


class Standing(msgspec.Struct, frozen=True, gc=False):
    """A reply among those of its consumer to one broadcast. `is_first` as stored; None for one not stored yet."""

    id: UUID
    name: tuple[int, UUID, str]
    order: tuple[datetime, bytes]
    is_first: bool | None


def first_replies(standings: Iterable[Standing]) -> dict[UUID, bool]:
    """Return, for every reply whose place changed or is new, whether it is its consumer's first to that broadcast."""
    everyone = list(standings)
    first: dict[tuple[int, UUID, str], Standing] = {}
    for standing in everyone:
        if standing.name[2] and (standing.name not in first or standing.order < first[standing.name].order):
            first[standing.name] = standing
    places = {standing.id: first.get(standing.name) is standing for standing in everyone}
    return {standing.id: places[standing.id] for standing in everyone if places[standing.id] is not standing.is_first}

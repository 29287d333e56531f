"""Why a conversation is linked as it is: the rule's own steps in its own order, every candidate with its own reason."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import dateformat, timezone

from antiphon.attribution.explain import ExplainedCandidate, ExplainedNotice, Explanation
from antiphon.attribution.verbs import explain
from antiphon.kit.db import Database, rows, sql
from antiphon.workspace import draw, times, words
from antiphon.workspace.access import Visit
from antiphon.workspace.words import Word

_HERE = "antiphon.workspace"
_FRAMES = 5


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """A text that was considered."""

    text: str
    campaign: str
    sender: str
    sent_at: datetime
    is_chosen: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class CandidateLine:
    """An engagement that was considered."""

    name: str
    campaign: str
    kind: str
    value: str
    matches: str
    frame: str
    is_in_frame: bool
    is_chosen: bool
    is_live: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class Track:
    """A frame in the drawing."""

    name: str
    y: int
    x: str
    width: str
    state: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A day of the drawing's axis."""

    x: str
    name: str


@dataclass(frozen=True, slots=True)
class Dot:
    """A text in the drawing."""

    x: str
    name: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Drawing:
    """Texts, frames and the reply on one axis of time."""

    height: int
    ticks: list[Tick]
    dots: list[Dot]
    look_back_x: str
    look_back_days: int
    tracks: list[Track]
    reply_x: str
    reply_name: str


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision as `decision.html` shows it: the drawing, then the rule's steps with every text and every candidate."""

    at: datetime
    name: str
    verdict: Word
    why: str
    found: str
    notices: list[NoticeLine]
    candidates: list[CandidateLine]
    drawing: Drawing


@dataclass(frozen=True, slots=True)
class Repeat:
    """What a dry run is asked to decide again: sent by a form, since numbers do not belong in addresses."""

    source_id: int
    phone: str
    to_number: str
    external_campaign: str
    replied_at: str


@dataclass(frozen=True, slots=True)
class WhyPage:
    """The decision on a conversation's opening reply."""

    at: datetime
    id: UUID
    who: str
    phone: str
    started_at: datetime
    verdict: Word
    is_by_person: bool
    decided: Decided
    skill: str
    language: str
    note_version: int | None
    decided_at: datetime
    rule_version: int
    agrees: bool
    repeat: Repeat | None


def why_page(db: Database, visit: Visit, conversation_id: UUID, *, at: datetime) -> WhyPage | None:
    """Return the page, or None when the account has no such conversation."""
    talk = next(iter(rows(db, sql(_HERE, "talk"), {"account": visit.account_id, "id": conversation_id})), None)
    return None if talk is None else _page(visit, talk, explain(db, visit.account_id, conversation_id), at=at)


def decided(told: Explanation, *, at: datetime) -> Decided:
    """Return a decision, stored or tried out, as pages show it."""
    return Decided(
        at=at,
        name=told.linked.campaign_name if told.linked else "",
        verdict=words.VERDICTS[told.verdict],
        why=told.why,
        found=told.found_sentence,
        notices=[_notice(one, told) for one in told.notices],
        candidates=[_candidate(one, told, at=at) for one in told.candidates],
        drawing=_drawing(told),
    )


def _page(visit: Visit, talk: Any, told: Explanation, *, at: datetime) -> WhyPage:
    return WhyPage(
        at=at,
        id=talk.id,
        who=talk.consumer,
        phone=talk.phone,
        started_at=talk.started_at,
        verdict=words.VERDICTS[talk.verdict],
        is_by_person=talk.is_linked_by_person,
        decided=decided(told, at=at),
        skill=talk.skill,
        language=words.language(talk.language),
        note_version=told.linked.engagement_version if told.linked else None,
        decided_at=told.stored.decided_at if told.stored else told.as_of,
        rule_version=told.stored.rule_version if told.stored else 1,
        agrees=told.agrees is not False,
        repeat=_repeat(talk, told) if visit.may("attribution.try") and talk.phone else None,
    )


def _repeat(talk: Any, told: Explanation) -> Repeat:
    local = timezone.localtime(told.replied_at).strftime("%Y-%m-%dT%H:%M:%S")
    return Repeat(told.source_id, talk.phone, told.to_number, told.campaign_key, local)


def _notice(one: ExplainedNotice, told: Explanation) -> NoticeLine:
    is_chosen = told.notice is not None and one.id == told.notice.id
    return NoticeLine(one.text, one.external_campaign, one.sender, one.sent_at, is_chosen, one.sentence)


def _candidate(one: ExplainedCandidate, told: Explanation, *, at: datetime) -> CandidateLine:
    return CandidateLine(
        name=one.engagement_name,
        campaign=one.campaign_name,
        kind=one.entry_point_kind,
        value=one.entry_point_value,
        matches=one.matches,
        frame=_frame(one, at=at),
        is_in_frame=one.is_in_frame,
        is_chosen=one is told.linked,
        is_live=one.reason.is_candidate,
        sentence=one.sentence,
    )


def _frame(one: ExplainedCandidate, *, at: datetime) -> str:
    """Return the frame by its instants, in the zone in force: it may be another one now."""
    starts = times.moment(one.starts_at, now=at)
    return f"{starts} – {times.moment(one.ends_at, now=at)}" if one.ends_at else f"{starts} –"  # noqa: RUF001 - the dash of a range


def _drawing(told: Explanation) -> Drawing:
    line = draw.line(told.replied_at, look_back_days=told.look_back_days, texts=[one.sent_at for one in told.notices])
    tracks = list(_tracks(told, line))
    return Drawing(
        height=draw.TOP + draw.STEP * (2 + len(tracks)),
        ticks=[Tick(f"{line.x(at):.1f}", dateformat.format(timezone.localtime(at), "j M")) for at in line.weeks()],
        dots=list(_dots(told, line)),
        look_back_x=f"{line.x(line.look_back_from):.1f}",
        look_back_days=told.look_back_days,
        tracks=tracks,
        reply_x=f"{line.x(told.replied_at):.1f}",
        reply_name=dateformat.format(timezone.localtime(told.replied_at), "j M H:i"),
    )


def _dots(told: Explanation, line: draw.Line) -> Iterable[Dot]:
    for one in told.notices:
        if line.holds(one.sent_at):
            is_chosen = told.notice is not None and one.id == told.notice.id
            yield Dot(f"{line.x(one.sent_at):.1f}", one.external_campaign, is_chosen)


def _tracks(told: Explanation, line: draw.Line) -> Iterable[Track]:
    for index, one in enumerate(_campaigns(told.candidates)[:_FRAMES]):
        left, right = line.x(one.starts_at), line.x(one.ends_at) if one.ends_at else line.x(line.last)
        is_chosen = told.linked is not None and one.campaign_id == told.linked.campaign_id
        state = "chosen" if is_chosen else "" if one.reason.is_candidate else "out"
        yield Track(one.campaign_name, draw.TOP + draw.STEP * (index + 2), f"{left:.1f}", f"{max(2.0, right - left):.1f}", state)


def _campaigns(candidates: Sequence[ExplainedCandidate]) -> list[ExplainedCandidate]:
    """Return one candidate of each campaign, in order."""
    return list({one.campaign_id: one for one in reversed(candidates)}.values())[::-1]

"""The rule of attribution as a pure function: the specification that sql/attribute.sql must equal (docs/attribution.md).

It says the decision and, of every notice and candidate it looked at, why that one was taken or not.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from antiphon.attribution.types import EntryPointKind, Found, Question, Verdict

TOLERANCE = timedelta(minutes=2)
PUBLISHED = "published"


class NoticeReason(StrEnum):
    """Why a notice to this consumer on this source is, or is not, the one that the reply answers."""

    ANSWERED = "answered"
    IGNORED = "ignored"
    LATER = "later"
    STALE = "stale"
    NOT_REFERRED_TO = "not_referred_to"
    OTHER_CAMPAIGN = "other_campaign"
    OTHER_NUMBER = "other_number"
    EARLIER = "earlier"


class CandidateReason(StrEnum):
    """Why an engagement with a fitting entry point is, or is not, the one that the reply is linked to."""

    LINKED = "linked"
    DISABLED = "disabled"
    DRAFT = "draft"
    PAUSED = "paused"
    ARCHIVED = "archived"
    NOT_STARTED = "not_started"
    ENDED = "ended"
    LESS_RELEVANT = "less_relevant"
    EARLIER_START = "earlier_start"
    HIGHER_NUMBER = "higher_number"

    @property
    def is_candidate(self) -> bool:
        """Return whether the engagement is live, so that it counts as a candidate even when it loses."""
        return self not in (CandidateReason.DISABLED, CandidateReason.DRAFT, CandidateReason.PAUSED, CandidateReason.ARCHIVED)


@dataclass(frozen=True, slots=True)
class Notice:
    """A stored notice, as far as the rule asks."""

    id: UUID
    source_id: int
    consumer_id: UUID
    campaign_key: str
    sender_key: str
    sent_at: datetime
    sent_at_is_receipt: bool
    dedupe_key: bytes
    reference: str = ""
    reference_is_inferred: bool = False

    @property
    def rank(self) -> tuple[datetime, bytes, bytes]:
        """Return what "latest" compares: instant, external campaign key, dedupe key; never arrival."""
        return (self.sent_at, self.campaign_key.encode(), self.dedupe_key)


@dataclass(frozen=True, slots=True)
class Holding:
    """An engagement that holds an entry point of its source, with the frame and state of its campaign. No `ends_at` is an open end."""

    source_id: int
    kind: EntryPointKind
    key: str
    entry_point_id: int
    engagement_id: int
    engagement_number: int
    engagement_version: int
    is_enabled: bool
    campaign_id: int
    state: str
    starts_at: datetime
    ends_at: datetime | None

    @property
    def is_live(self) -> bool:
        """Return whether replies may be linked to it."""
        return self.is_enabled and self.state == PUBLISHED

    def holds(self, at: datetime) -> bool:
        """Return whether `at` is in frame: the start is inside, the end is not."""
        return self.starts_at <= at and (self.ends_at is None or at < self.ends_at)


@dataclass(frozen=True, slots=True)
class SourceRules:
    """What a source sets: how far back a notice may lie, how late a receipt time may be, which external campaigns are ignored."""

    id: int
    look_back: timedelta
    notice_tolerance: timedelta
    ignored: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything a decision rests on, of one account."""

    source: SourceRules
    notices: Sequence[Notice] = ()
    holdings: Sequence[Holding] = ()
    answer_references: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ConsideredNotice:
    """A notice to this consumer on this source, with its own reason."""

    notice: Notice
    reason: NoticeReason


@dataclass(frozen=True, slots=True)
class Candidate:
    """An engagement with a fitting entry point, with its own reason. `relevance` is 1, 2 or 3: (i), (ii), (iii) of step 2."""

    holding: Holding
    relevance: int
    reason: CandidateReason


@dataclass(frozen=True, slots=True)
class Reasoning:
    """A decision and everything that led to it. `is_ours`: what the reply carried spoke of an answer of ours, and was dropped."""

    is_ours: bool
    campaign_key: str
    notice: Notice | None
    found: Found
    holding: Holding | None
    verdict: Verdict
    notices: tuple[ConsideredNotice, ...]
    candidates: tuple[Candidate, ...]


def decide(question: Question, situation: Situation) -> Reasoning:
    """Decide one reply by steps 0 to 5."""
    # 0. What the reply carries.
    is_ours = question.answers_us or (question.reference != "" and question.reference in situation.answer_references)
    campaign_key, reference = ("", "") if is_ours else (question.campaign_key, question.reference)
    # 1. The answered notice.
    notices = [n for n in situation.notices if (n.source_id, n.consumer_id) == (question.source_id, question.consumer_id)]
    eligible = [n for n in notices if _bar(n, question, situation) is None]
    notice, found = _answered(eligible, campaign_key=campaign_key, reference=reference, to_key=question.to_key)
    # 2. Candidates, live or not; those that are not live say so and count for nothing.
    fitting = list(_fitting(question, situation.holdings, campaign_key=campaign_key, notice=notice))
    # 3, 4. In frame, and of those the most relevant.
    chosen = _most_relevant(fitting, question.replied_at)
    candidates = tuple(Candidate(h, relevance, _reason(relevance, h, chosen, question.replied_at)) for relevance, h in fitting)
    # 5. Verdict.
    verdict = _verdict(chosen, candidates, has_broadcast=notice is not None or campaign_key != "")
    considered = tuple(ConsideredNotice(n, _bar(n, question, situation) or _place(n, notice, found)) for n in _latest_first(notices))
    return Reasoning(is_ours, campaign_key, notice, found, chosen[1] if chosen else None, verdict, considered, candidates)


def _bar(notice: Notice, question: Question, situation: Situation) -> NoticeReason | None:
    """Return what keeps a notice from being eligible, None if it is."""
    if notice.campaign_key in situation.source.ignored:
        return NoticeReason.IGNORED
    tolerance = situation.source.notice_tolerance if notice.sent_at_is_receipt else TOLERANCE
    if notice.sent_at > question.replied_at + tolerance:
        return NoticeReason.LATER
    if question.replied_at - notice.sent_at <= situation.source.look_back or _in_own_frame(notice, question, situation.holdings):
        return None
    return NoticeReason.STALE


def _in_own_frame(notice: Notice, question: Question, holdings: Sequence[Holding]) -> bool:
    """Return whether a live engagement has the notice's external campaign as entry point, and the reply is in its frame."""
    return notice.campaign_key != "" and any(
        h.is_live
        and (h.source_id, h.kind, h.key) == (notice.source_id, EntryPointKind.CAMPAIGN_ID, notice.campaign_key)
        and h.holds(question.replied_at)
        for h in holdings
    )


def _answered(eligible: Sequence[Notice], *, campaign_key: str, reference: str, to_key: str) -> tuple[Notice | None, Found]:
    """Return the notice that the reply answers, and how it was found."""
    # a. The reference names one. A reference that was only inferred binds nothing.
    if reference and (named := [n for n in eligible if n.reference == reference and not n.reference_is_inferred]):
        return _latest(named), Found.REFERENCE
    # b. The campaign ID says which broadcast: that one's notice or none.
    if campaign_key:
        of_campaign = _latest(n for n in eligible if n.campaign_key == campaign_key)
        return of_campaign, Found.CAMPAIGN_ID if of_campaign else Found.NONE
    # c. The number replied to has sent one.
    if to_key and (same_number := _latest(n for n in eligible if n.sender_key == to_key)):
        return same_number, Found.SAME_NUMBER
    # d. Any on the source.
    anyhow = _latest(eligible)
    return anyhow, Found.SAME_SOURCE if anyhow else Found.NONE


def _fitting(question: Question, holdings: Sequence[Holding], *, campaign_key: str, notice: Notice | None) -> Iterable[tuple[int, Holding]]:
    """Yield the engagements of this source with a fitting entry point, by how relevant it is."""
    wanted = (
        (1, EntryPointKind.CAMPAIGN_ID, campaign_key or (notice.campaign_key if notice else "")),
        (2, EntryPointKind.PHONE_NUMBER, question.to_key),
        (3, EntryPointKind.PHONE_NUMBER, notice.sender_key if notice else ""),
    )
    for relevance, kind, key in wanted:
        yield from ((relevance, h) for h in holdings if key and (h.source_id, h.kind, h.key) == (question.source_id, kind, key))


def _most_relevant(fitting: Sequence[tuple[int, Holding]], at: datetime) -> tuple[int, Holding] | None:
    """Return the live one in frame that goes first: by relevance, then the latest start, then the lowest number."""
    in_frame = [(relevance, h) for relevance, h in fitting if h.is_live and h.holds(at)]
    return max(in_frame, key=lambda c: (-c[0], c[1].starts_at, -c[1].engagement_number), default=None)


def _reason(relevance: int, holding: Holding, chosen: tuple[int, Holding] | None, at: datetime) -> CandidateReason:  # noqa: PLR0911 - a closed list
    if holding.state != PUBLISHED:
        return CandidateReason(holding.state)
    if not holding.is_enabled:
        return CandidateReason.DISABLED
    if at < holding.starts_at:
        return CandidateReason.NOT_STARTED
    if chosen is None or not holding.holds(at):
        return CandidateReason.ENDED
    if (relevance, holding) == chosen:
        return CandidateReason.LINKED
    if relevance > chosen[0]:
        return CandidateReason.LESS_RELEVANT
    return CandidateReason.EARLIER_START if holding.starts_at < chosen[1].starts_at else CandidateReason.HIGHER_NUMBER


def _verdict(chosen: tuple[int, Holding] | None, candidates: Iterable[Candidate], *, has_broadcast: bool) -> Verdict:
    if chosen:
        return Verdict.LINKED_BY_CAMPAIGN_ID if chosen[0] == 1 else Verdict.LINKED_BY_PHONE_NUMBER
    if any(c.reason.is_candidate for c in candidates):
        return Verdict.OUT_OF_FRAME
    return Verdict.NO_ENTRY_POINT if has_broadcast else Verdict.NO_BROADCAST


def _place(notice: Notice, answered: Notice | None, found: Found) -> NoticeReason:
    """Return why an eligible notice is, or is not, the answered one."""
    if answered and notice.id == answered.id:
        return NoticeReason.ANSWERED
    if found is Found.REFERENCE:
        return NoticeReason.NOT_REFERRED_TO
    if answered is None or (found is Found.CAMPAIGN_ID and notice.campaign_key != answered.campaign_key):
        return NoticeReason.OTHER_CAMPAIGN
    if found is Found.SAME_NUMBER and notice.sender_key != answered.sender_key:
        return NoticeReason.OTHER_NUMBER
    return NoticeReason.EARLIER


def _latest(notices: Iterable[Notice]) -> Notice | None:
    return max(notices, key=lambda n: n.rank, default=None)


def _latest_first(notices: Iterable[Notice]) -> list[Notice]:
    return sorted(notices, key=lambda n: n.rank, reverse=True)

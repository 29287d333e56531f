"""Explanations: a decision made again by the specification, with every notice and candidate and its own reason."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from antiphon.attribution import sentences, store
from antiphon.attribution.decide import Candidate, CandidateReason, ConsideredNotice, NoticeReason, Reasoning, decide
from antiphon.attribution.types import EntryPointKind, Found, Question, Verdict
from antiphon.kit import keys, phones
from antiphon.kit.db import Database
from antiphon.kit.problems import said

_NOBODY = UUID(int=0)


@dataclass(frozen=True, slots=True)
class ExplainedNotice:
    """A notice that was considered, and why it is, or is not, the one that the reply answers."""

    id: UUID
    external_campaign: str
    sender: str
    text: str
    sent_at: datetime
    reason: NoticeReason
    sentence: str


@dataclass(frozen=True, slots=True)
class ExplainedCandidate:
    """An engagement with a fitting entry point, and why it is, or is not, the one that the reply is linked to."""

    engagement_id: int
    engagement_number: int
    engagement_name: str
    engagement_version: int
    campaign_id: int
    campaign_name: str
    state: str
    starts_at: datetime
    ends_at: datetime | None
    entry_point_id: int
    entry_point_kind: EntryPointKind
    entry_point_value: str
    matches: str
    is_in_frame: bool
    skill_id: int
    language: str
    note: str
    reason: CandidateReason
    sentence: str


@dataclass(frozen=True, slots=True)
class StoredDecision:
    """The decision in force as it was stored."""

    notice_id: UUID | None
    found: str
    verdict: Verdict
    engagement_id: int | None
    engagement_version: int | None
    entry_point_id: int | None
    rule_version: int
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a reply is, or would be, linked as it is. Instants are UTC; sentences are English and name no instant.

    `stored` and `agrees` are None for a dry run. `agrees` is False where what a decision rested on has changed without a
    version of its own: a source's look-back or tolerance, an external campaign no longer ignored, an erased consumer.
    """

    reply_id: UUID | None
    conversation_id: UUID | None
    source_id: int
    source_name: str
    replied_at: datetime
    to_number: str
    campaign_key: str
    is_ours: bool
    as_of: datetime
    look_back_days: int
    verdict: Verdict
    title: str
    why: str
    found: Found
    found_sentence: str
    notice: ExplainedNotice | None
    linked: ExplainedCandidate | None
    notices: tuple[ExplainedNotice, ...]
    candidates: tuple[ExplainedCandidate, ...]
    stored: StoredDecision | None = None
    agrees: bool | None = None


def of_reply(db: Database, account_id: int, reply_id: UUID) -> Explanation:
    """Explain the decision in force of a reply, or of a conversation's opening reply, as of `decided_at`. Raises Missing."""
    row = store.reply_to_explain(db, account_id, reply_id)
    question = Question(row.consumer_id, row.source_id, row.replied_at, row.to_key, row.campaign_key, row.reference)
    facts = store.facts_then(db, account_id, question, as_of=row.decided_at)
    made = _explained(question, facts, to_number=row.to_number, as_of=row.decided_at)
    stored = StoredDecision(
        row.notice_id,
        row.found,
        Verdict(row.verdict),
        row.engagement_id,
        row.engagement_version,
        row.entry_point_id,
        row.rule_version,
        row.decided_at,
    )
    was_ours = made.is_ours or (row.external_campaign != "" and row.campaign_key == "")
    ids = {"reply_id": row.reply_id, "conversation_id": row.conversation_id}
    return replace(made, **ids, is_ours=was_ours, stored=stored, agrees=_agrees(made, stored))


def of_nobody(
    db: Database, account_id: int, *, source_id: int, phone: str, to: str | None, external_campaign: str, replied_at: datetime, at: datetime
) -> Explanation:
    """Explain what a reply of this phone number would be linked to with what is stored `at` this instant. Raises Missing."""
    source = store.source_rules(db, account_id, source_id, as_of=at)
    region = source.home_region or None
    number = phones.normalise(source.first_number if to is None else to, home_region=region)
    consumer_id = store.consumer_by_phone(db, account_id, phones.normalise(phone, home_region=region).value) or _NOBODY
    question = Question(consumer_id, source_id, replied_at, number.key, keys.fold(external_campaign))
    return _explained(question, store.facts_now(db, account_id, question, as_of=at), to_number=number.value, as_of=at)


def _explained(question: Question, facts: store.StoredFacts, *, to_number: str, as_of: datetime) -> Explanation:
    reasoning = decide(question, facts.situation)
    notices = tuple(_notice(considered, facts) for considered in reasoning.notices)
    candidates = tuple(_candidate(candidate, facts, question.replied_at) for candidate in reasoning.candidates)
    linked = next((c for c in candidates if c.reason is CandidateReason.LINKED), None)
    return Explanation(
        reply_id=None,
        conversation_id=None,
        source_id=question.source_id,
        source_name=facts.source_name,
        replied_at=question.replied_at,
        to_number=to_number,
        campaign_key=reasoning.campaign_key,
        is_ours=reasoning.is_ours,
        as_of=as_of,
        look_back_days=facts.situation.source.look_back.days,
        verdict=reasoning.verdict,
        title=said(sentences.VERDICT_TITLES[reasoning.verdict]),
        why=_why(reasoning, linked),
        found=reasoning.found,
        found_sentence=said(sentences.FOUND[reasoning.found]),
        notice=next((n for n in notices if n.reason is NoticeReason.ANSWERED), None),
        linked=linked,
        notices=notices,
        candidates=candidates,
    )


def _notice(considered: ConsideredNotice, facts: store.StoredFacts) -> ExplainedNotice:
    row = facts.notices[considered.notice.id]
    sentence = said(sentences.NOTICES[considered.reason])
    return ExplainedNotice(row.id, row.external_campaign, row.sender, row.text, row.sent_at, considered.reason, sentence)


def _candidate(candidate: Candidate, facts: store.StoredFacts, replied_at: datetime) -> ExplainedCandidate:
    holding, row = candidate.holding, facts.holdings[candidate.holding.engagement_id, candidate.holding.entry_point_id]
    return ExplainedCandidate(
        engagement_id=holding.engagement_id,
        engagement_number=holding.engagement_number,
        engagement_name=row.engagement_name,
        engagement_version=holding.engagement_version,
        campaign_id=holding.campaign_id,
        campaign_name=row.campaign_name,
        state=holding.state,
        starts_at=holding.starts_at,
        ends_at=holding.ends_at,
        entry_point_id=holding.entry_point_id,
        entry_point_kind=holding.kind,
        entry_point_value=row.entry_point_value,
        matches=said(sentences.MATCHES[candidate.relevance]),
        is_in_frame=holding.holds(replied_at),
        skill_id=row.skill_id,
        language=row.language,
        note=row.note,
        reason=candidate.reason,
        sentence=said(sentences.CANDIDATES[candidate.reason]),
    )


def _why(reasoning: Reasoning, linked: ExplainedCandidate | None) -> str:
    """Return the decision in two sentences: what the reply answers, and what that means."""
    if linked is None:
        return f"{said(sentences.FOUND[reasoning.found])} {said(sentences.VERDICTS[reasoning.verdict])}"
    claims = said(
        "{engagement} of {campaign} has the {matches} {value} as entry point, and the reply came inside its frame.",
        engagement=linked.engagement_name,
        campaign=linked.campaign_name,
        matches=linked.matches,
        value=linked.entry_point_value,
    )
    is_told = reasoning.notice is not None or reasoning.campaign_key != ""
    return f"{said(sentences.FOUND[reasoning.found])} {claims}" if is_told else claims


def _agrees(made: Explanation, stored: StoredDecision) -> bool:
    linked = made.linked
    now = (made.verdict, made.found, made.notice and made.notice.id, linked and linked.engagement_id, linked and linked.entry_point_id)
    return now == (stored.verdict, stored.found, stored.notice_id, stored.engagement_id, stored.entry_point_id)

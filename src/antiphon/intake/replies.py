"""Replies on the line: attributed, with those that a late fact touches, and stored with what they are counted under."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from antiphon.attribution.types import Claim, Outcome, Question, Unclaimed
from antiphon.attribution.verbs import claims
from antiphon.events.types import Kind
from antiphon.intake.decide import Standing, broadcast_key, counted_under, first_replies, seconds_to_reply
from antiphon.intake.notices import counted_columns, under
from antiphon.intake.passage import Passage
from antiphon.intake.types import Facts, NoticeFact, ReplyFact
from antiphon.kit.db import columns, sql
from antiphon.metrics.contributions import of_reply

_HERE = "antiphon.intake"
_TOLERANCE = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Attributed:
    """A reply with its decision. `fact` for a new one; `before` is the stored row of one that was decided again."""

    id: UUID
    source_id: int
    consumer_id: UUID
    replied_at: datetime
    received_at: datetime
    dedupe_key: bytes
    outcome: Outcome
    broadcast_key: str
    fact: ReplyFact | None
    before: Any

    @property
    def is_changed(self) -> bool:
        """Tell whether there is something new to store: a first decision, or another one than before."""
        return self.before is None or _result(self.before) != _result(self.outcome)


def _result(decision: Any) -> tuple[object, ...]:
    return (
        str(decision.verdict), str(decision.found), decision.notice_id, decision.engagement_id, decision.engagement_version,
        decision.entry_point_id,
    )  # fmt: skip


def question_of_reply(fact: ReplyFact, consumer_id: UUID) -> Question:
    """Return what attribution is asked about a new reply."""
    return Question(
        consumer_id=consumer_id,
        source_id=fact.source_id,
        replied_at=fact.replied_at,
        to_key=fact.to_key,
        campaign_key=fact.campaign_key,
        reference=fact.reference,
        answers_us=fact.answers_us,
    )


def question_of_row(row: Any, replied_at: datetime) -> Question:
    """Return what attribution is asked about a stored reply or opt-out: its own campaign ID was freed of our mark when stored."""
    return Question(
        consumer_id=row.consumer_id,
        source_id=row.source_id,
        replied_at=replied_at,
        to_key=row.to_key,
        campaign_key=row.campaign_key,
        reference=row.reference,
    )


def late_facts(passage: Passage, facts: Facts, concerns: Callable[[int, UUID], bool]) -> dict[str, list[Any]] | None:
    """Return how far back the batch's notices and replies reach, as arrays, of whom it concerns; None if nowhere."""
    people = passage.people
    reaching = [
        (fact.source_id, people[fact.phone], fact.received_at, _reaches_from(passage, fact))
        for kind in (facts.notices, facts.replies)
        for fact in kind
        if concerns(fact.source_id, people[fact.phone])
    ]
    if not reaching:
        return None
    return dict(zip(("source_id", "consumer_id", "received_at", "reaches_from"), map(list, zip(*reaching, strict=True)), strict=True))


def _reaches_from(passage: Passage, fact: NoticeFact | ReplyFact) -> datetime:
    if isinstance(fact, ReplyFact):
        return fact.replied_at
    return fact.sent_at - (passage.sources[fact.source_id].notice_tolerance if fact.sent_at_is_receipt else _TOLERANCE)


def late_replies(passage: Passage, reaching: dict[str, list[Any]] | None) -> list[Any]:
    """Return the stored replies that the batch's facts reach, with their decisions in force."""
    return passage.rows(sql(_HERE, "late_replies"), **reaching) if reaching else []


def attributed(fact_or_row: Any, outcome: Outcome, *, consumer_id: UUID) -> Attributed:
    """Return a reply with its decision, from a new fact or a stored row."""
    is_new = isinstance(fact_or_row, ReplyFact)
    return Attributed(
        id=fact_or_row.id,
        source_id=fact_or_row.source_id,
        consumer_id=consumer_id,
        replied_at=fact_or_row.replied_at,
        received_at=fact_or_row.received_at,
        dedupe_key=fact_or_row.dedupe_key,
        outcome=outcome,
        broadcast_key=broadcast_key(outcome),
        fact=fact_or_row if is_new else None,
        before=None if is_new else fact_or_row,
    )


def store_replies(passage: Passage, replies: Sequence[Attributed], *, homes: dict[UUID, UUID], known: set[tuple[int, UUID]]) -> None:
    """Store new replies in their conversations, and what changed of the others; say who is first to each broadcast.

    `known`: (source, consumer) pairs that have stored replies already.
    """
    new = [reply for reply in replies if reply.fact is not None]
    moved = [reply for reply in replies if reply.fact is None]
    firsts = _firsts(passage, replies, known)
    counted = dict(zip([reply.id for reply in replies], _counted(passage, replies), strict=True))
    _insert(passage, new, homes=homes, firsts=firsts, counted=counted)
    _move(passage, moved, counted=counted)
    inserted = {reply.id for reply in new}
    _mark(passage, {reply_id: first for reply_id, first in firsts.items() if reply_id not in inserted})


def _firsts(passage: Passage, replies: Sequence[Attributed], known: set[tuple[int, UUID]]) -> dict[UUID, bool]:
    standings = {
        reply.id: Standing(
            reply.id,
            (reply.source_id, reply.consumer_id, reply.broadcast_key),
            (reply.replied_at, bytes(reply.dedupe_key)),
            reply.before.is_first_reply if reply.before else None,
        )
        for reply in replies
    }
    named = {(reply.source_id, reply.consumer_id, key) for reply in replies for key in _keys(reply) if key}
    asked = [name for name in named if name[:2] in known]
    if asked:
        sources, consumers, keys = zip(*asked, strict=True)
        for row in passage.rows(
            sql(_HERE, "same_broadcast"), source_id=list(sources), consumer_id=list(consumers), broadcast_key=list(keys)
        ):
            name = (row.source_id, row.consumer_id, row.broadcast_key)
            standings.setdefault(row.id, Standing(row.id, name, (row.replied_at, bytes(row.dedupe_key)), row.is_first_reply))
    return first_replies(standings.values())


def _keys(reply: Attributed) -> tuple[str, ...]:
    return (reply.broadcast_key, reply.before.broadcast_key) if reply.before else (reply.broadcast_key,)


def _counted(passage: Passage, replies: Sequence[Attributed]) -> list[Claim | None]:
    asked = {reply.id: reply for reply in replies if reply.outcome.notice_id is None and reply.outcome.campaign_key}
    unclaimed = [
        Unclaimed(source_id=reply.source_id, campaign_key=reply.outcome.campaign_key, number_key="", at=reply.replied_at)
        for reply in asked.values()
    ]
    found = dict(zip(asked, claims(passage.db, passage.account_id, unclaimed) if unclaimed else (), strict=True))
    return [counted_under(reply.outcome, found.get(reply.id)) for reply in replies]


def _insert(
    passage: Passage,
    replies: Sequence[Attributed],
    *,
    homes: dict[UUID, UUID],
    firsts: dict[UUID, bool],
    counted: dict[UUID, Claim | None],
) -> None:
    if not replies:
        return
    facts = [reply.fact for reply in replies if reply.fact]
    passage.run(
        sql(_HERE, "store_replies"),
        **columns(
            facts, "id", "arrival_id", "source_id", "to_number", "to_key", "text", "external_campaign", "replied_at",
            "received_at", "dedupe_key", "mentions_stop",
        ),
        consumer_id=[reply.consumer_id for reply in replies],
        conversation_id=[homes[reply.id] for reply in replies],
        media=[msgspec.json.encode(fact.media).decode() if fact.media else "[]" for fact in facts],
        campaign_key=[reply.outcome.campaign_key for reply in replies],
        reference=["" if fact.answers_us else fact.reference for fact in facts],
        is_first_reply=[firsts[reply.id] for reply in replies],
        **_results(replies, counted),
    )  # fmt: skip
    for reply in replies:
        passage.tally.contributed(
            of_reply(
                replied_at=reply.replied_at, source_id=reply.source_id, under=under(counted[reply.id]), verdict=str(reply.outcome.verdict),
                is_first=firsts[reply.id], seconds=seconds_to_reply(reply.outcome, reply.replied_at),
            )
        )  # fmt: skip


def _move(passage: Passage, replies: Sequence[Attributed], *, counted: dict[UUID, Claim | None]) -> None:
    if replies:
        passage.tally.changing("reply", [reply.id for reply in replies])
        passage.run(sql(_HERE, "move_replies"), id=[reply.id for reply in replies], **_results(replies, counted))


def _results(replies: Sequence[Attributed], counted: dict[UUID, Claim | None]) -> dict[str, list[Any]]:
    return {
        "verdict": [str(reply.outcome.verdict) for reply in replies],
        "notice_id": [reply.outcome.notice_id for reply in replies],
        "broadcast_key": [reply.broadcast_key for reply in replies],
        "seconds_to_reply": [seconds_to_reply(reply.outcome, reply.replied_at) for reply in replies],
        **counted_columns([counted[reply.id] for reply in replies]),
    }


def _mark(passage: Passage, firsts: dict[UUID, bool]) -> None:
    if firsts:
        passage.tally.changing("reply", list(firsts))
        passage.run(sql(_HERE, "mark_first_replies"), id=list(firsts), is_first_reply=list(firsts.values()))


def tell_replies(passage: Passage, replies: Sequence[Attributed], homes: dict[UUID, UUID]) -> None:
    """Tell of every new reply, after the conversation that it started."""
    for reply in replies:
        if reply.before is None:
            passage.tell(
                Kind.REPLY_RECEIVED, f"conversation:{homes[reply.id]}", reply.received_at, reply.received_at,
                reply=str(reply.id), conversation=str(homes[reply.id]), consumer=str(reply.consumer_id), source=reply.source_id,
                verdict=reply.outcome.verdict, notice=str(reply.outcome.notice_id) if reply.outcome.notice_id else None,
                campaign=reply.outcome.campaign_id or reply.outcome.notice_counted_campaign_id, engagement=reply.outcome.engagement_id,
            )  # fmt: skip

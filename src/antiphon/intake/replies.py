"""Replies on the line: attributed, with those that a late fact touches, and stored with what they are counted under."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from antiphon.attribution.types import RULE_VERSION, Claim, Outcome, Question, Unclaimed
from antiphon.attribution.verbs import claims
from antiphon.conversations.types import Present
from antiphon.events.types import Kind
from antiphon.intake.decide import Standing, broadcast_key, counted_under, first_replies, seconds_to_reply
from antiphon.intake.notices import counted_columns, under
from antiphon.intake.passage import Passage
from antiphon.intake.types import Facts, NoticeFact, ReplyFact
from antiphon.kit.db import sql
from antiphon.kit.ids import text
from antiphon.metrics.contributions import of_reply

_HERE = "antiphon.intake"
_TOLERANCE = timedelta(minutes=2)


class Attributed(msgspec.Struct, gc=False):
    """A reply with its decision. `fact` for a new one; `before` is the stored row of one that was decided again.

    The line goes on to say the conversation that it is in, what it is counted under, and whether it is its consumer's first.
    """

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
    conversation_id: UUID | None = None
    counted: Claim | None = None
    is_first: bool = False

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
    is_new = type(fact_or_row) is ReplyFact
    return Attributed(
        fact_or_row.id, fact_or_row.source_id, consumer_id, fact_or_row.replied_at, fact_or_row.received_at, fact_or_row.dedupe_key,
        outcome, broadcast_key(outcome), fact_or_row if is_new else None, None if is_new else fact_or_row,
    )  # fmt: skip


def store_replies(
    passage: Passage, replies: Sequence[Attributed], *, started: Mapping[UUID, Present], known: set[tuple[int, UUID]]
) -> None:
    """Store new replies with their decisions and the conversations they start, and what changed of the others.

    `started`: new conversations by their opening reply; `known`: (source, consumer) pairs that have stored replies already.
    """
    new = [reply for reply in replies if reply.fact is not None]
    moved = [reply for reply in replies if reply.fact is None]
    firsts = _firsts(passage, replies, known)
    _count_under(passage, replies)
    for reply in new:
        reply.is_first = firsts.pop(reply.id)
    _insert(passage, new, started)
    _move(passage, moved)
    _mark(passage, firsts)


def _firsts(passage: Passage, replies: Sequence[Attributed], known: set[tuple[int, UUID]]) -> dict[UUID, bool]:
    """Return which replies' places among those of their consumer to their broadcast are new or others, and whether they are first."""
    if not known and len({(reply.source_id, reply.consumer_id) for reply in replies}) == len(replies):
        return {reply.id: reply.broadcast_key != "" for reply in replies}  # nobody has written before, nor twice
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


def _count_under(passage: Passage, replies: Sequence[Attributed]) -> None:
    asked = [reply for reply in replies if reply.outcome.notice_id is None and reply.outcome.campaign_key]
    unclaimed = [
        Unclaimed(source_id=reply.source_id, campaign_key=reply.outcome.campaign_key, number_key="", at=reply.replied_at) for reply in asked
    ]
    for reply in replies:
        reply.counted = counted_under(reply.outcome, None)
    for reply, claim in zip(asked, claims(passage.db, passage.account_id, unclaimed), strict=True):
        reply.counted = counted_under(reply.outcome, claim)


_STORED = (
    "id", "arrival_id", "source_id", "consumer_id", "conversation_id", "to_number", "to_key", "text", "media", "external_campaign",
    "campaign_key", "reference", "replied_at", "received_at", "dedupe_key", "mentions_stop", "is_first_reply",
    "found", "engagement_id", "engagement_version", "campaign_id", "entry_point_id", "entry_point_kind",
)  # fmt: skip
_STARTED = (
    "starts", "skill_id", "language", "note", "goal_kind", "started_at", "last_replied_at", "last_to_number", "last_text", "last_at",
    "due_at",
)  # fmt: skip
_STARTS_NOTHING = (False, *(None,) * 10)


def _insert(passage: Passage, replies: Sequence[Attributed], started: Mapping[UUID, Present]) -> None:
    if not replies:
        return
    rows = [(*_as_stored(reply), *_as_started(started.get(reply.id))) for reply in replies]
    columns = dict(zip((*_STORED, *_STARTED), map(list, zip(*rows, strict=True)), strict=True))
    passage.run(sql(_HERE, "store_replies"), **columns, **_results(replies), rule_version=RULE_VERSION, at=passage.at)
    for reply in replies:
        passage.tally.contributed(
            of_reply(
                replied_at=reply.replied_at, source_id=reply.source_id, under=under(reply.counted), verdict=reply.outcome.verdict.value,
                is_first=reply.is_first, seconds=seconds_to_reply(reply.outcome, reply.replied_at),
            )
        )  # fmt: skip


def _as_stored(reply: Attributed) -> tuple[Any, ...]:
    fact: Any = reply.fact
    outcome = reply.outcome
    return (
        fact.id, fact.arrival_id, fact.source_id, reply.consumer_id, reply.conversation_id, fact.to_number, fact.to_key, fact.text,
        msgspec.json.encode(fact.media) if fact.media else b"[]", fact.external_campaign, outcome.campaign_key,
        "" if fact.answers_us else fact.reference, fact.replied_at, fact.received_at, fact.dedupe_key, fact.mentions_stop, reply.is_first,
        outcome.found, outcome.engagement_id, outcome.engagement_version, outcome.campaign_id, outcome.entry_point_id,
        outcome.entry_point_kind,
    )  # fmt: skip


def _as_started(opened: Present | None) -> tuple[Any, ...]:
    """Return what a conversation does not have from its opening reply; its link is that reply's decision."""
    if opened is None:
        return _STARTS_NOTHING
    return (
        True, opened.skill_id, opened.language, opened.note, opened.goal_kind, opened.started_at, opened.last_replied_at,
        opened.last_to_number, opened.last_text, opened.last_at, opened.due_at,
    )  # fmt: skip


def _move(passage: Passage, replies: Sequence[Attributed]) -> None:
    if replies:
        passage.tally.changing("reply", [reply.id for reply in replies])
        passage.run(sql(_HERE, "move_replies"), id=[reply.id for reply in replies], **_results(replies))


def _results(replies: Sequence[Attributed]) -> dict[str, list[Any]]:
    return {
        "verdict": [reply.outcome.verdict for reply in replies],
        "notice_id": [reply.outcome.notice_id for reply in replies],
        "broadcast_key": [reply.broadcast_key for reply in replies],
        "seconds_to_reply": [seconds_to_reply(reply.outcome, reply.replied_at) for reply in replies],
        **counted_columns([reply.counted for reply in replies]),
    }


def _mark(passage: Passage, firsts: dict[UUID, bool]) -> None:
    if firsts:
        passage.tally.changing("reply", list(firsts))
        passage.run(sql(_HERE, "mark_first_replies"), id=list(firsts), is_first_reply=list(firsts.values()))


def tell_replies(passage: Passage, replies: Sequence[Attributed]) -> None:
    """Tell of every new reply, after the conversation that it started."""
    for reply in replies:
        if reply.before is None and reply.conversation_id is not None:
            outcome = reply.outcome
            passage.tell_of(
                reply.id, Kind.REPLY_RECEIVED, f"conversation:{text(reply.conversation_id)}", reply.received_at, reply.received_at,
                reply=reply.id, conversation=reply.conversation_id, consumer=reply.consumer_id, source=reply.source_id,
                verdict=outcome.verdict, notice=outcome.notice_id,
                campaign=outcome.campaign_id or outcome.notice_counted_campaign_id, engagement=outcome.engagement_id,
            )  # fmt: skip

"""Conversations on the line: every reply in exactly one, linked as its opening reply's decision says."""

from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from antiphon.attribution.types import Outcome
from antiphon.conversations import store
from antiphon.conversations.decide import follow, is_relinked, receive
from antiphon.conversations.types import Link, Present, Received
from antiphon.events.types import Kind
from antiphon.intake.passage import Passage
from antiphon.intake.replies import Attributed
from antiphon.kit.ids import text
from antiphon.metrics.contributions import Key, of_conversation


def converse(passage: Passage, replies: Sequence[Attributed], *, known: set[tuple[int, UUID]]) -> dict[UUID, Present]:
    """Put new replies into conversations; conversations whose opening reply was decided again follow it. Store what changed.

    Every new reply is told its conversation. Returns the conversations that start, by opening reply: they are stored with it.
    `known`: (source, consumer) pairs that have replies already: nobody else has a conversation.
    """
    if not replies:
        return {}
    new = [reply for reply in replies if reply.before is None]
    late = {reply.id: reply for reply in replies if reply.before is not None}
    before = {
        conversation.id: conversation
        for conversation in store.present(
            passage.db,
            passage.account_id,
            pairs={(reply.source_id, reply.consumer_id) for reply in new} & known,
            ids={reply.before.conversation_id for reply in late.values()},
        )
    }
    targets, defaults = passage.targets, passage.defaults
    followed = [
        follow(c, _link(late[c.opening_reply_id].outcome, defaults[c.source_id]), targets=targets) if c.opening_reply_id in late else c
        for c in before.values()
    ]
    after, homes = receive([_received(reply, defaults) for reply in new], present=followed, targets=targets)
    for reply in new:
        reply.conversation_id = homes[reply.id]
    _store(passage, before, after)
    started = {c.opening_reply_id: c for c in after.values() if c.id not in before}
    _tell(passage, before, after, {reply.id: reply for reply in new if reply.id in started})
    return started


def _link(outcome: Outcome, default: tuple[int, str]) -> Link:
    skill_id, language = default
    return Link(
        verdict=outcome.verdict.value,
        notice_id=outcome.notice_id,
        campaign_id=outcome.campaign_id,
        engagement_id=outcome.engagement_id,
        engagement_version=outcome.engagement_version,
        entry_point_id=outcome.entry_point_id,
        goal_kind=outcome.goal_kind,
        skill_id=outcome.skill_id or skill_id,
        language=outcome.language or language,
        note=outcome.note,
    )


def _received(reply: Attributed, defaults: Mapping[int, tuple[int, str]]) -> Received:
    if reply.fact is None:
        message = "only a new reply is received"
        raise ValueError(message)
    return Received(
        id=reply.id,
        source_id=reply.source_id,
        consumer_id=reply.consumer_id,
        to_number=reply.fact.to_number,
        text=reply.fact.text,
        replied_at=reply.replied_at,
        received_at=reply.received_at,
        dedupe_key=reply.dedupe_key,
        link=_link(reply.outcome, defaults[reply.source_id]),
    )


def _store(passage: Passage, before: dict[UUID, Present], after: dict[UUID, Present]) -> None:
    changed = [after[each] for each in before if after[each] != before[each]]
    if relinked := [c.id for c in changed if _moves_what_hangs_off_it(before[c.id], c)]:
        passage.tally.relinking(relinked)
    passage.tally.changing("conversation", [c.id for c in changed])
    store.update(passage.db, passage.account_id, changed)


def _moves_what_hangs_off_it(before: Present, after: Present) -> bool:
    return is_relinked(before, after) or before.language != after.language


def _tell(passage: Passage, before: dict[UUID, Present], after: dict[UUID, Present], opening: dict[UUID, Attributed]) -> None:
    for conversation in after.values():
        if conversation.id not in before:
            _tell_started(passage, conversation, opening[conversation.opening_reply_id])
            passage.tally.contributed(_contributions(conversation))
        elif is_relinked(before[conversation.id], conversation):
            passage.tell(
                Kind.CONVERSATION_RELINKED, f"conversation:{conversation.id}", passage.at, passage.at,
                conversation=str(conversation.id), by="rule", campaign=conversation.campaign_id,
                engagement=conversation.engagement_id, engagement_version=conversation.engagement_version,
                entry_point=conversation.entry_point_id, verdict=conversation.verdict,
                before=_was(before[conversation.id]),
            )  # fmt: skip


def _contributions(started: Present) -> Iterator[tuple[Key, int]]:
    return of_conversation(
        started_at=started.started_at,
        source_id=started.source_id,
        link=(started.campaign_id, started.engagement_id, started.entry_point_id),
        skill_id=started.first_skill_id,
        language=started.language,
        verdict=started.verdict,
        goal_kind=started.goal_kind,
    )


def _was(before: Present) -> dict[str, object]:
    return {"campaign": before.campaign_id, "engagement": before.engagement_id, "verdict": before.verdict}


def _tell_started(passage: Passage, conversation: Present, opening: Attributed) -> None:
    outcome = opening.outcome
    carried = opening.fact.external_campaign if opening.fact and outcome.campaign_key else ""
    since = None if outcome.notice_sent_at is None else max(0.0, (conversation.opening_replied_at - outcome.notice_sent_at).total_seconds())
    passage.tell_of(
        conversation.id, Kind.CONVERSATION_STARTED, f"conversation:{text(conversation.id)}", conversation.started_at,
        conversation.started_at,
        conversation=conversation.id, consumer=conversation.consumer_id, source=conversation.source_id,
        campaign=conversation.campaign_id, campaign_type=outcome.campaign_type or "none",
        engagement=conversation.engagement_id, engagement_version=conversation.engagement_version, goal=conversation.goal_kind or None,
        entry_point=conversation.entry_point_id, entry_point_kind=outcome.entry_point_kind or None, skill=conversation.skill_id,
        language=conversation.language, notice=outcome.notice_id,
        external_campaign=outcome.notice_external_campaign or carried or None,
        verdict=conversation.verdict, in_frame=outcome.verdict.is_linked, seconds_since_broadcast=since,
    )  # fmt: skip

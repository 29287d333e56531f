"""What a reply does to a conversation, decided without a database (docs/flow.md)."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from msgspec.structs import replace

from antiphon.conversations.types import Link, Present, Received, State, Turn
from antiphon.kit.ids import uuid7

Targets = Mapping[int, int]
"""The response target of each skill, in seconds."""


def start(reply: Received, *, conversation_id: UUID, targets: Targets) -> Present:
    """Return the conversation that this reply starts: queued, the agent's turn, linked as the reply's decision says."""
    link = reply.link
    return Present(
        id=conversation_id,
        source_id=reply.source_id,
        consumer_id=reply.consumer_id,
        state=State.QUEUED,
        turn=Turn.AGENT,
        agent_id=None,
        skill_id=link.skill_id,
        first_skill_id=link.skill_id,
        is_transferred=False,
        language=link.language,
        note=link.note,
        verdict=link.verdict,
        campaign_id=link.campaign_id,
        engagement_id=link.engagement_id,
        engagement_version=link.engagement_version,
        entry_point_id=link.entry_point_id,
        notice_id=link.notice_id,
        goal_kind=link.goal_kind,
        is_linked_by_person=False,
        opening_reply_id=reply.id,
        opening_replied_at=reply.replied_at,
        opening_dedupe_key=reply.dedupe_key,
        started_at=reply.received_at,
        last_replied_at=reply.replied_at,
        last_to_number=reply.to_number,
        last_text=reply.text,
        last_at=reply.received_at,
        waiting_since=reply.received_at,
        due_at=due(reply.received_at, skill_id=link.skill_id, targets=targets),
        leaving_at=None,
        handled_at=None,
        interactive_at=None,
        interactive_skill_id=None,
        interactive_agent_id=None,
    )


def append(present: Present, reply: Received, *, targets: Targets) -> Present:
    """Return an open conversation with one more reply in it.

    1. The earliest by (`replied_at`, dedupe key) is the opening reply, and the link follows it.
    2. `started_at` is the least receipt; the number to answer from is of the last received, of equals by number and text.
    3. It is the agent's turn, waiting since the first unanswered receipt.
    4. A reply received after an accepted answer makes the conversation interactive, once.
    """
    waiting_since = min(present.waiting_since or reply.received_at, reply.received_at)
    after = replace(
        present,
        started_at=min(present.started_at, reply.received_at),
        last_replied_at=max(present.last_replied_at, reply.replied_at),
        turn=Turn.AGENT,
        waiting_since=waiting_since,
        due_at=due(waiting_since, skill_id=present.skill_id, targets=targets),
    )
    if (reply.received_at, reply.to_number, reply.text) >= (present.last_at, present.last_to_number, present.last_text):
        after = replace(after, last_at=reply.received_at, last_to_number=reply.to_number, last_text=reply.text)
    if present.interactive_at is None and present.handled_at is not None and reply.received_at > present.handled_at:
        after = replace(
            after, interactive_at=reply.received_at, interactive_skill_id=present.skill_id, interactive_agent_id=present.agent_id
        )
    if (reply.replied_at, reply.dedupe_key) < (present.opening_replied_at, present.opening_dedupe_key):
        after = replace(after, opening_reply_id=reply.id, opening_replied_at=reply.replied_at, opening_dedupe_key=reply.dedupe_key)
        after = follow(after, reply.link, targets=targets)
    return after


def follow(present: Present, link: Link, *, targets: Targets) -> Present:
    """Return the conversation with the link of its opening reply, open or closed alike.

    A link set by a person is never changed by the rule. Skill and due time follow only while it is queued and nobody has
    transferred it; the first skill follows for as long as the skill does.
    """
    if present.is_linked_by_person:
        return present
    after = replace(
        present,
        verdict=link.verdict,
        notice_id=link.notice_id,
        campaign_id=link.campaign_id,
        engagement_id=link.engagement_id,
        engagement_version=link.engagement_version,
        entry_point_id=link.entry_point_id,
        goal_kind=link.goal_kind,
        language=link.language,
        note=link.note,
    )
    if present.state != State.QUEUED or present.is_transferred:
        return after
    due_at = due(present.waiting_since, skill_id=link.skill_id, targets=targets)
    return replace(after, skill_id=link.skill_id, first_skill_id=link.skill_id, due_at=due_at)


def due(waiting_since: datetime | None, *, skill_id: int, targets: Targets) -> datetime | None:
    """Return when an answer is due: the first unanswered receipt and the skill's response target."""
    return None if waiting_since is None else waiting_since + timedelta(seconds=targets[skill_id])


def is_relinked(before: Present, after: Present) -> bool:
    """Tell whether the link changed."""
    return _link_of(before) != _link_of(after)


def _link_of(present: Present) -> tuple[object, ...]:
    return (present.verdict, present.engagement_id, present.engagement_version, present.entry_point_id, present.notice_id)


def receive(replies: Iterable[Received], *, present: Iterable[Present], targets: Targets) -> tuple[dict[UUID, Present], dict[UUID, UUID]]:
    """Put every reply into its consumer's one open conversation on its source, starting one where there is none.

    Replies are taken in order of receipt. Returns the conversations after, by id, and each reply's conversation.
    """
    after = {conversation.id: conversation for conversation in present}
    open_ids = {(c.source_id, c.consumer_id): c.id for c in after.values() if c.state != State.CLOSED}
    homes: dict[UUID, UUID] = {}
    for reply in sorted(replies, key=lambda reply: (reply.received_at, reply.replied_at, reply.dedupe_key)):
        pair = (reply.source_id, reply.consumer_id)
        home = open_ids.get(pair)
        if home is None:
            home = open_ids[pair] = uuid7(reply.received_at)
            after[home] = start(reply, conversation_id=home, targets=targets)
        else:
            after[home] = append(after[home], reply, targets=targets)
        homes[reply.id] = home
    return after, homes

"""What a conversation is while the line or a person works on it, and how a request may be refused."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from antiphon.kit.problems import Conflict


class State(StrEnum):
    """Where a conversation stands."""

    QUEUED = "queued"
    ASSIGNED = "assigned"
    CLOSED = "closed"


class Turn(StrEnum):
    """Whose turn it is to write."""

    AGENT = "agent"
    CONSUMER = "consumer"


class ClosedBy(StrEnum):
    """Who closed it."""

    AGENT = "agent"
    CONSUMER = "consumer"
    SYSTEM = "system"


class StepKind(StrEnum):
    """What happened to a conversation."""

    ASSIGNED = "assigned"
    QUEUED = "queued"
    TRANSFERRED = "transferred"
    RETURNED = "returned"
    LINKED = "linked"
    CLOSED = "closed"
    REOPENED = "reopened"


class AnswerState(StrEnum):
    """How far an answer got; `dispatching` until the provider was called."""

    DISPATCHING = "dispatching"
    UNKNOWN = "unknown"
    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    DELIVERED = "delivered"
    READ = "read"


class Refused(Conflict):
    """Something that cannot be done to this conversation now; the message says what to do instead."""


class Link(msgspec.Struct, frozen=True, gc=False):
    """What a conversation is linked to and what it takes from there; unlinked it has the source's skill and language, and no note."""

    verdict: str
    notice_id: UUID | None
    campaign_id: int | None
    engagement_id: int | None
    engagement_version: int | None
    entry_point_id: int | None
    goal_kind: str
    skill_id: int
    language: str
    note: str


class Received(msgspec.Struct, frozen=True, gc=False):
    """A reply as a conversation sees it: the link is what its own decision says."""

    id: UUID
    source_id: int
    consumer_id: UUID
    to_number: str
    text: str
    replied_at: datetime
    received_at: datetime
    dedupe_key: bytes
    link: Link


class Present(msgspec.Struct, frozen=True, gc=False):
    """A conversation as stored, or about to be: the columns that a reply can change."""

    id: UUID
    source_id: int
    consumer_id: UUID
    state: str
    turn: str
    agent_id: int | None
    skill_id: int
    first_skill_id: int
    is_transferred: bool
    language: str
    note: str
    verdict: str
    campaign_id: int | None
    engagement_id: int | None
    engagement_version: int | None
    entry_point_id: int | None
    notice_id: UUID | None
    goal_kind: str
    is_linked_by_person: bool
    opening_reply_id: UUID
    opening_replied_at: datetime
    opening_dedupe_key: bytes
    started_at: datetime
    last_replied_at: datetime
    last_to_number: str
    last_text: str
    last_at: datetime
    waiting_since: datetime | None
    due_at: datetime | None
    leaving_at: datetime | None
    handled_at: datetime | None
    interactive_at: datetime | None
    interactive_skill_id: int | None
    interactive_agent_id: int | None

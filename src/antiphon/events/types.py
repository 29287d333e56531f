"""What is told to the outside: the closed list of kinds, and an event before it is stored."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec

PREFIX = "io.antiphon."
"""What a kind begins with when it is told."""


WAITS = "Antiphon-Waits"
"""A header that an answer without events tells the waiting in front of it by: the account and where to read on."""


class Kind(StrEnum):
    """Every kind of event, in the past tense; told with `PREFIX` (docs/events.md)."""

    BROADCAST_STARTED = "broadcast.started"
    NOTICE_SENT = "notice.sent"
    NOTICE_DELIVERED = "notice.delivered"
    NOTICE_FAILED = "notice.failed"
    REPLY_RECEIVED = "reply.received"
    CONVERSATION_STARTED = "conversation.started"
    CONVERSATION_RELINKED = "conversation.relinked"
    CONVERSATION_ASSIGNED = "conversation.assigned"
    CONVERSATION_TRANSFERRED = "conversation.transferred"
    CONVERSATION_CLOSED = "conversation.closed"
    CONVERSATION_REOPENED = "conversation.reopened"
    ANSWER_SENT = "answer.sent"
    ANSWER_DELIVERED = "answer.delivered"
    ANSWER_FAILED = "answer.failed"
    CONSUMER_OPTED_OUT = "consumer.opted_out"
    CONSUMER_OPTED_IN = "consumer.opted_in"
    CONSUMER_ERASED = "consumer.erased"
    GOAL_REACHED = "goal.reached"
    CAMPAIGN_PUBLISHED = "campaign.published"
    CAMPAIGN_PAUSED = "campaign.paused"
    CAMPAIGN_ARCHIVED = "campaign.archived"
    SOURCE_CONNECTED = "source.connected"
    SOURCE_DISCONNECTED = "source.disconnected"


class NewEvent(msgspec.Struct, frozen=True, gc=False):
    """An event to be stored: `time` is when the fact was true, `at` when we learned it (the time of its id).

    `id`: that of the thing whose only beginning it tells of; otherwise it gets one of its own.
    """

    type: str
    subject: str
    time: datetime
    content: dict[str, Any]
    at: datetime
    id: UUID | None = None

    def __post_init__(self) -> None:
        """Refuse a kind that is not on the list: ValueError."""
        if type(self.type) is not Kind:
            Kind(self.type)

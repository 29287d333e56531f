"""What is exported: every fact with its columns and their types (docs/exports.md says what they mean, a test compares them)."""

from dataclasses import dataclass
from enum import StrEnum


class Type(StrEnum):
    """A column's type, by the name that documents and readers use."""

    TEXT = "text"
    WORD = "word"  # text with few different values
    INTEGER = "integer"
    NUMBER = "number"
    AMOUNT = "amount"  # decimal, six places
    INSTANT = "instant"  # microseconds, UTC
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class Fact:
    """A kind of fact: `<name>.sql` selects these columns in this order."""

    name: str
    columns: dict[str, Type]


_T, _W, _I, _N, _A, _AT, _F = Type.TEXT, Type.WORD, Type.INTEGER, Type.NUMBER, Type.AMOUNT, Type.INSTANT, Type.FLAG

FACTS: dict[str, Fact] = {
    fact.name: fact
    for fact in (
        Fact(
            "notices",
            {
                "id": _T, "sent_at": _AT, "sent_at_is_receipt": _F, "received_at": _AT, "source_id": _I, "consumer_id": _T,
                "external_campaign": _W, "sender": _W, "state": _W, "state_at": _AT, "reason": _W, "campaign_id": _I, "engagement_id": _I,
                "is_counted": _F, "copies": _I,
            },
        ),
        Fact(
            "replies",
            {
                "id": _T, "replied_at": _AT, "received_at": _AT, "source_id": _I, "consumer_id": _T, "conversation_id": _T,
                "to_number": _W, "external_campaign": _W, "verdict": _W, "notice_id": _T, "campaign_id": _I, "engagement_id": _I,
                "is_first_reply": _F, "seconds_to_reply": _N, "mentions_stop": _F, "copies": _I,
            },
        ),
        Fact(
            "answers",
            {
                "id": _T, "created_at": _AT, "attempted_at": _AT, "conversation_id": _T, "consumer_id": _T, "source_id": _I,
                "agent_id": _I, "skill_id": _I, "from_number": _W, "state": _W, "state_at": _AT, "reason": _W, "is_accepted": _F,
                "is_overdue": _F,
            },
        ),
        Fact(
            "conversations",
            {
                "id": _T, "started_at": _AT, "source_id": _I, "consumer_id": _T, "state": _W, "agent_id": _I, "skill_id": _I,
                "first_skill_id": _I, "is_transferred": _F, "language": _W, "verdict": _W, "campaign_id": _I, "engagement_id": _I,
                "entry_point_id": _I, "notice_id": _T, "goal_kind": _W, "is_linked_by_person": _F, "opening_reply_id": _T,
                "opening_replied_at": _AT, "last_replied_at": _AT, "handled_at": _AT, "interactive_at": _AT, "closed_at": _AT,
                "closed_by": _W,
            },
        ),
        Fact(
            "decisions",
            {
                "id": _T, "reply_id": _T, "decided_at": _AT, "superseded_at": _AT, "notice_id": _T, "found": _W, "verdict": _W,
                "campaign_id": _I, "engagement_id": _I, "engagement_version": _I, "entry_point_id": _I, "entry_point_kind": _W,
                "rule_version": _I,
            },
        ),
        Fact("events", {"id": _T, "type": _W, "subject": _T, "time": _AT, "position": _I, "content": _T}),
        Fact(
            "counters",
            {
                "metric": _W, "bucket": _AT, "campaign_type": _W, "campaign_id": _I, "engagement_id": _I, "entry_point_id": _I,
                "source_id": _I, "skill_id": _I, "language": _W, "verdict": _W, "agent_id": _I, "closed_by": _W, "band": _I,
                "currency": _W, "value": _I, "total": _A,
            },
        ),
    )
}  # fmt: skip

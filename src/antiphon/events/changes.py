"""What changed, for pages that listen: events without their contents, and the topics that they belong to."""

from dataclasses import dataclass
from typing import Any

from antiphon.events.types import Kind
from antiphon.events.verbs import last_position
from antiphon.kit.db import Database, rows, sql

FAR_BEHIND = 2000
"""Changes that are still read one by one; whoever is further behind is told to read everything again."""

_OF_CAMPAIGNS = frozenset({"broadcast", "campaign", "notice", "source"})
_OF_CONVERSATIONS = frozenset({"answer", "consumer", "conversation", "goal", "reply"})


@dataclass(frozen=True, slots=True)
class Change:
    """An event as streams tell it: never what, only that and about what."""

    position: int
    type: str
    subject: str
    topics: frozenset[str]


def desk_of(membership_id: int) -> str:
    """Return the topic of everything about the conversations that an agent has."""
    return f"desk:{membership_id}"


def changes(db: Database, account_id: int, *, after: int) -> tuple[int, list[Change] | None]:
    """Return the last position and the changes after `after` up to it; None instead of the changes if they are too many."""
    last = last_position(db, account_id)
    if last - after > FAR_BEHIND:
        return last, None
    found = rows(db, sql(__package__, "changes"), {"account_id": account_id, "after": after, "limit": FAR_BEHIND})
    told = [Change(row.position, row.type, row.subject, _topics(row)) for row in found]
    return max([last, *(change.position for change in told)]), told


def _topics(row: Any) -> frozenset[str]:
    """Return the topics of an event.

    1. What it is about: its subject, conversation, consumer, source and campaign; when relinked, also the campaign it left.
    2. The agent who has its conversation now.
    3. The list it appears in: `campaigns` or `conversations`, by kind; whatever has a campaign is in `campaigns` too.
    """
    named = {"campaign": row.campaign, "conversation": row.conversation, "consumer": row.consumer, "source": row.source}
    topics = {row.subject, *(f"{kind}:{identity}" for kind, identity in named.items() if identity)}
    if row.former_campaign:
        topics.add(f"campaign:{row.former_campaign}")
    if row.agent:
        topics.add(desk_of(row.agent))
    word = Kind(row.type).split(".")[0]
    if word in _OF_CAMPAIGNS or row.campaign:
        topics.add("campaigns")
    if word in _OF_CONVERSATIONS or row.conversation:
        topics.add("conversations")
    return frozenset(topics)

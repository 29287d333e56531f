"""Going back: conversations of an agent who stays away, to their queue, when their skill says so."""

from datetime import datetime
from uuid import UUID

from antiphon.consumers.store import lock_consumers
from antiphon.conversations import verbs
from antiphon.conversations.models import Conversation
from antiphon.kit.db import Database, rows, sql

_HERE = "antiphon.routing"


def long_away(db: Database, account_id: int, *, at: datetime, conversation_id: UUID | None = None) -> list[UUID]:
    """Return the conversations, or this one, that wait for an agent who is away for longer than their skill allows."""
    return [row.id for row in rows(db, sql(_HERE, "long_away"), {"account": account_id, "at": at, "id": conversation_id})]


def return_one(db: Database, account_id: int, conversation_id: UUID, *, at: datetime) -> bool:
    """Put one back into its queue, in a transaction of its own, if that is still so once it is locked. Tells whether it did."""
    found = Conversation.objects.filter(account_id=account_id, id=conversation_id)
    lock_consumers(db, account_id, found.values_list("consumer_id", flat=True))
    if not long_away(db, account_id, at=at, conversation_id=conversation_id):
        return False
    verbs.put_back(db, account_id, conversation_id, actor="system", at=at)
    return True

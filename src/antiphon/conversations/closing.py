"""Closing by nobody's hand: consumers who left ten minutes ago, and conversations that have been the consumer's turn for long."""

from datetime import datetime, timedelta
from uuid import UUID

from antiphon.consumers.store import lock_consumers
from antiphon.conversations.models import Conversation
from antiphon.conversations.types import ClosedBy, State, Turn
from antiphon.conversations.verbs import close
from antiphon.kit.db import Database

LEAVING = timedelta(minutes=10)


def close_left(db: Database, account_id: int, conversation_id: UUID, *, at: datetime) -> bool:
    """Close a conversation whose consumer opted out ten minutes ago and has not written since. Tells whether it did."""
    found = _locked(db, account_id, conversation_id)
    is_due = found is not None and found.leaving_at is not None and found.leaving_at <= at - LEAVING
    return _close_if(db, account_id, conversation_id, is_due=is_due, by=ClosedBy.CONSUMER, actor="consumer", at=at)


def close_idle(db: Database, account_id: int, conversation_id: UUID, *, at: datetime) -> bool:
    """Close a conversation that is the consumer's turn and where nobody has written for the skill's auto-close time."""
    found = _locked(db, account_id, conversation_id)
    seconds = found.skill.auto_close_seconds if found and found.turn == Turn.CONSUMER else None
    is_due = found is not None and seconds is not None and found.last_at <= at - timedelta(seconds=seconds)
    return _close_if(db, account_id, conversation_id, is_due=is_due, by=ClosedBy.SYSTEM, actor="system", at=at)


def _locked(db: Database, account_id: int, conversation_id: UUID) -> Conversation | None:
    """Return an open conversation once its consumer is locked: what is decided on it then stays true."""
    open_ones = Conversation.objects.filter(account_id=account_id, id=conversation_id).exclude(state=State.CLOSED)
    lock_consumers(db, account_id, open_ones.values_list("consumer_id", flat=True))
    return open_ones.select_related("skill").first()


def _close_if(db: Database, account_id: int, conversation_id: UUID, *, is_due: bool, by: ClosedBy, actor: str, at: datetime) -> bool:
    if is_due:
        close(db, account_id, conversation_id, actor=actor, at=at, by=by)
    return is_due

"""Closing by nobody's hand: consumers who left ten minutes ago, and conversations that have been the consumer's turn for long."""

from datetime import datetime, timedelta
from uuid import UUID

from antiphon.conversations.models import Conversation
from antiphon.conversations.types import ClosedBy, State, Turn
from antiphon.conversations.verbs import close
from antiphon.kit.db import Database

LEAVING = timedelta(minutes=10)


def close_left(db: Database, account_id: int, conversation_id: UUID, *, at: datetime) -> bool:
    """Close a conversation whose consumer opted out ten minutes ago and has not written since. Tells whether it did."""
    found = Conversation.objects.filter(account_id=account_id, id=conversation_id, leaving_at__lte=at - LEAVING).exclude(state=State.CLOSED)
    return _close_if(db, account_id, conversation_id, is_due=found.exists(), by=ClosedBy.CONSUMER, actor="consumer", at=at)


def close_idle(db: Database, account_id: int, conversation_id: UUID, *, at: datetime) -> bool:
    """Close a conversation that is the consumer's turn and where nobody has written for the skill's auto-close time."""
    found = (
        Conversation.objects.select_related("skill")
        .filter(account_id=account_id, id=conversation_id, turn=Turn.CONSUMER)
        .exclude(state=State.CLOSED)
        .first()
    )
    seconds = found.skill.auto_close_seconds if found else None
    is_due = found is not None and seconds is not None and found.last_at <= at - timedelta(seconds=seconds)
    return _close_if(db, account_id, conversation_id, is_due=is_due, by=ClosedBy.SYSTEM, actor="system", at=at)


def _close_if(db: Database, account_id: int, conversation_id: UUID, *, is_due: bool, by: ClosedBy, actor: str, at: datetime) -> bool:
    if is_due:
        close(db, account_id, conversation_id, actor=actor, at=at, by=by)
    return is_due

"""The ticket of a page's stream: what it listens to, from the position that the page was made at."""

from collections.abc import Sequence
from uuid import UUID

from antiphon.conversations.models import Conversation
from antiphon.edge.live import ticket
from antiphon.events.changes import desk_of
from antiphon.events.verbs import last_position
from antiphon.kit.db import Database
from antiphon.routing.presence import topic_of
from antiphon.workspace.access import Visit


def stream(db: Database, visit: Visit, topics: Sequence[str]) -> str:
    """Return the address of a stream of changes since now, and of one's own presence.

    Call before reading what the page shows, so that nothing falls between.
    """
    position = last_position(db, visit.account_id)
    return f"/live/{ticket(visit.account_id, visit.membership_id, [*topics, topic_of(visit.membership_id)], position)}"


def topics(visit: Visit, conversation_id: UUID | None) -> list[str]:
    """Return what a page of the workspace listens to: the account's conversations, one's own, the open one and its consumer."""
    own = ["conversations", desk_of(visit.membership_id)]
    if conversation_id is None:
        return own
    found = Conversation.objects.filter(account_id=visit.account_id, id=conversation_id).values_list("consumer_id", flat=True).first()
    return [*own, f"conversation:{conversation_id}", f"consumer:{found}"]

"""A person leaves the account: nobody waits for somebody who cannot answer any more."""

from datetime import datetime

from antiphon.accounts import people
from antiphon.accounts.models import Membership
from antiphon.conversations.models import Conversation
from antiphon.conversations.verbs import assign
from antiphon.kit.db import account
from antiphon.routing.presence import leave


def shut_out(account_id: int, membership_id: int, *, actor: str, at: datetime) -> Membership:
    """End a person's access at once; their open conversations go back to the queues. Raises Missing, Conflict."""
    with account(account_id) as db:
        person = people.disable(account_id, membership_id, actor=actor, at=at)
        leave(account_id, membership_id, at=at)
        held = Conversation.objects.filter(account_id=account_id, agent_id=membership_id, state="assigned").order_by("id")
        for conversation_id in list(held.values_list("id", flat=True)):
            assign(db, account_id, conversation_id, agent_id=None, actor=actor, at=at)
    return person

"""What every change of one conversation begins with and ends in: locks in order, the counts, the step, the event."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from antiphon.accounts.models import Membership, MembershipSkill
from antiphon.consumers.store import lock_consumers
from antiphon.conversations.models import Conversation, Step
from antiphon.conversations.types import Refused, State, StepKind
from antiphon.events.types import Kind, NewEvent
from antiphon.events.verbs import record
from antiphon.kit.db import Database, run, sql
from antiphon.kit.ids import uuid7
from antiphon.kit.problems import Missing
from antiphon.metrics.verbs import Tally, counting


@dataclass(slots=True)
class Desk:
    """One conversation, locked with its consumer, while somebody works on it."""

    db: Database
    account_id: int
    conversation: Conversation
    actor: str
    at: datetime
    tally: Tally

    def step(self, kind: StepKind, /, **columns: Any) -> None:
        """Write down what happened."""
        made = Step.objects.create(
            account_id=self.account_id,
            id=uuid7(self.at),
            conversation_id=self.conversation.id,
            kind=kind,
            at=self.at,
            actor=self.actor,
            **columns,
        )
        self.tally.added("step", [made.id])

    def tell(self, kind: Kind, /, **content: Any) -> None:
        """Record an event about the conversation."""
        named = {"conversation": str(self.conversation.id), "consumer": str(self.conversation.consumer_id), "actor": self.actor}
        subject = f"conversation:{self.conversation.id}"
        record(self.db, self.account_id, [NewEvent(type=kind, subject=subject, time=self.at, content=named | content, at=self.at)])

    def check_open(self) -> None:
        """Raise Refused when it is closed."""
        if self.conversation.state == State.CLOSED:
            raise Refused("closed", "This conversation is closed. A new reply from the consumer starts a new one.")

    def give_to(self, agent_id: int) -> None:
        """Assign it to an agent who has the skill and room for it. Raises Refused, Missing."""
        if self.conversation.agent_id == agent_id and self.conversation.state == State.ASSIGNED:
            return
        check_can_take(self.account_id, agent_id, self.conversation.skill_id)
        before = self.conversation.agent_id
        self.conversation.agent_id = agent_id
        self.conversation.state = State.ASSIGNED
        self.conversation.save(update_fields=["agent", "state", *self.first_assigned()])
        self.step(StepKind.ASSIGNED, from_agent_id=before, to_agent_id=agent_id, to_skill_id=self.conversation.skill_id)
        self.tell(Kind.CONVERSATION_ASSIGNED, agent=agent_id, skill=self.conversation.skill_id)
        self.note_assignment(agent_id)

    def note_assignment(self, agent_id: int) -> None:
        """Remember when the agent was last given one: routing goes by it. Their membership is locked."""
        run(self.db, sql("antiphon.conversations", "note_assignment"), {"account": self.account_id, "agent": agent_id, "at": self.at})

    def first_assigned(self) -> tuple[str, ...]:
        """Keep when the conversation left its queue for an agent for the first time, and under what; return the columns to save."""
        conversation = self.conversation
        if conversation.agent_id is None or conversation.assigned_at is not None:
            return ()
        conversation.assigned_at = self.at
        conversation.assigned_skill_id, conversation.assigned_agent_id = conversation.skill_id, conversation.agent_id
        return ("assigned_at", "assigned_skill_id", "assigned_agent_id")


@contextmanager
def at_desk(db: Database, account_id: int, conversation_id: UUID, *, actor: str, at: datetime) -> Iterator[Desk]:
    """Lock a conversation's consumer, then the conversation, and count what the block changes. Raises Missing."""
    found = Conversation.objects.filter(account_id=account_id, id=conversation_id).values_list("consumer_id", flat=True).first()
    if found is None:
        raise Missing("not_found", "There is no such conversation in this account.")
    lock_consumers(db, account_id, [found])
    conversation = Conversation.objects.select_for_update(of=("self",)).get(account_id=account_id, id=conversation_id)
    with counting(db, account_id) as tally:
        tally.changing("conversation", [conversation.id])
        yield Desk(db, account_id, conversation, actor, at, tally)


def check_can_take(account_id: int, agent_id: int, skill_id: int) -> None:
    """Lock the agent's membership and check skill and capacity. Raises Missing, Refused."""
    member = Membership.objects.select_for_update(of=("self",)).filter(account_id=account_id, id=agent_id, is_active=True).first()
    if member is None:
        raise Missing("not_found", "There is no such agent in this account.", field="agent")
    if not MembershipSkill.objects.filter(account_id=account_id, membership_id=agent_id, skill_id=skill_id).exists():
        raise Refused(
            "skill_missing",
            "{member} does not have the skill of this conversation: transfer it, or give them the skill.",
            field="agent",
            member=member.name,
        )
    load = Conversation.objects.filter(account_id=account_id, agent_id=agent_id, state=State.ASSIGNED).count()
    if load >= member.capacity:
        raise Refused(
            "no_capacity",
            "{member} has {load} open conversations, as many as they may have: close one first.",
            field="agent",
            member=member.name,
            load=load,
        )

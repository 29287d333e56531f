"""Moving several conversations at once, as a supervisor does: each that can go goes, and those that cannot say why."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from antiphon.consumers.store import lock_consumers
from antiphon.conversations import verbs
from antiphon.conversations.models import Conversation
from antiphon.conversations.types import State
from antiphon.kit.db import Database, account
from antiphon.kit.problems import Invalid, Problem

MOST = 200
"""Conversations that are moved by one request."""


@dataclass(slots=True)
class Moved:
    """What came of moving several."""

    ids: list[UUID] = field(default_factory=list)
    refused: list[Problem] = field(default_factory=list)


def move(
    account_id: int, ids: Iterable[UUID], *, actor: str, at: datetime, agent_id: int | None = None, skill_id: int | None = None
) -> Moved:
    """Move conversations to an agent, to a skill's queue, or with neither back to their own queues. Raises Invalid.

    All their consumers are locked first, in the order that everybody locks them. What is there already counts as neither moved nor
    refused; ids of no conversation of the account are passed over.
    """
    wanted = list(dict.fromkeys(ids))
    if not 0 < len(wanted) <= MOST:
        raise Invalid("out_of_range", "Choose 1 to {most} conversations.", field="conversation", most=MOST)
    moved = Moved()
    with account(account_id) as db:
        found = Conversation.objects.filter(account_id=account_id, id__in=wanted)
        lock_consumers(db, account_id, found.values_list("consumer_id", flat=True))
        for one in found.order_by("due_at", "started_at", "id"):
            try:
                with account(account_id):
                    if _moved(db, one, agent_id=agent_id, skill_id=skill_id, actor=actor, at=at):
                        moved.ids.append(one.id)
            except Problem as problem:
                moved.refused.append(problem)
    return moved


def _moved(db: Database, one: Conversation, *, agent_id: int | None, skill_id: int | None, actor: str, at: datetime) -> bool:
    """Move one, unless it is where it should go; what waits in its queue is assigned, the rest transferred."""
    is_queued = one.state == State.QUEUED
    if agent_id is not None and one.agent_id == agent_id and one.state == State.ASSIGNED:
        return False
    if agent_id is None and is_queued and skill_id in (None, one.skill_id):
        return False
    if agent_id is not None and is_queued:
        verbs.assign(db, one.account_id, one.id, agent_id=agent_id, actor=actor, at=at)
    else:
        verbs.transfer(db, one.account_id, one.id, agent_id=agent_id, skill_id=skill_id, actor=actor, at=at)
    return True

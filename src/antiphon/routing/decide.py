"""Who takes what, decided without a database: the specification of `sql/route.sql` (docs/routing.md)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from uuid import UUID

ONLINE = "online"
_NEVER = datetime.min.replace(tzinfo=UTC)
_NO_HURRY = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A queued conversation. One whose consumer leaves is not offered to anybody; `former_agent_id` had it when it went back."""

    id: UUID
    skill_id: int
    due_at: datetime | None
    started_at: datetime
    is_leaving: bool = False
    former_agent_id: int | None = None


@dataclass(frozen=True, slots=True)
class Agent:
    """Somebody who may be given conversations; `load` counts the open ones they have."""

    id: int
    skills: frozenset[int]
    capacity: int
    load: int
    last_assigned_at: datetime | None
    presence: str = ONLINE
    may_take: bool = True


@dataclass(frozen=True, slots=True)
class Assignment:
    """A conversation goes to an agent."""

    conversation_id: UUID
    agent_id: int


def route(queue: Iterable[Waiting], agents: Iterable[Agent], *, at: datetime) -> list[Assignment]:
    """Give queued conversations to agents.

    1. A queue is taken due first, then older, then by id; what is not due goes last.
    2. An agent can take a conversation who is online, may take any, has its skill and has fewer open ones than their capacity.
    3. Of those the least loaded takes it; of equals who waits longest for one, those who never had one first; then the lower id. Whoever
       had it when it went back into its queue comes after everybody else.
    4. What was just given counts: for the load, and as the last assignment.

    Afterwards nobody waits beside an agent who could take them: what found nobody at its turn finds nobody later, for agents only fill.
    """
    present = {agent.id: agent for agent in agents}
    given = []
    for waiting in sorted((one for one in queue if not one.is_leaving), key=_urgency):  # 1
        able = [agent for agent in present.values() if _can_take(agent, waiting.skill_id)]  # 2
        if able:
            chosen = min(able, key=partial(_preference, waiting))  # 3
            present[chosen.id] = replace(chosen, load=chosen.load + 1, last_assigned_at=at)  # 4
            given.append(Assignment(waiting.id, chosen.id))
    return given


def _urgency(waiting: Waiting) -> tuple[datetime, datetime, UUID]:
    return waiting.due_at or _NO_HURRY, waiting.started_at, waiting.id


def _can_take(agent: Agent, skill_id: int) -> bool:
    return agent.presence == ONLINE and agent.may_take and skill_id in agent.skills and agent.load < agent.capacity


def _preference(waiting: Waiting, agent: Agent) -> tuple[bool, int, datetime, int]:
    return agent.id == waiting.former_agent_id, agent.load, agent.last_assigned_at or _NEVER, agent.id

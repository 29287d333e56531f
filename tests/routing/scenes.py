"""Scenes of routing: queues and agents as the pure form takes them, put into tables for the other form."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from antiphon.kit.db import Database
from antiphon.routing.decide import Agent, Assignment, Waiting, route
from tests.attribution.scenes import put

ACCOUNT = 1
NOW = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
INSTANT = timedelta(microseconds=1)
SKILLS = (11, 12, 13)
_DUES = (None, NOW - INSTANT, NOW, NOW + INSTANT, NOW + timedelta(hours=1), NOW - timedelta(days=1))
_STARTS = (NOW - timedelta(hours=2), NOW - timedelta(hours=2) + INSTANT, NOW - timedelta(minutes=1))
_LASTS = (None, None, NOW - timedelta(hours=1), NOW - timedelta(hours=1) + INSTANT, NOW - timedelta(minutes=1))
_MAY_NOT = (("agent", False), ("analyst", True), ("campaign_manager", True))


@dataclass(frozen=True)
class Other:
    """A conversation that is no longer in a queue."""

    id: UUID
    skill_id: int
    state: str
    agent_id: int


@dataclass(frozen=True)
class Scene:
    """What is stored: who waits, who is there, what they have. `roles` says of each agent why they may or may not take any."""

    queue: tuple[Waiting, ...]
    agents: tuple[Agent, ...]
    roles: tuple[tuple[str, bool], ...]
    others: tuple[Other, ...]
    is_automatic: bool = True

    def expected(self) -> list[Assignment]:
        """Return what the pure form gives."""
        return route(self.queue, self.agents, at=NOW) if self.is_automatic else []


def random_scene(seed: int) -> Scene:
    """Draw a scene whose values meet at their edges: equal instants, one microsecond apart, full and nearly full agents."""
    dice = random.Random(seed)
    drawn = [_agent(dice, place) for place in range(dice.randint(1, 8))]
    agents = tuple(agent for agent, _, _ in drawn)
    others = tuple(other for _, _, held in drawn for other in held)
    queue = tuple(_waiting(dice, place) for place in range(dice.randint(1, 14)))
    return Scene(queue, agents, tuple(role for _, role, _ in drawn), others, is_automatic=dice.random() < 0.95)


def _agent(dice: random.Random, place: int) -> tuple[Agent, tuple[str, bool], list[Other]]:
    capacity = dice.choice((0, 1, 2, 3, 8, 8))
    load = dice.choice((0, 0, 1, 1, max(0, capacity - 1), capacity, capacity + 1))
    may_take = dice.random() < 0.85
    role = (dice.choice(("agent", "agent", "supervisor", "administrator")), True) if may_take else dice.choice(_MAY_NOT)
    agent = Agent(
        id=101 + place,
        skills=frozenset(dice.sample(SKILLS, dice.choice((0, 1, 2, 2, 3)))),
        capacity=capacity,
        load=load,
        last_assigned_at=dice.choice(_LASTS),
        presence=dice.choice(("online", "online", "online", "online", "away", "offline")),
        may_take=may_take,
    )
    held = [Other(_id(dice), dice.choice(SKILLS), "assigned", agent.id) for _ in range(load)]
    return agent, role, held + [Other(_id(dice), dice.choice(SKILLS), "closed", agent.id) for _ in range(dice.choice((0, 0, 3)))]


def _waiting(dice: random.Random, place: int) -> Waiting:
    skill = dice.choice(SKILLS)
    former = dice.choice((None, None, 101, 102, 103))
    leaves = place > 0 and dice.random() < 0.1
    return Waiting(_id(dice), skill, dice.choice(_DUES), dice.choice(_STARTS), is_leaving=leaves, former_agent_id=former)


def _id(dice: random.Random) -> UUID:
    return UUID(int=dice.getrandbits(128))


@contextmanager
def stored(db: Database, scene: Scene) -> Iterator[None]:
    """Have the scene in the tables for the block."""
    with db.transaction(force_rollback=True):
        _store(db, scene)
        yield


def _store(db: Database, scene: Scene) -> None:
    account = {"id": ACCOUNT, "name": "A", "time_zone": "UTC", "home_region": "", "conversion_window_days": 31, "languages": []}
    put(db, "account", [account | {"next_engagement_number": 1, "is_automatic": scene.is_automatic, "created_at": NOW}])
    pairs = list(zip(scene.agents, scene.roles, strict=True))
    put(db, "membership", [_member(agent, role, is_active) for agent, (role, is_active) in pairs])
    put(db, "presence", [_presence(agent) for agent in scene.agents])
    has = [{"account_id": ACCOUNT, "membership_id": one.id, "skill_id": skill} for one in scene.agents for skill in sorted(one.skills)]
    put(db, "membership_skill", [row | {"id": number} for number, row in enumerate(has)])
    rows = [_queued(one) for one in scene.queue] + [_other(one) for one in scene.others]
    put(db, "consumer", [_consumer(number, row["consumer_id"]) for number, row in enumerate(rows)])
    put(db, "conversation", rows)
    put(db, "conversation_step", [step for one in scene.queue if one.former_agent_id for step in _went_back(one)])


def _member(agent: Agent, role: str, is_active: bool) -> dict[str, Any]:
    row = {"id": agent.id, "account_id": ACCOUNT, "user_id": agent.id, "name": f"Agent {agent.id}", "role": role, "is_active": is_active}
    return row | {"capacity": agent.capacity, "has_keys": True}


def _presence(agent: Agent) -> dict[str, Any]:
    row = {"id": agent.id, "account_id": ACCOUNT, "membership_id": agent.id, "state": agent.presence, "set_by": "system", "since": NOW}
    return row | {"seen_at": NOW, "last_assigned_at": agent.last_assigned_at}


def _consumer(number: int, consumer_id: UUID) -> dict[str, Any]:
    return {"account_id": ACCOUNT, "id": consumer_id, "phone": f"+316{number:08d}", "name": "", "created_at": NOW}


def _queued(one: Waiting) -> dict[str, Any]:
    row = _conversation(one.id, one.skill_id) | {"state": "queued", "due_at": one.due_at, "started_at": one.started_at}
    return row | {"leaving_at": NOW if one.is_leaving else None, "is_transferred": one.former_agent_id is not None}


def _went_back(one: Waiting) -> list[dict[str, Any]]:
    """Return how it went to one agent after the other, back from the last, and what happened to it in its queue."""
    row = {"account_id": ACCOUNT, "conversation_id": one.id, "actor": "command", "detail": ""}
    went = [
        ("assigned", None, 999),
        ("transferred", 999, one.former_agent_id),
        ("returned", one.former_agent_id, None),
        ("linked", None, None),
    ]
    return [
        row | {"id": UUID(int=one.id.int ^ place), "kind": kind, "at": NOW + place * INSTANT, "from_agent_id": before, "to_agent_id": after}
        for place, (kind, before, after) in enumerate(went, 1)
    ]


def _other(one: Other) -> dict[str, Any]:
    return _conversation(one.id, one.skill_id) | {"state": one.state, "agent_id": one.agent_id}


def _conversation(conversation_id: UUID, skill_id: int) -> dict[str, Any]:
    whose = {"account_id": ACCOUNT, "id": conversation_id, "source_id": 1, "consumer_id": UUID(int=conversation_id.int ^ 1)}
    said = {
        "language": "nl",
        "note": "",
        "verdict": "no_broadcast",
        "goal_kind": "",
        "last_to_number": "+31",
        "last_text": "",
        "last_at": NOW,
    }
    opening = {
        "opening_reply_id": UUID(int=0),
        "opening_replied_at": NOW,
        "opening_dedupe_key": b"\0",
        "last_replied_at": NOW,
        "last_at": NOW,
    }
    flags = {"is_transferred": False, "is_linked_by_person": False, "closed_by": ""}
    stands = {"turn": "agent", "agent_id": None, "due_at": NOW, "leaving_at": None, "started_at": NOW, "assigned_at": None}
    return whose | said | opening | flags | stands | {"skill_id": skill_id, "first_skill_id": skill_id}

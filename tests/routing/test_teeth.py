"""The equality of the two forms has teeth: each of these planted changes to the SQL makes them differ."""

from uuid import UUID

import pytest

from antiphon.kit.db import Database, rows, run, sql
from antiphon.routing.decide import Assignment
from antiphon.routing.verbs import ROLES
from tests.routing.scenes import ACCOUNT, NOW, random_scene, stored

SCENES = 400
NAMES = ("lock_agents", "lock_waiting", "route")
PLANTS = {
    "whoever is away takes too": ("lock_agents", "p.state = 'online'", "p.state <> 'offline'"),
    "whoever was disabled takes too": ("lock_agents", "m.is_active", "true"),
    "whatever the role": ("lock_agents", "m.role = any (%(roles)s::text[])", "%(roles)s::text[] is not null"),
    "an account that does not route by itself": ("lock_agents", "and (select a.is_automatic", "or (select a.is_automatic"),
    "what is closed counts as open in the room": ("lock_waiting", "and c.state = 'assigned'", ""),
    "room of one agent only": ("lock_waiting", "sum(agent.room)", "min(agent.room)"),
    "the last due first": ("lock_waiting", "order by c.due_at nulls last, c", "order by c.due_at desc nulls last, c"),
    "not due goes first": ("lock_waiting", "c.due_at nulls last", "c.due_at nulls first"),
    "the younger first": ("lock_waiting", "c.started_at, c.id", "c.started_at desc, c.id"),
    "ties by id the other way": ("lock_waiting", "c.started_at, c.id", "c.started_at, c.id desc"),
    "those who leave are offered": ("lock_waiting", "and c.leaving_at is null", ""),
    "those who leave are given": ("route", "and c.leaving_at is null", ""),
    "those who are not queued any more are given": ("route", "and c.state = 'queued'", ""),
    "the last due goes first": ("route", "c.due_at nulls last, c", "c.due_at desc nulls last, c"),
    "what is not due goes first": ("route", "c.due_at nulls last, c", "c.due_at nulls first, c"),
    "the younger goes first": ("route", "c.started_at, c.id))", "c.started_at desc, c.id))"),
    "ties of conversations by id the other way": ("route", "c.started_at, c.id))", "c.started_at, c.id desc))"),
    "one more than the capacity": ("route", "walk.loads[agent.place] < agent.capacity", "walk.loads[agent.place] <= agent.capacity"),
    "one fewer than the capacity": ("route", "walk.loads[agent.place] < agent.capacity", "walk.loads[agent.place] + 1 < agent.capacity"),
    "whatever the skill": ("route", "and waiting.skill_id = any (agent.skills)", ""),
    "the most loaded": ("route", "_agent_id, walk.loads[agent.place], walk", "_agent_id, walk.loads[agent.place] desc, walk"),
    "whatever the load": ("route", "_agent_id, walk.loads[agent.place], walk", "_agent_id, walk"),
    "whoever had one last": ("route", "walk.lasts[agent.place], agent.id", "walk.lasts[agent.place] desc, agent.id"),
    "whoever never had one last": ("route", "'-infinity'", "'infinity'"),
    "whenever they had one": ("route", "walk.lasts[agent.place], agent.id", "agent.id"),
    "ties of agents by id the other way": ("route", "walk.lasts[agent.place], agent.id", "walk.lasts[agent.place], agent.id desc"),
    "whoever had it before first": ("route", "agent.id is not distinct from", "agent.id is distinct from"),
    "whoever had it before like others": ("route", "agent.id is not distinct from waiting.former_agent_id, ", ""),
    "whoever had it before after the load": (
        "route",
        "agent.id is not distinct from waiting.former_agent_id, walk.loads[agent.place],",
        "walk.loads[agent.place], agent.id is not distinct from waiting.former_agent_id,",
    ),
    "whoever had it first of all": ("route", "order by t.at desc, t.id desc", "order by t.at, t.id"),
    "whatever happened last": ("route", "and t.kind in ('transferred', 'returned')", ""),
    "what was just given is no load": ("route", "walk.loads[chosen.place] + 1", "walk.loads[chosen.place]"),
    "what was just given is not the last": ("route", "|| %(at)s::timestamptz ||", "|| walk.lasts[chosen.place] ||"),
    "what is closed is load": ("route", "and c.agent_id = m.id and c.state = 'assigned'", "and c.agent_id = m.id"),
}  # fmt: skip


@pytest.fixture(scope="module")
def caught() -> dict[str, int]:
    """Hold, per plant, the seed of the scene that found it; filled by the first test that needs it."""
    return {}


@pytest.mark.parametrize("plant", PLANTS)
def test_plant_is_found(tables: Database, caught: dict[str, int], plant: str) -> None:
    if not caught:
        caught.update(_hunt(tables))
    assert plant in caught


def _hunt(tables: Database) -> dict[str, int]:
    """Run every plant that is not found yet on one scene after the other, in New York; as written, nothing may be found."""
    run(tables, "select set_config('TimeZone', 'America/New_York', true)")
    as_written = {name: sql("antiphon.routing", name) for name in NAMES}
    left = {plant: as_written | {name: _planted(as_written[name], *change)} for plant, (name, *change) in PLANTS.items()}
    found: dict[str, int] = {}
    for seed in range(SCENES):
        scene = random_scene(seed)
        expected = scene.expected()
        with stored(tables, scene):
            everybody = [one.id for one in scene.queue] + [one.id for one in scene.others]
            assert _asked(tables, as_written, everybody) == (expected, expected), seed
            found |= {plant: seed for plant, statements in left.items() if _asked(tables, statements, everybody) != (expected, expected)}
        left = {plant: statements for plant, statements in left.items() if plant not in found}
        if not left:
            break
    return found


def _planted(statement: str, before: str, after: str) -> str:
    assert before in statement, before
    return statement.replace(before, after)


def _asked(tables: Database, statements: dict[str, str], everybody: list[UUID]) -> tuple[list[Assignment], list[Assignment]]:
    """Return who takes what of the heads of the queues; and of everything there is, as if it had changed while it was locked."""
    agents = [row.id for row in rows(tables, statements["lock_agents"], {"account": ACCOUNT, "roles": ROLES})]
    asked = {"account": ACCOUNT, "agents": agents, "at_most": 200, "at": NOW}
    heads = [row.id for row in rows(tables, statements["lock_waiting"], asked)]
    found = [rows(tables, statements["route"], asked | {"ids": ids}) for ids in (heads, everybody)]
    of_heads, of_everything = ([Assignment(row.conversation_id, row.agent_id) for row in one] for one in found)
    return of_heads, of_everything

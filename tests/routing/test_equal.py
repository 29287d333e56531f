"""The two forms of routing say the same, whatever the session's time zone; and what either gives keeps the promises."""

from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from antiphon.kit.db import Database
from antiphon.routing import verbs
from antiphon.routing.decide import Assignment
from tests.routing.scenes import ACCOUNT, NOW, Scene, random_scene, stored

EAGER = settings(
    max_examples=120, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None, print_blob=False
)


def asked(db: Database) -> list[Assignment]:
    return [Assignment(row.conversation_id, row.agent_id) for row in verbs.chosen(db, ACCOUNT, at=NOW)]


@pytest.mark.usefixtures("session_zone")
@given(scene=st.integers(0, 2**32).map(random_scene))
@EAGER
def test_both_forms_route_alike(tables: Database, scene: Scene) -> None:
    with stored(tables, scene):
        assert asked(tables) == scene.expected()


@given(scene=st.integers(0, 2**32).map(random_scene))
@settings(EAGER, max_examples=400)
def test_what_is_given_keeps_the_promises(scene: Scene) -> None:
    given_out = {one.conversation_id: one.agent_id for one in scene.expected()}
    assert len(given_out) == len(scene.expected())
    got = Counter(given_out.values())
    for agent in scene.agents:
        skills = {one.skill_id for one in scene.queue if given_out.get(one.id) == agent.id}
        assert skills <= agent.skills
        is_there = agent.presence == "online" and agent.may_take
        assert not got[agent.id] or (is_there and agent.load + got[agent.id] <= agent.capacity)
        if scene.is_automatic and is_there and agent.load + got[agent.id] < agent.capacity:
            waits = [one for one in scene.queue if one.id not in given_out and not one.is_leaving and one.skill_id in agent.skills]
            assert waits == [], "nobody waits beside a free agent"


def test_scenes_reach_what_they_aim_at() -> None:
    """Of 200 scenes many give something, some give nothing, and agents are full, passed over and given several."""
    drawn = [(scene, scene.expected()) for scene in map(random_scene, range(200))]
    sizes = Counter(len(found) for _, found in drawn)
    assert sizes[0] > 10
    assert sum(count for size, count in sizes.items() if size > 3) > 30
    assert sum(max(Counter(one.agent_id for one in found).values(), default=0) > 1 for _, found in drawn) > 40
    assert sum(not scene.is_automatic for scene, _ in drawn) > 3

"""The two forms of the rule say the same, whatever the session's time zone and however questions are batched."""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from antiphon.attribution import verbs
from antiphon.attribution.types import Found, Verdict
from antiphon.kit.db import Database

from .scenes import Scene, essence_of_outcome, essence_of_reasoning, stored
from .strategies import ANCHORS, random_scene, scenes

EAGER = settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None, print_blob=False)


@pytest.mark.usefixtures("session_zone")
@given(scene=scenes())
@EAGER
def test_both_forms_decide_alike(tables: Database, scene: Scene) -> None:
    with stored(tables, scene):
        outcomes = verbs.attribute(tables, 1, scene.questions, at=ANCHORS[0])
    assert [essence_of_outcome(o) for o in outcomes] == [essence_of_reasoning(scene.reasoning(q)) for q in scene.questions]


@given(scene=scenes(), seed=st.integers())
@settings(EAGER, max_examples=12)
def test_a_batch_decides_like_one_at_a_time_in_any_order(tables: Database, scene: Scene, seed: int) -> None:
    shuffled = list(scene.questions)
    random.Random(seed).shuffle(shuffled)
    with stored(tables, scene):
        together = dict(zip(shuffled, verbs.attribute(tables, 1, shuffled, at=ANCHORS[0]), strict=True))
        alone = {q: verbs.attribute(tables, 1, [q], at=ANCHORS[0])[0] for q in scene.questions}
    assert together == alone


def test_scenes_reach_every_way_a_decision_can_go() -> None:
    drawn = [random_scene(seed) for seed in range(200)]
    reached = {(r.verdict, r.found) for s in drawn for r in map(s.reasoning, s.questions)}
    unlinked = {Verdict.OUT_OF_FRAME, Verdict.NO_ENTRY_POINT, Verdict.NO_BROADCAST}
    linked = {Verdict.LINKED_BY_CAMPAIGN_ID, Verdict.LINKED_BY_PHONE_NUMBER}
    no_notice_needed = {(v, Found.NONE) for v in unlinked | linked}
    assert reached == {(v, f) for v in linked | unlinked - {Verdict.NO_BROADCAST} for f in Found} | no_notice_needed

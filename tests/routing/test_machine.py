"""Fifty agents, five skills, five hundred conversations, many hands and two routers at once: the promises hold after every step."""

import itertools
from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from antiphon.accounts import verbs as accounts
from tests.kit.clock import START, Clock
from tests.kit.world import Tenant
from tests.routing.floor import CONVERSATIONS, Floor, floor

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

BOUNDED = settings(
    max_examples=3,
    stateful_step_count=14,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
SEEDS = st.integers(0, 2**32)
numbers = itertools.count(1)
happened: Counter[str] = Counter()


class Machine(RuleBasedStateMachine):
    """Hypothesis draws only seeds: what happens beside each other cannot be drawn, only begun."""

    staffed: Floor | None = None

    @initialize(seed=SEEDS)
    def staff(self, seed: int) -> None:
        clock = Clock(START)
        made = accounts.create_account(f"Floor {next(numbers)}", actor="command", at=clock())
        accounts.enable_app(made.id, "cm", actor="command", at=clock())
        self.staffed = floor(Tenant(clock, made), seed)
        self.staffed.arrive(100)

    @rule(seed=SEEDS)
    def happen(self, seed: int) -> None:
        assert self.staffed
        self.staffed.happen(seed)

    @invariant()
    def promises(self) -> None:
        if self.staffed:
            self.staffed.check()

    def teardown(self) -> None:
        if self.staffed:
            self.staffed.arrive(CONVERSATIONS)
            self.staffed.happen(0)
            self.staffed.check()
            self.staffed.check_counts()
            happened.update(self.staffed.seen)


def test_the_promises_hold_whatever_happens_at_once(transactional_db: Any) -> None:  # noqa: ARG001 - flushed afterwards
    happened.clear()
    run_state_machine_as_test(Machine, settings=BOUNDED)
    assert happened["routed"] > 100
    done = {name.partition(":")[0] for name in happened if name.endswith(": done")}
    assert {"arrive", "online", "away", "close", "take", "next", "to skill", "to agent", "give back", "several"} <= done
    assert happened["take: taken"], "hands met"

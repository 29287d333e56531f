"""Broadcasts, replies, copies, reports, people, crashes, clocks, a provider that errs: the promises hold after every step.

In the suite the same walks each time; `MODEL_EXAMPLES` asks for so many random ones instead (`make test-faults` does).
"""

import itertools
import os
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from antiphon.accounts import verbs as accounts
from antiphon.kit import failpoints
from antiphon.providers.transport import Transport
from tests.conversations.provider import Provider, providing
from tests.kit.clock import START, Clock
from tests.kit.world import Tenant
from tests.model.house import OTHER_NUMBER, PHONES, House

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

EXAMPLES = os.environ.get("MODEL_EXAMPLES")
BOUNDED = settings(
    max_examples=int(EXAMPLES or 10),
    stateful_step_count=50,
    deadline=None,
    derandomize=EXAMPLES is None,
    database=None,
    print_blob=True,
    phases=tuple(Phase) if EXAMPLES else [Phase.generate],  # to shrink takes minutes
    suppress_health_check=list(HealthCheck),
)
AGENTS = st.sampled_from(["Ada", "Ada", "Ben"])
PLACES = st.integers(0, 2)
ONE_OF_THEM = st.sampled_from(PHONES)
HOW = st.sampled_from(["whole", "whole", "whole", "crash", "fail"])
CRASHES = st.sampled_from([False, False, False, True])
CAMPAIGNS = st.sampled_from(["C1", "C1", "C2", "C9", ""])
AGO = st.sampled_from([timedelta(0), timedelta(seconds=1), timedelta(minutes=5), timedelta(hours=2), timedelta(days=1)])
STEPS = st.sampled_from([1, 1, 61, 121, 601, 3600, 86_400, -1, -90])
"""Seconds that the clock goes on; it may be set back, too."""

numbers = itertools.count(1)
happened: Counter[str] = Counter()


class Site:
    """What all houses share: the clock, the provider, the folder of failpoints."""

    clock: Clock
    provider: Provider
    transport: Transport
    folder: Path


def house() -> House:
    """Build a tenant with two agents, two campaigns, and nothing that happened yet."""
    made = accounts.create_account(f"House{next(numbers)}", actor="command", at=Site.clock())
    accounts.enable_app(made.id, "cm", actor="command", at=Site.clock())
    tenant = Tenant(Site.clock, made)
    for skill in ("care", "sales"):
        tenant.skill(skill)
    tenant.person("Ada", skills=("care", "sales"))
    tenant.person("Ben", skills=("care",))
    tenant.connect()
    tenant.campaign("Spring", entry_points=["C1"], skill="sales", frame=("2026-03-24", "2026-03-25"))
    tenant.campaign("Number", entry_points=["C2", OTHER_NUMBER], frame=("2026-03-20", None), goal="conversation", state="draft")
    return House(tenant, Site.provider, Site.folder, Site.transport)


class Machine(RuleBasedStateMachine):
    """What may happen to a house, in any order."""

    house: House | None = None

    @property
    def it(self) -> House:
        assert self.house
        return self.house

    @initialize(who=st.lists(ONE_OF_THEM, min_size=1, max_size=3, unique=True))
    def build(self, who: list[str]) -> None:
        Site.clock.at = START
        self.house = house()
        self.house.broadcast("C1", PHONES, how="whole", sender=None)
        for phone in who:
            self.house.reply(phone, how="whole", ago=timedelta(0))

    @rule(campaign=CAMPAIGNS, phones=st.lists(ONE_OF_THEM, min_size=1, max_size=3, unique=True), how=HOW, other=st.booleans())
    def broadcast(self, campaign: str, phones: list[str], how: str, other: bool) -> None:
        self.it.broadcast(campaign, phones, how=how, sender=OTHER_NUMBER if other else None)

    @rule(phone=ONE_OF_THEM, how=HOW, ago=AGO, campaign=st.sampled_from([None, None, "C1", "C2"]), other=st.booleans())
    def reply(self, phone: str, how: str, ago: timedelta, campaign: str | None, other: bool) -> None:
        self.it.reply(phone, how=how, ago=ago, campaign=campaign, to=OTHER_NUMBER if other else None)

    @rule(phone=ONE_OF_THEM, how=HOW)
    def reply_now(self, phone: str, how: str) -> None:
        self.it.reply(phone, how=how, ago=timedelta(0))

    @rule(phone=ONE_OF_THEM, how=HOW)
    def stop(self, phone: str, how: str) -> None:
        self.it.stop(phone, how=how)

    @rule(phone=ONE_OF_THEM, kind=st.sampled_from(["opt_out", "opt_in"]), scope=st.sampled_from(["source", "account", "number"]), how=HOW)
    def opt_out(self, phone: str, kind: str, scope: str, how: str) -> None:
        self.it.opt_out(phone, kind=kind, scope=scope, how=how)

    @rule(place=st.integers(0, 50), count=st.integers(1, 3), how=HOW)
    def duplicate(self, place: int, count: int, how: str) -> None:
        self.it.copies(place, count, how=how)

    @rule(phone=ONE_OF_THEM, place=PLACES, code=st.sampled_from([0, 1, 2, 4]))
    def report(self, phone: str, place: int, code: int) -> None:
        self.it.report(phone, place, code)

    @rule(place=PLACES, by=AGENTS, crashes=CRASHES)
    def take(self, place: int, by: str, crashes: bool) -> None:
        self.it.do("take", place, by=by, is_crashing=crashes, agent_id=self.it.agent(by))

    @rule(place=PLACES, by=AGENTS, crashes=CRASHES)
    def answer(self, place: int, by: str, crashes: bool) -> None:
        self.it.answer(place, by=by, is_crashing=crashes)

    @rule(place=PLACES, by=AGENTS, how=st.sampled_from(["takes", "takes", "refuses", "hangs up"]))
    def answer_at_once(self, place: int, by: str, how: str) -> None:
        self.it.answer(place, by=by, is_crashing=False)
        self.it.send(0, how)

    @rule(place=PLACES, how=st.sampled_from(["takes", "takes", "refuses", "opted out", "later", "hangs up", "dies", "unreachable"]))
    def send(self, place: int, how: str) -> None:
        self.it.send(place, how)

    @rule(place=PLACES, by=AGENTS, to=st.sampled_from(["care", "sales", "Ada", "Ben", ""]), crashes=CRASHES)
    def transfer(self, place: int, by: str, to: str, crashes: bool) -> None:
        skills, people = self.it.tenant.skills, self.it.tenant.people
        words: dict[str, Any] = {"skill_id": skills[to].pk} if to in skills else {"agent_id": people[to].pk} if to in people else {}
        self.it.do("transfer", place, by=by, is_crashing=crashes, **words)

    @rule(place=PLACES, by=AGENTS)
    def undo_transfer(self, place: int, by: str) -> None:
        self.it.do("undo_transfer", place, by=by)

    @rule(place=PLACES, by=AGENTS, is_goal=st.booleans())
    def close_by_mistake(self, place: int, by: str, is_goal: bool) -> None:
        self.it.close(place, by=by, is_goal=is_goal, is_crashing=False)
        self.it.do("undo_close", 0, by=by, is_closed=True)

    @rule(place=PLACES, by=AGENTS, is_goal=st.booleans(), crashes=CRASHES)
    def close(self, place: int, by: str, is_goal: bool, crashes: bool) -> None:
        self.it.close(place, by=by, is_goal=is_goal, is_crashing=crashes)

    @rule(place=PLACES, by=AGENTS, crashes=CRASHES)
    def undo_close(self, place: int, by: str, crashes: bool) -> None:
        self.it.do("undo_close", place, by=self.it.somebody(place, by, is_closed=True), is_crashing=crashes, is_closed=True)

    @rule(place=PLACES, to=st.sampled_from(["Spring", "Number", None]), is_closed=st.booleans())
    def link(self, place: int, to: str | None, is_closed: bool) -> None:
        engagement_id = self.it.tenant.engagements[to].pk if to else None
        self.it.do("link", place, by="Ada", is_closed=is_closed, engagement_id=engagement_id, reason="they meant this one")

    @rule()
    def relink(self) -> None:
        self.it.relink()

    @rule(name=st.sampled_from(["Spring", "Number"]), state=st.sampled_from(["published", "published", "paused", "draft"]))
    def publish_or_pause(self, name: str, state: str) -> None:
        self.it.campaign(name, state)

    @rule(name=AGENTS, state=st.sampled_from(["online", "away", "offline"]))
    def presence(self, name: str, state: str) -> None:
        self.it.presence(name, state)

    @rule(loop=st.sampled_from(["route", "number", "fold", "map", "retry", "close"]))
    def work(self, loop: str) -> None:
        self.it.work(loop)

    @rule(phone=ONE_OF_THEM, is_meant=st.sampled_from([False, False, True]))
    def erase(self, phone: str, is_meant: bool) -> None:
        if is_meant:
            self.it.erase(phone)

    @rule(seconds=STEPS)
    def clock_steps(self, seconds: int) -> None:
        Site.clock.forward(seconds=seconds)

    @invariant()
    def promises(self) -> None:
        if self.house:
            self.house.check()

    def teardown(self) -> None:
        if self.house:
            self.house.finish()
            happened.update(self.house.seen)


@pytest.fixture
def site(clock: Clock, tmp_path: Path) -> Iterator[None]:
    """Have a clock, a provider and failpoints of this process."""
    failpoints.watch(tmp_path)
    with providing() as provider, Transport(step_seconds=5) as transport:
        Site.clock, Site.provider, Site.transport, Site.folder = clock, provider, transport, tmp_path
        yield
    failpoints.watch(None)


def test_the_promises_hold_whatever_happens(transactional_db: Any, site: None) -> None:  # noqa: ARG001 - fixtures for what they set up
    happened.clear()
    run_state_machine_as_test(Machine, settings=BOUNDED)
    done = {name.partition(":")[0] for name, count in happened.items() if count and (name.endswith(": done") or ": " not in name)}
    assert {"take", "answer", "transfer", "close", "undo_close", "link", "crashed"} <= done, happened
    assert happened["deliver: crash"] > 5
    assert happened["deliver: fail"] > 5

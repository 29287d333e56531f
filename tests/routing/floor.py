"""A floor of fifty agents with five skills, where many things happen at the same moment, each on a connection of its own."""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from threading import Barrier
from typing import Any
from uuid import UUID

from django.db import connections

from antiphon.accounts.models import Membership, MembershipSkill, User
from antiphon.conversations import verbs
from antiphon.conversations.models import Conversation, Step
from antiphon.conversations.moving import move
from antiphon.edge.doors import connect
from antiphon.events.models import Event
from antiphon.kit.db import account, lane_account
from antiphon.kit.problems import Problem
from antiphon.metrics.recount import differences
from antiphon.routing.models import Presence
from antiphon.routing.presence import set_presence
from antiphon.routing.verbs import route
from tests.kit.deliver import Deliver
from tests.kit.world import Tenant

AGENTS, SKILLS, CONVERSATIONS = 50, 5, 500
_ROUTERS = 2
_AT_ONCE = 6
_NUMBER = "+31970000{:04d}"


@dataclass
class Floor:
    """The tenant, its agents, and how many consumers have written so far."""

    tenant: Tenant
    agents: list[int]
    now: datetime
    seen: Counter[str] = field(default_factory=Counter)
    arrived: int = 0

    @property
    def id(self) -> int:
        return self.tenant.id

    def happen(self, seed: int) -> None:
        """Have a drawn number of things happen at once, beside routers that never rest; then route until nobody goes any more."""
        dice = random.Random(seed)
        self.now += timedelta(seconds=dice.choice((1, 1, 30, 121)))
        with account(self.id):
            open_ones = list(Conversation.objects.exclude(state="closed").order_by("id").values_list("id", "agent_id", "skill_id"))
            closed = list(Conversation.objects.filter(state="closed").order_by("-closed_at", "id").values_list("id", flat=True)[:20])
        acts = [self._act(dice, open_ones, closed) for _ in range(dice.randint(4, 14))]
        at_once([partial(self._do_all, acts[place::_AT_ONCE]) for place in range(_AT_ONCE)] + [self._route_on] * _ROUTERS)
        self._route_on()

    def _do_all(self, acts: Sequence[tuple[str, Callable[[], Any]]]) -> None:
        for name, act in acts:
            try:
                done = act()
            except Problem as problem:
                self.seen[f"{name}: {problem.code}"] += 1
            else:
                self.seen[f"{name}: {'nothing' if done is None and name == 'next' else 'done'}"] += 1

    def _route_on(self) -> None:
        with connect("default") as db:
            given = 1
            while given:
                with lane_account(db, self.id):
                    given = route(db, self.id, at=self.now)
                self.seen["routed"] += given

    def _act(self, dice: random.Random, open_ones: list[Any], closed: list[UUID]) -> tuple[str, Callable[[], Any]]:
        """Draw something to happen; what it happens to may have changed by then."""
        agent, other = dice.sample(self.agents, 2)
        skill = dice.choice(list(self.tenant.skills.values())).pk
        conversation, holder, its_skill = dice.choice(open_ones) if open_ones else (UUID(int=0), None, skill)
        several = [one for one, _, _ in dice.sample(open_ones, min(5, len(open_ones)))]
        whoever = holder or agent
        acts: dict[str, Callable[[], Any]] = {
            "arrive": partial(self.arrive, dice.choice((5, 40, 90))),
            "online": partial(self._presence, dice.sample(self.agents, 8), "online"),
            "away": partial(self._presence, [agent, other], dice.choice(("away", "offline"))),
            "close": partial(self._verb, "close", conversation, whoever, member_id=whoever),
            "undo": partial(self._verb, "undo_close", closed[0] if closed else UUID(int=0), self.agents[0]),
            "take": partial(self._verb, "take", conversation, agent, agent_id=agent),
            "next": partial(self._next, skill, agent),
            "to skill": partial(self._verb, "transfer", conversation, whoever, skill_id=skill),
            "to agent": partial(self._verb, "transfer", conversation, whoever, agent_id=other),
            "give back": partial(self._verb, "transfer", conversation, whoever),
            "put back": partial(self._verb, "put_back", conversation, whoever),
            "several": partial(move, self.id, several or [UUID(int=0)], actor=f"membership:{self.agents[0]}", at=self.now, agent_id=other),
            "leave": partial(self._opt_out, dice.randrange(max(1, self.arrived))),
            "learn": partial(self._learn, agent, its_skill),
        }
        name = dice.choices(list(acts), weights=(6, 5, 3, 8, 2, 4, 4, 3, 3, 3, 1, 2, 1, 1))[0]
        return name, acts[name]

    def arrive(self, count: int) -> None:
        """Have consumers write for the first time, in one batch of the line."""
        first, last = self.arrived, min(self.arrived + count, CONVERSATIONS)
        self.arrived = last
        deliver, dice = Deliver(self.tenant), random.Random(first)
        sources = [dice.choice(self.tenant.sources) for _ in range(first, last)]
        posts = [
            deliver.reply_post(phone(place), "hello", at=self.now, source=source, to=str(source.numbers[0]))
            for place, source in enumerate(sources, first)
        ]
        self._deliver(posts)

    def _deliver(self, posts: Sequence[Any]) -> None:
        deliver = Deliver(self.tenant)
        if posts:
            with connect("default") as db:
                deliver.on_lane(db, *posts, sources=deliver.sources())

    def _opt_out(self, place: int) -> None:
        self._deliver([Deliver(self.tenant).opt_out_post(phone(place), at=self.now)])

    def _presence(self, people: Sequence[int], state: str) -> None:
        for person in people:
            set_presence(self.id, person, state=state, actor=f"membership:{person}", at=self.now)

    def _verb(self, name: str, conversation: UUID, by: int, **more: Any) -> None:
        with account(self.id) as db:
            getattr(verbs, name)(db, self.id, conversation, actor=f"membership:{by}", at=self.now, **more)

    def _next(self, skill: int, agent: int) -> UUID | None:
        with account(self.id) as db:
            return verbs.take_next(db, self.id, skill, agent_id=agent, actor=f"membership:{agent}", at=self.now)

    def _learn(self, agent: int, skill: int) -> None:
        with account(self.id):
            MembershipSkill.objects.get_or_create(account_id=self.id, membership_id=agent, skill_id=skill)

    def check(self) -> None:
        """Hold the floor against the promises. Call while nothing happens."""
        with account(self.id):
            open_ones: list[Any] = list(
                Conversation.objects.exclude(state="closed").values_list("id", "state", "agent_id", "skill_id", "leaving_at")
            )
            people = {one.id: one for one in Membership.objects.filter(account_id=self.id)}
            has = set(MembershipSkill.objects.values_list("membership_id", "skill_id"))
            online = set(Presence.objects.filter(state="online").values_list("membership_id", flat=True))
            owners = _last_owners()
            assert Step.objects.filter(kind="assigned").count() == Event.objects.filter(type="conversation.assigned").count()
        load = Counter(agent for _, _, agent, _, _ in open_ones if agent is not None)
        for conversation, state, agent, skill, leaving_at in open_ones:
            assert (state == "assigned") is (agent is not None), "one owner, or the queue"
            assert agent in owners.get(conversation, {None}), "its steps say who has it"
            assert agent is None or (agent, skill) in has, "with the skill"
            if state == "queued" and leaving_at is None:
                free = [one for one in online if (one, skill) in has and load[one] < people[one].capacity]
                assert free == [], "nobody waits beside a free agent"
        assert [one for one, count in load.items() if count > people[one].capacity] == [], "within capacity"

    def check_counts(self) -> None:
        """Hold counters against the tables."""
        with account(self.id) as db:
            assert differences(db, self.id) == []


def _last_owners() -> dict[UUID, set[int | None]]:
    """Return who has each conversation by its steps: whom the last one that moved it gave it to, or one of those of that instant."""
    moves = Step.objects.filter(kind__in=["assigned", "transferred", "returned", "reopened"]).order_by("at")
    latest: dict[UUID, tuple[datetime, set[int | None]]] = {}
    for conversation, at, agent in moves.values_list("conversation_id", "at", "to_agent_id"):
        known = latest.get(conversation)
        latest[conversation] = (at, known[1] | {agent} if known and known[0] == at else {agent})
    return {conversation: agents for conversation, (_, agents) in latest.items()}


def phone(place: int) -> str:
    """Return a consumer's number."""
    return f"+3161000{place:04d}"


def at_once(acts: Sequence[Callable[[], None]]) -> None:
    """Do all of it at the same moment, each in a thread and connection of its own."""
    gate = Barrier(len(acts), timeout=30)

    def one(act: Callable[[], None]) -> None:
        try:
            gate.wait()
            act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        for done in [pool.submit(one, act) for act in acts]:
            done.result(timeout=120)


def floor(tenant: Tenant, seed: int) -> Floor:
    """Staff a tenant: five skills, each with a source whose replies wait for it, and fifty agents who have some of them."""
    dice = random.Random(seed)
    for place in range(SKILLS):
        tenant.skill(f"skill {place}")
        tenant.connect(f"CM {place}", numbers=(_NUMBER.format(place),), skill=f"skill {place}")
    users = User.objects.bulk_create([User(email=f"{tenant.id}-{place}@floor.example", password="!") for place in range(AGENTS)])
    members = Membership.objects.bulk_create(
        [Membership(account_id=tenant.id, user=user, name=f"Agent {user.pk}", role="agent", capacity=dice.randint(1, 8)) for user in users]
    )
    skills = [one.pk for one in tenant.skills.values()]
    with account(tenant.id):
        MembershipSkill.objects.bulk_create(
            MembershipSkill(account_id=tenant.id, membership_id=one.pk, skill_id=skill)
            for one in members
            for skill in dice.sample(skills, dice.randint(1, 3))
        )
    return Floor(tenant, [one.pk for one in members], tenant.clock())

"""Agents of a benchmarked site: signed in, online, with conversations of their own to watch."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from antiphon.bench.site import Seeded, progress
from antiphon.bench.types import WrongFiguresError
from antiphon.kit import clock
from antiphon.kit.db import account, rows, sql

_PATIENCE_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Held:
    """A conversation of an agent, and the number its consumer has among the seeded."""

    id: UUID
    number: int


@dataclass(frozen=True, slots=True)
class Agent:
    """Somebody who watches: the cookies of their browser, and the conversations they have."""

    id: int
    cookies: dict[str, str]
    held: list[Held]


def hired(seeded: Seeded, *, agents: int, capacity: int) -> list[int]:
    """Return so many agents who have the skill, room for so many conversations, and are online."""
    from antiphon.accounts import verbs as accounts  # noqa: PLC0415 - after Django's set-up
    from antiphon.accounts.models import Membership, Skill  # noqa: PLC0415 - as above
    from antiphon.routing.presence import set_presence  # noqa: PLC0415 - as above

    with account(seeded.account_id):
        skill = Skill.objects.get(account_id=seeded.account_id, name="care").pk
        known = list(Membership.objects.filter(account_id=seeded.account_id, role="agent").order_by("pk").values_list("pk", flat=True))
    for place in range(len(known), agents):
        given: dict[str, Any] = {"role": "agent", "skills": [skill], "capacity": capacity, "actor": "command", "at": clock.now()}
        address = f"agent{seeded.account_id}.{place}@bench.example"
        known.append(accounts.create_person(seeded.account_id, email=address, name=f"Agent {place}", **given).pk)
    with account(seeded.account_id):  # another benchmark on this home may have hired them for less
        Membership.objects.filter(account_id=seeded.account_id, pk__in=known[:agents]).update(capacity=capacity)
    for one in known[:agents]:
        set_presence(seeded.account_id, one, state="online", actor="command", at=clock.now())
    return known[:agents]


def with_conversations(seeded: Seeded, people: list[int], *, each: int, post: Callable[[int], None]) -> list[Agent]:
    """Return the agents once the router has given each so many conversations; `post` has so many new consumers reply.

    Raises WrongFiguresError when it does not.
    """
    held = _held(seeded.account_id, people)
    missing = sum(max(0, each - len(held[one])) for one in people)
    if missing:
        post(missing)
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while any(len(held[one]) < each for one in people):
        if time.monotonic() > deadline:
            raise WrongFiguresError("the router did not give the agents their conversations within five minutes")
        time.sleep(0.2)
        held = _held(seeded.account_id, people)
    progress(f"{len(people)} agents have {each} conversations each")
    return [Agent(one, _cookies(one), held[one][:each]) for one in people]


def _held(account_id: int, people: list[int]) -> dict[int, list[Held]]:
    with account(account_id) as db:
        found = rows(db, sql("antiphon.bench", "held"), {"account": account_id, "agents": people})
    return {one: [Held(row.id, int(row.number)) for row in found if row.agent_id == one] for one in people}


def _cookies(membership_id: int) -> dict[str, str]:
    """Sign in, and return what the browser then has."""
    from django.test import Client  # noqa: PLC0415 - after Django's set-up

    from antiphon.accounts.models import Membership  # noqa: PLC0415 - as above

    browser = Client()
    user = Membership.objects.select_related("user").get(pk=membership_id).user
    browser.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return {name: morsel.value for name, morsel in browser.cookies.items()}

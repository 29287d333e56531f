"""From a reply to the agent who is there: what is stored, told and counted; who is passed over; what goes back."""

from datetime import datetime
from typing import Any

import pytest

from antiphon.accounts.models import Account, Membership, Skill
from antiphon.conversations import verbs as conversations
from antiphon.conversations.models import Conversation, Step
from antiphon.conversations.types import Refused
from antiphon.kit.db import account
from antiphon.routing.models import Presence
from antiphon.routing.presence import fall_silent, set_presence
from antiphon.routing.returning import long_away, return_one
from antiphon.routing.verbs import route
from tests.kit.deliver import Deliver
from tests.kit.world import CLEO, MIA, OTTO, Tenant
from tests.line.conftest import recounted  # noqa: F401 - a fixture is found by being here
from tests.line.seeing import at, content, counted, told

pytestmark = pytest.mark.django_db


def be(north: Tenant, name: str, state: str = "online", *, now: datetime) -> None:
    person = north.people[name].pk
    set_presence(north.id, person, state=state, actor=f"membership:{person}", at=now)


def run_route(north: Tenant, *, now: datetime) -> int:
    with account(north.id) as db:
        return route(db, north.id, at=now)


def do(north: Tenant, verb: str, phone: str, *, by: str = "Ada", now: datetime, **more: Any) -> None:
    with account(north.id) as db:
        getattr(conversations, verb)(db, north.id, of(phone).id, actor=f"membership:{north.people[by].pk}", at=now, **more)


def of(phone: str) -> Conversation:
    return Conversation.objects.filter(consumer__phone=phone).latest("started_at")


def holder(phone: str) -> str | None:
    agent = of(phone).agent
    return agent.name if agent else None


def test_a_reply_goes_to_the_agent_who_is_there(north: Tenant, deliver: Deliver) -> None:
    deliver.reply(CLEO, at=at(24, 10))
    assert run_route(north, now=at(24, 10, 1)) == 0
    assert of(CLEO).state == "queued"
    be(north, "Ben", now=at(24, 10, 2))
    assert run_route(north, now=at(24, 10, 3)) == 1
    found, ben = of(CLEO), north.people["Ben"].pk
    assert (found.state, found.agent_id, found.assigned_at, found.assigned_agent_id) == ("assigned", ben, at(24, 10, 3), ben)
    step = Step.objects.get(kind="assigned")
    assert (step.actor, step.at, step.to_agent_id, step.to_skill_id) == ("system", at(24, 10, 3), ben, north.skills["care"].pk)
    assert told(north, "conversation") == ["conversation.started", "reply.received", "conversation.assigned"]
    assert content(north, "conversation.assigned")["agent"] == ben
    assert Presence.objects.get().last_assigned_at == at(24, 10, 3)
    assert counted(north, metric="time_in_queue") == {"time_in_queue": 1}
    assert run_route(north, now=at(24, 10, 4)) == 0


def test_the_least_loaded_then_who_waits_longest_then_the_lower_id(north: Tenant, deliver: Deliver) -> None:
    be(north, "Ben", now=at(24, 9))
    be(north, "Ada", now=at(24, 9))
    phones = [f"+3160000000{place}" for place in range(4)]
    for minute, phone in enumerate(phones):
        deliver.reply(phone, at=at(24, 10, minute))
        run_route(north, now=at(24, 10, minute, 1))
    assert [holder(phone) for phone in phones] == ["Ada", "Ben", "Ada", "Ben"]
    do(north, "close", phones[0], now=at(24, 10, 10))
    do(north, "close", phones[2], now=at(24, 10, 10))
    deliver.reply(CLEO, at=at(24, 10, 11))
    deliver.reply(MIA, at=at(24, 10, 12))
    run_route(north, now=at(24, 10, 13))
    assert (holder(CLEO), holder(MIA)) == ("Ada", "Ada")


def test_taking_by_hand_counts_as_the_last_assignment(north: Tenant, deliver: Deliver) -> None:
    be(north, "Ada", now=at(24, 9))
    be(north, "Ben", now=at(24, 9))
    deliver.reply(CLEO, at=at(24, 10))
    do(north, "take", CLEO, by="Ada", now=at(24, 10, 1), agent_id=north.people["Ada"].pk)
    do(north, "close", CLEO, by="Ada", now=at(24, 10, 2))
    deliver.reply(MIA, at=at(24, 10, 3))
    run_route(north, now=at(24, 10, 4))
    assert holder(MIA) == "Ben"


@pytest.mark.parametrize("why", ["manual", "disabled", "no skill", "full", "leaving", "analyst"])
def test_what_stops_it(north: Tenant, deliver: Deliver, why: str) -> None:
    deliver.reply(CLEO, at=at(24, 10))
    be(north, "Ben", now=at(24, 10))
    ben = Membership.objects.filter(id=north.people["Ben"].pk)
    if why == "manual":
        Account.objects.filter(id=north.id).update(is_automatic=False)
    elif why == "disabled":
        ben.update(is_active=False)
    elif why == "no skill":
        ben.get().skills.clear()
    elif why == "full":
        ben.update(capacity=0)
    elif why == "leaving":
        deliver.opt_out(CLEO, at=at(24, 10, 1))
    elif why == "analyst":
        ben.update(role="analyst")
    assert run_route(north, now=at(24, 10, 5)) == 0
    assert of(CLEO).state == "queued"


def test_nobody_is_given_more_than_their_capacity_and_a_close_makes_room(north: Tenant, deliver: Deliver) -> None:
    Membership.objects.filter(id=north.people["Ada"].pk).update(capacity=2)
    be(north, "Ada", now=at(24, 9))
    for minute, phone in enumerate((CLEO, MIA, OTTO)):
        deliver.reply(phone, at=at(24, 10, minute))
    assert run_route(north, now=at(24, 10, 5)) == 2
    assert (holder(CLEO), holder(MIA), holder(OTTO)) == ("Ada", "Ada", None)
    do(north, "close", CLEO, now=at(24, 10, 6))
    assert run_route(north, now=at(24, 10, 7)) == 1
    with pytest.raises(Refused, match="as many as they may"):
        do(north, "undo_close", CLEO, now=at(24, 10, 7, 30))
    do(north, "close", MIA, now=at(24, 10, 8))
    do(north, "undo_close", CLEO, now=at(24, 10, 7, 59))
    assert holder(CLEO) == "Ada"


def test_whoever_gives_it_back_is_asked_last(north: Tenant, deliver: Deliver) -> None:
    be(north, "Ada", now=at(24, 9))
    deliver.reply(CLEO, at=at(24, 10))
    run_route(north, now=at(24, 10, 1))
    be(north, "Ben", now=at(24, 10, 2))
    deliver.reply(MIA, at=at(24, 10, 2))
    run_route(north, now=at(24, 10, 3))
    assert (holder(CLEO), holder(MIA)) == ("Ada", "Ben")
    do(north, "transfer", CLEO, now=at(24, 10, 4))
    run_route(north, now=at(24, 10, 5))
    assert holder(CLEO) == "Ben"
    do(north, "transfer", MIA, by="Ben", now=at(24, 10, 6))
    be(north, "Ada", "offline", now=at(24, 10, 6))
    run_route(north, now=at(24, 10, 7))
    assert holder(MIA) == "Ben"


def test_what_is_left_alone_goes_back_when_its_skill_says_so(north: Tenant, deliver: Deliver) -> None:
    Skill.objects.filter(id=north.skills["care"].pk).update(return_seconds=300)
    be(north, "Ada", now=at(24, 10))
    deliver.reply(CLEO, at=at(24, 10))
    run_route(north, now=at(24, 10))
    with account(north.id) as db:
        assert fall_silent(db, north.id, at=at(24, 10, 1)) == 0
        assert fall_silent(db, north.id, at=at(24, 10, 1, 1)) == 1
        assert long_away(db, north.id, at=at(24, 10, 6)) == []
        assert long_away(db, north.id, at=at(24, 10, 6, 1)) == [of(CLEO).id]
        assert return_one(db, north.id, of(CLEO).id, at=at(24, 10, 6)) is False
        assert return_one(db, north.id, of(CLEO).id, at=at(24, 10, 6, 1)) is True
    assert (of(CLEO).state, of(CLEO).is_transferred) == ("queued", True)
    step = Step.objects.get(kind="returned")
    assert (step.actor, step.from_agent_id, step.to_agent_id) == ("system", north.people["Ada"].pk, None)
    assert content(north, "conversation.transferred")["actor"] == "system"
    assert counted(north, metric="transfers") == {}
    be(north, "Ben", now=at(24, 10, 6, 2))
    run_route(north, now=at(24, 10, 6, 3))
    assert holder(CLEO) == "Ben"


@pytest.mark.parametrize(
    ("what", "seconds", "is_left"),
    [
        ("nothing", 300, True),
        ("no rule", None, False),
        ("the consumer's turn", 300, False),
        ("given since", 300, False),
        ("back", 300, False),
    ],
)
def test_what_is_left_alone(north: Tenant, deliver: Deliver, what: str, seconds: int | None, *, is_left: bool) -> None:
    Skill.objects.filter(id=north.skills["care"].pk).update(return_seconds=seconds)
    be(north, "Ada", now=at(24, 10))
    deliver.reply(CLEO, at=at(24, 10))
    run_route(north, now=at(24, 10))
    be(north, "Ada", "away", now=at(24, 10, 1))
    if what == "the consumer's turn":
        Conversation.objects.update(turn="consumer")
    elif what == "given since":
        do(north, "transfer", CLEO, now=at(24, 10, 2))
        do(north, "take", CLEO, now=at(24, 10, 3), agent_id=north.people["Ada"].pk)
    elif what == "back":
        be(north, "Ada", now=at(24, 10, 5))
    with account(north.id) as db:
        assert bool(long_away(db, north.id, at=at(24, 10, 7))) is is_left

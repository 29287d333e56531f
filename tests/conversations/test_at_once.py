"""People at once: one owner per conversation, within capacity; an answer and an opt-out never pass each other."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from django.db import connections

from antiphon.accounts.models import Membership
from antiphon.conversations.models import Answer, Conversation, Step
from antiphon.conversations.types import Refused
from antiphon.kit.db import account
from tests.conversations.desk import Desk
from tests.kit.deliver import MINUTE, Deliver
from tests.kit.world import Tenant
from tests.line.committed.conftest import recounted, world  # noqa: F401 - these tests commit
from tests.line.seeing import at, counted, told

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Do all of it at the same moment, each in a thread and connection of its own; return what came of each."""
    gate = Barrier(len(acts), timeout=30)

    def one(act: Callable[[], Any]) -> Any:
        try:
            gate.wait()
            return act()
        except Refused as refused:
            return refused
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [done.result(timeout=60) for done in [pool.submit(one, act) for act in acts]]


def phones(count: int) -> list[str]:
    return [f"+316123456{number:02d}" for number in range(count)]


def conversations(tenant: Tenant, deliver: Deliver, count: int) -> list[Conversation]:
    deliver(
        *[deliver.reply_post(phone, "hello", at=at(24, 10) + place * MINUTE) for place, phone in enumerate(phones(count))], together=True
    )
    with account(tenant.id):
        return list(Conversation.objects.order_by("started_at"))


def test_of_two_agents_who_take_one_conversation_one_has_it(north: Tenant, deliver: Deliver, desk: Desk) -> None:
    for conversation in conversations(north, deliver, 4):
        outcomes = at_once(
            partial(desk.take, conversation, by="Ada", at=at(24, 11)), partial(desk.take, conversation, by="Ben", at=at(24, 11))
        )
        assert [isinstance(outcome, Refused) for outcome in outcomes].count(True) == 1
        winner = "Ada" if outcomes[0] is None else "Ben"
        with account(north.id):
            conversation.refresh_from_db()
            assert conversation.agent_id == desk.agent(winner)
            assert told(north, f"conversation:{conversation.id}").count("conversation.assigned") == 1


def test_agents_who_take_the_next_never_get_the_same(north: Tenant, deliver: Deliver, desk: Desk) -> None:
    waiting = conversations(north, deliver, 8)
    taken = []
    for _ in range(4):
        taken += at_once(partial(desk.take_next, "care", by="Ada", at=at(24, 11)), partial(desk.take_next, "care", by="Ben", at=at(24, 11)))
    assert sorted(str(one) for one in taken) == sorted(str(one.id) for one in waiting)
    with account(north.id):
        assert Step.objects.filter(kind="assigned").count() == 8


def test_capacity_holds_whoever_asks_at_once(north: Tenant, deliver: Deliver, desk: Desk) -> None:
    Membership.objects.filter(id=desk.agent("Ada")).update(capacity=2)
    waiting = conversations(north, deliver, 4)
    outcomes = at_once(*[partial(desk.take, one, by="Ada", at=at(24, 11)) for one in waiting])
    assert sum(isinstance(outcome, Refused) for outcome in outcomes) == 2
    with account(north.id):
        assert Conversation.objects.filter(agent_id=desk.agent("Ada")).count() == 2


def test_an_answer_and_an_opt_out_at_once(north: Tenant, deliver: Deliver, desk: Desk) -> None:
    for conversation, phone in zip(conversations(north, deliver, 6), phones(6), strict=True):
        wrote, _ = at_once(
            partial(desk.do, "answer", conversation, at=at(24, 11), agent_id=desk.agent("Ada"), text="Hello"),
            partial(deliver.opt_out, phone, at=at(24, 11)),
        )
        with account(north.id):
            conversation.refresh_from_db()
            assert conversation.leaving_at is not None
            assert (conversation.state == "assigned") is not isinstance(wrote, Refused)
            assert Answer.objects.filter(conversation_id=conversation.id).exists() is not isinstance(wrote, Refused)


def test_replies_and_answers_at_once(north: Tenant, deliver: Deliver, desk: Desk) -> None:
    (conversation,) = conversations(north, deliver, 1)
    desk.take(conversation, at=at(24, 11))
    for number in range(6):
        now = at(24, 11) + number * MINUTE
        at_once(
            partial(desk.answer, conversation, at=now),
            partial(deliver.reply, phones(1)[0], f"again {number}", at=now),
        )
    with account(north.id):
        conversation.refresh_from_db()
        assert conversation.replies.count() == 7
        assert counted(north, metric="answers") == {"answers": 6}

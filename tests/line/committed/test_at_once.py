"""Two lanes at once: one consumer's facts never cross, nothing is doubled, nobody waits for ever."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from antiphon.conversations.models import Conversation
from antiphon.events.models import Event
from antiphon.intake.models import Arrival, Notice, Reply
from antiphon.kit.db import Database, account
from tests.kit.deliver import MINUTE, Deliver, Post
from tests.kit.world import CLEO, MIA, OTTO, Tenant
from tests.line.seeing import at, counted, told

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

Connect = Callable[[], Database]
PEOPLE = [CLEO, MIA, OTTO]


def at_once(deliver: Deliver, connect: Connect, *rounds: tuple[list[Post], ...]) -> None:
    """Deliver every round's batches at the same moment, each by a lane of its own."""
    lanes = [connect() for _ in rounds[0]]
    gate, sources = Barrier(len(lanes), timeout=30), deliver.sources()

    def lane(slot: int) -> None:
        for batches in rounds:
            gate.wait()
            deliver.on_lane(lanes[slot], *batches[slot], sources=sources)

    with ThreadPoolExecutor(len(lanes)) as pool:
        for done in [pool.submit(lane, slot) for slot in range(len(lanes))]:
            done.result(timeout=60)


def test_two_replies_a_millisecond_apart_on_two_lanes_make_one_conversation(north: Tenant, deliver: Deliver, connect: Connect) -> None:

    phones = [f"+316123456{number:02d}" for number in range(20)]
    near = at(24) + timedelta(milliseconds=1)
    at_once(
        deliver,
        connect,
        *[([deliver.reply_post(phone, "yes", at=at(24))], [deliver.reply_post(phone, "please", at=near)]) for phone in phones],
    )
    with account(north.id):
        assert Conversation.objects.count() == 20
        assert Reply.objects.count() == 40
        assert {one.replies.count() for one in Conversation.objects.all()} == {2}
        assert set(Conversation.objects.values_list("last_text", "started_at")) == {("please", at(24))}
        assert counted(north) == {"replies": 40, "conversations_started": 20}


def test_copies_on_two_lanes_are_one_fact(north: Tenant, deliver: Deliver, connect: Connect) -> None:
    def both(number: int) -> tuple[list[Post], list[Post]]:
        phone = f"+316123456{number:02d}"
        posts = [deliver.notice_post(phone, at=at(24, 9)), deliver.reply_post(phone, "yes", at=at(24, 10))]
        return posts, posts[::-1]

    at_once(deliver, connect, *[both(number) for number in range(15)])
    with account(north.id):
        assert Arrival.objects.filter(state="done").count() == 60
        assert set(Notice.objects.values_list("copies", flat=True)) == {1}
        assert set(Reply.objects.values_list("copies", flat=True)) == {1}
        assert Conversation.objects.count() == 15
        assert counted(north) == {"sent": 15, "replies": 15, "time_to_reply": 15, "conversations_started": 15}


def test_different_facts_of_the_same_consumers_in_opposite_order(north: Tenant, deliver: Deliver, connect: Connect) -> None:
    north.campaign()

    def one_round(number: int) -> tuple[list[Post], list[Post], list[Post]]:
        now = at(24, 9) + number * MINUTE
        return (
            [deliver.notice_post(phone, text=f"n{number}", at=now) for phone in PEOPLE],
            [deliver.reply_post(phone, f"a{number}", at=now + MINUTE) for phone in PEOPLE[::-1]]
            + [deliver.report_post(CLEO, f"r{number}", at=now)],
            [deliver.reply_post(phone, f"b{number}", at=now + MINUTE) for phone in PEOPLE[1:] + PEOPLE[:1]]
            + [deliver.opt_out_post(OTTO, at=now)],
        )

    at_once(deliver, connect, *[one_round(number) for number in range(12)])
    with account(north.id):
        assert set(Arrival.objects.values_list("state", flat=True)) == {"done"}
        assert set(Conversation.objects.values_list("consumer__phone", "verdict")) == {(phone, "linked_by_campaign_id") for phone in PEOPLE}
        assert counted(north)["sent"] == 36
        assert counted(north)["replies"] == 72
        assert counted(north)["opt_outs"] == 12
        for conversation in Conversation.objects.all():
            assert told(north, f"conversation:{conversation.id}")[0] == "conversation.started"
            assert told(north, f"conversation:{conversation.id}").count("reply.received") == 24


def test_tenants_never_see_each_other(north: Tenant, south: Tenant, deliver: Deliver) -> None:
    in_south = Deliver(south)
    north.campaign()
    deliver.notice(CLEO, at=at(24, 9), text="a text of North")
    in_south.reply(CLEO, "words of South", at=at(24, 10), campaign="C1")
    deliver.reply(CLEO, "words of North", at=at(24, 11))
    in_south.opt_out(CLEO, at=at(24, 12), scope="account")
    with account(north.id):
        assert list(Reply.objects.values_list("text", flat=True)) == ["words of North"]
        assert list(Conversation.objects.values_list("verdict", "leaving_at")) == [("linked_by_campaign_id", None)]
        assert counted(north) == {"sent": 1, "replies": 1, "time_to_reply": 1, "conversations_started": 1}
        assert not Event.objects.filter(type="consumer.opted_out").exists()
    with account(south.id):
        assert list(Reply.objects.values_list("text", flat=True)) == ["words of South"]
        assert list(Conversation.objects.values_list("verdict", "turn")) == [("no_entry_point", "consumer")]
        assert Notice.objects.count() == 0
        assert Arrival.objects.count() == 2
        assert counted(south) == {"replies": 1, "conversations_started": 1, "opt_outs": 1}

"""Copies of a webhook have the effect of one; what only looks like a copy does not."""

from datetime import timedelta

import pytest

from antiphon.consumers.models import OptOut
from antiphon.conversations.models import Conversation
from antiphon.intake.models import Arrival, Notice, Reply
from tests.kit.deliver import MINUTE, Deliver, Post
from tests.kit.world import CLEO, Tenant
from tests.line.seeing import at, counted, told

pytestmark = pytest.mark.django_db


def three_times(deliver: Deliver, how: str) -> None:
    def story(minutes: int) -> list[Post]:
        late = minutes * MINUTE
        return [
            deliver.notice_post(CLEO, at=at(24) + late),
            deliver.reply_post(CLEO, "yes", at=at(24, 13) + late, replied_at=at(24, 13)),
            deliver.report_post(CLEO, "r-1", at=at(24, 12, 30) + late),
            deliver.reply_post(CLEO, "STOP", at=at(24, 14) + late, replied_at=at(24, 14)),
            deliver.opt_out_post(CLEO, at=at(24, 15) + late, opted_at=at(24, 15)),
        ]

    rounds = [story(0), story(5), story(10)]
    if how == "each three times":
        deliver(*[post for copies in zip(*rounds, strict=True) for post in copies])
    else:
        deliver(*[post for posts in rounds for post in posts], together=how == "in one batch")


@pytest.mark.parametrize("how", ["each three times", "in one batch", "interleaved"])
def test_three_copies_have_the_effect_of_one(north: Tenant, deliver: Deliver, how: str) -> None:
    north.campaign()
    three_times(deliver, how)
    assert Notice.objects.get(account_id=north.id).copies == 2
    assert Reply.objects.get(account_id=north.id).copies == 2
    assert sorted(OptOut.objects.filter(account_id=north.id).values_list("how", "copies")) == [("stop_word", 2), ("webhook", 2)]
    assert Arrival.objects.filter(account_id=north.id).count() == 15
    assert counted(north) == {
        "sent": 1, "delivered": 1, "replies": 1, "time_to_reply": 1, "conversations_started": 1, "opt_outs": 2,
    }  # fmt: skip
    assert sorted(told(north, "broadcast", "notice", "conversation", "consumer")) == [
        "broadcast.started", "consumer.opted_out", "consumer.opted_out", "conversation.started", "notice.delivered", "notice.sent",
        "reply.received",
    ]  # fmt: skip


def test_without_a_time_a_minute_apart_is_one_reply_and_three_weeks_apart_are_two(north: Tenant, deliver: Deliver) -> None:
    deliver(deliver.old_reply_post(CLEO, "yes", at=at(2)), deliver.old_reply_post(CLEO, "yes", at=at(2, 12, 1)))
    assert list(Reply.objects.filter(account_id=north.id).values_list("copies", flat=True)) == [1]
    deliver(deliver.old_reply_post(CLEO, "yes", at=at(23)))
    assert list(Reply.objects.filter(account_id=north.id).order_by("replied_at").values_list("copies", flat=True)) == [1, 0]
    assert Conversation.objects.filter(account_id=north.id).count() == 1


def test_a_chain_of_copies_never_outlives_its_window(north: Tenant, deliver: Deliver) -> None:
    deliver(*[deliver.old_reply_post(CLEO, "yes", at=at(2) + number * 9 * MINUTE) for number in range(20)])
    assert list(Reply.objects.filter(account_id=north.id).values_list("copies", flat=True)) == [19]


@pytest.mark.parametrize("together", [False, True])
def test_two_replies_a_millisecond_apart_make_one_conversation(north: Tenant, deliver: Deliver, *, together: bool) -> None:
    near = at(24) + timedelta(milliseconds=1)
    deliver(deliver.reply_post(CLEO, "yes", at=at(24)), deliver.reply_post(CLEO, "please", at=near), together=together)
    assert Conversation.objects.filter(account_id=north.id).count() == 1
    assert Reply.objects.filter(account_id=north.id).count() == 2
    assert told(north, "conversation") == ["conversation.started", "reply.received", "reply.received"]

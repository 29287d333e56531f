"""Opt-outs: mirrored, counted, and judged from stored instants in whatever order they come."""

from datetime import datetime, timedelta
from itertools import permutations

import pytest

from antiphon.consumers.models import OptOut
from antiphon.conversations.closing import close_left
from antiphon.conversations.models import Conversation
from antiphon.conversations.verbs import take_next
from antiphon.intake.models import Arrival, Notice, Reply
from antiphon.kit.db import account
from tests.kit.deliver import MINUTE, Deliver
from tests.kit.world import CLEO, Tenant
from tests.line.seeing import at, content, counted, only, told

pytestmark = pytest.mark.django_db
OTHER_NUMBER = "+3197000004499"


def standing(tenant: Tenant) -> tuple[str, bool]:
    conversation = only(tenant)
    return conversation.turn, conversation.leaving_at is not None


@pytest.mark.parametrize(("stop", "leaves"), [(at(24, 9), False), (at(24, 11), False), (at(24, 12), True), (at(24, 13), True)])
def test_judged_from_instants_in_any_order(north: Tenant, deliver: Deliver, stop: datetime, *, leaves: bool) -> None:
    for number, order in enumerate(permutations(range(3))):
        phone = f"+3161234567{number}"
        posts = [
            deliver.reply_post(phone, "yes", at=at(24, 14), replied_at=at(24, 10)),
            deliver.reply_post(phone, "tuesday?", at=at(24, 14), replied_at=at(24, 12)),
            deliver.reply_post(phone, "STOP", at=at(24, 14), replied_at=stop),
        ]
        deliver(*[posts[place] for place in order])
    standings = {(one.turn, one.leaving_at is not None) for one in Conversation.objects.filter(account_id=north.id)}
    assert standings == {("consumer", True) if leaves else ("agent", False)}
    assert counted(north) == {"replies": 12, "conversations_started": 6, "opt_outs": 6}


def test_a_stop_word_starts_no_conversation_and_is_no_reply(north: Tenant, deliver: Deliver) -> None:
    north.campaign()
    deliver.notice(CLEO, at=at(24, 9))
    deliver.reply(CLEO, " Stop! ", at=at(24, 10))
    opted = OptOut.objects.get(account_id=north.id)
    assert (opted.how, opted.scope, opted.text, opted.at, opted.notice_id) == (
        "stop_word", "source", " Stop! ", at(24, 10), Notice.objects.get(account_id=north.id).id,
    )  # fmt: skip
    assert (Conversation.objects.count(), Reply.objects.count()) == (0, 0)
    assert counted(north, campaign_id=north.campaigns["Spring check-up"].id) == {"sent": 1, "opt_outs": 1}
    assert content(north, "consumer.opted_out")["how"] == "stop_word"


def test_a_stop_word_in_a_sentence_is_a_reply_with_a_hint(north: Tenant, deliver: Deliver) -> None:
    deliver.reply(CLEO, "when do you stop today?", at=at(24, 10))
    assert Reply.objects.get(account_id=north.id).mentions_stop
    assert counted(north) == {"replies": 1, "conversations_started": 1}


def test_by_webhook_and_back(north: Tenant, deliver: Deliver) -> None:
    deliver.reply(CLEO, at=at(24, 10))
    deliver.opt_out(CLEO, at=at(24, 11))
    assert standing(north) == ("consumer", True)
    deliver.opt_in(CLEO, at=at(24, 11, 5))
    assert standing(north) == ("agent", False)
    assert told(north, "consumer") == ["consumer.opted_out", "consumer.opted_in"]
    assert counted(north)["opt_outs"] == 1


def test_in_another_form_it_is_quarantined(north: Tenant, deliver: Deliver) -> None:
    deliver(deliver.opt_out_post(CLEO, at=at(24, 11), kind="unsubscribed"))
    assert Arrival.objects.get(account_id=north.id).state == "quarantined"
    assert OptOut.objects.count() == 0


def test_one_number_is_not_the_other(north: Tenant, deliver: Deliver) -> None:
    deliver.reply(CLEO, at=at(24, 10), to=OTHER_NUMBER)
    deliver.opt_out(CLEO, at=at(24, 11), scope="number", sender=north.number)
    assert standing(north) == ("agent", False)
    deliver.opt_out(CLEO, at=at(24, 12), scope="number", sender=OTHER_NUMBER)
    assert standing(north) == ("consumer", True)


def test_whoever_writes_to_another_number_does_not_leave(north: Tenant, deliver: Deliver) -> None:
    deliver.reply(CLEO, "yes", at=at(24, 10), to=OTHER_NUMBER)
    deliver.opt_out(CLEO, at=at(24, 11), scope="number", sender=OTHER_NUMBER)
    assert standing(north) == ("consumer", True)
    deliver.reply(CLEO, "and here?", at=at(24, 12))
    assert standing(north) == ("agent", False)


def test_the_whole_account_reaches_every_source(north: Tenant, deliver: Deliver) -> None:
    second = Deliver(north)
    north.connect("Other", numbers=(OTHER_NUMBER,))
    deliver.reply(CLEO, at=at(24, 10))
    second(second.reply_post(CLEO, "here too", at=at(24, 10), source=north.sources[1]))
    deliver.opt_out(CLEO, at=at(24, 11))
    leaving = Conversation.objects.exclude(leaving_at=None)
    assert list(leaving.values_list("source_id", flat=True)) == [north.sources[0].id]
    deliver.opt_out(CLEO, at=at(24, 12), scope="account")
    assert leaving.count() == 2


def test_a_reply_that_was_late_does_not_take_the_turn_back(north: Tenant, deliver: Deliver) -> None:
    deliver.reply(CLEO, "yes", at=at(24, 10))
    deliver.reply(CLEO, "STOP", at=at(24, 11))
    deliver.reply(CLEO, "please", at=at(24, 11, 1), replied_at=at(24, 10, 30))
    assert standing(north) == ("consumer", True)


def test_who_left_is_not_offered_and_closed_after_ten_minutes(north: Tenant, deliver: Deliver) -> None:
    deliver.reply(CLEO, at=at(24, 10))
    deliver.reply(CLEO, "STOP", at=at(24, 11))
    conversation = only(north)
    with account(north.id) as db:
        assert take_next(db, north.id, conversation.skill_id, agent_id=north.people["Ada"].id, actor="membership:1", at=at(24, 11)) is None
        almost = at(24, 11) + 10 * MINUTE - timedelta(microseconds=1)
        assert not close_left(db, north.id, conversation.id, at=almost)
        assert close_left(db, north.id, conversation.id, at=at(24, 11) + 10 * MINUTE)
    conversation.refresh_from_db()
    assert (conversation.state, conversation.closed_by, conversation.closed_at) == ("closed", "consumer", at(24, 11, 10))
    assert counted(north, closed_by="consumer") == {"conversations_closed": 1, "duration": 1, "abandoned": 1}
    assert told(north, "conversation") == ["conversation.started", "reply.received", "conversation.closed"]
    assert content(north, "conversation.closed")["closed_by"] == "consumer"


def test_who_wrote_again_is_offered_and_not_closed(north: Tenant, deliver: Deliver) -> None:
    deliver.reply(CLEO, at=at(24, 10))
    deliver.reply(CLEO, "STOP", at=at(24, 11))
    deliver.reply(CLEO, "no wait", at=at(24, 11, 5))
    conversation = only(north)
    with account(north.id) as db:
        assert not close_left(db, north.id, conversation.id, at=at(24, 12))
        taken = take_next(db, north.id, conversation.skill_id, agent_id=north.people["Ada"].id, actor="membership:1", at=at(24, 12))
    assert taken == conversation.id


def test_a_late_notice_is_what_an_opt_out_answers(north: Tenant, deliver: Deliver) -> None:
    north.campaign()
    deliver.reply(CLEO, "STOP", at=at(24, 10))
    deliver.opt_in(CLEO, at=at(24, 10, 2))
    assert counted(north, campaign_id=0) == {"opt_outs": 1}
    deliver.notice(CLEO, at=at(24, 10, 5))
    notice = Notice.objects.get(account_id=north.id)
    assert set(OptOut.objects.filter(account_id=north.id).values_list("notice_id", flat=True)) == {notice.id}
    assert counted(north, campaign_id=north.campaigns["Spring check-up"].id) == {"sent": 1, "opt_outs": 1}

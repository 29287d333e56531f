"""An erased consumer is gone from everywhere, no count changes, and what comes later brings back nothing of before."""

from typing import Any

import pytest

from antiphon.accounts.models import AuditEntry
from antiphon.consumers.models import Consumer, Erasure, OptOut
from antiphon.conversations.models import Answer, Conversation
from antiphon.events.models import Event
from antiphon.intake.models import Arrival, DeliveryReport, Notice, Reply
from antiphon.kit.db import account
from antiphon.kit.problems import Conflict, Missing
from antiphon.privacy.erasing import erase
from antiphon.search.indexing import index
from antiphon.tasks.models import Task
from antiphon.tasks.verbs import find
from antiphon.worker import tasks
from tests.conversations.desk import Desk
from tests.kit.deliver import Deliver
from tests.kit.world import CLEO, MIA, Tenant
from tests.line.seeing import at, counted, told
from tests.privacy.story import CANARY, consumer_of, live, places

pytestmark = pytest.mark.django_db
ACTOR = "membership:1"
ERASED = at(25)


def erased(tenant: Tenant, phone: str = CLEO) -> Task:
    """Erase a consumer, and have the worker look through the rest."""
    task = erase(tenant.id, consumer_of(tenant, phone).id, actor=ACTOR, at=ERASED)
    tasks.run(tenant.id, task.pk, tries=0, most=6)
    return find(tenant.id, task.pk)


def found(tenant: Tenant, phone: str = CLEO) -> bool:
    with account(tenant.id):
        return Consumer.objects.filter(account_id=tenant.id, phone=phone).exists()


def test_nothing_of_them_is_left_anywhere_and_no_count_changes(north: Tenant, desk: Desk, deliver: Deliver) -> None:
    live(north, desk, deliver)
    with account(north.id) as db:
        index(db, north.id, list(Conversation.objects.filter(account_id=north.id).values_list("id", flat=True)))
        before = set(places(north, db))
        assert {
            "consumer.phone", "notice.text", "reply.text", "reply.media", "answer.text", "conversation.last_text", "broadcast.text",
            "search_entry.words", "arrival.body", "webhook_attempt.answer", "idempotent_response.body", "test_text.text",
            "test_text.to_number", "audit_entry.detail", "event.content", "conversation_step.detail", "django_session",
            "conversations.csv",
        } <= before  # fmt: skip
    then = counted(north)
    rows = [model.objects.count() for model in (Notice, Reply, Answer, OptOut, Arrival, DeliveryReport, AuditEntry)]
    desk.do("close", Conversation.objects.get(account_id=north.id), at=at(24, 14))
    now = counted(north)
    task = erased(north)
    assert task.state == "done"
    assert task.result["emptied"] >= 5
    with account(north.id) as db:
        assert places(north, db) == []
    assert counted(north) == now
    assert {name: now[name] for name in ("sent", "replies", "answers", "opt_outs")} == {
        name: then[name] for name in ("sent", "replies", "answers", "opt_outs")
    }
    assert [model.objects.count() for model in (Notice, Reply, Answer, OptOut, Arrival, DeliveryReport)] == rows[:-1]
    assert told(north, "consumer:")[-1:] == ["consumer.erased"]
    assert AuditEntry.objects.filter(account_id=north.id, action="consumer.erased", actor=ACTOR).count() == 1
    assert Erasure.objects.get(account_id=north.id).number == ""


def test_others_keep_everything(north: Tenant, south: Tenant) -> None:
    deliver = Deliver(north)
    for tenant in (north, south):
        Deliver(tenant).notice(CLEO, at=at(24), text="The same to all")
        Deliver(tenant).reply(CLEO, "a word", at=at(24, 13))
    deliver.notice(MIA, at=at(24), text="The same to all")
    deliver.reply(MIA, "another word", at=at(24, 13))
    deliver.reply("+32611111111", "as in Belgium", at=at(24, 14))
    erased(north)
    with account(north.id):
        assert sorted(Reply.objects.filter(account_id=north.id).values_list("text", flat=True)) == ["", "another word", "as in Belgium"]
        assert b"as in Belgium" in b"".join(bytes(body) for body in Arrival.objects.values_list("body", flat=True))
        assert found(north, MIA)
    with account(south.id):
        assert Reply.objects.get(account_id=south.id).text == "a word"
        assert found(south)


def test_a_broadcast_is_known_by_the_text_of_another(north: Tenant, deliver: Deliver) -> None:
    for phone, name in ((CLEO, CANARY), (MIA, "Mia")):
        deliver.notice(phone, at=at(24), text=f"Dear {name}")
    erased(north)
    with account(north.id) as db:
        assert db.execute("select text from broadcast").fetchall() == [("Dear Mia",)]


@pytest.mark.parametrize("together", [False, True], ids=["each", "in one batch"])
def test_late_copies_bring_nothing_back(north: Tenant, deliver: Deliver, *, together: bool) -> None:
    north.campaign()
    first = [
        deliver.notice_post(CLEO, at=at(24), text=f"Dear {CANARY}"),
        deliver.reply_post(CLEO, CANARY, at=at(24, 13), replied_at=at(24, 13)),
        deliver.opt_out_post(CLEO, at=at(24, 14), opted_at=at(24, 14)),
    ]
    deliver(*first)
    erased(north)
    then = counted(north)
    late = [
        deliver.reply_post(CLEO, CANARY, at=at(27, 13), replied_at=at(24, 13)),
        deliver.opt_out_post(CLEO, at=at(28, 14), opted_at=at(24, 14)),
    ]
    deliver(*late, together=together)
    assert not found(north)
    with account(north.id) as db:
        assert places(north, db) == []
    assert (Reply.objects.get(account_id=north.id).copies, counted(north)) == (1, then)


def test_what_was_under_way_before_is_theirs_without_its_words(north: Tenant, deliver: Deliver) -> None:
    """A notice that says when it was sent, an opt-out and a report count where they belong; a reply has nobody to read it."""
    north.campaign()
    deliver.notice(CLEO, at=at(24), text="Time for your check-up")
    erased(north)
    deliver.report(CLEO, "r-1", at=at(25, 13))
    deliver.reply(CLEO, CANARY, at=at(25, 14), replied_at=at(24, 14))
    deliver.opt_out(CLEO, at=at(25, 15), opted_at=at(24, 15))
    with account(north.id) as db:
        assert places(north, db) == []
    assert not found(north)
    numbers = counted(north)
    assert (numbers["sent"], numbers["delivered"], numbers["opt_outs"], numbers.get("replies")) == (1, 1, 1, None)


def test_a_new_reply_starts_anew_and_the_opt_out_still_holds(north: Tenant, desk: Desk, deliver: Deliver) -> None:
    live(north, desk, deliver)
    erased(north)
    deliver.notice(CLEO, "C9", at=at(26), text="A new one")
    deliver.reply(CLEO, "who is this?", at=at(26, 13))
    again = consumer_of(north, CLEO)
    with account(north.id):
        talk = Conversation.objects.get(account_id=north.id, consumer_id=again.id)
        assert (talk.state, talk.last_text, talk.started_at) == ("queued", "who is this?", at(26, 13))
        assert Reply.objects.filter(account_id=north.id, consumer_id=again.id).count() == 1
        assert OptOut.objects.filter(account_id=north.id, consumer_id=again.id, is_out=True).count() == 1
        assert Notice.objects.filter(account_id=north.id, consumer_id=again.id).count() == 1
    task = erased(north)
    assert task.state == "done"
    with account(north.id) as db:
        assert places(north, db) == []
    assert Erasure.objects.filter(account_id=north.id).count() == 2


def test_a_report_is_theirs_once_something_was_sent_to_them_since(north: Tenant, deliver: Deliver) -> None:
    deliver.notice(CLEO, at=at(24))
    erased(north)
    deliver.notice(CLEO, "C2", at=at(26))
    deliver.report(CLEO, "r-2", at=at(26, 13))
    with account(north.id):
        state = dict(Notice.objects.filter(account_id=north.id).values_list("external_campaign", "state"))
        assert state == {"C1": "unknown", "C2": "delivered"}


def test_an_open_conversation_is_closed(north: Tenant, deliver: Deliver) -> None:
    deliver.reply(CLEO, CANARY, at=at(24))
    erased(north)
    with account(north.id):
        talk = Conversation.objects.get(account_id=north.id)
        assert (talk.state, talk.closed_by) == ("closed", "system")
        assert Event.objects.filter(account_id=north.id, type="conversation.closed").count() == 1


def test_what_cannot_be_erased_says_why(north: Tenant, desk: Desk, deliver: Deliver) -> None:
    deliver.reply(CLEO, at=at(24))
    talk = Conversation.objects.get(account_id=north.id)
    desk.take(talk, at=at(24, 13))
    answer = desk.write(talk, at=at(24, 14))
    consumer = consumer_of(north, CLEO)
    assert refused(north, consumer.id, Conflict) == "answer_under_way"
    desk.send(answer, at=at(24, 15))
    assert refused(north, answer.id, Missing) == "not_found"
    erased(north)
    assert refused(north, consumer.id, Conflict) == "already_erased"


def refused(tenant: Tenant, consumer_id: Any, kind: type[Exception]) -> str:
    with pytest.raises(kind) as told_of:
        erase(tenant.id, consumer_id, actor=ACTOR, at=ERASED)
    return str(told_of.value.code)  # type: ignore[attr-defined]

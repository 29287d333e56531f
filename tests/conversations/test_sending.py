"""Answers: at most once, whatever the provider does; counted and turned when it accepted them, at the instant they were stored."""

import socket
from datetime import timedelta
from typing import Any

import pytest

from antiphon.consumers.models import OptOut
from antiphon.conversations.models import Answer, Conversation
from antiphon.conversations.sending import NotSentYet
from antiphon.conversations.types import Refused
from antiphon.providers.protocol import HttpCall
from antiphon.providers.transport import Outcome, Transport
from tests.conversations.desk import Desk
from tests.conversations.provider import Provider
from tests.kit.deliver import Deliver
from tests.kit.world import CLEO, Tenant
from tests.line.seeing import at, content, counted, measured, only, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(north: Tenant, deliver: Deliver) -> Conversation:
    """Have Cleo ask something at ten, due at a quarter past."""
    north.campaign()
    deliver.notice(CLEO, at=at(24, 9))
    deliver.reply(CLEO, "yes?", at=at(24, 10))
    return only(north)


def turn(conversation: Conversation) -> tuple[str, object, object]:
    conversation.refresh_from_db()
    return conversation.turn, conversation.waiting_since, conversation.due_at


def test_an_accepted_answer_counts_at_the_instant_it_was_stored(north: Tenant, desk: Desk, provider: Provider, asked: Conversation) -> None:
    answer = desk.write(asked, "Tuesday at nine?", at=at(24, 10, 14))
    assert (answer.state, answer.is_accepted) == ("dispatching", False)
    assert turn(asked) == ("agent", at(24, 10), at(24, 10, 15))
    assert counted(north, metric="answers") == {}
    desk.send(answer, at=at(24, 10, 31))
    assert (answer.state, answer.is_accepted, answer.is_overdue, answer.reason) == ("sent", True, False, "")
    assert turn(asked) == ("consumer", None, None)
    assert (asked.handled_at, asked.agent_id, asked.state) == (at(24, 10, 14), desk.agent("Ada"), "assigned")
    assert measured(north, "answers") == [(at(24, 10), 1, 0.0)]
    assert measured(north, "time_to_first_answer") == [(at(24, 10), 1, 840.0)]
    under = {"campaign_id": north.campaigns["Spring check-up"].id, "agent_id": desk.agent("Ada"), "skill_id": asked.skill_id}
    assert counted(north, **under) == {
        "answers": 1, "handled": 1, "time_to_first_answer": 1, "time_in_queue": 1, "response_time": 1,
    }  # fmt: skip
    (text,) = provider.texts
    assert (text["from"], text["to"], text["body"]["content"], text["reference"]) == (
        "003197000004410", [{"number": CLEO.replace("+", "00")}], "Tuesday at nine?", answer.reference,
    )  # fmt: skip
    assert told(north, "conversation")[2:] == ["conversation.assigned", "answer.sent"]
    assert content(north, "answer.sent")["answer"] == str(answer.id)


def test_it_goes_out_from_the_number_last_written_to(deliver: Deliver, desk: Desk, provider: Provider, asked: Conversation) -> None:
    deliver.reply(CLEO, "or here", at=at(24, 10, 5), to="+3197000004499")
    desk.answer(asked, at=at(24, 10, 10))
    assert provider.texts[0]["from"] == "003197000004499"


@pytest.mark.parametrize(("second", "overdue"), [(0, 0), (1, 1)])
def test_overdue_is_after_it_was_due(north: Tenant, desk: Desk, asked: Conversation, second: int, overdue: int) -> None:
    desk.answer(asked, at=at(24, 10, 15, second))
    assert counted(north, metric="answers_overdue").get("answers_overdue", 0) == overdue


@pytest.mark.parametrize(
    ("code", "reason"), [(402, "opted_out"), (303, "invalid_number"), (102, "no_credit"), (103, "not_authorised"), (777, "undelivered")]
)
def test_a_refused_answer_fails_with_a_reason_and_it_is_the_agents_turn(
    north: Tenant, desk: Desk, provider: Provider, asked: Conversation, code: int, reason: str
) -> None:
    provider.code = code
    answer = desk.answer(asked, at=at(24, 10, 5))
    assert (answer.state, answer.reason, answer.detail, answer.is_accepted) == ("failed", reason, f"{code} told why", False)
    asked.refresh_from_db()
    assert (asked.waiting_since, asked.due_at, asked.handled_at) == (at(24, 10), at(24, 10, 15), None)
    assert counted(north, metric="answers") == {}
    assert told(north, "conversation")[-1] == "answer.failed"
    provider.code = 0
    desk.send(answer, at=at(24, 10, 6))
    assert (answer.state, len(provider.texts)) == ("failed", 1)


def test_a_send_refused_for_an_opt_out_is_one(north: Tenant, desk: Desk, provider: Provider, asked: Conversation) -> None:
    provider.code = 303
    desk.answer(asked, at=at(24, 10, 4))
    assert OptOut.objects.count() == 0
    provider.code = 402
    desk.answer(asked, at=at(24, 10, 5))
    opted = OptOut.objects.get(account_id=north.id)
    assert (opted.how, opted.scope, opted.at, opted.notice_id, opted.conversation_id) == (
        "refused_send", "source", at(24, 10, 5), asked.notice_id, asked.id,
    )  # fmt: skip
    assert counted(north, metric="opt_outs", campaign_id=asked.campaign_id) == {"opt_outs": 1}
    assert told(north, "conversation", "consumer")[-2:] == ["answer.failed", "consumer.opted_out"]
    asked.refresh_from_db()
    assert (asked.turn, asked.leaving_at) == ("consumer", at(24, 10, 5))
    with pytest.raises(Refused, match="opted out"):
        desk.write(asked, at=at(24, 10, 6))


def test_a_call_that_breaks_is_unknown_and_never_made_again(north: Tenant, desk: Desk, provider: Provider, asked: Conversation) -> None:
    provider.hangs_up = True
    answer = desk.answer(asked, at=at(24, 10, 5))
    assert (answer.state, answer.is_accepted) == ("unknown", False)
    assert turn(asked)[0] == "agent"
    provider.hangs_up = False
    for minute in (6, 7):
        desk.send(answer, at=at(24, 10, minute))
    assert (answer.state, len(provider.texts)) == ("unknown", 1)
    assert counted(north, metric="answers") == {}
    assert "answer.sent" not in told(north)


def test_a_server_error_is_unknown_too(desk: Desk, provider: Provider, asked: Conversation) -> None:
    provider.status = 502
    assert desk.answer(asked, at=at(24, 10, 5)).state == "unknown"
    assert len(provider.texts) == 1


@pytest.mark.parametrize(("code", "state"), [(0, "queued"), (2, "delivered"), (4, "read")])
def test_a_report_settles_it_and_it_counts_when_it_was_stored(
    north: Tenant, deliver: Deliver, desk: Desk, provider: Provider, asked: Conversation, code: int, state: str
) -> None:
    provider.hangs_up = True
    answer = desk.answer(asked, at=at(24, 10, 5))
    deliver.report(CLEO, answer.reference, code=code, at=at(24, 11))
    answer.refresh_from_db()
    assert (answer.state, answer.is_accepted) == (state, True)
    assert turn(asked) == ("consumer", None, None)
    assert measured(north, "answers") == [(at(24, 10), 1, 0.0)]
    assert measured(north, "time_to_first_answer") == [(at(24, 10), 1, 300.0)]
    assert told(north, "conversation")[3:] == ["answer.sent"] + (["answer.delivered"] if code else [])


def test_a_report_that_settles_an_older_one_leaves_the_turn_that_a_newer_failure_gave(
    deliver: Deliver, desk: Desk, provider: Provider, asked: Conversation
) -> None:
    provider.hangs_up = True
    older = desk.answer(asked, at=at(24, 10, 5))
    provider.hangs_up, provider.code = False, 303
    desk.answer(asked, "again", at=at(24, 10, 7))
    deliver.report(CLEO, older.reference, at=at(24, 11))
    assert turn(asked) == ("agent", at(24, 10, 7), at(24, 10, 22))
    provider.code = 0
    desk.answer(asked, "once more", at=at(24, 11, 5))
    assert turn(asked) == ("consumer", None, None)


def test_a_report_of_failure_settles_it_as_failed(
    north: Tenant, deliver: Deliver, desk: Desk, provider: Provider, asked: Conversation
) -> None:
    provider.hangs_up = True
    answer = desk.answer(asked, at=at(24, 10, 5))
    deliver.report(CLEO, answer.reference, code=1, error="31", at=at(24, 11))
    answer.refresh_from_db()
    assert (answer.state, answer.reason, answer.is_accepted) == ("failed", "blocked", False)
    assert turn(asked) == ("agent", at(24, 10), at(24, 10, 15))
    assert counted(north, metric="answers") == {}


def test_a_later_failure_keeps_the_counts_and_is_due_from_that_report(
    north: Tenant, deliver: Deliver, desk: Desk, asked: Conversation
) -> None:
    answer = desk.answer(asked, at=at(24, 10, 5))
    deliver.report(CLEO, answer.reference, code=1, error="8", at=at(24, 12))
    answer.refresh_from_db()
    assert (answer.state, answer.reason, answer.is_accepted) == ("failed", "expired", True)
    assert turn(asked) == ("agent", at(24, 12), at(24, 12, 15))
    assert counted(north, metric="answers") == {"answers": 1}
    assert told(north, "conversation")[-2:] == ["answer.sent", "answer.failed"]
    desk.answer(asked, "again", at=at(24, 12, 5))
    assert turn(asked) == ("consumer", None, None)
    assert counted(north, metric="answers") == {"answers": 2}


def test_reports_climb_whatever_their_order(north: Tenant, deliver: Deliver, desk: Desk, asked: Conversation) -> None:
    answer = desk.answer(asked, at=at(24, 10, 5))
    for minute, code in enumerate((4, 2, 1, 0)):
        deliver.report(CLEO, answer.reference, code=code, at=at(24, 11, minute))
    answer.refresh_from_db()
    assert answer.state == "read"
    assert told(north, "conversation")[-2:] == ["answer.sent", "answer.delivered"]
    assert turn(asked)[0] == "consumer"


def test_our_reports_are_not_taken_for_a_notices(north: Tenant, deliver: Deliver, desk: Desk, asked: Conversation) -> None:
    answer = desk.answer(asked, at=at(24, 10, 5))
    deliver.report(CLEO, answer.reference, code=2, at=at(24, 11))
    assert counted(north, metric="delivered") == {}


class Killed(Exception):  # noqa: N818 - what happens to the sender
    """The sender's process ends here."""


class Killing(Transport):
    """Ends the sender between its claim and the call's end."""

    def call(self, call: HttpCall) -> Outcome:
        super().call(call)
        raise Killed


def test_a_sender_killed_during_the_call_leaves_it_unknown(desk: Desk, provider: Provider, asked: Conversation) -> None:
    answer = desk.write(asked, at=at(24, 10, 5))
    with Killing() as desk.transport, pytest.raises(Killed):
        desk.send(answer, at=at(24, 10, 5))
    assert answer.state == "dispatching"
    desk.transport = Transport()
    desk.send(answer, at=at(24, 10, 7))
    assert (answer.state, len(provider.texts)) == ("unknown", 1)


def test_what_never_left_is_tried_again(desk: Desk, provider: Provider, asked: Conversation) -> None:
    answer = desk.write(asked, at=at(24, 10, 5))
    desk.base_url = _nobody()
    with pytest.raises(NotSentYet):
        desk.send(answer, at=at(24, 10, 5))
    assert answer.state == "dispatching"
    desk.base_url = provider.url
    desk.send(answer, at=at(24, 10, 6))
    assert (answer.state, len(provider.texts)) == ("sent", 1)


def test_on_the_last_try_it_fails(north: Tenant, desk: Desk, provider: Provider, asked: Conversation) -> None:
    answer = desk.write(asked, at=at(24, 10, 5))
    desk.base_url = _nobody()
    desk.send(answer, at=at(24, 10, 6), is_last_try=True)
    assert (answer.state, answer.reason) == ("failed", "provider_unavailable")
    assert told(north, "conversation")[-1] == "answer.failed"
    desk.base_url = provider.url
    desk.send(answer, at=at(24, 10, 7))
    assert (answer.state, provider.texts) == ("failed", [])


@pytest.mark.parametrize("code", [500])
def test_a_refusal_that_may_pass_is_tried_again(desk: Desk, provider: Provider, asked: Conversation, code: int) -> None:
    provider.code = code
    answer = desk.write(asked, at=at(24, 10, 5))
    with pytest.raises(NotSentYet):
        desk.send(answer, at=at(24, 10, 5))
    provider.code = 0
    assert desk.send(answer, at=at(24, 10, 6)).state == "sent"


def _nobody() -> str:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{one.getsockname()[1]}"


@pytest.mark.parametrize(("opted", "is_refused"), [(timedelta(seconds=1), True), (-timedelta(seconds=1), False)])
def test_an_answer_after_the_consumer_opted_out_is_refused(
    north: Tenant, deliver: Deliver, desk: Desk, provider: Provider, asked: Conversation, opted: timedelta, *, is_refused: bool
) -> None:
    deliver.opt_out(CLEO, at=at(24, 10, 2), opted_at=at(24, 10) + opted)
    if is_refused:
        with pytest.raises(Refused, match="opted out"):
            desk.write(asked, at=at(24, 10, 5))
        assert (Answer.objects.count(), provider.texts, counted(north, metric="answers")) == (0, [], {})
        asked.refresh_from_db()
        assert (asked.state, asked.agent_id) == ("queued", None)
    else:
        assert desk.answer(asked, at=at(24, 10, 5)).state == "sent"


def test_an_opt_in_or_a_new_reply_lets_it_out_again(deliver: Deliver, desk: Desk, asked: Conversation) -> None:
    deliver.opt_out(CLEO, at=at(24, 10, 1))
    deliver.opt_in(CLEO, at=at(24, 10, 2))
    assert desk.answer(asked, at=at(24, 10, 3)).state == "sent"
    deliver.opt_out(CLEO, at=at(24, 10, 4))
    with pytest.raises(Refused):
        desk.write(asked, at=at(24, 10, 5))
    deliver.reply(CLEO, "still there?", at=at(24, 10, 6))
    assert desk.answer(asked, at=at(24, 10, 7)).state == "sent"


def test_an_opt_out_on_another_number_is_no_obstacle(deliver: Deliver, desk: Desk, asked: Conversation) -> None:
    deliver.opt_out(CLEO, at=at(24, 10, 1), scope="number", sender="+3197000004499")
    assert desk.answer(asked, at=at(24, 10, 3)).state == "sent"


def test_a_reply_to_our_answer_says_nothing_about_a_broadcast(north: Tenant, deliver: Deliver, desk: Desk, asked: Conversation) -> None:
    answer = desk.answer(asked, at=at(24, 10, 5))
    deliver.reply(CLEO, "fine", at=at(24, 10, 6), reference=answer.reference, campaign="C9")
    reply: Any = asked.replies.get(text="fine")
    assert (reply.verdict, reply.campaign_key) == ("linked_by_campaign_id", "")
    assert turn(asked) == ("agent", at(24, 10, 6), at(24, 10, 21))
    assert (asked.interactive_at, counted(north, metric="interactive")) == (at(24, 10, 6), {"interactive": 1})
    assert measured(north, "interactive") == [(at(24, 10), 1, 0.0)]


def test_a_reply_while_the_answer_is_on_its_way_stays_unanswered(north: Tenant, deliver: Deliver, desk: Desk, asked: Conversation) -> None:
    answer = desk.write(asked, at=at(24, 10, 5))
    deliver.reply(CLEO, "hello?", at=at(24, 10, 6))
    desk.send(answer, at=at(24, 10, 7))
    assert turn(asked) == ("agent", at(24, 10, 6), at(24, 10, 21))
    assert counted(north, metric="interactive") == {"interactive": 1}
    assert measured(north, "time_to_first_answer") == [(at(24, 10), 1, 300.0)]


def test_response_time_runs_from_the_first_unanswered_reply(north: Tenant, deliver: Deliver, desk: Desk, asked: Conversation) -> None:
    deliver.reply(CLEO, "hello?", at=at(24, 10, 2))
    desk.answer(asked, at=at(24, 10, 5))
    assert measured(north, "response_time") == [(at(24, 10), 1, 300.0)]
    desk.answer(asked, "And bring the key", at=at(24, 10, 6))
    assert measured(north, "response_time") == [(at(24, 10), 1, 300.0)]
    deliver.reply(CLEO, "fine", at=at(24, 10, 16))
    desk.answer(asked, at=at(24, 10, 20))
    assert measured(north, "response_time") == [(at(24, 10), 1, 300.0), (at(24, 10, 15), 1, 240.0)]
    assert counted(north, metric="answers") == {"answers": 3}


def test_response_time_does_not_depend_on_which_answer_was_accepted_first(
    north: Tenant, deliver: Deliver, desk: Desk, asked: Conversation
) -> None:
    first = desk.write(asked, at=at(24, 10, 1))
    deliver.reply(CLEO, "and?", at=at(24, 10, 2))
    second = desk.write(asked, at=at(24, 10, 4))
    desk.send(second, at=at(24, 10, 5))
    assert measured(north, "response_time") == [(at(24, 10), 1, 240.0)]
    desk.send(first, at=at(24, 10, 6))
    assert sorted(measured(north, "response_time")) == [(at(24, 10), 1, 60.0), (at(24, 10), 1, 120.0)]
    assert counted(north, metric="answers") == {"answers": 2}

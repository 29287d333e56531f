"""Taking, moving, closing and taking back: one owner, who has the skill and room; every refusal has its twin."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from antiphon.accounts.models import Membership, Skill
from antiphon.conversations.models import Conversation, Conversion, Step
from antiphon.conversations.types import Refused
from antiphon.conversations.verbs import Outcome
from antiphon.events import relay
from antiphon.events.changes import changes, desk_of
from antiphon.kit.db import account
from antiphon.kit.problems import Invalid, Missing
from antiphon.providers.verbs import pause, resume
from tests.conversations.desk import Desk
from tests.kit.deliver import Deliver
from tests.kit.world import CLEO, MIA, OTTO, Tenant
from tests.line.seeing import at, content, counted, measured, only, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(north: Tenant, deliver: Deliver) -> Conversation:
    """Have Cleo ask something at ten, in the queue of sales, answering a campaign that sells."""
    north.campaign(skill="sales", goal="sale")
    deliver.notice(CLEO, at=at(24, 9))
    deliver.reply(CLEO, "yes?", at=at(24, 10))
    return only(north)


def seen(conversation: Conversation) -> tuple[str, int | None]:
    conversation.refresh_from_db()
    return conversation.state, conversation.agent_id


def test_taken_once(north: Tenant, desk: Desk, asked: Conversation) -> None:
    desk.take(asked, at=at(24, 10, 1))
    assert seen(asked) == ("assigned", desk.agent("Ada"))
    north.people["Sue"] = north.person("Sue", skills=("sales",))
    with pytest.raises(Refused, match="Somebody else"):
        desk.take(asked, by="Sue", at=at(24, 10, 2))
    desk.take(asked, at=at(24, 10, 3))
    assert told(north, "conversation")[2:] == ["conversation.assigned"]
    assert content(north, "conversation.assigned")["agent"] == desk.agent("Ada")


def test_pages_of_who_has_it_are_told(north: Tenant, desk: Desk, asked: Conversation, deliver: Deliver) -> None:
    def topics(after: int) -> tuple[int, set[str]]:
        with account(north.id) as db:
            relay.number(db, north.id)
            last, found = changes(db, north.id, after=after)
            return last, {topic for change in found or () for topic in change.topics if topic.startswith("desk:")}

    queued, nobody = topics(0)
    desk.take(asked, at=at(24, 10, 1))
    deliver.reply(CLEO, "still there?", at=at(24, 10, 2))
    _, told_to = topics(queued)
    assert (nobody, told_to) == (set(), {desk_of(desk.agent("Ada"))})


def test_only_who_has_the_skill(desk: Desk, asked: Conversation) -> None:
    with pytest.raises(Refused, match="does not have the skill"):
        desk.take(asked, by="Ben", at=at(24, 10, 1))
    assert seen(asked) == ("queued", None)
    desk.take(asked, by="Ada", at=at(24, 10, 1))


def test_only_who_has_room(deliver: Deliver, desk: Desk) -> None:
    Membership.objects.filter(id=desk.agent("Ada")).update(capacity=1)
    deliver.reply(CLEO, at=at(24, 10))
    deliver.reply(MIA, at=at(24, 10, 1))
    first, second = Conversation.objects.order_by("started_at")
    desk.take(first, at=at(24, 10, 2))
    with pytest.raises(Refused, match="as many as they may have"):
        desk.take(second, at=at(24, 10, 2))
    desk.do("close", first, at=at(24, 10, 3))
    desk.take(second, at=at(24, 10, 4))
    assert seen(second) == ("assigned", desk.agent("Ada"))
    with pytest.raises(Refused, match="as many as they may have"):
        desk.do("undo_close", first, at=at(24, 10, 4))
    desk.do("transfer", second, at=at(24, 10, 4), agent_id=None)
    desk.do("undo_close", first, at=at(24, 10, 5))
    assert seen(first) == ("assigned", desk.agent("Ada"))


def test_another_tenants_agent_is_nobody(north: Tenant, south: Tenant, desk: Desk, asked: Conversation) -> None:
    with pytest.raises(Missing, match="no such agent"):
        desk.do("take", asked, at=at(24, 10, 1), agent_id=south.people["Zed"].id)
    assert seen(asked) == ("queued", None)
    assert north.id != south.id


def test_the_next_is_the_first_due_then_the_older(north: Tenant, deliver: Deliver, desk: Desk) -> None:
    north.campaign(skill="sales", entry_points=["C1"])
    Skill.objects.filter(id=north.skills["sales"].id).update(response_target_seconds=60)
    deliver.notice(OTTO, at=at(24, 9))
    for minute, phone in enumerate((MIA, CLEO, OTTO)):
        deliver.reply(phone, at=at(24, 10, minute))
    deliver.reply("+31655555555", at=at(24, 10), replied_at=at(24, 9))
    order = []
    for skill in ("sales", "sales", "care", "care", "care", "care"):
        taken = desk.take_next(skill, at=at(24, 11))
        order.append(taken and Conversation.objects.get(id=taken).consumer.phone)
    assert (order[:2], order[4:]) == ([OTTO, None], [CLEO, None])
    assert set(order[2:4]) == {MIA, "+31655555555"}
    assert order[2] == Conversation.objects.filter(consumer__phone__in=[MIA, "+31655555555"]).order_by("id")[0].consumer.phone


def test_taking_the_next_needs_skill_and_room(desk: Desk, asked: Conversation) -> None:
    with pytest.raises(Refused, match="does not have the skill"):
        desk.take_next("sales", by="Ben", at=at(24, 11))
    Membership.objects.filter(id=desk.agent("Ada")).update(capacity=0)
    with pytest.raises(Refused, match="as many as they may have"):
        desk.take_next("sales", at=at(24, 11))
    Membership.objects.filter(id=desk.agent("Ada")).update(capacity=1)
    assert desk.take_next("sales", at=at(24, 11)) == asked.id


def test_answering_takes_a_queued_one(desk: Desk, asked: Conversation) -> None:
    with pytest.raises(Invalid, match="name the agent"):
        desk.do("answer", asked, at=at(24, 10, 1), agent_id=None, text="Hello")
    desk.write(asked, at=at(24, 10, 1))
    assert seen(asked) == ("assigned", desk.agent("Ada"))
    desk.do("answer", asked, at=at(24, 10, 2), agent_id=None, text="Hello again")
    assert set(asked.answers.values_list("agent_id", flat=True)) == {desk.agent("Ada")}


def test_only_its_agent_answers(north: Tenant, desk: Desk, asked: Conversation) -> None:
    north.people["Sue"] = north.person("Sue", skills=("sales",))
    desk.take(asked, at=at(24, 10, 1))
    with pytest.raises(Refused, match="only they answer"):
        desk.write(asked, by="Sue", at=at(24, 10, 2))
    desk.do("transfer", asked, at=at(24, 10, 3), agent_id=desk.agent("Sue"))
    desk.write(asked, by="Sue", at=at(24, 10, 4))


@pytest.mark.parametrize("text", ["", "  \n", "a" * 1001])
def test_what_is_no_answer(desk: Desk, asked: Conversation, text: str) -> None:
    with pytest.raises(Invalid):
        desk.write(asked, text, at=at(24, 10, 1))
    assert seen(asked) == ("queued", None)
    desk.write(asked, "a" * 1000, at=at(24, 10, 1))


def test_a_paused_source_sends_nothing(north: Tenant, desk: Desk, asked: Conversation) -> None:
    pause(north.id, north.source.id, actor="command", at=at(24, 10))
    with pytest.raises(Refused, match="is paused"):
        desk.write(asked, at=at(24, 10, 1))
    resume(north.id, north.source.id, actor="command", at=at(24, 10, 2))
    desk.write(asked, at=at(24, 10, 3))


def test_moved_to_a_skill_to_an_agent_and_back(north: Tenant, desk: Desk, asked: Conversation) -> None:
    care, sales = north.skills["care"].id, north.skills["sales"].id
    Skill.objects.filter(id=care).update(response_target_seconds=60)
    desk.take(asked, at=at(24, 10, 1))
    desk.do("transfer", asked, at=at(24, 10, 2), skill_id=care)
    assert seen(asked) == ("queued", None)
    assert (asked.skill_id, asked.first_skill_id, asked.due_at, asked.is_transferred) == (care, sales, at(24, 10, 1), True)
    with pytest.raises(Missing, match="no such agent"):
        desk.do("transfer", asked, at=at(24, 10, 3), agent_id=0)
    desk.do("transfer", asked, at=at(24, 10, 3), agent_id=desk.agent("Ben"))
    assert seen(asked) == ("assigned", desk.agent("Ben"))
    with pytest.raises(Refused, match="does not have the skill"):
        desk.do("transfer", asked, at=at(24, 10, 4), skill_id=sales, agent_id=desk.agent("Ben"))
    desk.do("assign", asked, by="Ben", at=at(24, 10, 5), agent_id=None)
    assert seen(asked) == ("queued", None)
    moves = Step.objects.filter(kind="transferred").order_by("at")
    assert [(step.from_skill_id, step.from_agent_id, step.to_skill_id, step.to_agent_id) for step in moves] == [
        (sales, desk.agent("Ada"), care, None), (care, None, care, desk.agent("Ben")), (care, desk.agent("Ben"), care, None),
    ]  # fmt: skip
    assert counted(north, metric="transfers") == {"transfers": 3}
    assert counted(north, metric="transfers", agent_id=desk.agent("Ada"), skill_id=sales) == {"transfers": 1}
    assert told(north, "conversation")[2:] == ["conversation.assigned"] + ["conversation.transferred"] * 3


def test_a_skill_that_is_gone_takes_nothing(north: Tenant, desk: Desk, asked: Conversation) -> None:
    spare = north.skill("spare")
    Skill.objects.filter(id=spare.id).update(removed_at=at(24, 9))
    with pytest.raises(Missing, match="no such skill"):
        desk.do("transfer", asked, at=at(24, 10, 1), skill_id=spare.id)
    desk.do("transfer", asked, at=at(24, 10, 1), skill_id=north.skills["care"].id)


def test_closed_with_a_goal_and_its_value_and_taken_back(north: Tenant, desk: Desk, asked: Conversation) -> None:
    campaign = north.campaigns["Spring check-up"].id
    desk.answer(asked, at=at(24, 10, 5))
    before = counted(north)
    outcome = Outcome(is_goal_reached=True, amount=Decimal("129.50"), currency="EUR")
    desk.do("close", asked, at=at(24, 10, 20), outcome=outcome, member_id=desk.agent("Ada"))
    assert seen(asked) == ("closed", desk.agent("Ada"))
    assert (asked.closed_by, asked.outcome) == ("agent", {"goal_reached": True, "value": "129.50", "currency": "EUR"})
    assert counted(north, campaign_id=campaign, agent_id=desk.agent("Ada"), closed_by="agent") == {"conversations_closed": 1, "duration": 1}
    assert measured(north, "duration") == [(at(24, 10), 1, 1200.0)]
    assert counted(north, metric="abandoned") == {}
    assert measured(north, "goals") == [(at(24, 10, 15), 1, 0.0)]
    assert measured(north, "goal_value") == [(at(24, 10, 15), 1, 129.5)]
    goal = content(north, "goal.reached")
    assert (goal["kind"], goal["value"], goal["campaign"], goal["credited_to"]) == ("sale", "129.50", campaign, str(asked.id))
    assert told(north, "conversation")[-2:] == ["conversation.closed", "goal.reached"]
    desk.do("undo_close", asked, at=at(24, 10, 22))
    assert seen(asked) == ("assigned", desk.agent("Ada"))
    assert (asked.closed_at, asked.closed_by, asked.outcome) == (None, "", None)
    assert content(north, "conversation.reopened")["goals_taken_back"] == [str(Conversion.objects.get().id)]
    assert counted(north) == before


def test_closed_unanswered_is_abandoned_until_taken_back(north: Tenant, desk: Desk, asked: Conversation) -> None:
    desk.do("close", asked, at=at(24, 10, 20))
    assert counted(north, metric="abandoned") == {"abandoned": 1}
    assert measured(north, "abandoned") == [(at(24, 10), 1, 0.0)]
    desk.do("undo_close", asked, at=at(24, 10, 21))
    assert seen(asked) == ("queued", None)
    assert counted(north, metric="abandoned") == {}


def test_taking_a_close_back_is_for_who_closed_it_for_two_minutes(desk: Desk, asked: Conversation) -> None:
    with pytest.raises(Refused, match="is open"):
        desk.do("undo_close", asked, at=at(24, 10, 1))
    desk.do("close", asked, at=at(24, 10, 20))
    with pytest.raises(Refused, match="Only whoever closed"):
        desk.do("undo_close", asked, by="Ben", at=at(24, 10, 21))
    with pytest.raises(Refused, match="two minutes"):
        desk.do("undo_close", asked, at=at(24, 10, 22) + timedelta(microseconds=1))
    desk.do("undo_close", asked, at=at(24, 10, 22))
    assert seen(asked) == ("queued", None)


@pytest.mark.parametrize("received", [at(24, 10, 21), at(24, 9, 59)])
def test_not_once_the_consumer_has_a_newer_one(deliver: Deliver, desk: Desk, asked: Conversation, received: Any) -> None:
    desk.do("close", asked, at=at(24, 10, 20))
    deliver.reply(CLEO, "and one more thing", at=received)
    with pytest.raises(Refused, match="newer conversation"):
        desk.do("undo_close", asked, at=at(24, 10, 21))
    assert seen(asked) == ("closed", None)


def test_taken_back_it_knows_that_the_consumer_left(deliver: Deliver, desk: Desk, asked: Conversation) -> None:
    deliver.reply(CLEO, "STOP", at=at(24, 10, 5))
    desk.do("close", asked, at=at(24, 10, 6))
    desk.do("undo_close", asked, at=at(24, 10, 7))
    asked.refresh_from_db()
    assert (asked.turn, asked.leaving_at, asked.state) == ("consumer", at(24, 10, 7), "queued")
    assert desk.take_next("sales", at=at(24, 10, 8)) is None


@pytest.mark.parametrize("act", ["take", "transfer", "close", "answer", "assign"])
def test_what_is_closed_stays_as_it_is(desk: Desk, asked: Conversation, act: str) -> None:
    more: dict[str, dict[str, Any]] = {
        "take": {"agent_id": desk.agent("Ada")}, "assign": {"agent_id": desk.agent("Ada")},
        "answer": {"agent_id": desk.agent("Ada"), "text": "Hello"},
    }  # fmt: skip
    desk.do("close", asked, at=at(24, 10, 1))
    with pytest.raises(Refused, match="is closed"):
        desk.do(act, asked, at=at(24, 10, 2), **more.get(act, {}))
    desk.do("undo_close", asked, at=at(24, 10, 3))
    desk.do(act, asked, at=at(24, 10, 4), **more.get(act, {}))


def test_a_link_by_hand_moves_everything_but_replies(north: Tenant, desk: Desk, asked: Conversation) -> None:
    first, other = north.campaigns["Spring check-up"].id, north.campaign("Other", entry_points=["C5"], goal="conversation").id
    desk.answer(asked, at=at(24, 10, 5))
    desk.do("transfer", asked, at=at(24, 10, 6), agent_id=None)
    engagement = north.engagements["Other"].id
    with pytest.raises(Invalid, match="Say why"):
        desk.do("link", asked, at=at(24, 10, 7), engagement_id=engagement, reason=" ")
    with pytest.raises(Missing, match="no such engagement"):
        desk.do("link", asked, at=at(24, 10, 7), engagement_id=0, reason="she said so")
    desk.do("link", asked, at=at(24, 10, 7), engagement_id=engagement, reason="she said so")
    asked.refresh_from_db()
    assert (asked.verdict, asked.campaign_id, asked.engagement_id) == ("set_by_person", other, engagement)
    assert counted(north, campaign_id=first) == {"sent": 1, "replies": 1, "time_to_reply": 1}
    assert counted(north, campaign_id=other) == {
        "conversations_started": 1, "goals": 1, "handled": 1, "time_to_first_answer": 1, "answers": 1, "transfers": 1,
        "time_in_queue": 1, "response_time": 1,
    }  # fmt: skip
    desk.do("link", asked, at=at(24, 10, 8), engagement_id=None, reason="no, she did not")
    assert counted(north, campaign_id=other) == {}
    assert counted(north, campaign_id=0)["conversations_started"] == 1
    assert told(north, "conversation").count("conversation.relinked") == 2


def test_a_late_notice_moves_answers_transfers_and_goals_with_the_link(north: Tenant, deliver: Deliver, desk: Desk) -> None:
    campaign = north.campaign(goal="lead").id
    deliver.reply(CLEO, "yes", at=at(24, 10))
    conversation = only(north)
    desk.answer(conversation, at=at(24, 10, 1))
    desk.do("transfer", conversation, at=at(24, 10, 2), skill_id=north.skills["sales"].id)
    desk.do("close", conversation, at=at(24, 10, 3), outcome=Outcome(is_goal_reached=True))
    moved = {
        "conversations_started", "handled", "time_to_first_answer", "time_in_queue", "answers", "response_time", "transfers",
        "conversations_closed", "duration", "goals",
    }  # fmt: skip
    assert counted(north, campaign_id=0).keys() == moved | {"replies"}
    deliver.notice(CLEO, at=at(24, 10, 4))
    assert counted(north, campaign_id=0) == {}
    assert counted(north, campaign_id=campaign).keys() == moved | {"replies", "sent", "time_to_reply"}


def test_time_in_queue_ends_with_the_first_agent(north: Tenant, desk: Desk, asked: Conversation) -> None:
    north.people["Sue"] = north.person("Sue", skills=("sales",))
    assert measured(north, "time_in_queue") == []
    skill = asked.skill_id
    desk.take(asked, at=at(24, 10, 3))
    desk.do("transfer", asked, at=at(24, 10, 4), skill_id=north.skills["sales"].id)
    desk.take(asked, by="Sue", at=at(24, 10, 9))
    assert measured(north, "time_in_queue") == [(at(24, 10), 1, 180.0)]
    assert counted(north, metric="time_in_queue", agent_id=desk.agent("Ada"), skill_id=skill) == {"time_in_queue": 1}


def test_a_transfer_to_an_agent_ends_the_queue_too(north: Tenant, desk: Desk, asked: Conversation) -> None:
    north.people["Sue"] = north.person("Sue", skills=("sales",))
    desk.do("transfer", asked, at=at(24, 10, 2), skill_id=north.skills["sales"].id, agent_id=desk.agent("Sue"))
    assert measured(north, "time_in_queue") == [(at(24, 10), 1, 120.0)]
    assert counted(north, metric="time_in_queue", agent_id=desk.agent("Sue")) == {"time_in_queue": 1}

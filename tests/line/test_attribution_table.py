"""The examples of the attribution rule (docs/attribution.md), from CM's payloads to the conversation."""

from datetime import datetime

import pytest

from antiphon.conversations.models import Conversation
from antiphon.intake.models import Reply
from tests.kit.deliver import Deliver
from tests.kit.world import CLEO, Tenant
from tests.line.seeing import answered, at, only


@pytest.fixture
def _spring(north: Tenant) -> None:
    north.campaign("Spring check-up", entry_points=["C1"], note="Offer two times", skill="sales")


pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_spring")]


@pytest.mark.parametrize("replied", [at(24, 18), at(25, 23, 59, 59)])
def test_a_reply_in_the_frame_is_linked(north: Tenant, deliver: Deliver, replied: datetime) -> None:
    deliver.notice(CLEO, at=at(24, 10), text="Time for your check-up, Cleo")
    deliver.reply(CLEO, "yes please, tuesday?", at=replied)
    conversation = only(north)
    assert (conversation.verdict, conversation.engagement) == ("linked_by_campaign_id", north.engagements["Spring check-up"])
    assert (conversation.skill, conversation.language, conversation.note) == (north.skills["sales"], "nl", "Offer two times")
    assert answered(north).text == "Time for your check-up, Cleo"


@pytest.mark.parametrize(("sent", "replied"), [(at(24), at(26, 0)), (at(23), at(23, 23, 59, 59))])
def test_a_reply_out_of_the_frame_starts_a_conversation_without_engagement(
    north: Tenant, deliver: Deliver, sent: datetime, replied: datetime
) -> None:
    deliver.notice(CLEO, at=sent)
    deliver.reply(CLEO, at=replied)
    conversation = only(north)
    assert (conversation.verdict, conversation.engagement_id, conversation.note) == ("out_of_frame", None, "")
    assert conversation.skill_id == north.source.default_skill_id
    assert conversation.notice_id is not None


def test_a_notice_after_the_reply_is_not_what_it_answers(north: Tenant, deliver: Deliver) -> None:
    deliver.notice(CLEO, at=at(24, 12))
    deliver.reply(CLEO, at=at(24, 12, 1), replied_at=at(23))
    assert (only(north).verdict, only(north).notice_id) == ("no_broadcast", None)


def test_the_latest_broadcast_counts(north: Tenant, deliver: Deliver) -> None:
    north.campaign("Tyre swap", entry_points=["C2"], frame=("2026-03-20", None))
    deliver.notice(CLEO, "C1", at=at(24, 9))
    deliver.notice(CLEO, "C2", at=at(24, 10))
    deliver.reply(CLEO, at=at(24, 11))
    assert only(north).engagement == north.engagements["Tyre swap"]


def test_an_older_mapped_broadcast_does_not_stand_in_for_the_latest(north: Tenant, deliver: Deliver) -> None:
    deliver.notice(CLEO, "C1", at=at(24, 9))
    deliver.notice(CLEO, "C9", at=at(24, 10))
    deliver.reply(CLEO, at=at(24, 11))
    assert only(north).verdict == "no_entry_point"


def test_the_number_replied_to_may_be_the_entry_point(north: Tenant, deliver: Deliver) -> None:
    north.campaign("Always", entry_points=[north.number], frame=("2026-03-01", None))
    deliver.notice(CLEO, "C1", at=at(24, 9))
    deliver.notice(CLEO, "C9", at=at(24, 10))
    deliver.reply(CLEO, at=at(24, 11))
    assert (only(north).verdict, only(north).engagement) == ("linked_by_phone_number", north.engagements["Always"])


@pytest.mark.parametrize(("number_mapped", "verdict"), [(False, "out_of_frame"), (True, "linked_by_phone_number")])
def test_a_campaign_that_is_over(north: Tenant, deliver: Deliver, *, number_mapped: bool, verdict: str) -> None:
    north.campaign("Winter tyres", entry_points=["C2"], frame=("2026-03-01", "2026-03-20"))
    if number_mapped:
        north.campaign("Always", entry_points=[north.number], frame=("2026-03-01", None))
    deliver.notice(CLEO, "C1", at=at(24, 9))
    deliver.notice(CLEO, "C2", at=at(24, 10))
    deliver.reply(CLEO, at=at(24, 11))
    assert only(north).verdict == verdict


def test_a_reply_that_carries_its_campaign_id(north: Tenant, deliver: Deliver) -> None:
    deliver.notice(CLEO, "C1", at=at(24, 9), text="the first")
    deliver.notice(CLEO, "C2", at=at(24, 10))
    deliver.reply(CLEO, at=at(24, 11), campaign="C1")
    conversation = only(north)
    assert conversation.engagement == north.engagements["Spring check-up"]
    assert answered(north).text == "the first"


def test_a_reply_that_carries_an_id_never_takes_another_campaigns_text(north: Tenant, deliver: Deliver) -> None:
    deliver.notice(CLEO, "C2", at=at(24, 10))
    deliver.reply(CLEO, at=at(24, 11), campaign="C1")
    assert (only(north).engagement, only(north).notice_id) == (north.engagements["Spring check-up"], None)


def test_a_reply_that_carries_an_unmapped_id(north: Tenant, deliver: Deliver) -> None:
    deliver.notice(CLEO, "C1", at=at(24, 10))
    deliver.reply(CLEO, at=at(24, 11), campaign="C9")
    assert (only(north).verdict, only(north).notice_id) == ("no_entry_point", None)


@pytest.mark.parametrize("state", ["paused", "draft", "archived"])
def test_a_campaign_that_is_not_published_links_nothing(north: Tenant, deliver: Deliver, state: str) -> None:
    from antiphon.campaigns.verbs import set_state  # noqa: PLC0415 - beside its one use

    set_state(north.id, north.campaigns["Spring check-up"].id, state, actor="command", at=at(24, 8))
    deliver.notice(CLEO, "C1", at=at(24, 9))
    deliver.reply(CLEO, at=at(24, 10))
    assert only(north).verdict == "no_entry_point"


def test_without_notice_the_number_decides(north: Tenant, deliver: Deliver) -> None:
    north.campaign("Always", entry_points=[north.number], frame=("2026-03-01", "2026-03-24"))
    deliver.reply(CLEO, at=at(24))
    deliver.reply("+31655555555", at=at(25))
    verdicts = dict(Conversation.objects.filter(account_id=north.id).values_list("consumer__phone", "verdict"))
    assert verdicts == {CLEO: "linked_by_phone_number", "+31655555555": "out_of_frame"}


def test_nothing_known(north: Tenant, deliver: Deliver) -> None:
    deliver.reply(CLEO, at=at(24))
    assert (only(north).verdict, only(north).skill_id) == ("no_broadcast", north.source.default_skill_id)


def test_look_back_and_the_frame_that_keeps_a_campaign_fresh(north: Tenant, deliver: Deliver) -> None:
    north.campaign("Long", entry_points=["C7"], frame=("2026-03-01", "2026-05-31"))
    deliver.notice(CLEO, "C9", at=at(1))
    deliver.notice("+31655555555", "C7", at=at(1))
    deliver.reply(CLEO, at=at(1, 13, month=4))
    deliver.reply("+31655555555", at=at(20, month=4))
    verdicts = dict(Conversation.objects.filter(account_id=north.id).values_list("consumer__phone", "verdict"))
    assert verdicts == {CLEO: "no_broadcast", "+31655555555": "linked_by_campaign_id"}


def test_the_earliest_reply_opens_whatever_comes_first(north: Tenant, deliver: Deliver) -> None:
    deliver.notice(CLEO, at=at(24))
    deliver.reply(CLEO, "second", at=at(26, 0, 1), replied_at=at(26, 0, 0, 10))
    assert only(north).verdict == "out_of_frame"
    deliver.reply(CLEO, "first", at=at(26, 0, 2), replied_at=at(25, 23, 59, 30))
    conversation = only(north)
    assert conversation.verdict == "linked_by_campaign_id"
    assert Reply.objects.get(account_id=north.id, id=conversation.opening_reply_id).text == "first"

"""Replies in conversations: appended while it is open, a new one after its close; what was told when it started."""

import pytest

from antiphon.conversations.models import Conversation
from antiphon.conversations.verbs import close
from antiphon.intake.models import Arrival, Notice, Reply
from antiphon.kit.db import account
from tests.kit.deliver import Deliver
from tests.kit.world import CLEO, MIA, Tenant
from tests.line.seeing import at, content, counted, measured, only, told

pytestmark = pytest.mark.django_db


def test_a_reply_to_an_open_conversation_is_appended(north: Tenant, deliver: Deliver) -> None:
    north.campaign("Spring check-up", note="Offer two times")
    deliver.reply(CLEO, "who is this?", at=at(24, 9))
    deliver.notice(CLEO, at=at(24, 10))
    deliver.reply(CLEO, "yes", at=at(24, 11))
    conversation = only(north)
    verdicts = dict(Reply.objects.filter(conversation_id=conversation.id).values_list("text", "verdict"))
    assert verdicts == {"who is this?": "no_broadcast", "yes": "linked_by_campaign_id"}
    assert (conversation.verdict, conversation.engagement_id, conversation.note) == ("no_broadcast", None, "")
    assert (conversation.started_at, conversation.waiting_since, conversation.last_text) == (at(24, 9), at(24, 9), "yes")
    assert counted(north) == {"sent": 1, "replies": 2, "time_to_reply": 1, "conversations_started": 1}


def test_a_reply_after_the_close_starts_a_new_one(north: Tenant, deliver: Deliver) -> None:
    deliver.reply(CLEO, "one", at=at(24, 9))
    first = only(north)
    with account(north.id) as db:
        close(db, north.id, first.id, actor="membership:1", at=at(24, 10))
    deliver.reply(CLEO, "two", at=at(24, 11))
    states = Conversation.objects.filter(account_id=north.id).order_by("started_at").values_list("state", "started_at")
    assert list(states) == [("closed", at(24, 9)), ("queued", at(24, 11))]
    assert counted(north) == {"replies": 2, "conversations_started": 2, "conversations_closed": 1, "duration": 1, "abandoned": 1}
    assert told(north, f"conversation:{first.id}") == ["conversation.started", "reply.received", "conversation.closed"]


def test_the_start_is_the_least_receipt_and_moves_its_counts(north: Tenant, deliver: Deliver) -> None:
    deliver.reply(CLEO, "two", at=at(24, 11))
    assert measured(north, "conversations_started") == [(at(24, 11), 1, 0.0)]
    deliver.reply(CLEO, "one", at=at(24, 10, 50))
    assert only(north).started_at == at(24, 10, 50)
    assert measured(north, "conversations_started") == [(at(24, 10, 45), 1, 0.0)]


def test_due_when_the_skill_says(north: Tenant, deliver: Deliver) -> None:
    north.campaign(skill="sales")
    type(north.skills["sales"]).objects.filter(id=north.skills["sales"].id).update(response_target_seconds=90)
    deliver.notice(CLEO, at=at(24, 9))
    deliver.reply(CLEO, at=at(24, 10))
    assert (only(north).skill_id, only(north).due_at) == (north.skills["sales"].id, at(24, 10, 1, 30))


@pytest.mark.parametrize("text", ["", "   "])
def test_a_reply_without_text_is_a_reply(north: Tenant, deliver: Deliver, text: str) -> None:
    deliver.reply(CLEO, text, at=at(24, 10))
    assert Reply.objects.get(account_id=north.id).conversation_id == only(north).id
    assert counted(north) == {"replies": 1, "conversations_started": 1}


def test_a_picture_is_a_reply_with_its_link(north: Tenant, deliver: Deliver) -> None:
    deliver(deliver.picture_post(CLEO, at=at(24, 10), url="https://media.example/a.jpg"))
    assert Reply.objects.get(account_id=north.id).media == [["https://media.example/a.jpg", "image/jpeg"]]
    assert only(north).state == "queued"


@pytest.mark.parametrize(("channel", "state", "replies"), [("WhatsApp", "quarantined", 0), ("sms", "done", 1), ("", "done", 1)])
def test_another_channel_is_quarantined(north: Tenant, deliver: Deliver, channel: str, state: str, replies: int) -> None:
    deliver(deliver.reply_post(CLEO, "hi", at=at(24, 10), channel=channel))
    assert Arrival.objects.get(account_id=north.id).state == state
    assert Reply.objects.filter(account_id=north.id).count() == replies


def test_what_is_told_when_a_linked_conversation_starts(north: Tenant, deliver: Deliver) -> None:
    campaign = north.campaign("Spring check-up", skill="sales", language="nl", goal="service")
    deliver.notice(CLEO, at=at(24, 10))
    deliver.reply(CLEO, at=at(24, 10, 7, 30))
    conversation, engagement = only(north), north.engagements["Spring check-up"]
    assert content(north, "conversation.started") == {
        "conversation": str(conversation.id),
        "consumer": str(conversation.consumer_id),
        "source": north.source.id,
        "campaign": campaign.id,
        "campaign_type": "outbound",
        "engagement": engagement.id,
        "engagement_version": engagement.version,
        "goal": "service",
        "entry_point": engagement.entry_points.get().id,
        "entry_point_kind": "campaign_id",
        "skill": north.skills["sales"].id,
        "language": "nl",
        "notice": str(Notice.objects.get(account_id=north.id).id),
        "external_campaign": "C1",
        "verdict": "linked_by_campaign_id",
        "in_frame": True,
        "seconds_since_broadcast": 450.0,
    }
    assert told(north)[-4:] == ["broadcast.started", "notice.sent", "conversation.started", "reply.received"]


def test_what_is_told_when_an_unlinked_conversation_starts(north: Tenant, deliver: Deliver) -> None:
    north.campaign(entry_points=["C1"], frame=("2026-03-20", "2026-03-22"))
    deliver.notice(CLEO, at=at(24, 10))
    deliver.reply(CLEO, at=at(24, 11))
    said = content(north, "conversation.started")
    assert [said[name] for name in ("campaign", "campaign_type", "engagement", "engagement_version", "goal", "entry_point")] == [
        None, "none", None, None, None, None,
    ]  # fmt: skip
    assert (said["verdict"], said["in_frame"], said["entry_point_kind"], said["external_campaign"]) == ("out_of_frame", False, None, "C1")
    assert (said["skill"], said["language"]) == (north.source.default_skill_id, north.source.default_language)
    assert said["notice"] == str(Notice.objects.get(account_id=north.id).id)


def test_every_change_is_told_once_whatever_the_batch(north: Tenant, deliver: Deliver) -> None:
    north.campaign()
    deliver(
        deliver.notice_post(CLEO, at=at(24, 9)),
        deliver.notice_post(MIA, at=at(24, 9)),
        deliver.reply_post(CLEO, "yes", at=at(24, 10)),
        deliver.reply_post(CLEO, "tuesday", at=at(24, 10, 1)),
        deliver.report_post(MIA, "m-1", at=at(24, 9, 30)),
        together=True,
    )
    assert sorted(told(north, "broadcast", "notice")) == ["broadcast.started", "notice.delivered", "notice.sent", "notice.sent"]
    assert told(north, "conversation") == ["conversation.started", "reply.received", "reply.received"]


def test_a_broadcast_is_told_of_once(north: Tenant, deliver: Deliver) -> None:
    deliver.notice(CLEO, "C1", at=at(24, 9))
    deliver.notice(MIA, "c1 ", at=at(24, 10))
    deliver.notice(MIA, "C2", at=at(24, 11))
    deliver.notice(MIA, "", at=at(24, 12))
    assert told(north, "broadcast") == ["broadcast.started", "broadcast.started"]


def test_responders_are_first_replies_to_a_broadcast(north: Tenant, deliver: Deliver) -> None:
    campaign = north.campaign()
    deliver.notice(CLEO, at=at(24, 9))
    deliver.reply(CLEO, "yes", at=at(24, 9, 10))
    deliver.reply(CLEO, "yes yes", at=at(24, 9, 12))
    deliver.reply(CLEO, "sooner", at=at(24, 9, 14), replied_at=at(24, 9, 5))
    deliver.notice(CLEO, text="a reminder", at=at(24, 10))
    deliver.reply(CLEO, "told you", at=at(24, 11))
    deliver.reply(MIA, "who?", at=at(24, 11))
    firsts = Reply.objects.filter(account_id=north.id, is_first_reply=True).values_list("text", flat=True)
    assert list(firsts) == ["sooner"]
    assert measured(north, "time_to_reply") == [(at(24, 9), 1, 300.0)]
    assert counted(north, campaign_id=campaign.id)["replies"] == 4
    assert counted(north, campaign_id=0, metric="replies") == {"replies": 1}

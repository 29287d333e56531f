"""What comes late: notices that change decisions, campaigns published after their broadcast, ignored traffic."""

from datetime import timedelta

import pytest

from antiphon.attribution.models import Decision
from antiphon.campaigns.verbs import set_state
from antiphon.conversations.models import Conversation
from antiphon.conversations.verbs import close, link, take, transfer
from antiphon.intake.mapping import map_late
from antiphon.intake.models import Notice, Reply
from antiphon.kit.db import account
from antiphon.providers.verbs import ignore_campaign, stop_ignoring
from tests.kit.deliver import MINUTE, Deliver
from tests.kit.world import CLEO, MIA, Tenant
from tests.line.seeing import at, content, counted, only, told

pytestmark = pytest.mark.django_db
ACTOR = "membership:1"


@pytest.fixture
def late(north: Tenant, deliver: Deliver) -> Deliver:
    """Have a reply whose notice has not come yet."""
    north.campaign(skill="sales", note="Offer two times", goal="conversation")
    deliver.reply(CLEO, "yes", at=at(24, 10))
    assert (only(north).verdict, only(north).skill_id) == ("no_broadcast", north.skills["care"].id)
    return deliver


def test_a_late_notice_decides_again_and_moves_counts(north: Tenant, late: Deliver) -> None:
    assert counted(north, campaign_id=0) == {"replies": 1, "conversations_started": 1}
    late.notice(CLEO, at=at(24, 10, 10))
    conversation, campaign = only(north), north.campaigns["Spring check-up"]
    assert (conversation.verdict, conversation.engagement) == ("linked_by_campaign_id", north.engagements["Spring check-up"])
    assert (conversation.note, conversation.skill_id, conversation.first_skill_id) == (
        "Offer two times", north.skills["sales"].id, north.skills["sales"].id,
    )  # fmt: skip
    assert counted(north, campaign_id=0) == {}
    assert counted(north, campaign_id=campaign.id) == {
        "sent": 1, "replies": 1, "time_to_reply": 1, "conversations_started": 1, "goals": 1,
    }  # fmt: skip
    assert told(north, "conversation") == ["conversation.started", "reply.received", "conversation.relinked"]
    said = content(north, "conversation.relinked")
    assert (said["by"], said["engagement"], said["before"]) == (
        "rule", conversation.engagement_id, {"campaign": None, "engagement": None, "verdict": "no_broadcast"},
    )  # fmt: skip
    decisions = Decision.objects.filter(account_id=north.id).order_by("decided_at")
    assert [(one.verdict, one.superseded_at is None) for one in decisions] == [("no_broadcast", False), ("linked_by_campaign_id", True)]


@pytest.mark.parametrize(
    ("after", "verdict"), [(timedelta(hours=24), "linked_by_campaign_id"), (timedelta(hours=24, microseconds=1), "no_broadcast")]
)
def test_for_twenty_four_hours(north: Tenant, deliver: Deliver, after: timedelta, verdict: str) -> None:
    type(north.source).objects.filter(id=north.source.id).update(notice_tolerance_minutes=1440)
    north.source.refresh_from_db()
    north.campaign()
    deliver.reply(CLEO, "yes", at=at(24, 10), replied_at=at(24, 10) + MINUTE)
    deliver.notice(CLEO, at=at(24, 10) + after)
    assert only(north).verdict == verdict
    assert ("conversation.relinked" in told(north)) is (verdict != "no_broadcast")


@pytest.mark.parametrize("what", ["taken", "transferred", "closed"])
def test_the_skill_follows_only_while_it_waits_untouched(north: Tenant, late: Deliver, what: str) -> None:
    conversation = only(north)
    with account(north.id) as db:
        if what == "taken":
            take(db, north.id, conversation.id, agent_id=north.people["Ada"].id, actor=ACTOR, at=at(24, 10, 2))
        elif what == "transferred":
            transfer(db, north.id, conversation.id, skill_id=north.skills["care"].id, actor=ACTOR, at=at(24, 10, 2))
        else:
            close(db, north.id, conversation.id, actor=ACTOR, at=at(24, 10, 2))
    late.notice(CLEO, at=at(24, 10, 10))
    conversation.refresh_from_db()
    assert (conversation.verdict, conversation.note) == ("linked_by_campaign_id", "Offer two times")
    assert (conversation.skill_id, conversation.first_skill_id) == (north.skills["care"].id, north.skills["care"].id)
    assert counted(north, campaign_id=0) == {}


def test_a_link_by_hand_is_left_alone(north: Tenant, late: Deliver) -> None:
    from antiphon.accounts.models import AuditEntry  # noqa: PLC0415 - beside its one use

    conversation = only(north)
    other = north.campaign("Other", entry_points=["C5"])
    with account(north.id) as db:
        link(
            db,
            north.id,
            conversation.id,
            engagement_id=north.engagements["Other"].id,
            reason=" she said so ",
            actor=ACTOR,
            at=at(24, 10, 2),
        )
    late.notice(CLEO, at=at(24, 10, 10))
    conversation.refresh_from_db()
    assert (conversation.verdict, conversation.campaign_id, conversation.is_linked_by_person) == ("set_by_person", other.id, True)
    assert content(north, "conversation.relinked")["by"] == "person"
    entry = AuditEntry.objects.get(account_id=north.id, action="conversation.linked")
    assert (entry.detail["reason"], entry.subject) == ("she said so", f"conversation:{conversation.id}")
    assert counted(north, metric="conversations_started", campaign_id=other.id) == {"conversations_started": 1}
    assert counted(north, metric="replies", campaign_id=north.campaigns["Spring check-up"].id) == {"replies": 1}


def test_a_reply_elsewhere_stays_where_it_was_decided(north: Tenant, late: Deliver) -> None:
    late.reply(MIA, "hello", at=at(24, 10, 1))
    late.notice(CLEO, at=at(24, 10, 10))
    verdicts = dict(Conversation.objects.filter(account_id=north.id).values_list("consumer__phone", "verdict"))
    assert verdicts == {CLEO: "linked_by_campaign_id", MIA: "no_broadcast"}


def test_published_after_its_broadcast_counts_what_came_before(north: Tenant, deliver: Deliver) -> None:
    campaign = north.campaign(state="draft", goal="conversation")
    deliver.notice(CLEO, at=at(24, 9))
    deliver.notice(MIA, "C9", at=at(24, 9))
    deliver.report(CLEO, "r", at=at(24, 9, 1))
    deliver.reply(CLEO, "yes", at=at(24, 10))
    deliver.reply(CLEO, "STOP", at=at(24, 11))
    deliver.reply("+31655555555", "yes", at=at(24, 11), campaign="C1")
    before = counted(north, campaign_id=0)
    assert before == {
        "sent": 2, "delivered": 1, "replies": 2, "time_to_reply": 1, "opt_outs": 1, "conversations_started": 2,
    }  # fmt: skip
    set_state(north.id, campaign.id, "published", actor="command", at=at(24, 12))
    assert map_late(north.id, door=account) == 4
    assert counted(north, campaign_id=campaign.id) == {"sent": 1, "delivered": 1, "replies": 2, "time_to_reply": 1, "opt_outs": 1}
    assert counted(north, campaign_id=0) == {"sent": 1, "conversations_started": 2}
    assert set(Conversation.objects.filter(account_id=north.id).values_list("verdict", flat=True)) == {"no_entry_point"}
    assert map_late(north.id, door=account) == 0


def test_a_paused_campaign_counts_and_links_nothing(north: Tenant, deliver: Deliver) -> None:
    campaign = north.campaign(state="paused")
    deliver.notice(CLEO, at=at(24, 9))
    deliver.reply(CLEO, at=at(24, 10))
    assert counted(north, campaign_id=campaign.id) == {"sent": 1, "replies": 1, "time_to_reply": 1}
    assert only(north).verdict == "no_entry_point"


def test_what_is_mapped_is_never_moved(north: Tenant, deliver: Deliver) -> None:
    first = north.campaign("First", frame=("2026-03-20", "2026-03-25"))
    deliver.notice(CLEO, at=at(24, 9))
    north.campaign("Second", frame=("2026-03-24", "2026-03-25"))
    assert map_late(north.id, door=account) == 0
    assert counted(north, campaign_id=first.id) == {"sent": 1}


def test_a_number_maps_what_was_sent_in_its_frame(north: Tenant, deliver: Deliver) -> None:
    deliver.notice(CLEO, "C9", at=at(24, 9))
    deliver.notice(MIA, "C9", at=at(26, 9))
    campaign = north.campaign("Number", entry_points=[north.number])
    assert map_late(north.id, door=account) == 1
    assert counted(north, campaign_id=campaign.id) == {"sent": 1}


def test_ignored_traffic_is_stored_and_neither_counted_nor_answered(north: Tenant, deliver: Deliver) -> None:
    north.campaign()
    ignore_campaign(north.id, north.source.id, "Codes", actor="command", at=at(24, 8))
    deliver.notice(CLEO, "C1", at=at(24, 9), text="check-up")
    deliver.notice(CLEO, "CODES", at=at(24, 10), text="your code is 123")
    deliver.reply(CLEO, "yes", at=at(24, 10, 1))
    assert dict(Notice.objects.filter(account_id=north.id).values_list("text", "is_counted")) == {
        "check-up": True,
        "your code is 123": False,
    }
    assert only(north).verdict == "linked_by_campaign_id"
    assert counted(north) == {"sent": 1, "replies": 1, "time_to_reply": 1, "conversations_started": 1}


def test_unmarked_it_is_heeded_from_then_on(north: Tenant, deliver: Deliver) -> None:
    ignore_campaign(north.id, north.source.id, "", actor="command", at=at(24, 8))
    deliver.notice(CLEO, "", at=at(24, 9), text="one")
    deliver.reply(CLEO, "yes", at=at(24, 9, 30))
    assert (only(north).verdict, counted(north, metric="sent")) == ("no_broadcast", {})
    stop_ignoring(north.id, north.source.id, "", actor="command", at=at(24, 10))
    deliver.notice(MIA, "", at=at(24, 11), text="two")
    deliver.reply(MIA, "yes", at=at(24, 12))
    assert counted(north, metric="sent") == {"sent": 1}
    assert set(Reply.objects.filter(account_id=north.id).values_list("verdict", flat=True)) == {"no_broadcast", "no_entry_point"}
    assert only_of(north, CLEO).verdict == "no_broadcast"


def only_of(tenant: Tenant, phone: str) -> Conversation:
    return Conversation.objects.get(account_id=tenant.id, consumer__phone=phone)


def test_marked_afterwards_it_is_no_longer_answered(north: Tenant, deliver: Deliver) -> None:
    deliver.notice(CLEO, "C9", at=at(24, 9))
    ignore_campaign(north.id, north.source.id, "C9", actor="command", at=at(24, 10))
    deliver.reply(CLEO, at=at(24, 11))
    assert (only(north).verdict, counted(north, metric="sent")) == ("no_broadcast", {"sent": 1})

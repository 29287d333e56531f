"""Closing by nobody's hand, and goals that are credited elsewhere."""

from datetime import timedelta

import pytest

from antiphon.accounts.models import Skill
from antiphon.conversations.closing import close_idle
from antiphon.conversations.models import Conversation, Conversion
from antiphon.conversations.verbs import Outcome
from antiphon.kit.db import account
from tests.conversations.desk import Desk
from tests.kit.deliver import Deliver
from tests.kit.world import CLEO, MIA, Tenant
from tests.line.seeing import at, content, counted, only

pytestmark = pytest.mark.django_db
DAYS = timedelta(hours=72)


def closed(tenant: Tenant, *, when: object) -> bool:
    with account(tenant.id) as db:
        return close_idle(db, tenant.id, only(tenant).id, at=when)  # type: ignore[arg-type]


def test_after_72_hours_of_the_consumers_silence(north: Tenant, deliver: Deliver, desk: Desk) -> None:
    deliver.reply(CLEO, at=at(24, 10))
    desk.answer(only(north), at=at(24, 11))
    assert not closed(north, when=at(24, 11) + DAYS - timedelta(microseconds=1))
    assert closed(north, when=at(24, 11) + DAYS)
    assert (only(north).state, only(north).closed_by) == ("closed", "system")
    assert counted(north, closed_by="system") == {"conversations_closed": 1, "duration": 1}
    assert content(north, "conversation.closed")["closed_by"] == "system"
    assert not closed(north, when=at(24, 12) + 2 * DAYS)


def test_never_while_it_is_the_agents_turn(north: Tenant, deliver: Deliver, desk: Desk) -> None:
    deliver.reply(CLEO, at=at(24, 10))
    assert not closed(north, when=at(24, 10) + 2 * DAYS)
    desk.answer(only(north), at=at(24, 11))
    deliver.reply(CLEO, "and?", at=at(24, 12))
    assert not closed(north, when=at(24, 12) + 2 * DAYS)
    desk.answer(only(north), at=at(24, 13))
    assert closed(north, when=at(24, 13) + DAYS)


def test_a_skill_may_leave_them_open(north: Tenant, deliver: Deliver, desk: Desk) -> None:
    deliver.reply(CLEO, at=at(24, 10))
    desk.answer(only(north), at=at(24, 11))
    Skill.objects.filter(account_id=north.id).update(auto_close_seconds=None)
    assert not closed(north, when=at(24, 11) + 10 * DAYS)
    Skill.objects.filter(account_id=north.id).update(auto_close_seconds=60)
    assert closed(north, when=at(24, 11, 1))


@pytest.mark.parametrize(("days", "is_credited"), [(31, True), (32, False)])
def test_a_goal_in_an_unlinked_conversation_is_the_latest_linked_ones_within_the_window(
    north: Tenant, deliver: Deliver, desk: Desk, days: int, *, is_credited: bool
) -> None:
    campaign = north.campaign(goal="sale")
    deliver.notice(CLEO, at=at(24, 9))
    deliver.reply(CLEO, at=at(24, 10))
    first = only(north)
    desk.do("close", first, at=at(24, 11))
    later = at(24, 10) + timedelta(days=days)
    deliver.reply(CLEO, "by the way", at=later)
    deliver.reply(MIA, "me too", at=later)
    second = Conversation.objects.exclude(id=first.id).get(consumer__phone=CLEO)
    assert second.campaign_id is None
    desk.do("close", second, at=later, outcome=Outcome(is_goal_reached=True))
    goal = Conversion.objects.get()
    assert (goal.conversation_id, goal.closed_conversation_id, goal.window_days) == (first.id if is_credited else second.id, second.id, 31)
    assert counted(north, metric="goals", campaign_id=campaign.id if is_credited else 0) == {"goals": 1}


def test_with_the_goal_conversation_the_outcome_adds_none(north: Tenant, deliver: Deliver, desk: Desk) -> None:
    campaign = north.campaign(goal="conversation")
    deliver.notice(CLEO, at=at(24, 9))
    deliver.reply(CLEO, at=at(24, 10))
    desk.do("close", only(north), at=at(24, 11), outcome=Outcome(is_goal_reached=True))
    assert counted(north, metric="goals", campaign_id=campaign.id) == {"goals": 1}
    assert Conversion.objects.count() == 0

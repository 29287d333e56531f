"""Removing, duplicating and following what became of campaigns."""

from collections.abc import Iterator

import pytest

from antiphon.accounts.models import AuditEntry
from antiphon.campaigns import verbs
from antiphon.campaigns.copying import duplicate_campaign
from antiphon.campaigns.guarding import guarded, guarded_if, warnings_of
from antiphon.campaigns.history import changed_since, engagement_changed_since, history_of
from antiphon.campaigns.models import Campaign, Engagement, EngagementEntryPoint
from antiphon.campaigns.removal import remove_engagement, restore_engagement
from antiphon.campaigns.types import Drafted, Since, WarningCode
from antiphon.conversations import verbs as conversations
from antiphon.conversations.models import Conversation
from antiphon.kit.db import account
from antiphon.kit.problems import Conflict, Missing, Stale
from tests.kit.world import CLEO, Tenant
from tests.pages.story import Story

pytestmark = pytest.mark.django_db
CAM = "membership:1"


@pytest.fixture(autouse=True)
def _in_north(north: Tenant) -> Iterator[None]:
    with account(north.id):
        yield


def test_a_removed_engagement_finds_no_reply_and_what_it_was_linked_to_stays(north: Tenant) -> None:
    campaign = north.campaign()
    north.engagement(campaign, name="Second", entry_points=["C2"])
    story = Story(north)
    story.notice(CLEO, campaign="C2")
    first = story.reply(CLEO)
    remove_engagement(north.id, north.engagements["Second"].id, actor=CAM, at=north.clock.forward(minutes=1), version=1)
    assert not EngagementEntryPoint.objects.filter(engagement=north.engagements["Second"]).exists()
    story.notice("+31644444444", campaign="C2")
    second = story.reply("+31644444444")
    linked = dict(Conversation.objects.values_list("id", "engagement_id"))
    assert linked[first] == north.engagements["Second"].id
    assert linked[second] is None
    assert AuditEntry.objects.filter(action="engagement.removed", actor=CAM).count() == 1


def test_removing_is_refused_for_the_last_entry_point_of_a_published_campaign_an_old_version_and_an_archived_one(north: Tenant) -> None:
    campaign = north.campaign()
    engagement = north.engagements["Spring check-up"]
    with pytest.raises(Conflict, match="last entry point"):
        remove_engagement(north.id, engagement.id, actor=CAM, at=north.clock())
    verbs.set_state(north.id, campaign.id, "draft", actor=CAM, at=north.clock())
    with pytest.raises(Stale):
        remove_engagement(north.id, engagement.id, actor=CAM, at=north.clock(), version=9)
    verbs.set_state(north.id, campaign.id, "archived", actor=CAM, at=north.clock())
    with pytest.raises(Conflict, match="archived"):
        remove_engagement(north.id, engagement.id, actor=CAM, at=north.clock())
    verbs.set_state(north.id, campaign.id, "draft", actor=CAM, at=north.clock())
    remove_engagement(north.id, engagement.id, actor=CAM, at=north.clock())
    with pytest.raises(Missing):
        remove_engagement(north.id, engagement.id, actor=CAM, at=north.clock())


def test_who_removed_an_engagement_may_put_it_back_for_two_minutes(north: Tenant) -> None:
    campaign = north.campaign()
    second = north.engagement(campaign, name="Second", entry_points=["C2", north.number])
    held = {one.entry_point_id for one in EngagementEntryPoint.objects.filter(engagement=second)}
    remove_engagement(north.id, second.id, actor=CAM, at=north.clock())
    with pytest.raises(Conflict, match="only who removed it"):
        restore_engagement(north.id, second.id, actor="membership:2", at=north.clock())
    north.clock.forward(seconds=120)
    restored = restore_engagement(north.id, second.id, actor=CAM, at=north.clock())
    assert (restored.enabled, restored.removed_at, restored.version) == (True, None, 3)
    assert {one.entry_point_id for one in EngagementEntryPoint.objects.filter(engagement=second)} == held
    with pytest.raises(Missing):
        restore_engagement(north.id, second.id, actor=CAM, at=north.clock())
    remove_engagement(north.id, second.id, actor=CAM, at=north.clock())
    with pytest.raises(Conflict):
        restore_engagement(north.id, second.id, actor=CAM, at=north.clock.forward(seconds=121))


def test_a_copy_is_a_draft_with_numbers_of_its_own_and_no_campaign_id(north: Tenant) -> None:
    original = north.campaign(entry_points=["C1", north.number])
    gone = north.engagement(original, name="Gone", entry_points=["C2"])
    remove_engagement(north.id, gone.id, actor=CAM, at=north.clock())
    made = duplicate_campaign(north.id, original.id, actor=CAM, at=north.clock())
    assert (made.state, made.starts_at, made.goal_kind) == ("draft", original.starts_at, "service")
    (copied,) = Engagement.objects.filter(campaign=made)
    assert (copied.name, copied.number, copied.note) == ("Spring check-up", 3, "Book in Planner under SPRING26.")
    assert [one.value for one in copied.entry_points.all()] == [north.number]
    assert [(step.kind, step.is_first) for step in history_of(north.id, made.id)] == [("engagement", True), ("campaign", True)]
    long = north.campaign("x" * 200, entry_points=["C3"])
    assert len(duplicate_campaign(north.id, long.id, actor=CAM, at=north.clock()).name) == 200


def test_history_tells_of_the_campaign_and_its_engagements_together(north: Tenant) -> None:
    made = north.campaign(state="draft")
    engagement = north.engagements["Spring check-up"]
    verbs.edit_campaign(north.id, made.id, {"ends_on": None, "goal_target": 40}, actor=CAM, at=north.clock.forward(minutes=1))
    verbs.edit_engagement(north.id, engagement.id, {"note": "new", "enabled": False}, actor=CAM, at=north.clock.forward(minutes=1))
    remove_engagement(north.id, engagement.id, actor=CAM, at=north.clock.forward(minutes=1))
    removed, edited, framed, *first = history_of(north.id, made.id)
    assert [change.field for change in removed.changes] == ["entry_point_ids", "is_removed"]
    assert [(change.field, change.before, change.after) for change in edited.changes] == [
        ("note", "Book in Planner under SPRING26.", "new"),
        ("enabled", True, False),
    ]
    assert [(change.field, str(change.before), change.after) for change in framed.changes] == [
        ("goal_target", "None", 40),
        ("ends_on", "2026-03-25", None),
    ]
    assert (framed.actor, framed.kind, framed.version) == (CAM, "campaign", 2)
    assert all(step.is_first for step in first)
    assert [change.field for change in changed_since(north.id, made.id, version=1).changes] == ["goal_target", "ends_on"]
    assert changed_since(north.id, made.id, version=1).actors == (CAM,)
    assert changed_since(north.id, made.id, version=2) == Since()
    assert [change.field for change in engagement_changed_since(north.id, engagement.id, version=2).changes] == [
        "entry_point_ids",
        "is_removed",
    ]


def codes(north: Tenant, campaign: Campaign, draft: Drafted | None = None) -> set[tuple[str, int | None]]:
    return {(found.code, found.engagement_id) for found in guarded_if(north.id, campaign.id, at=north.clock(), draft=draft).warnings}


def test_an_engagement_is_warned_of_as_it_stands_in_a_form(north: Tenant) -> None:
    north.campaign("Tyre swap", entry_points=["C1"], frame=("2026-03-01", None))
    campaign = north.campaign(entry_points=["C2"], state="draft")

    def draft(*entry_points: tuple[str, str], skill: str = "care", note: bool = True, of: int = 0) -> Drafted:
        source, chosen = north.source.id, north.skills[skill].id
        return Drafted(id=of, name="Dutch", source_id=source, skill_id=chosen, has_note=note, entry_points=entry_points)

    stored = codes(north, campaign)
    assert stored == {(WarningCode.NEVER_HEARD, north.engagements["Spring check-up"].id)}
    assert codes(north, campaign, draft(("campaign_id", "c1"))) - stored == {(WarningCode.OVERLAP, 0), (WarningCode.NEVER_HEARD, 0)}
    own = {(WarningCode.OVERLAP, 0), (WarningCode.NEVER_HEARD, 0), (WarningCode.OVERLAP, north.engagements["Spring check-up"].id)}
    assert codes(north, campaign, draft(("campaign_id", "C2"))) - stored == own
    assert codes(north, campaign, draft(("campaign_id", "brand new"))) - stored == {(WarningCode.NEVER_HEARD, 0)}
    assert codes(north, campaign, draft(("phone_number", north.number))) == stored
    assert codes(north, campaign, draft(("phone_number", "+3197999"))) - stored == {(WarningCode.NUMBER_NOT_CONNECTED, 0)}
    assert codes(north, campaign, draft(note=False)) - stored == {(WarningCode.NO_ENTRY_POINT, 0), (WarningCode.NOTE_EMPTY, 0)}
    north.skill("spare")
    assert (WarningCode.SKILL_WITHOUT_PEOPLE, 0) in codes(north, campaign, draft(skill="spare"))
    itself = draft(("phone_number", north.number), of=north.engagements["Spring check-up"].id)
    assert codes(north, campaign, itself) == set()
    Story(north).notice(CLEO, campaign="C2")
    assert warnings_of(north.id, campaign.id, at=north.clock()) == []


def test_many_campaigns_are_guarded_together_as_each_is_alone(north: Tenant) -> None:
    made = [north.campaign(f"Campaign {n}", entry_points=[f"C{n % 3}"], frame=("2026-03-20", None)) for n in range(6)]
    made.append(north.campaign("Draft", entry_points=["C1"], state="draft", frame=("2026-04-01", "2026-04-02")))
    with account(north.id) as db:
        together = guarded(db, north.id, [one.id for one in made], at=north.clock())
        assert guarded(db, north.id, [], at=north.clock()) == {}
    for one in made:
        alone = warnings_of(north.id, one.id, at=north.clock())
        assert sorted(warning.message for warning in together[one.id].warnings) == sorted(warning.message for warning in alone)
        assert len(together[one.id].overlaps) == sum(warning.code is WarningCode.OVERLAP for warning in alone)
    assert {overlap.wins for overlap in together[made[-1].id].overlaps} == {True}


def test_nobody_links_a_conversation_by_hand_to_what_was_removed(north: Tenant) -> None:
    campaign = north.campaign()
    second = north.engagement(campaign, name="Second", entry_points=["C2"])
    story = Story(north)
    talk = story.reply(CLEO)

    def link() -> None:
        with account(north.id) as db:
            conversations.link(db, north.id, talk, engagement_id=second.id, reason="asked", actor=CAM, at=north.clock())

    remove_engagement(north.id, second.id, actor=CAM, at=north.clock())
    with pytest.raises(Missing):
        link()
    restore_engagement(north.id, second.id, actor=CAM, at=north.clock())
    link()
    assert Conversation.objects.get(id=talk).engagement_id == second.id

"""Explanations say every candidate's own reason, as of the decision; a dry run says what would be, and stores nothing."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from antiphon.attribution import sentences, verbs
from antiphon.attribution.decide import CandidateReason, NoticeReason
from antiphon.attribution.explain import Explanation
from antiphon.attribution.models import Decision
from antiphon.attribution.types import Found, Verdict
from antiphon.campaigns import verbs as campaigns
from antiphon.consumers.models import Consumer
from antiphon.conversations.models import Conversation
from antiphon.intake.models import Reply
from antiphon.kit.db import account
from antiphon.kit.problems import Missing
from tests.kit.deliver import Deliver
from tests.kit.world import CLEO, MIA, Tenant

NOON = datetime(2026, 3, 24, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
FRAME = ("2026-03-24", "2026-04-07")

pytestmark = pytest.mark.django_db


@pytest.fixture
def deliver(north: Tenant) -> Deliver:
    return Deliver(north)


@pytest.fixture
def _in_north(north: Tenant) -> Iterator[None]:
    with account(north.id):
        yield


def explained(tenant: Tenant, reply_id: UUID | None = None) -> Explanation:
    with account(tenant.id) as db:
        chosen = reply_id or Reply.objects.filter(account_id=tenant.id).latest("received_at").id
        return verbs.explain(db, tenant.id, chosen)


def tried(
    tenant: Tenant, phone: str = CLEO, at: datetime = NOON + 3 * HOUR, to: str | None = None, external_campaign: str = ""
) -> Explanation:
    with account(tenant.id) as db:
        return verbs.dry_run(db, tenant.id, source_id=tenant.source.id, phone=phone, to=to, external_campaign=external_campaign, at=at)


@pytest.mark.usefixtures("_in_north")
def test_every_notice_and_candidate_says_its_own_reason(north: Tenant, deliver: Deliver) -> None:
    north.campaign("Spring", entry_points=["C1"], frame=FRAME)
    north.campaign("Tyres", entry_points=[north.number], frame=FRAME)
    north.campaign("Winback", entry_points=["C1"], frame=FRAME, state="paused")
    north.campaign("Over", entry_points=["C1"], frame=("2026-03-01", "2026-03-02"))
    north.campaign("To come", entry_points=["C1"], frame=("2026-04-01", None))
    deliver.notice(CLEO, "C0", at=NOON - HOUR)
    deliver.notice(CLEO, "C1", at=NOON)
    deliver.notice(CLEO, "C2", at=NOON + 2 * HOUR)
    deliver.reply(CLEO, at=NOON + HOUR)
    made = explained(north)
    assert (made.verdict, made.title, made.found) == (Verdict.LINKED_BY_CAMPAIGN_ID, "Linked by campaign ID", Found.SAME_NUMBER)
    assert {c.campaign_name: c.reason for c in made.candidates} == {
        "Spring": CandidateReason.LINKED,
        "Tyres": CandidateReason.LESS_RELEVANT,
        "Winback": CandidateReason.PAUSED,
        "Over": CandidateReason.ENDED,
        "To come": CandidateReason.NOT_STARTED,
    }
    assert {n.external_campaign: n.reason for n in made.notices} == {"C0": NoticeReason.EARLIER, "C1": NoticeReason.ANSWERED}
    assert made.notice is not None
    assert made.notice.external_campaign == "C1"
    assert made.agrees is True
    assert "Spring of Spring has the campaign ID C1 as entry point" in made.why
    assert [n.sentence for n in made.notices] == [sentences.NOTICES[n.reason] for n in made.notices]
    assert [c.sentence for c in made.candidates] == [sentences.CANDIDATES[c.reason] for c in made.candidates]


@pytest.mark.usefixtures("_in_north")
def test_it_is_explained_as_of_the_decision(north: Tenant, deliver: Deliver) -> None:
    campaign = north.campaign("Spring", entry_points=["C1"], frame=FRAME)
    deliver.notice(CLEO, at=NOON)
    deliver.reply(CLEO, at=NOON + HOUR)
    before = explained(north)
    campaigns.set_state(north.id, campaign.id, "paused", actor="command", at=NOON + 2 * HOUR)
    assert explained(north) == before
    assert before.agrees is True
    assert (tried(north).verdict, tried(north).candidates[0].reason) == (Verdict.NO_ENTRY_POINT, CandidateReason.PAUSED)


@pytest.mark.usefixtures("_in_north")
def test_a_conversation_is_explained_by_its_opening_reply(north: Tenant, deliver: Deliver) -> None:
    north.campaign("Spring", entry_points=["C1"], frame=FRAME)
    deliver.notice(CLEO, at=NOON)
    deliver.reply(CLEO, "yes", at=NOON + HOUR)
    deliver.reply(CLEO, "and thanks", at=NOON + 2 * HOUR)
    conversation = Conversation.objects.get(account_id=north.id)
    made = explained(north, conversation.id)
    assert (made.reply_id, made.conversation_id) == (conversation.opening_reply_id, conversation.id)
    assert made.stored is not None
    assert made.stored.engagement_id == conversation.engagement_id


def test_what_another_account_has_is_missing(north: Tenant, south: Tenant, deliver: Deliver) -> None:
    deliver.reply(CLEO, at=NOON)
    reply_id = explained(north).reply_id
    assert reply_id is not None
    with pytest.raises(Missing):
        explained(south, reply_id)


@pytest.mark.usefixtures("_in_north")
def test_it_says_when_a_setting_has_changed_since(north: Tenant, deliver: Deliver) -> None:
    deliver.notice(CLEO, "C9", at=NOON - timedelta(days=20))
    deliver.reply(CLEO, at=NOON)
    assert (explained(north).agrees, explained(north).verdict) == (True, Verdict.NO_ENTRY_POINT)
    north.source.look_back_days = 10
    north.source.save()
    made = explained(north)
    assert (made.agrees, made.verdict) == (False, Verdict.NO_BROADCAST)
    assert made.stored is not None
    assert made.stored.verdict is Verdict.NO_ENTRY_POINT


@pytest.mark.usefixtures("_in_north")
def test_a_dry_run_needs_no_consumer_and_stores_nothing(north: Tenant) -> None:
    north.campaign("Spring", entry_points=["C1", north.number], frame=FRAME)
    assert tried(north, phone=MIA).verdict is Verdict.LINKED_BY_PHONE_NUMBER
    assert tried(north, phone=MIA, to="").verdict is Verdict.NO_BROADCAST
    assert tried(north, phone=MIA, external_campaign=" c1 ").verdict is Verdict.LINKED_BY_CAMPAIGN_ID
    assert tried(north, phone=MIA, at=NOON + timedelta(days=60)).verdict is Verdict.OUT_OF_FRAME
    assert not Consumer.objects.filter(account_id=north.id).exists()
    assert not Decision.objects.filter(account_id=north.id).exists()


@pytest.mark.usefixtures("_in_north")
def test_a_dry_run_says_what_then_happens(north: Tenant, deliver: Deliver) -> None:
    north.campaign("Spring", entry_points=["C1"], frame=FRAME)
    deliver.notice(CLEO, at=NOON)
    before = tried(north, at=NOON + HOUR)
    deliver.reply(CLEO, at=NOON + HOUR)
    after = explained(north)
    assert (before.verdict, before.notice, before.linked, before.why) == (after.verdict, after.notice, after.linked, after.why)
    assert (before.stored, before.agrees, before.reply_id) == (None, None, None)


def test_a_dry_run_of_another_accounts_source_is_refused(north: Tenant, south: Tenant) -> None:
    with account(south.id) as db, pytest.raises(Missing):
        verbs.dry_run(db, south.id, source_id=north.source.id, phone=CLEO, at=NOON)


@pytest.mark.usefixtures("_in_north")
def test_conversations_that_would_now_be_linked_are_offered(north: Tenant, deliver: Deliver) -> None:
    other = north.campaign("Other", entry_points=["C2"], frame=FRAME)
    deliver.notice(CLEO, "C1", at=NOON)
    deliver.reply(CLEO, at=NOON + HOUR)
    deliver.reply(MIA, at=NOON + HOUR)
    assert offered(north) == {}
    spring = north.campaign("Spring", entry_points=["C1"], frame=FRAME)
    by_phone = dict(Conversation.objects.filter(account_id=north.id).values_list("consumer__phone", "id"))
    assert offered(north) == {by_phone[CLEO]: north.engagements["Spring"].id}
    assert offered(north, other.id) == {}
    north.engagement(spring, name="By number", entry_points=[north.number])
    assert offered(north, spring.id) == {
        by_phone[CLEO]: north.engagements["Spring"].id,
        by_phone[MIA]: north.engagements["By number"].id,
    }
    with account(north.id) as db:
        some = verbs.relinkable(db, north.id, limit=1)
    assert (len(some), some.is_complete) == (1, False)


@pytest.mark.usefixtures("_in_north")
def test_conversations_outside_the_frame_or_linked_by_a_person_are_not_offered(north: Tenant, deliver: Deliver) -> None:
    deliver.notice(CLEO, "C1", at=NOON - timedelta(days=3))
    deliver.reply(CLEO, at=NOON - timedelta(days=2))
    deliver.notice(MIA, "C1", at=NOON)
    deliver.reply(MIA, at=NOON + HOUR)
    north.campaign("Spring", entry_points=["C1"], frame=FRAME)
    mia = Conversation.objects.get(account_id=north.id, consumer__phone=MIA)
    assert list(offered(north)) == [mia.id]
    mia.is_linked_by_person = True
    mia.save()
    assert offered(north) == {}


def offered(tenant: Tenant, campaign_id: int | None = None) -> dict[UUID, int]:
    with account(tenant.id) as db:
        return verbs.relinkable(db, tenant.id, campaign_id=campaign_id).engagements


def test_every_member_of_the_closed_lists_has_a_sentence() -> None:
    assert set(sentences.VERDICTS) == set(sentences.VERDICT_TITLES) == set(Verdict)
    assert set(sentences.FOUND) == set(Found)
    assert set(sentences.NOTICES) == set(NoticeReason)
    assert set(sentences.CANDIDATES) == set(CandidateReason)


def test_the_documentation_names_every_member_of_the_closed_lists() -> None:
    page = (Path(__file__).parents[2] / "docs" / "attribution.md").read_text(encoding="utf-8")
    members = [*Verdict, *Found, *NoticeReason, *CandidateReason]
    assert [member for member in members if f"`{member}`" not in page] == []

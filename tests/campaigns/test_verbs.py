from collections.abc import Iterator
from typing import Any

import pytest

from antiphon.accounts.models import AuditEntry
from antiphon.campaigns import verbs
from antiphon.campaigns.models import CampaignVersion, Engagement, EngagementVersion, EntryPoint
from antiphon.events.models import Event
from antiphon.kit.db import account, rows
from antiphon.kit.problems import Conflict, Invalid, Missing, Stale
from antiphon.providers import verbs as providers
from antiphon.providers.models import Source
from antiphon.providers.protocol import HttpCall
from antiphon.providers.transport import Answered, Broke, Outcome, Transport
from tests.kit.world import ACTOR, Tenant

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_north(north: Tenant) -> Iterator[None]:
    with account(north.id):
        yield


def jobs(north: Tenant, name: str) -> int:
    with account(north.id) as db:
        found = rows(db, "select count(*) as n from procrastinate_jobs where task_name = %(name)s", {"name": name})
    return int(found[0].n)


def test_every_change_of_a_campaign_is_a_version_an_audit_line_and_of_its_states_an_event(north: Tenant) -> None:
    made = north.campaign(state="draft")
    north.clock.forward(hours=1)
    verbs.edit_campaign(north.id, made.id, {"name": "Spring"}, actor="membership:1", at=north.clock(), version=1)
    for state in ("published", "paused", "archived"):
        verbs.set_state(north.id, made.id, state, actor="membership:1", at=north.clock())
    versions = CampaignVersion.objects.filter(campaign=made).order_by("version")
    assert [(v.version, v.name, v.state) for v in versions] == [
        (1, "Spring check-up", "draft"),
        (2, "Spring", "draft"),
        (3, "Spring", "published"),
        (4, "Spring", "paused"),
        (5, "Spring", "archived"),
    ]
    assert versions[1].at == north.clock()
    assert versions[1].actor == "membership:1"
    audited = AuditEntry.objects.filter(subject=f"campaign:{made.id}").order_by("id").values_list("action", flat=True)
    assert list(audited) == ["campaign.created", "campaign.edited", "campaign.published", "campaign.paused", "campaign.archived"]
    told = Event.objects.filter(subject=f"campaign:{made.id}").order_by("written").values_list("type", flat=True)
    assert list(told) == ["campaign.published", "campaign.paused", "campaign.archived"]


def test_the_same_state_again_changes_nothing(north: Tenant) -> None:
    made = north.campaign()
    assert verbs.set_state(north.id, made.id, "published", actor=ACTOR, at=north.clock()).version == made.version


def test_an_old_version_is_refused_and_the_present_one_taken(north: Tenant) -> None:
    made = north.campaign(state="draft")
    verbs.edit_campaign(north.id, made.id, {"name": "A"}, actor=ACTOR, at=north.clock(), version=1)
    with pytest.raises(Stale) as stale:
        verbs.edit_campaign(north.id, made.id, {"name": "B"}, actor=ACTOR, at=north.clock(), version=1)
    assert stale.value.version == 2
    assert verbs.edit_campaign(north.id, made.id, {"name": "B"}, actor=ACTOR, at=north.clock(), version=2).name == "B"


def test_versions_of_an_engagement_hold_its_entry_points(north: Tenant) -> None:
    north.campaign()
    engagement = north.engagements["Spring check-up"]
    second = north.entry_point("C2")
    first = EntryPoint.objects.get(key="c1")
    verbs.edit_engagement(north.id, engagement.id, {"entry_point_ids": [second.id, first.id]}, actor=ACTOR, at=north.clock())
    verbs.edit_engagement(north.id, engagement.id, {"entry_point_ids": [second.id], "note": "new"}, actor=ACTOR, at=north.clock())
    found = EngagementVersion.objects.filter(engagement=engagement).order_by("version")
    assert [(v.version, v.entry_point_ids, v.note) for v in found] == [
        (1, [first.id], "Book in Planner under SPRING26."),
        (2, sorted([first.id, second.id]), "Book in Planner under SPRING26."),
        (3, [second.id], "new"),
    ]


def test_engagements_are_numbered_per_account(north: Tenant) -> None:
    made = north.campaign()
    north.engagement(made, name="Second", entry_points=["C2"])
    assert list(Engagement.objects.order_by("number").values_list("number", "name")) == [(1, "Spring check-up"), (2, "Second")]


def test_a_published_campaign_keeps_its_last_entry_point(north: Tenant) -> None:
    made = north.campaign()
    engagement = north.engagements["Spring check-up"]
    with pytest.raises(Conflict, match="last entry point"):
        verbs.edit_engagement(north.id, engagement.id, {"entry_point_ids": []}, actor=ACTOR, at=north.clock())
    north.engagement(made, name="Second", entry_points=["C2"])
    verbs.edit_engagement(north.id, engagement.id, {"entry_point_ids": []}, actor=ACTOR, at=north.clock())


def test_the_same_entry_point_is_found_again_however_it_is_written(north: Tenant) -> None:
    def made(kind: str, value: str) -> tuple[EntryPoint, bool]:
        return verbs.create_entry_point(north.id, source_id=north.source.id, kind=kind, value=value, actor=ACTOR, at=north.clock())

    first, is_new = made("phone_number", "0031 97 0000-4410")
    assert (first.value, is_new) == ("+319700004410", True)
    assert made("phone_number", "+31 (97) 0000 4410") == (first, False)
    upper, _ = made("campaign_id", "Spring-A")
    assert made("campaign_id", " spring-a ") == (upper, False)
    assert made("phone_number", "Spring-A")[1] is True
    with pytest.raises(Invalid):
        made("campaign_id", "https://www.cm.com/")
    with pytest.raises(Invalid):
        made("keyword", "YES")


def test_late_mapping_is_asked_for_once_when_a_campaign_comes_to_count_more(north: Tenant) -> None:
    made = north.campaign(state="draft")
    assert jobs(north, "late_mapping") == 0
    verbs.set_state(north.id, made.id, "published", actor=ACTOR, at=north.clock())
    assert jobs(north, "late_mapping") == 1
    verbs.edit_campaign(north.id, made.id, {"ends_on": None}, actor=ACTOR, at=north.clock())
    assert jobs(north, "late_mapping") == 1


def test_nothing_of_another_tenant_can_be_named(north: Tenant, south: Tenant) -> None:
    made = north.campaign(state="draft")
    with pytest.raises(Missing):
        verbs.create_entry_point(north.id, source_id=south.source.id, kind="campaign_id", value="C1", actor=ACTOR, at=north.clock())
    with pytest.raises(Missing):
        north.engagement(made, name="x", entry_points=[], source=south.source)
    with pytest.raises(Missing):
        verbs.edit_engagement(
            north.id, north.engagements["Spring check-up"].id, {"skill_id": south.skills["care"].id}, actor=ACTOR, at=north.clock()
        )


class Provider(Transport):
    """A transport that gives one outcome."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__()
        self.outcome = outcome

    def call(self, call: HttpCall) -> Outcome:
        assert call.url.startswith("http://127.0.0.1:1/")
        return self.outcome


@pytest.mark.parametrize(
    ("outcome", "state"),
    [(Answered(401, b"{}"), "refused"), (Answered(500, b""), "not_checked"), (Broke("ReadTimeout"), "not_checked")],
)
def test_the_product_token_is_checked_beside_and_never_blocks(north: Tenant, outcome: Outcome, state: str) -> None:
    assert jobs(north, "check_token") == 2  # North's and South's sources
    with Provider(outcome) as provider:
        providers.check_token(north.id, north.source.id, at=north.clock(), transport=provider, base_url="http://127.0.0.1:1")
    stored = Source.objects.get(id=north.source.id)
    assert stored.token_state == state
    assert stored.token_reason
    assert providers.is_connected(stored)


def test_ignored_campaigns_are_marked_once_and_unmarked(north: Tenant) -> None:
    providers.ignore_campaign(north.id, north.source.id, " Codes ", actor=ACTOR, at=north.clock())
    again = providers.ignore_campaign(north.id, north.source.id, "codes", actor=ACTOR, at=north.clock())
    assert (again.external_campaign, again.campaign_key) == ("Codes", "codes")
    providers.stop_ignoring(north.id, north.source.id, "CODES", actor=ACTOR, at=north.clock())
    with pytest.raises(Missing):
        providers.stop_ignoring(north.id, north.source.id, "codes", actor=ACTOR, at=north.clock())


def test_a_disconnected_source_is_told_of_once(north: Tenant) -> None:
    for _ in range(2):
        providers.disconnect(north.id, north.source.id, actor=ACTOR, at=north.clock())
    told = Event.objects.filter(subject=f"source:{north.source.id}").order_by("written").values_list("type", flat=True)
    assert list(told) == ["source.connected", "source.disconnected"]


def test_settings_of_a_source_keep_secrets_out_of_what_is_printed(north: Tenant) -> None:
    shown = repr(providers.settings_of(Source.objects.get(id=north.source.id)))
    assert "product-token-of-the-tests" not in shown
    assert north.secret("notice_token") not in shown
    assert north.number in shown


def test_secrets_of_a_new_source_are_not_in_the_audit_trail(north: Tenant) -> None:
    details: list[Any] = list(AuditEntry.objects.values_list("detail", flat=True))
    assert "product-token-of-the-tests" not in str(details)
    assert any(detail.get("numbers") == [north.number] for detail in details)

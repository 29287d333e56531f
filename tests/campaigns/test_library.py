"""The library: a value that engagements rely on changes only when that is confirmed, and nothing that was decided changes with it."""

import pytest

from antiphon.accounts.models import AuditEntry
from antiphon.attribution.models import Decision
from antiphon.campaigns import library, verbs
from antiphon.campaigns.models import EngagementVersion, EntryPoint
from antiphon.conversations.models import Conversation
from antiphon.kit.db import account
from antiphon.kit.problems import Conflict, Invalid, Missing
from tests.kit.deliver import Deliver
from tests.kit.world import ACTOR, CLEO, MIA, Tenant

pytestmark = pytest.mark.django_db


def edited(tenant: Tenant, entry_point: EntryPoint, *, name: str = "", value: str = "", is_confirmed: bool = False) -> EntryPoint:
    return library.edit_entry_point(
        tenant.id,
        entry_point.pk,
        name=name,
        value=value or entry_point.value,
        is_confirmed=is_confirmed,
        actor=ACTOR,
        at=tenant.clock(),
    )


def actions(tenant: Tenant) -> list[str]:
    with account(tenant.id):
        return list(AuditEntry.objects.filter(account_id=tenant.id, action__startswith="entry_point").values_list("action", flat=True))


def test_renaming_changes_nothing_else(north: Tenant) -> None:
    north.campaign()
    entry_point = north.entry_point("C1")
    assert edited(north, entry_point, name=" Spring ").pk == entry_point.pk
    with account(north.id):
        assert EntryPoint.objects.get(pk=entry_point.pk).name == "Spring"
        assert EngagementVersion.objects.count() == 1
    edited(north, entry_point, name="Spring")
    assert actions(north) == ["entry_point.created", "entry_point.edited"]


def test_another_spelling_is_the_same_value(north: Tenant) -> None:
    entry_point = north.entry_point("C1")
    assert edited(north, entry_point, value=" c1 ").pk == entry_point.pk
    with account(north.id):
        assert EntryPoint.objects.get(pk=entry_point.pk).key == "c1"


def test_another_value_of_one_that_is_used_is_confirmed_first(north: Tenant) -> None:
    north.campaign()
    entry_point = north.entry_point("C1")
    with pytest.raises(Conflict, match="Spring check-up of Spring check-up would find its replies by C2 instead of C1") as refused:
        edited(north, entry_point, value="C2")
    assert (refused.value.code, refused.value.field) == ("entry_point_in_use", "confirmed")
    made = edited(north, entry_point, value="C2", name="Second", is_confirmed=True)
    assert (made.value, made.name) == ("C2", "Second")
    with account(north.id):
        versions = EngagementVersion.objects.order_by("version").values_list("entry_point_ids", flat=True)
        assert list(versions) == [[entry_point.pk], [made.pk]]
    assert actions(north) == ["entry_point.created", "entry_point.created", "entry_point.removed"]


def test_what_was_decided_keeps_the_value_it_was_decided_by(north: Tenant) -> None:
    north.campaign()
    deliver = Deliver(north)
    deliver.notice(CLEO, "C1", at=north.clock())
    deliver.reply(CLEO, at=north.clock.forward(minutes=1))
    old = north.entry_point("C1")
    made = edited(north, old, value="C2", is_confirmed=True)
    deliver.notice(MIA, "C2", at=north.clock.forward(minutes=1))
    deliver.reply(MIA, at=north.clock.forward(minutes=1))
    with account(north.id):
        found = dict(Conversation.objects.values_list("consumer__phone", "entry_point_id"))
        assert found == {CLEO: old.pk, MIA: made.pk}
        assert set(Decision.objects.values_list("entry_point_id", flat=True)) == {old.pk, made.pk}
        assert EntryPoint.objects.get(pk=old.pk).value == "C1"


def test_a_value_that_the_library_has_is_not_taken_twice(north: Tenant) -> None:
    entry_point, other = north.entry_point("C1"), north.entry_point("C2")
    with pytest.raises(Conflict, match="has C2 already") as refused:
        edited(north, entry_point, value="c2", is_confirmed=True)
    assert refused.value.code == "entry_point_exists"
    library.remove_entry_point(north.id, other.pk, actor=ACTOR, at=north.clock())
    assert edited(north, entry_point, value="c2").pk == other.pk


def test_what_is_no_value_is_refused(north: Tenant) -> None:
    with pytest.raises(Invalid):
        edited(north, north.entry_point("C1"), value="  ")


def test_only_what_nobody_has_is_removed_and_it_comes_back(north: Tenant) -> None:
    campaign = north.campaign()
    entry_point = north.entry_point("C1")
    with pytest.raises(Conflict, match="has it: take it from there first"):
        library.remove_entry_point(north.id, entry_point.pk, actor=ACTOR, at=north.clock())
    verbs.set_state(north.id, campaign.id, "archived", actor=ACTOR, at=north.clock())
    library.remove_entry_point(north.id, entry_point.pk, actor=ACTOR, at=north.clock())
    with pytest.raises(Missing):
        library.entry_point_in(north.id, entry_point.pk)
    again, is_new = verbs.create_entry_point(
        north.id, source_id=north.source.id, kind="campaign_id", value="C1", name="Back", actor=ACTOR, at=north.clock()
    )
    assert (again.pk, is_new, again.name) == (entry_point.pk, True, "Back")
    assert actions(north) == ["entry_point.created", "entry_point.removed", "entry_point.created"]


def test_the_library_is_one_account_s_own(north: Tenant, south: Tenant) -> None:
    entry_point = north.entry_point("C1")
    for act in (
        lambda: edited(south, entry_point, name="x"),
        lambda: library.remove_entry_point(south.id, entry_point.pk, actor=ACTOR, at=south.clock()),
    ):
        with pytest.raises(Missing):
            act()

"""Presence: said by people, by their pages, by their silence, by others."""

from collections.abc import Iterable

import pytest

from antiphon.accounts.models import AuditEntry, Membership
from antiphon.kit.db import account
from antiphon.kit.problems import Invalid, Missing
from antiphon.routing.models import Presence
from antiphon.routing.presence import fall_silent, leave, seen, set_presence
from tests.kit.world import Tenant

pytestmark = pytest.mark.django_db


def be(north: Tenant, name: str, state: str, *, by: str | None = None) -> None:
    actor = f"membership:{north.people[by or name].pk}"
    set_presence(north.id, north.people[name].pk, state=state, actor=actor, at=north.clock())


def is_(north: Tenant, name: str) -> tuple[str, str]:
    with account(north.id):
        found = Presence.objects.get(membership=north.people[name])
        return found.state, found.set_by.partition(":")[0]


def hear(north: Tenant, names: Iterable[str]) -> None:
    with account(north.id) as db:
        seen(db, north.id, [north.people[name].pk for name in names], at=north.clock())


def hush(north: Tenant) -> int:
    with account(north.id) as db:
        return fall_silent(db, north.id, at=north.clock())


def test_people_say_it_of_themselves(north: Tenant) -> None:
    for state in ("online", "away", "offline", "online"):
        be(north, "Ada", state)
        assert is_(north, "Ada") == (state, "membership")
    with account(north.id):
        assert not AuditEntry.objects.filter(action="presence.set").exists()


def test_said_again_it_is_a_sign_of_life_and_no_change(north: Tenant) -> None:
    began = north.clock()
    be(north, "Ada", "online")
    north.clock.forward(seconds=50)
    be(north, "Ada", "online")
    with account(north.id):
        found = Presence.objects.get()
        assert (found.since, found.seen_at) == (began, north.clock())


@pytest.mark.parametrize("heard_after", [59, 60, 61])
def test_silence_is_away_after_a_minute_and_a_page_that_is_back_undoes_it(north: Tenant, heard_after: int) -> None:
    be(north, "Ada", "online")
    be(north, "Ben", "away")
    north.clock.forward(seconds=heard_after)
    assert hush(north) == (heard_after > 60)
    hear(north, ["Ada", "Ben", "Sol"])
    assert is_(north, "Ada")[0] == "online"
    assert is_(north, "Ben") == ("away", "membership")
    assert hush(north) == 0


def test_whoever_said_away_or_offline_stays_so_when_heard(north: Tenant) -> None:
    be(north, "Ada", "away")
    be(north, "Ben", "offline", by="Sol")
    hear(north, ["Ada", "Ben"])
    assert (is_(north, "Ada")[0], is_(north, "Ben")[0]) == ("away", "offline")


def test_a_supervisor_says_it_for_another_and_that_is_kept(north: Tenant) -> None:
    be(north, "Ada", "online", by="Sol")
    assert is_(north, "Ada") == ("online", "membership")
    with account(north.id):
        kept = AuditEntry.objects.get(action="presence.set")
        assert (kept.subject, kept.detail) == (f"membership:{north.people['Ada'].pk}", {"before": "offline", "state": "online"})


def test_signing_out_is_offline_for_those_who_were_there(north: Tenant) -> None:
    be(north, "Ada", "online")
    leave(north.id, north.people["Ada"].pk, at=north.clock())
    leave(north.id, north.people["Ben"].pk, at=north.clock())
    assert is_(north, "Ada")[0] == "offline"
    with account(north.id):
        assert Presence.objects.count() == 1


def test_refused(north: Tenant, south: Tenant) -> None:
    with pytest.raises(Invalid):
        be(north, "Ada", "busy")
    Membership.objects.filter(id=north.people["Ben"].pk).update(is_active=False)
    for stranger in (south.people["Zed"], north.people["Lyn"], north.people["Ben"]):
        with pytest.raises(Missing):
            set_presence(north.id, stranger.pk, state="online", actor="command", at=north.clock())
    be(north, "Ada", "online")


def test_one_tenant_is_deaf_to_the_other(north: Tenant, south: Tenant) -> None:
    be(north, "Ada", "online")
    be(south, "Zed", "online")
    north.clock.forward(seconds=61)
    assert hush(north) == 1
    assert is_(south, "Zed")[0] == "online"

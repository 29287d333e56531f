"""People of an account: editing, shutting out, letting back in, and the administrator who must stay."""

from typing import Any

import pytest
from django.test import Client

from antiphon.accounts import people
from antiphon.accounts.models import AuditEntry, Membership
from antiphon.accounts.people import person_values
from antiphon.accounts.stamps import Overtaken, stamp
from antiphon.kit.db import account
from antiphon.kit.problems import Conflict, Invalid, Missing
from tests.kit.world import Tenant


def edit(north: Tenant, who: str, **changes: Any) -> Membership:
    person = north.people[who]
    return people.edit_person(north.id, person.pk, changes, actor="membership:1", at=north.clock())


def values(north: Tenant, name: str) -> dict[str, Any]:
    with account(north.id):
        return person_values(Membership.objects.get(pk=north.people[name].pk))


def trail(north: Tenant) -> AuditEntry:
    with account(north.id):
        return AuditEntry.objects.filter(account_id=north.id).latest("id")


def test_what_is_left_out_stays(north: Tenant) -> None:
    care, sales = north.skills["care"].pk, north.skills["sales"].pk
    edit(north, "Ada", capacity="3")
    assert values(north, "Ada") == {"name": "Ada", "role": "agent", "capacity": 3, "skills": [care, sales]}
    edit(north, "Ada", name="Ada L.", role="supervisor", skills=[sales])
    assert values(north, "Ada") == {"name": "Ada L.", "role": "supervisor", "capacity": 3, "skills": [sales]}
    told = trail(north)
    assert (told.action, told.subject) == ("person.edited", f"membership:{north.people['Ada'].pk}")
    assert told.detail["changed"] == {"name": ["Ada", "Ada L."], "role": ["agent", "supervisor"], "skills": [[care, sales], [sales]]}


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"capacity": "0"}, "out_of_range", "capacity"),
        ({"capacity": "101"}, "out_of_range", "capacity"),
        ({"capacity": "many"}, "out_of_range", "capacity"),
        ({"role": "king"}, "unknown_role", "role"),
        ({"name": " "}, "bad_length", "name"),
    ],
)
def test_what_is_refused(north: Tenant, changes: dict[str, Any], code: str, field: str) -> None:
    before = values(north, "Ada")
    with pytest.raises(Invalid) as refused:
        edit(north, "Ada", **changes)
    assert (refused.value.code, refused.value.field) == (code, field)
    assert values(north, "Ada") == before
    edit(north, "Ada", capacity="100", role="analyst", name="A")


def test_a_skill_of_another_account_is_missing(north: Tenant, south: Tenant) -> None:
    with pytest.raises(Missing):
        edit(north, "Ada", skills=[south.skills["care"].pk])
    edit(north, "Ada", skills=[north.skills["care"].pk])


def test_the_last_administrator_stays_one(north: Tenant) -> None:
    with pytest.raises(Conflict, match="only administrator") as refused:
        edit(north, "Ana", role="agent")
    assert refused.value.code == "last_administrator"
    with pytest.raises(Conflict, match="only administrator"):
        shut_out(north, "Ana")
    edit(north, "Sol", role="administrator")
    edit(north, "Ana", role="agent")
    with pytest.raises(Conflict):
        shut_out(north, "Sol")


def test_a_disabled_administrator_does_not_count(north: Tenant) -> None:
    edit(north, "Sol", role="administrator")
    shut_out(north, "Sol")
    with pytest.raises(Conflict):
        shut_out(north, "Ana")


def shut_out(north: Tenant, name: str) -> Membership:
    return people.disable(north.id, north.people[name].pk, actor="membership:1", at=north.clock())


def test_a_save_that_somebody_else_overtook(north: Tenant) -> None:
    shown = stamp(values(north, "Ada"))
    edit(north, "Ada", capacity="5")
    with pytest.raises(Overtaken) as refused:
        people.edit_person(north.id, north.people["Ada"].pk, {"role": "analyst"}, actor="x", at=north.clock(), expected=shown)
    assert (refused.value.status, refused.value.code, refused.value.fields) == (412, "stale", ("capacity",))
    shown = stamp(values(north, "Ada"))
    people.edit_person(north.id, north.people["Ada"].pk, {"role": "analyst"}, actor="x", at=north.clock(), expected=shown)
    assert values(north, "Ada")["role"] == "analyst"


def test_the_sessions_of_who_is_shut_out_end_at_once_and_stay_ended(north: Tenant) -> None:
    ada, ben = Client(), Client()
    ada.force_login(north.people["Ada"].user)
    ben.force_login(north.people["Ben"].user)
    assert ada.get("/").status_code == 200
    shut_out(north, "Ada")
    assert ada.get("/").status_code == 302
    assert ben.get("/").status_code == 200
    people.enable(north.id, north.people["Ada"].pk, actor="membership:1", at=north.clock())
    assert ada.get("/").status_code == 302
    north.people["Ada"].user.refresh_from_db()
    again = Client()
    again.force_login(north.people["Ada"].user)
    assert again.get("/").status_code == 200


def test_shutting_out_twice_tells_once(north: Tenant) -> None:
    for _ in range(2):
        assert not shut_out(north, "Ada").is_active
    with account(north.id):
        assert AuditEntry.objects.filter(account_id=north.id, action="person.disabled").count() == 1


def test_a_person_of_another_account_is_missing(north: Tenant, south: Tenant) -> None:
    theirs = south.people["Zed"].pk
    for verb in (people.disable, people.enable):
        with pytest.raises(Missing):
            verb(north.id, theirs, actor="x", at=north.clock())
    with pytest.raises(Missing):
        people.edit_person(north.id, theirs, {}, actor="x", at=north.clock())
    assert values(south, "Zed")["role"] == "agent"

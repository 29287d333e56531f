"""Invitations: the life of a link, and who may join by it."""

from datetime import timedelta

import pytest

from antiphon.accounts import invitations
from antiphon.accounts.invitations import NewLink
from antiphon.accounts.models import Invitation, Membership, User
from antiphon.accounts.verbs import remove_skill
from antiphon.kit.db import account
from antiphon.kit.problems import Conflict, Invalid, Missing
from tests.kit.world import Tenant, World

PASSWORD = "tall ships at dawn"


def invite(north: Tenant, email: str = "fay@north.example", *, role: str = "agent", skills: tuple[str, ...] = ("care",)) -> NewLink:
    held = [north.skills[name].pk for name in skills]
    return invitations.invite(north.id, email=email, name="Fay", role=role, skills=held, actor="membership:5", at=north.clock())


def accept(shown: str, north: Tenant, *, password: str | None = PASSWORD, signed_in: User | None = None) -> Membership:
    return invitations.accept(shown, name="Fay F.", password=password, signed_in=signed_in, at=north.clock())


def state(link: NewLink, north: Tenant) -> str:
    return invitations.state(Invitation.objects.get(pk=link.invitation.pk), at=north.clock())


def held(person: Membership) -> list[str]:
    with account(person.account_id):
        return [skill.name for skill in person.skills.all()]


def test_a_link_is_good_once(north: Tenant) -> None:
    link = invite(north)
    assert state(link, north) == "open"
    person = accept(link.secret, north)
    assert (person.name, person.role, person.user.email) == ("Fay F.", "agent", "fay@north.example")
    assert held(person) == ["care"]
    assert User.objects.get(email="fay@north.example").check_password(PASSWORD)
    assert state(link, north) == "used"
    with pytest.raises(Missing):
        accept(link.secret, north)


def test_only_the_hash_of_a_link_is_kept(north: Tenant) -> None:
    link = invite(north)
    stored = Invitation.objects.filter(pk=link.invitation.pk).values().get()
    assert all(link.secret not in str(value) and link.secret.encode() not in bytes(str(value), "utf-8") for value in stored.values())


def test_a_link_is_good_for_a_week(north: Tenant) -> None:
    link = invite(north)
    north.clock.at += timedelta(days=7)
    assert state(link, north) == "expired"
    with pytest.raises(Missing):
        accept(link.secret, north)
    again = invitations.renew(north.id, link.invitation.pk, actor="membership:5", at=north.clock())
    assert invitations.find(link.secret) is None
    accept(again.secret, north)


def test_a_revoked_link_opens_nothing(north: Tenant) -> None:
    link = invite(north)
    invitations.revoke(north.id, link.invitation.pk, actor="membership:5", at=north.clock())
    assert state(link, north) == "revoked"
    with pytest.raises(Missing):
        accept(link.secret, north)
    for verb in (invitations.revoke, invitations.renew):
        with pytest.raises(Conflict, match="used or revoked"):
            verb(north.id, link.invitation.pk, actor="membership:5", at=north.clock())
    accept(invite(north).secret, north)


@pytest.mark.parametrize("password", ["short", "passwordpassword1"[:8], "fay@north.example", None])
def test_a_weak_password_does_not_use_the_link_up(north: Tenant, password: str | None) -> None:
    link = invite(north)
    with pytest.raises(Invalid) as refused:
        accept(link.secret, north, password=password)
    assert (refused.value.code, refused.value.field) == ("weak_password", "password")
    assert not User.objects.filter(email="fay@north.example").exists()
    assert accept(link.secret, north).name == "Fay F."


def test_who_is_known_joins_as_themselves_only(world: World) -> None:
    north, zed = world.north, world.south.people["Zed"].user
    link = invite(north, zed.email)
    old = User.objects.get(pk=zed.pk).password
    for wrong in (None, north.people["Ada"].user):
        with pytest.raises(Conflict) as refused:
            accept(link.secret, north, signed_in=wrong)
        assert refused.value.code == "sign_in_first"
    person = accept(link.secret, north, signed_in=zed)
    assert (person.user_id, User.objects.get(pk=zed.pk).password) == (zed.pk, old)


def test_nobody_is_invited_twice(north: Tenant) -> None:
    invite(north)
    with pytest.raises(Conflict) as refused:
        invite(north, " FAY@north.example ")
    assert refused.value.code == "invited_already"
    with pytest.raises(Conflict) as refused:
        invite(north, north.people["Ada"].user.email)
    assert refused.value.code == "person_exists"
    north.clock.at += timedelta(days=8)
    assert invite(north).secret


def test_a_skill_that_was_removed_meanwhile_is_left_out(north: Tenant) -> None:

    link = invite(north, skills=("care", "sales"))
    remove_skill(north.id, north.skills["sales"].pk, used_by=[], actor="x", at=north.clock())
    assert held(accept(link.secret, north)) == ["care"]


def test_what_is_no_link_opens_nothing(north: Tenant) -> None:
    invite(north)
    for shown in ("", "0" * 48, "x" * 10_000, "\ud800"):
        assert invitations.find(shown) is None


def test_an_invitation_of_another_account_is_missing(north: Tenant, south: Tenant) -> None:
    link = invite(north)
    for verb in (invitations.revoke, invitations.renew):
        with pytest.raises(Missing):
            verb(south.id, link.invitation.pk, actor="x", at=north.clock())
    assert state(link, north) == "open"

"""People of an account: what they may do and how much at once, and their leaving and coming back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from antiphon.accounts import inputs, stamps
from antiphon.accounts.audit import audit
from antiphon.accounts.models import Membership, MembershipSkill, Role, User
from antiphon.accounts.verbs import skill_in
from antiphon.kit.db import account, run, sql
from antiphon.kit.problems import Conflict, Missing

MOST_CAPACITY = 100
ENDED = "ended:"


def person_in(account_id: int, membership_id: int, *, field: str = "") -> Membership:
    """Return a person of the account. Raises Missing."""
    found = Membership.objects.select_related("user").filter(account_id=account_id, id=membership_id).first()
    if found is None:
        raise Missing("not_found", "There is no person {membership_id} in this account.", field=field, membership_id=membership_id)
    return found


def person_values(person: Membership) -> dict[str, Any]:
    """Return what a person's form shows of them; only inside the account's transaction."""
    skills = MembershipSkill.objects.filter(account_id=person.account_id, membership_id=person.pk).order_by("skill_id")
    held = list(skills.values_list("skill_id", flat=True))
    return {"name": person.name, "role": person.role, "capacity": person.capacity, "skills": held}


def edit_person(
    account_id: int, membership_id: int, changes: Mapping[str, Any], *, actor: str, at: datetime, expected: str | None = None
) -> Membership:
    """Change a person's name, role, capacity or skills; what is left out stays. `expected` is the stamp of what was shown.

    Raises Invalid, Missing, Overtaken, and Conflict when the account would be left without an administrator.
    """
    with account(account_id):
        _lock(account_id)
        person = person_in(account_id, membership_id)
        before = person_values(person)
        stamps.check(expected, before)
        wanted = before | _checked(changes)
        _check_keeps_administrator(person, is_administrator=wanted["role"] == Role.ADMINISTRATOR)
        _give_exactly(account_id, membership_id, wanted["skills"])
        person.name, person.role, person.capacity = wanted["name"], wanted["role"], wanted["capacity"]
        person.save(update_fields=["name", "role", "capacity"])
        detail = {"name": person.name, "changed": stamps.difference(before, person_values(person))}
        audit(account_id, actor=actor, action="person.edited", subject=f"membership:{person.pk}", at=at, detail=detail)
    return person


def disable(account_id: int, membership_id: int, *, actor: str, at: datetime) -> Membership:
    """Shut a person out of the account at once: every session of theirs ends. Raises Missing, Conflict for the last administrator."""
    with account(account_id):
        _lock(account_id)
        person = person_in(account_id, membership_id)
        if not person.is_active:
            return person
        _check_keeps_administrator(person, is_administrator=False)
        person.is_active = False
        person.save(update_fields=["is_active"])
        end_sessions(person.user_id)
        audit(account_id, actor=actor, action="person.disabled", subject=f"membership:{person.pk}", at=at, detail={"name": person.name})
    return person


def enable(account_id: int, membership_id: int, *, actor: str, at: datetime) -> Membership:
    """Let a person back in; they sign in again. Raises Missing."""
    with account(account_id):
        person = person_in(account_id, membership_id)
        if person.is_active:
            return person
        person.is_active = True
        person.save(update_fields=["is_active"])
        audit(account_id, actor=actor, action="person.enabled", subject=f"membership:{person.pk}", at=at, detail={"name": person.name})
    return person


def share_skill(account_id: int, skill_id: int, people: Sequence[int], *, actor: str, at: datetime) -> None:
    """Let exactly these of the active people have a skill. Raises Missing."""
    with account(account_id):
        skill = skill_in(account_id, skill_id)
        held = MembershipSkill.objects.filter(account_id=account_id, skill_id=skill_id, membership__is_active=True)
        before = sorted(held.values_list("membership_id", flat=True))
        wanted = sorted({person_in(account_id, number, field="people").pk for number in people})
        if wanted == before:
            return
        held.exclude(membership_id__in=wanted).delete()
        fresh = [number for number in wanted if number not in before]
        MembershipSkill.objects.bulk_create(
            (MembershipSkill(account_id=account_id, membership_id=number, skill_id=skill_id) for number in fresh), ignore_conflicts=True
        )
        detail = {"name": skill.name, "changed": {"people": [before, wanted]}}
        audit(account_id, actor=actor, action="skill.shared", subject=f"skill:{skill_id}", at=at, detail=detail)


def end_sessions(user_id: int) -> None:
    """End every session that a person has open, on whatever machine."""
    User.objects.filter(id=user_id).update(sessions_ended=F("sessions_ended") + 1)
    end_streams(user_id)


def end_streams(user_id: int) -> None:
    """End the live streams of a person in all their accounts, at commit; pages whose session goes on come back by themselves."""
    with transaction.atomic():
        run(connection.connection, sql("antiphon.accounts", "end_streams"), {"user": user_id, "ended": ENDED})


def ended_topic(membership_id: int) -> str:
    """Return how a process's streams are told that a person's sessions ended."""
    return f"{ENDED}{membership_id}"


def _checked(changes: Mapping[str, Any]) -> dict[str, Any]:
    found = dict(changes)
    if "name" in found:
        found["name"] = inputs.text(found["name"], field="name", longest=100)
    if "role" in found:
        inputs.check_role(found["role"])
    if "capacity" in found:
        found["capacity"] = inputs.whole(found["capacity"], field="capacity", least=1, most=MOST_CAPACITY)
    return found


def _lock(account_id: int) -> None:
    """Let nobody else change who is an administrator meanwhile."""
    list(Membership.objects.select_for_update().filter(account_id=account_id, role=Role.ADMINISTRATOR).order_by("id").values_list("id"))


def _check_keeps_administrator(person: Membership, *, is_administrator: bool) -> None:
    if is_administrator or not person.is_active or person.role != Role.ADMINISTRATOR:
        return
    others = Membership.objects.filter(account_id=person.account_id, role=Role.ADMINISTRATOR, is_active=True).exclude(id=person.pk)
    if not others.exists():
        raise Conflict(
            "last_administrator", "{person} is the only administrator: make somebody else one first.", field="role", person=person.name
        )


def _give_exactly(account_id: int, membership_id: int, skills: list[int]) -> None:
    held = MembershipSkill.objects.filter(account_id=account_id, membership_id=membership_id)
    held.exclude(skill_id__in=skills).delete()
    have = set(held.values_list("skill_id", flat=True))
    fresh = [skill_in(account_id, skill_id, field="skills").id for skill_id in dict.fromkeys(skills) if skill_id not in have]
    MembershipSkill.objects.bulk_create(
        MembershipSkill(account_id=account_id, membership_id=membership_id, skill_id=skill_id) for skill_id in fresh
    )

"""Accounts, people, skills, apps and API keys: what other steps and commands may do with them."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from antiphon.accounts import inputs, stamps
from antiphon.accounts.audit import audit
from antiphon.accounts.models import Account, ApiKey, AppGrant, Membership, MembershipSkill, Skill, User
from antiphon.kit.db import account
from antiphon.kit.ids import secret
from antiphon.kit.problems import Conflict, Missing

DEFAULT_SKILL = "General"
_KEY_MARK = "ant_"
_PREFIX_LENGTH = 12
_SEEN_EVERY = timedelta(minutes=1)
_TIMES = ("response_target_seconds", "auto_close_seconds", "return_seconds")


@dataclass(frozen=True, slots=True)
class NewKey:
    """An API key as it is shown once; only its hash is kept."""

    key: ApiKey
    secret: str


def create_account(
    name: str, *, actor: str, at: datetime, time_zone: str = "Europe/Amsterdam", home_region: str = "", default_skill: str = DEFAULT_SKILL
) -> Account:
    """Open an account with one skill, so that a source can be connected at once. Raises Invalid, Conflict."""
    name = inputs.text(name, field="name", longest=200)
    inputs.check_time_zone(time_zone)
    with transaction.atomic():
        if Account.objects.filter(name__iexact=name).exists():
            raise Conflict("account_exists", "There is an account {name} already: choose another name.", field="name", name=name)
        made = Account.objects.create(name=name, time_zone=time_zone, home_region=home_region.upper())
        with account(made.id):
            audit(made.id, actor=actor, action="account.created", subject=f"account:{made.id}", at=at, detail={"name": name})
            create_skill(made.id, name=default_skill, actor=actor, at=at)
    return made


def create_person(  # noqa: PLR0913 - one argument per thing a person has
    account_id: int,
    *,
    email: str,
    name: str,
    role: str,
    actor: str,
    at: datetime,
    skills: Sequence[int] = (),
    password: str | None = None,
    capacity: int = 8,
) -> Membership:
    """Give a person (known by e-mail address, else new) a role and skills in the account. Raises Invalid, Conflict, Missing."""
    email = inputs.email(email)
    inputs.check_role(role)
    with account(account_id):
        user = User.objects.filter(email=email).first() or _new_user(email, name=name, password=password)
        if Membership.objects.filter(account_id=account_id, user=user).exists():
            raise Conflict("person_exists", "{email} is in this account already.", field="email", email=email)
        person = Membership.objects.create(
            account_id=account_id, user=user, name=inputs.text(name, field="name", longest=100), role=role, capacity=capacity
        )
        give_skills(account_id, person.id, skills)
        detail = {"name": person.name, "role": role, "skills": list(skills)}
        audit(account_id, actor=actor, action="person.added", subject=f"membership:{person.id}", at=at, detail=detail)
    return person


def give_skills(account_id: int, membership_id: int, skills: Sequence[int]) -> None:
    """Give a person skills besides those they have. Raises Missing for one that is not in the account."""
    for skill_id in dict.fromkeys(skills):
        MembershipSkill.objects.get_or_create(
            account_id=account_id, membership_id=membership_id, skill_id=skill_in(account_id, skill_id).id
        )


def create_skill(
    account_id: int,
    *,
    name: str,
    actor: str,
    at: datetime,
    response_target_seconds: int = 900,
    auto_close_seconds: int | None = 72 * 3600,
    return_seconds: int | None = None,
) -> Skill:
    """Add a skill; a removed one of the same name comes back. Raises Invalid, Conflict."""
    name = inputs.text(name, field="name", longest=100)
    times = (response_target_seconds, auto_close_seconds, return_seconds)
    settings: dict[str, Any] = dict(zip(_TIMES, times, strict=True))
    inputs.check_seconds(settings)
    with account(account_id):
        known = Skill.objects.filter(account_id=account_id, name=name).first()
        if known and known.removed_at is None:
            raise Conflict("skill_exists", "There is a skill {name} already.", field="name", name=name)
        made, _ = Skill.objects.update_or_create(account_id=account_id, name=name, defaults=settings | {"removed_at": None})
        audit(account_id, actor=actor, action="skill.added", subject=f"skill:{made.id}", at=at, detail={"name": name, **settings})
    return made


def edit_skill(account_id: int, skill_id: int, changes: dict[str, Any], *, actor: str, at: datetime, expected: str | None = None) -> Skill:
    """Change a skill's name or times. `expected` is the stamp of what was shown. Raises Invalid, Conflict, Missing, Overtaken."""
    inputs.check_seconds(changes)
    with account(account_id):
        Skill.objects.select_for_update().filter(account_id=account_id, id=skill_id).first()
        skill = skill_in(account_id, skill_id)
        before = skill_values(skill)
        stamps.check(expected, before)
        for field, value in changes.items():
            setattr(skill, field, inputs.text(value, field="name", longest=100) if field == "name" else value)
        if Skill.objects.filter(account_id=account_id, name=skill.name).exclude(id=skill_id).exists():
            raise Conflict("skill_exists", "There is a skill {skill} already.", field="name", skill=skill.name)
        skill.save(update_fields=["name", *_TIMES])
        changed = stamps.difference(before, skill_values(skill))
        detail = {"name": skill.name, "changed": changed}
        audit(account_id, actor=actor, action="skill.edited", subject=f"skill:{skill.id}", at=at, detail=detail)
    return skill


def skill_values(skill: Skill) -> dict[str, Any]:
    """Return what a skill's form shows of it."""
    return {field: getattr(skill, field) for field in ("name", *_TIMES)}


def remove_skill(account_id: int, skill_id: int, *, used_by: Sequence[str], actor: str, at: datetime) -> None:
    """Take a skill out of use. `used_by` names what still needs it: a skill in use stays. Raises Conflict, Missing."""
    with account(account_id):
        skill = skill_in(account_id, skill_id)
        if used_by:
            raise Conflict(
                "skill_in_use", "{skill} is used by {listed}: give those another skill first.", skill=skill.name, listed=", ".join(used_by)
            )
        skill.removed_at = at
        skill.save(update_fields=["removed_at"])
        audit(account_id, actor=actor, action="skill.removed", subject=f"skill:{skill.id}", at=at, detail={"name": skill.name})


def enable_app(account_id: int, app: str, *, actor: str, at: datetime) -> AppGrant:
    """Make an app available to the account: the operator's word (docs/glossary.md). Doing it again changes nothing."""
    with account(account_id):
        grant, is_new = AppGrant.objects.get_or_create(account_id=account_id, app=app, defaults={"enabled_at": at})
        if is_new:
            audit(account_id, actor=actor, action="app.enabled", subject=f"app:{app}", at=at)
    return grant


def install_app(account_id: int, app: str, *, actor: str, at: datetime) -> AppGrant:
    """Switch an available app on; connecting a source does it too. Raises Conflict when the operator has not enabled it."""
    with account(account_id):
        grant = AppGrant.objects.filter(account_id=account_id, app=app).first()
        if grant is None:
            raise Conflict(
                "app_not_available",
                "{app} is not available to this account: the operator runs `antiphon app enable {app}`.",
                field="app",
                app=app,
            )
        if grant.installed_at is None:
            grant.installed_at = at
            grant.save(update_fields=["installed_at"])
            audit(account_id, actor=actor, action="app.installed", subject=f"app:{app}", at=at)
    return grant


def create_api_key(account_id: int, *, role: str, actor: str, at: datetime, name: str = "", expires_at: datetime | None = None) -> NewKey:
    """Make a key; its secret (192 random bits) is in the result and nowhere else. Raises Invalid."""
    inputs.check_role(role)
    shown = _KEY_MARK + secret()
    with account(account_id):
        key = ApiKey.objects.create(
            account_id=account_id, name=name[:100], role=role, prefix=shown[:_PREFIX_LENGTH], key_hash=_hash(shown), expires_at=expires_at
        )
        audit(account_id, actor=actor, action="api_key.created", subject=f"api_key:{key.id}", at=at, detail={"role": role, "name": name})
    return NewKey(key, shown)


def revoke_api_key(account_id: int, key_id: int, *, actor: str, at: datetime) -> None:
    """End a key at once. Raises Missing."""
    with account(account_id):
        if not ApiKey.objects.filter(account_id=account_id, id=key_id, revoked_at=None).update(revoked_at=at):
            raise Missing("not_found", "There is no key {key_id} in use.", key_id=key_id)
        audit(account_id, actor=actor, action="api_key.revoked", subject=f"api_key:{key_id}", at=at)


def key_in_force(shown: str, *, at: datetime) -> ApiKey | None:
    """Return the key behind a secret if it is valid at `at`, noting its use at most once a minute."""
    key = ApiKey.objects.filter(key_hash=_hash(shown), revoked_at=None).first()
    if key is None or (key.expires_at is not None and key.expires_at <= at):
        return None
    if key.last_used_at is None or at - key.last_used_at >= _SEEN_EVERY:
        ApiKey.objects.filter(id=key.id).update(last_used_at=at)
    return key


def skill_in(account_id: int, skill_id: int, *, field: str = "skill") -> Skill:
    """Return a skill of the account that is in use. Raises Missing."""
    found = Skill.objects.filter(account_id=account_id, id=skill_id, removed_at=None).first()
    if found is None:
        raise Missing("not_found", "There is no skill {skill_id} in this account.", field=field, skill_id=skill_id)
    return found


def _new_user(email: str, *, name: str, password: str | None) -> User:
    if password is not None:
        inputs.check_password(password, email=email, name=name)
    return User.objects.create_user(email, password, first_name=name[:150])


def _hash(shown: str) -> bytes:
    return hashlib.sha256(shown.encode()).digest()

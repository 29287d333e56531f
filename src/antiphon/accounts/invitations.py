"""Invitations: a link by which a person joins an account, good once and for a week; only its hash is kept."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from antiphon.accounts import inputs
from antiphon.accounts.audit import audit
from antiphon.accounts.models import Invitation, Membership, Skill, User
from antiphon.accounts.verbs import create_person, skill_in
from antiphon.kit.db import account
from antiphon.kit.ids import secret
from antiphon.kit.problems import Conflict, Missing

LIFE = timedelta(days=7)
_SECRET_LONGEST = 64


@dataclass(frozen=True, slots=True)
class NewLink:
    """An invitation with the secret of its link, which is in no other place."""

    invitation: Invitation
    secret: str


def invite(account_id: int, *, email: str, name: str, role: str, skills: Sequence[int] = (), actor: str, at: datetime) -> NewLink:
    """Invite a person by their address. Raises Invalid, Missing, and Conflict for who is in the account or invited already."""
    email, name = inputs.email(email), inputs.text(name, field="name", longest=100)
    inputs.check_role(role)
    with account(account_id):
        _check_is_new(account_id, email, at=at)
        held = [skill_in(account_id, skill_id, field="skills").id for skill_id in dict.fromkeys(skills)]
        shown = secret()
        made = Invitation.objects.create(
            account_id=account_id, email=email, name=name, role=role, skill_ids=held, secret_hash=_hash(shown),
            invited_by=actor, created_at=at, expires_at=at + LIFE,
        )  # fmt: skip
        detail = {"name": name, "role": role}
        audit(account_id, actor=actor, action="person.invited", subject=f"invitation:{made.pk}", at=at, detail=detail)
    return NewLink(made, shown)


def renew(account_id: int, invitation_id: int, *, actor: str, at: datetime) -> NewLink:
    """Make a new link, good for another week; the one before stops working. Raises Missing, Conflict."""
    with account(account_id):
        made = fresh_link(account_id, invitation_id, at=at)
        detail = {"name": made.invitation.name}
        audit(account_id, actor=actor, action="invitation.renewed", subject=f"invitation:{invitation_id}", at=at, detail=detail)
    return made


def fresh_link(account_id: int, invitation_id: int, *, at: datetime) -> NewLink:
    """Make the link that is sent: nobody has seen the one before. Raises Missing, Conflict."""
    with account(account_id):
        found = _open(account_id, invitation_id)
        shown = secret()
        found.secret_hash, found.expires_at = _hash(shown), at + LIFE
        found.save(update_fields=["secret_hash", "expires_at"])
    return NewLink(found, shown)


def revoke(account_id: int, invitation_id: int, *, actor: str, at: datetime) -> Invitation:
    """Let the link work no more. Raises Missing, Conflict."""
    with account(account_id):
        found = _open(account_id, invitation_id)
        found.revoked_at = at
        found.save(update_fields=["revoked_at"])
        detail = {"name": found.name}
        audit(account_id, actor=actor, action="invitation.revoked", subject=f"invitation:{found.pk}", at=at, detail=detail)
    return found


def find(shown: str) -> Invitation | None:
    """Return the invitation behind the secret of a link, in whatever state."""
    if len(shown) > _SECRET_LONGEST:
        return None
    return Invitation.objects.select_related("account").filter(secret_hash=_hash(shown)).first()


def state(invitation: Invitation, *, at: datetime) -> str:
    """Return what has become of it: `open`, `used`, `revoked` or `expired`."""
    if invitation.accepted_at:
        return "used"
    if invitation.revoked_at:
        return "revoked"
    return "expired" if invitation.expires_at <= at else "open"


def accept(shown: str, *, name: str, password: str | None, signed_in: User | None, at: datetime) -> Membership:
    """Join the account. Who is known by the address joins as themselves, signed in; others choose a password.

    Raises Missing for a link that opens nothing any more, Invalid for the name or password, Conflict.
    """
    invitation = find(shown)
    if invitation is None or state(invitation, at=at) != "open":
        raise Missing("not_found", "This invitation is not open any more: ask for a new one.")
    with account(invitation.account_id):
        locked = Invitation.objects.select_for_update().get(id=invitation.pk)
        if state(locked, at=at) != "open":
            raise Missing("not_found", "This invitation is not open any more: ask for a new one.")
        person = _join(locked, name=name, password=password, signed_in=signed_in, at=at)
        locked.accepted_at = at
        locked.save(update_fields=["accepted_at"])
    return person


def is_known(invitation: Invitation) -> bool:
    """Return whether somebody signs in with the invited address already."""
    return User.objects.filter(email=invitation.email).exists()


def _join(invitation: Invitation, *, name: str, password: str | None, signed_in: User | None, at: datetime) -> Membership:
    if is_known(invitation):
        if signed_in is None or signed_in.email != invitation.email:
            raise Conflict(
                "sign_in_first", "{email} signs in here already: sign in with it, then open the link again.", email=invitation.email
            )
        password = None
    else:
        inputs.check_password(password or "", email=invitation.email, name=name)
    given: dict[str, Any] = {"email": invitation.email, "name": name, "role": invitation.role, "password": password}
    actor = f"invitation:{invitation.pk}"
    return create_person(invitation.account_id, **given, skills=_skills_left(invitation), actor=actor, at=at)


def _skills_left(invitation: Invitation) -> list[int]:
    """Return the skills of the invitation that are still in use."""
    kept = Skill.objects.filter(account_id=invitation.account_id, id__in=invitation.skill_ids, removed_at=None)
    return list(kept.values_list("id", flat=True))


def _check_is_new(account_id: int, email: str, *, at: datetime) -> None:
    if Membership.objects.filter(account_id=account_id, user__email=email).exists():
        raise Conflict("person_exists", "{email} is in this account already.", field="email", email=email)
    waiting = Invitation.objects.filter(account_id=account_id, email=email, accepted_at=None, revoked_at=None, expires_at__gt=at)
    if waiting.exists():
        raise Conflict("invited_already", "{email} is invited already: send that invitation again.", field="email", email=email)


def _open(account_id: int, invitation_id: int) -> Invitation:
    found = Invitation.objects.select_for_update().filter(account_id=account_id, id=invitation_id).first()
    if found is None:
        raise Missing("not_found", "There is no invitation {invitation_id} in this account.", invitation_id=invitation_id)
    if found.accepted_at or found.revoked_at:
        raise Conflict("invitation_over", "This invitation was used or revoked: invite them anew.")
    return found


def _hash(shown: str) -> bytes:
    return hashlib.sha256(shown.encode(errors="replace")).digest()

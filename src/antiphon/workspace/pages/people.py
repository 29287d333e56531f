"""The people of an account: the list with its open invitations, one person, inviting."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from antiphon.accounts.invitations import NewLink, state
from antiphon.accounts.models import Invitation, Membership, Role, Skill
from antiphon.accounts.people import MOST_CAPACITY, person_values
from antiphon.accounts.stamps import stamp
from antiphon.config.env import current
from antiphon.kit.db import Database, rows, sql
from antiphon.kit.problems import Problem
from antiphon.tasks.models import Task
from antiphon.workspace import words
from antiphon.workspace.access import Visit
from antiphon.workspace.fields import Field, Form, Option, form
from antiphon.workspace.pages.settings import Act, FormPage, last_change, names_of

_HERE = "antiphon.workspace"


@dataclass(frozen=True, slots=True)
class InvitationRow:
    """An invitation that nobody has used yet, and what became of its e-mail."""

    id: int
    name: str
    email: str
    role: str
    invited_by: str
    expires_at: datetime
    is_expired: bool
    mail: str
    mail_error: str


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person of the list."""

    id: int
    name: str
    email: str
    role: str
    skills: str
    open_count: int
    capacity: int
    is_active: bool
    has_second_factor: bool
    last_login: datetime | None


@dataclass(frozen=True, slots=True)
class LinkPage:
    """A link that is shown once."""

    name: str
    email: str
    link: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """The list of people."""

    at: datetime
    rows: list[PersonRow]
    invitations: list[InvitationRow]
    active: int
    may_write: bool
    has_mail: bool


def people_page(db: Database, visit: Visit, *, at: datetime, has_mail: bool) -> PeoplePage:
    """Return everybody of the account, those shut out last, and who is invited."""
    found = [_row(row) for row in rows(db, sql(_HERE, "people"), {"account": visit.account_id})]
    may_write = visit.may("people.write")
    return PeoplePage(
        at=at,
        rows=found,
        invitations=_invitations(visit.account_id, at=at) if may_write else [],
        active=sum(row.is_active for row in found),
        may_write=may_write,
        has_mail=has_mail,
    )


def _row(row: Any) -> PersonRow:
    return PersonRow(**row._asdict() | {"role": words.role(row.role)})


def _invitations(account_id: int, *, at: datetime) -> list[InvitationRow]:
    waiting = list(Invitation.objects.filter(account_id=account_id, accepted_at=None, revoked_at=None).order_by("-created_at")[:200])
    names = names_of(account_id, [one.invited_by for one in waiting])
    subjects = [f"invitation:{one.pk}" for one in waiting]
    mails = Task.objects.filter(account_id=account_id, kind="invitation", subject__in=subjects).order_by("created_at", "pk")
    latest = {task.subject: task for task in mails}
    return [_invitation(one, names[one.invited_by], latest.get(f"invitation:{one.pk}"), at=at) for one in waiting]


def _invitation(one: Invitation, by: str, mail: Task | None, *, at: datetime) -> InvitationRow:
    return InvitationRow(
        id=one.pk,
        name=one.name,
        email=one.email,
        role=words.role(one.role),
        invited_by=by,
        expires_at=one.expires_at,
        is_expired=state(one, at=at) == "expired",
        mail=mail.state if mail else "",
        mail_error=mail.error if mail else "",
    )


def person_page(
    db: Database, visit: Visit, person: Membership, *, at: datetime, posted: QueryDict | None = None, refused: Problem | None = None
) -> FormPage:
    """Return the form of one person, with what else can be done with them."""
    row = next(one for one in rows(db, sql(_HERE, "people"), {"account": visit.account_id}) if one.id == person.pk)
    values = person_values(person)
    by = last_change(visit.account_id, f"membership:{person.pk}", now=at) if refused else ""
    return FormPage(
        above=_("People"),
        above_url=reverse("people"),
        title=person.name,
        lead=person.user.email if person.is_active else _("%(email)s. Shut out: signs in no more.") % {"email": person.user.email},
        form=form(*_fields(visit.account_id, values), posted=posted, refused=refused, version=stamp(values), by=by),
        submit=_("Save"),
        busy=_("Saving…"),
        acts=[_act(visit, row)],
        facts=[(_("Second factor"), _("on") if row.has_second_factor else _("off")), (_("Open conversations"), f"{row.open_count}")],
    )


def _act(visit: Visit, row: Any) -> Act:
    url = f"{reverse('person-access', args=[row.id])}?to={'out' if row.is_active else 'in'}"
    if not row.is_active:
        return Act(url, _("Let back in"), _("They sign in again with the password they have."), kind="")
    says = _("Every session of theirs ends at once.")
    if row.open_count:
        more = ngettext("%(count)d open conversation goes", "%(count)d open conversations go", row.open_count) % {"count": row.open_count}
        says = _("%(says)s %(more)s back to the queue.") % {"says": says, "more": more}
    why_not = _("You cannot shut yourself out.") if row.id == visit.membership_id else ""
    return Act(url, _("Shut out"), says, why_not=why_not)


def _fields(account_id: int, values: dict[str, Any]) -> Sequence[Field]:
    return (
        Field("name", _("Name"), value=values["name"], longest=100, help=_("As others see them."), span=6),
        Field(
            "capacity",
            _("Open conversations at once"),
            value=str(values["capacity"]),
            inputmode="numeric",
            help=_("From 1 to %(most)d. Nobody is given more.") % {"most": MOST_CAPACITY},
            span=6,
        ),
        _role(values["role"]),
        _skills(account_id, values["skills"]),
    )


def _role(chosen: str) -> Field:
    options = [Option(value, str(words.ROLES[value][0]), help=str(words.ROLES[value][1])) for value in Role.values]
    return Field("role", _("Role"), kind="radios", value=chosen, options=options, span=6)


def _skills(account_id: int, chosen: Sequence[int]) -> Field:
    found = Skill.objects.filter(account_id=account_id, removed_at=None).order_by("name")
    options = [Option(str(skill.pk), skill.name) for skill in found]
    held = tuple(str(number) for number in chosen)
    help_text = _("An agent is given conversations of these.")
    return Field("skills", _("Skills"), kind="checks", chosen=held, options=options, help=help_text, span=6)


def invite_page(visit: Visit, *, has_mail: bool, posted: QueryDict | None = None, refused: Problem | None = None) -> FormPage:
    """Return the form that invites a person."""
    fields = (
        Field("name", _("Name"), longest=100, is_first=True, span=6),
        Field("email", _("E-mail"), kind="email", longest=254, help=_("They sign in with it."), span=6),
        _role(Role.AGENT.value),
        _skills(visit.account_id, ()),
    )
    by_mail = _("They get a link by e-mail, good for a week.")
    by_hand = _("You get a link to give to them, good for a week. No mail server is set, so nothing is sent.")
    return FormPage(
        above=_("People"),
        above_url=reverse("people"),
        title=_("Invite a person"),
        lead=by_mail if has_mail else by_hand,
        form=_form(fields, posted, refused),
        submit=_("Send invitation") if has_mail else _("Make the link"),
        busy=_("Inviting…"),
    )


def link_page(made: NewLink) -> LinkPage:
    """Return the link of an invitation, as it is shown this once."""
    address = f"{current().site_url}{reverse('invitation', args=[made.secret])}"
    return LinkPage(made.invitation.name, made.invitation.email, address, made.invitation.expires_at)


def _form(fields: Sequence[Field], posted: QueryDict | None, refused: Problem | None) -> Form:
    return form(*fields, posted=posted, refused=refused)

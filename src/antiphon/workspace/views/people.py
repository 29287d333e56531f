"""People: the list, inviting, one person, shutting out and letting back in."""

from typing import Any

from django.conf import settings as django
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from antiphon.accounts import invitations, people
from antiphon.accounts.models import Invitation, Membership
from antiphon.kit import clock
from antiphon.kit.db import Database
from antiphon.kit.problems import Invalid, Problem
from antiphon.routing.leaving import shut_out
from antiphon.tasks.verbs import begin
from antiphon.workspace import times
from antiphon.workspace.access import Visit, tenant_view
from antiphon.workspace.forms import number
from antiphon.workspace.pages.people import invite_page, link_page, people_page, person_page
from antiphon.workspace.pages.settings import settings_page
from antiphon.workspace.replies import go, show
from antiphon.workspace.views.trying import tried

_FORM = ["GET", "HEAD", "POST"]


@require_safe
@tenant_view("settings.read")
def settings(request: HttpRequest, visit: Visit, db: Database) -> HttpResponse:  # noqa: ARG001 - a page of the account
    """Show the way to each settings page."""
    return show(request, visit, "settings.html", settings_page(visit))


@require_safe
@tenant_view("people.read")
def everybody(request: HttpRequest, visit: Visit, db: Database) -> HttpResponse:
    """Show who works here and who is invited."""
    return show(request, visit, "people.html", people_page(db, visit, at=clock.now(), has_mail=_has_mail()))


@require_http_methods(_FORM)
@tenant_view("people.write")
def invite(request: HttpRequest, visit: Visit, db: Database) -> HttpResponse:  # noqa: ARG001 - verbs open their own
    """Invite a person: by e-mail if a mail server is set, else by a link that is shown once."""
    if request.method != "POST":
        return show(request, visit, "settings_form.html", invite_page(visit, has_mail=_has_mail()))
    made = tried(visit, lambda: _invited(visit, request.POST))
    if isinstance(made, Problem):
        page = invite_page(visit, has_mail=_has_mail(), posted=request.POST, refused=made)
        return show(request, visit, "settings_form.html", page, status=made.status)
    return _told(request, visit, made)


@require_POST
@tenant_view("people.write")
def renewal(request: HttpRequest, visit: Visit, db: Database, invitation_id: int) -> HttpResponse:  # noqa: ARG001 - as above
    """Make a new link in place of the one before: sent, or shown once."""
    made = tried(visit, lambda: invitations.renew(visit.account_id, invitation_id, actor=visit.actor, at=clock.now()))
    return go(request, "people", said=made.message) if isinstance(made, Problem) else _told(request, visit, made)


@require_POST
@tenant_view("people.write")
def revocation(request: HttpRequest, visit: Visit, db: Database, invitation_id: int) -> HttpResponse:  # noqa: ARG001 - as above
    """Let an invitation's link work no more."""
    done = tried(visit, lambda: invitations.revoke(visit.account_id, invitation_id, actor=visit.actor, at=clock.now()))
    said = done.message if isinstance(done, Problem) else _("The invitation of %(name)s is revoked.") % {"name": done.name}
    return go(request, "people", said=said)


@require_http_methods(_FORM)
@tenant_view("people.write")
def person(request: HttpRequest, visit: Visit, db: Database, person_id: int) -> HttpResponse:
    """Show and change one person."""
    found = tried(visit, lambda: people.person_in(visit.account_id, person_id))
    assert isinstance(found, Membership)  # noqa: S101 - what is missing is 404 already
    if request.method != "POST":
        return show(request, visit, "settings_form.html", person_page(db, visit, found, at=clock.now()))
    saved = tried(visit, lambda: _changed(visit, person_id, request.POST))
    if isinstance(saved, Problem):
        page = person_page(db, visit, found, at=clock.now(), posted=request.POST, refused=saved)
        return show(request, visit, "settings_form.html", page, status=saved.status)
    return go(request, "people", said=_("%(name)s is saved, %(at)s.") % {"name": saved.name, "at": times.clock(clock.now())})


@require_POST
@tenant_view("people.write")
def access(request: HttpRequest, visit: Visit, db: Database, person_id: int) -> HttpResponse:
    """Shut a person out, with their conversations back in the queues; or let them back in."""
    found = tried(visit, lambda: people.person_in(visit.account_id, person_id))
    assert isinstance(found, Membership)  # noqa: S101 - what is missing is 404 already
    done = tried(visit, lambda: _turned(visit, found, to=request.GET.get("to", "")))
    if isinstance(done, Problem):
        page = person_page(db, visit, found, at=clock.now(), posted=None, refused=done)
        return show(request, visit, "settings_form.html", page, status=done.status)
    said = _("%(name)s is let back in.") if done.is_active else _("%(name)s is shut out: every session has ended.")
    back = "out" if done.is_active else "in"
    return go(request, "people", said=said % {"name": done.name}, undo=f"{reverse('person-access', args=[person_id])}?to={back}")


def _turned(visit: Visit, found: Membership, *, to: str) -> Membership:
    if to == "in":
        return people.enable(visit.account_id, found.pk, actor=visit.actor, at=clock.now())
    if to == "out":
        return _shut_out(visit, found)
    raise Invalid("unknown_state", _("Say whether they are shut out or let back in."))


def _shut_out(visit: Visit, found: Membership) -> Membership:
    if found.pk == visit.membership_id:
        raise Invalid("not_yourself", _("You cannot shut yourself out: another administrator can."))
    return shut_out(visit.account_id, found.pk, actor=visit.actor, at=clock.now())


def _invited(visit: Visit, posted: QueryDict) -> invitations.NewLink:
    given: dict[str, Any] = {name: posted.get(name, "") for name in ("email", "name", "role")}
    return invitations.invite(visit.account_id, **given, skills=_numbers(posted), actor=visit.actor, at=clock.now())


def _changed(visit: Visit, person_id: int, posted: QueryDict) -> Membership:
    changes: dict[str, Any] = {name: posted.get(name, "") for name in ("name", "role", "capacity")}
    changes["skills"] = _numbers(posted)
    return people.edit_person(visit.account_id, person_id, changes, actor=visit.actor, at=clock.now(), expected=posted.get("version", ""))


def _numbers(posted: QueryDict) -> list[int]:
    return sorted(found for text in posted.getlist("skills") if (found := number(text)) is not None)


def _told(request: HttpRequest, visit: Visit, made: invitations.NewLink) -> HttpResponse:
    invitation: Invitation = made.invitation
    if not _has_mail() or request.POST.get("by") == "hand":
        return show(request, visit, "invitation_link.html", link_page(made))
    subject, ids = f"invitation:{invitation.pk}", {"invitation_id": invitation.pk}
    begin(visit.account_id, "invitation", subject=subject, arguments=ids, actor=visit.actor, at=clock.now(), once=False)
    return go(request, "people", said=_("The invitation to %(email)s is on its way.") % {"email": invitation.email})


def _has_mail() -> bool:
    return bool(django.EMAIL_HOST)

"""Skills: the list, adding, changing and removing one."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from antiphon.accounts import verbs
from antiphon.accounts.models import Skill
from antiphon.accounts.people import share_skill
from antiphon.conversations.using import needs_skill
from antiphon.kit import clock
from antiphon.kit.db import Database
from antiphon.kit.problems import Problem
from antiphon.workspace import times
from antiphon.workspace.access import Visit, tenant_view
from antiphon.workspace.forms import number
from antiphon.workspace.pages.skills import read_skill, skill_page, skills_page
from antiphon.workspace.replies import go, show
from antiphon.workspace.views.trying import tried

_FORM = ["GET", "HEAD", "POST"]


@require_safe
@tenant_view("skills.read")
def skills(request: HttpRequest, visit: Visit, db: Database) -> HttpResponse:
    """Show the skills."""
    return show(request, visit, "skills.html", skills_page(db, visit))


@require_http_methods(_FORM)
@tenant_view("skills.write")
def new_skill(request: HttpRequest, visit: Visit, db: Database) -> HttpResponse:  # noqa: ARG001 - verbs open their own
    """Add a skill."""
    if request.method != "POST":
        return show(request, visit, "settings_form.html", skill_page(visit, None, at=clock.now()))
    return _saved(request, visit, None)


@require_http_methods(_FORM)
@tenant_view("skills.write")
def skill(request: HttpRequest, visit: Visit, db: Database, skill_id: int) -> HttpResponse:  # noqa: ARG001 - as above
    """Show and change one skill."""
    found = _found(visit, skill_id)
    if request.method != "POST":
        return show(request, visit, "settings_form.html", skill_page(visit, found, at=clock.now()))
    return _saved(request, visit, found)


@require_POST
@tenant_view("skills.write")
def removal(request: HttpRequest, visit: Visit, db: Database, skill_id: int) -> HttpResponse:  # noqa: ARG001 - as above
    """Take a skill out of use; what uses it is said when that cannot be."""
    found, uses = _found(visit, skill_id), needs_skill(visit.account_id, skill_id)
    done = tried(visit, lambda: verbs.remove_skill(visit.account_id, skill_id, used_by=uses, actor=visit.actor, at=clock.now()))
    if isinstance(done, Problem):
        page = skill_page(visit, found, at=clock.now(), refused=done)
        return show(request, visit, "settings_form.html", page, status=done.status)
    return go(request, "skills", said=_("%(name)s is removed. Adding it again brings it back.") % {"name": found.name})


def _found(visit: Visit, skill_id: int) -> Skill:
    found = tried(visit, lambda: verbs.skill_in(visit.account_id, skill_id, field=""))
    assert isinstance(found, Skill)  # noqa: S101 - what is missing is 404 already
    return found


def _saved(request: HttpRequest, visit: Visit, stored: Skill | None) -> HttpResponse:
    saved = tried(visit, lambda: _save(request, visit, stored))
    if isinstance(saved, Problem):
        page = skill_page(visit, stored, at=clock.now(), posted=request.POST, refused=saved)
        return show(request, visit, "settings_form.html", page, status=saved.status)
    return go(request, "skills", said=_("%(name)s is saved, %(at)s.") % {"name": saved.name, "at": times.clock(clock.now())})


def _save(request: HttpRequest, visit: Visit, stored: Skill | None) -> Skill:
    at, values = clock.now(), read_skill(request.POST)
    if stored is None:
        saved = verbs.create_skill(visit.account_id, **values, actor=visit.actor, at=at)
    else:
        expected = request.POST.get("version", "")
        saved = verbs.edit_skill(visit.account_id, stored.pk, values, actor=visit.actor, at=at, expected=expected)
    people = sorted(found for text in request.POST.getlist("people") if (found := number(text)) is not None)
    share_skill(visit.account_id, saved.pk, people, actor=visit.actor, at=at)
    return saved

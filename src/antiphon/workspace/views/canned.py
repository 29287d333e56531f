"""Canned answers: the list, adding, changing and removing one."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from antiphon.accounts.canned import add_canned_answer, canned_answer_in, edit_canned_answer, remove_canned_answer
from antiphon.accounts.models import CannedAnswer
from antiphon.kit import clock
from antiphon.kit.db import Database
from antiphon.kit.problems import Problem
from antiphon.workspace import times
from antiphon.workspace.access import Visit, tenant_view
from antiphon.workspace.pages.canned import canned_answer_page, canned_page, read_canned_answer
from antiphon.workspace.replies import go, show
from antiphon.workspace.views.trying import tried

_FORM = ["GET", "HEAD", "POST"]


@require_safe
@tenant_view("settings.read")
def canned_answers(request: HttpRequest, visit: Visit, db: Database) -> HttpResponse:  # noqa: ARG001 - a page of the account
    """Show the canned answers."""
    return show(request, visit, "canned_answers.html", canned_page(visit))


@require_http_methods(_FORM)
@tenant_view("canned_answers.write")
def new_canned_answer(request: HttpRequest, visit: Visit, db: Database) -> HttpResponse:  # noqa: ARG001 - verbs open their own
    """Add a canned answer."""
    if request.method != "POST":
        return show(request, visit, "settings_form.html", canned_answer_page(visit, None, at=clock.now()))
    return _saved(request, visit, None)


@require_http_methods(_FORM)
@tenant_view("canned_answers.write")
def canned_answer(request: HttpRequest, visit: Visit, db: Database, canned_answer_id: int) -> HttpResponse:  # noqa: ARG001 - as above
    """Show and change one canned answer."""
    found = tried(visit, lambda: canned_answer_in(visit.account_id, canned_answer_id))
    assert isinstance(found, CannedAnswer)  # noqa: S101 - what is missing is 404 already
    if request.method != "POST":
        return show(request, visit, "settings_form.html", canned_answer_page(visit, found, at=clock.now()))
    return _saved(request, visit, found)


@require_POST
@tenant_view("canned_answers.write")
def removal(request: HttpRequest, visit: Visit, db: Database, canned_answer_id: int) -> HttpResponse:  # noqa: ARG001 - as above
    """Take a canned answer away."""
    values = tried(visit, lambda: remove_canned_answer(visit.account_id, canned_answer_id, actor=visit.actor, at=clock.now()))
    assert isinstance(values, dict)  # noqa: S101 - only what is missing is refused
    return go(request, "canned-answers", said=_("%(name)s is removed.") % {"name": values["name"]})


def _saved(request: HttpRequest, visit: Visit, stored: CannedAnswer | None) -> HttpResponse:
    saved = tried(visit, lambda: _save(request, visit, stored))
    if isinstance(saved, Problem):
        page = canned_answer_page(visit, stored, at=clock.now(), posted=request.POST, refused=saved)
        return show(request, visit, "settings_form.html", page, status=saved.status)
    return go(request, "canned-answers", said=_("%(name)s is saved, %(at)s.") % {"name": saved.name, "at": times.clock(clock.now())})


def _save(request: HttpRequest, visit: Visit, stored: CannedAnswer | None) -> CannedAnswer:
    values, at = read_canned_answer(request.POST), clock.now()
    if stored is None:
        return add_canned_answer(visit.account_id, values, actor=visit.actor, at=at)
    expected = request.POST.get("version", "")
    return edit_canned_answer(visit.account_id, stored.pk, values, actor=visit.actor, at=at, expected=expected)

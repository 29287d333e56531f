"""Exports of facts: asked for by a form, done by the worker, fetched from the task's page."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from antiphon.exports.verbs import ask
from antiphon.kit import clock
from antiphon.kit.db import Database
from antiphon.kit.problems import Problem
from antiphon.workspace.access import Visit, tenant_view
from antiphon.workspace.pages.exports import exports_page, read_export
from antiphon.workspace.replies import go, show
from antiphon.workspace.views.trying import tried


@require_http_methods(["GET", "HEAD", "POST"])
@tenant_view("exports.write")
def exports(request: HttpRequest, visit: Visit, db: Database) -> HttpResponse:  # noqa: ARG001 - every view gets it
    """Show the form and what was asked for; posted, have facts exported and lead to how far that is."""
    at = clock.now()
    if request.method != "POST":
        return show(request, visit, "exports.html", exports_page(visit, at=at))
    asked = tried(visit, lambda: ask(visit.account_id, **read_export(request.POST), actor=visit.actor, at=at))
    if isinstance(asked, Problem):
        page = exports_page(visit, at=at, posted=request.POST, refused=asked)
        return show(request, visit, "exports.html", page, status=asked.status)
    return go(request, "task", asked.pk)

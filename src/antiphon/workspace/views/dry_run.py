"""Dry run: asked by a form, never by an address, since phone numbers do not belong in addresses and logs."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from antiphon.kit import clock
from antiphon.kit.db import Database
from antiphon.kit.problems import Missing, Problem
from antiphon.workspace.access import Visit, tenant_view
from antiphon.workspace.pages.dry_run import dry_run_page, tried
from antiphon.workspace.replies import show


@require_http_methods(["GET", "HEAD", "POST"])
@tenant_view("attribution.try")
def dry_run(request: HttpRequest, visit: Visit, db: Database) -> HttpResponse:
    """Show the form; posted, also what the reply would be linked to and why. Nothing is stored."""
    at = clock.now()
    if request.method != "POST":
        return show(request, visit, "dry_run.html", dry_run_page(visit, posted=None, at=at))
    try:
        answer = tried(db, visit, request.POST, at=at)
    except Missing:
        raise Http404 from None
    except Problem as problem:
        page = dry_run_page(visit, posted=request.POST, at=at, refused=problem)
        return show(request, visit, "dry_run.html", page, status=problem.status)
    return show(request, visit, "dry_run.html", dry_run_page(visit, posted=request.POST, at=at, answer=answer))

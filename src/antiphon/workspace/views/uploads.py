"""Notices from a file, where the provider's webhook did not bring them."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from antiphon.accounts.audit import audit
from antiphon.kit import clock
from antiphon.kit.db import Database
from antiphon.kit.problems import Missing, Problem
from antiphon.workspace.access import Visit, tenant_view
from antiphon.workspace.pages.uploads import take_file, upload_page
from antiphon.workspace.replies import go, show


@require_http_methods(["GET", "HEAD", "POST"])
@tenant_view("notices.write")
def notices(request: HttpRequest, visit: Visit, db: Database) -> HttpResponse:  # noqa: ARG001 - every view gets it
    """Show the form; posted, have the file taken and lead to how far that is."""
    at = clock.now()
    if request.method != "POST":
        return show(request, visit, "upload.html", upload_page(visit, at=at))
    try:
        task = take_file(visit, request.POST, request.FILES.get("file"), at=at)
    except Missing:
        raise Http404 from None
    except Problem as problem:
        return show(request, visit, "upload.html", upload_page(visit, at=at, posted=request.POST, refused=problem), status=problem.status)
    audit(visit.account_id, actor=visit.actor, action="notices.uploaded", subject=task.subject, at=at, detail={"task": task.pk})
    return go(request, "task", task.pk)

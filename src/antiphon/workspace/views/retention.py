"""How long everything is kept."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from antiphon.kit import clock
from antiphon.kit.db import Database
from antiphon.kit.problems import Problem
from antiphon.privacy.retention import keep_for
from antiphon.workspace import times
from antiphon.workspace.access import Visit, tenant_view
from antiphon.workspace.pages.retention import read_retention, retention_page
from antiphon.workspace.replies import go, show
from antiphon.workspace.views.trying import tried


@require_http_methods(["GET", "HEAD", "POST"])
@tenant_view("account.write")
def retention(request: HttpRequest, visit: Visit, db: Database) -> HttpResponse:  # noqa: ARG001 - verbs open their own
    """Show and change for how long each kind of fact is kept."""
    at = clock.now()
    if request.method != "POST":
        return show(request, visit, "settings_form.html", retention_page(visit, at=at))
    changes, expected = read_retention(request.POST), request.POST.get("version", "")
    saved = tried(visit, lambda: keep_for(visit.account_id, changes, actor=visit.actor, at=at, expected=expected))
    if isinstance(saved, Problem):
        page = retention_page(visit, at=at, posted=request.POST, refused=saved)
        return show(request, visit, "settings_form.html", page, status=saved.status)
    return go(request, "retention", said=_("Saved %(at)s.") % {"at": times.clock(clock.now())})

"""Presence: one's own, shown beside every page, and set."""

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_safe

from antiphon.kit import clock
from antiphon.kit.db import Database
from antiphon.kit.problems import Problem
from antiphon.routing.presence import set_presence
from antiphon.workspace.access import Visit, tenant_view
from antiphon.workspace.pages.presence import BARS, PLACES, presence_line
from antiphon.workspace.pages.presence import counts as counts_of


@require_http_methods(["GET", "HEAD", "POST"])
@tenant_view("presence.own")
def presence(request: HttpRequest, visit: Visit, db: Database) -> HttpResponse:  # noqa: ARG001 - the transaction is open
    """Show the control as it stands now, or say that one is online, away or offline and go on where one was."""
    if request.method != "POST":
        at, here = request.GET.get("at", ""), urlsplit(request.headers.get("HX-Current-URL", "/"))
        line = presence_line(visit, here=f"{here.path}?{here.query}" if here.query else here.path)
        context = {"visit": visit, "presence": line, "at": at if at in PLACES else PLACES[0]}
        return TemplateResponse(request, "presence.html", context)
    try:
        set_presence(visit.account_id, visit.membership_id, state=request.POST.get("state", ""), actor=visit.actor, at=clock.now())
    except Problem as problem:
        return HttpResponse(problem.message, status=problem.status, content_type="text/plain; charset=utf-8")
    return _back(request)


@require_safe
@tenant_view("presence.own")
def counts(request: HttpRequest, visit: Visit, db: Database) -> HttpResponse:  # noqa: ARG001 - the transaction is open
    """Show what the navigation counts, as it stands now."""
    at = request.GET.get("at", "")
    context = {"counts": counts_of(visit), "counted": at if at in BARS else BARS[0]}
    return TemplateResponse(request, "nav_count.html", context)


def _back(request: HttpRequest) -> HttpResponse:
    wanted = request.POST.get("next", "")
    is_here = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    response = HttpResponseRedirect(wanted if is_here else "/")
    response.status_code = 303
    return response

"""The report of a campaign, and what stands behind each of its numbers."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from antiphon.accounts.audit import audit
from antiphon.campaigns.store import campaign_in
from antiphon.kit import clock
from antiphon.kit.db import Database
from antiphon.kit.problems import Invalid, Missing
from antiphon.workspace.access import Visit, tenant_view
from antiphon.workspace.live import stream
from antiphon.workspace.pages.campaign_report import report_page
from antiphon.workspace.pages.campaign_report_files import list_file
from antiphon.workspace.pages.campaign_report_list import asked_of, report_list_page
from antiphon.workspace.replies import show


@require_safe
@tenant_view("metrics.read")
def report(request: HttpRequest, visit: Visit, db: Database, campaign_id: int) -> HttpResponse:
    """Show what came of a campaign."""
    ticket = stream(db, visit, [f"campaign:{campaign_id}"])
    try:
        page = report_page(db, visit, campaign_id, request.GET, at=clock.now(), ticket=ticket)
    except Missing:
        raise Http404 from None
    return show(request, visit, "campaign_report.html", page, parts={"live"})


@require_safe
@tenant_view("metrics.read")
def behind(request: HttpRequest, visit: Visit, db: Database, campaign_id: int, metric: str) -> HttpResponse:
    """Show what a number of the report counts."""
    try:
        page = report_list_page(db, visit, campaign_id, metric, request.GET, at=clock.now())
    except Missing:
        raise Http404 from None
    return show(request, visit, "campaign_report_list.html", page)


@require_safe
@tenant_view("metrics.read")
def export(request: HttpRequest, visit: Visit, db: Database, campaign_id: int, metric: str) -> HttpResponse:
    """Answer with what a number counts as a file; who took it is written down."""
    kind, at = request.GET.get("format", "csv"), clock.now()
    try:
        campaign_in(visit.account_id, campaign_id)
        asked, _left_out = asked_of(visit, metric, request.GET)
        made, count = list_file(db, visit, campaign_id, metric, asked, kind=kind)
    except Missing:
        raise Http404 from None
    except Invalid as problem:
        return HttpResponse(problem.message, status=problem.status, content_type="text/plain; charset=utf-8")
    detail = {"list": metric, "format": kind, "query": asked.query(), "rows": count}
    audit(visit.account_id, actor=visit.actor, action="list.exported", subject=f"campaign:{campaign_id}", at=at, detail=detail)
    headers = {"Content-Disposition": f'attachment; filename="{made.name}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(made.content, content_type=made.media_type, headers=headers)

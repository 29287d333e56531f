"""The report of a campaign, and what stands behind each of its numbers."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_safe

from antiphon.accounts.audit import audit
from antiphon.campaigns.store import campaign_in
from antiphon.exports.asking import ask_list
from antiphon.exports.lists import MOST
from antiphon.exports.verbs import check_allowed
from antiphon.kit import clock
from antiphon.kit.db import Database
from antiphon.kit.problems import Invalid, Missing
from antiphon.workspace.access import Visit, tenant_view
from antiphon.workspace.live import stream
from antiphon.workspace.pages.campaign_report import report_page
from antiphon.workspace.pages.campaign_report_asked import Asked
from antiphon.workspace.pages.campaign_report_files import list_file
from antiphon.workspace.pages.campaign_report_list import asked_of, question, report_list_page, rows_counted
from antiphon.workspace.replies import attached, go, show


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


@require_http_methods(["GET", "HEAD", "POST"])
@tenant_view("metrics.read")
def export(request: HttpRequest, visit: Visit, db: Database, campaign_id: int, metric: str) -> HttpResponse:
    """Answer with what a number counts as a file; who took it is written down. A long one is begun, if posted, and led to."""
    form = (request.POST if request.method == "POST" else request.GET).get("format", "csv")
    try:
        campaign_in(visit.account_id, campaign_id)
        asked, _left_out = asked_of(visit, metric, request.GET)
        made = list_file(db, visit, campaign_id, metric, asked, form=form)
        if made is None and request.method != "POST":
            raise Invalid("list_too_large", "This list has more than {most} rows: have it made on its page.", most=f"{MOST:,}")  # noqa: TRY301 - told the same way
    except Missing:
        raise Http404 from None
    except Invalid as problem:
        return HttpResponse(problem.message, status=problem.status, content_type="text/plain; charset=utf-8")
    if made is None:
        return _begun(request, db, visit, campaign_id, metric, asked, form=form)
    told, count = made
    check_allowed(visit.account_id, at=clock.now())
    detail = {"list": metric, "format": form, "query": asked.query(), "rows": count}
    audit(visit.account_id, actor=visit.actor, action="list.exported", subject=f"campaign:{campaign_id}", at=clock.now(), detail=detail)
    return attached(told.content, media_type=told.media_type, name=told.name)


def _begun(request: HttpRequest, db: Database, visit: Visit, campaign_id: int, metric: str, asked: Asked, *, form: str) -> HttpResponse:
    whole, total = question(visit, campaign_id, metric, asked), rows_counted(db, visit, campaign_id, metric, asked)
    task = ask_list(visit.account_id, whole, form=form, total=total, query=asked.query(), actor=visit.actor, at=clock.now())
    return go(request, "task", task.pk)

"""The Analytics Builder, saved reports, the dictionary of metrics, and tables as files."""

from dataclasses import replace
from urllib.parse import parse_qs

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from antiphon.accounts.audit import audit
from antiphon.kit import clock
from antiphon.kit.db import Database, account
from antiphon.kit.problems import Invalid, Missing, Problem, Stale
from antiphon.metrics import saved
from antiphon.metrics.models import SavedReport
from antiphon.metrics.question import read
from antiphon.metrics.table import EVERY
from antiphon.workspace.access import Visit, tenant_view
from antiphon.workspace.pages.analytics import Asked, Typed, analytics_page, keeper_of
from antiphon.workspace.pages.analytics_answer import answer
from antiphon.workspace.pages.analytics_files import KINDS, file
from antiphon.workspace.pages.reports import metrics_page, reports_page
from antiphon.workspace.replies import attached, go, show


@require_safe
@tenant_view("metrics.read")
def analytics(request: HttpRequest, visit: Visit, db: Database) -> HttpResponse:
    """Show the builder with the question that the address asks."""
    question, left_out = read(_given(request))
    return _shown(request, visit, db, Asked(question, left_out, request.GET.get("narrow", "")))


@require_safe
@tenant_view("metrics.read")
def report(request: HttpRequest, visit: Visit, db: Database, report_id: int) -> HttpResponse:
    """Show a saved report; what its address says beside that has been changed since and is not saved."""
    found = _found(visit, report_id)
    given = _given(request) if "metric" in request.GET else parse_qs(found.query, keep_blank_values=True)
    question, left_out = read(given)
    return _shown(request, visit, db, Asked(question, left_out, request.GET.get("narrow", ""), found))


@require_safe
@tenant_view("metrics.read")
def reports(request: HttpRequest, visit: Visit, db: Database) -> HttpResponse:
    """Show the saved reports, newest first."""
    return show(request, visit, "reports.html", reports_page(db, visit, before=request.GET.get("before", ""), at=clock.now()))


@require_safe
@tenant_view("metrics.read")
def metrics(request: HttpRequest, visit: Visit, db: Database) -> HttpResponse:  # noqa: ARG001 - the dictionary is the same for all
    """Show what every metric and dimension means."""
    return show(request, visit, "metrics.html", metrics_page())


@require_safe
@tenant_view("metrics.read")
def export(request: HttpRequest, visit: Visit, db: Database) -> HttpResponse:
    """Answer with the table of a question as a file; who took it is written down."""
    question, _left_out = read(_given(request))
    kind = request.GET.get("format", "csv")
    try:
        if kind not in KINDS:
            raise Invalid("unknown_format", "There is no such kind of file: use one of {listed}.", field="format", listed=", ".join(KINDS))  # noqa: TRY301 - told the same way
        told = answer(db, visit.account_id, visit.time_zone, question, at=clock.now(), parts=EVERY)
    except Invalid as problem:
        return HttpResponse(problem.message, status=problem.status, content_type="text/plain; charset=utf-8")
    made = file(told, kind)
    detail = {"format": kind, "query": question.query(), "rows": len(told.table.rows)}
    audit(visit.account_id, actor=visit.actor, action="report.exported", subject="report", at=told.at, detail=detail)
    return attached(made.content, media_type=made.media_type, name=made.name)


@require_POST
@tenant_view("reports.write")
def additions(request: HttpRequest, visit: Visit, db: Database) -> HttpResponse:
    """Save a question as a new report."""
    typed = _typed(request, "add")
    try:
        with account(visit.account_id):
            made = saved.save(
                visit.account_id,
                name=typed.name,
                query=request.POST.get("query", ""),
                is_shared=typed.is_shared,
                keeper=keeper_of(visit),
                at=clock.now(),
            )
    except Problem as problem:
        return _refused(request, visit, db, None, typed, problem)
    return go(request, "report", made.pk, said=_("%(name)s is saved.") % {"name": made.name})


@require_POST
@tenant_view("reports.write")
def changes(request: HttpRequest, visit: Visit, db: Database, report_id: int) -> HttpResponse:
    """Save a report as it is now, or under another name, for oneself or for everybody."""
    found = _found(visit, report_id)
    wanted: dict[str, object] = {"query": request.POST["query"]} if "query" in request.POST else {}
    if "name" in request.POST:
        wanted |= {"name": request.POST["name"], "is_shared": request.POST.get("is_shared") == "1"}
    version = request.POST.get("version", "")
    try:
        with account(visit.account_id):
            changed = saved.edit(
                visit.account_id,
                report_id,
                wanted,
                keeper=keeper_of(visit),
                at=clock.now(),
                version=int(version) if version.isdecimal() else None,
            )
    except Problem as problem:
        return _refused(request, visit, db, found, _typed(request, "change"), problem)
    return go(request, "report", changed.pk, said=_("%(name)s is saved.") % {"name": changed.name})


@require_POST
@tenant_view("reports.write")
def removal(request: HttpRequest, visit: Visit, db: Database, report_id: int) -> HttpResponse:
    """Take a saved report away; a button brings it back."""
    found = _found(visit, report_id)
    try:
        with account(visit.account_id):
            saved.remove(visit.account_id, report_id, keeper=keeper_of(visit), at=clock.now())
    except Problem as problem:
        return _refused(request, visit, db, found, Typed(form="remove"), problem)
    return go(request, "reports", said=_("%(name)s is removed.") % {"name": found.name}, undo=f"/analytics/reports/{report_id}/return")


@require_POST
@tenant_view("reports.write")
def returning(request: HttpRequest, visit: Visit, db: Database, report_id: int) -> HttpResponse:  # noqa: ARG001 - pages' shape
    """Bring a removed report back."""
    try:
        with account(visit.account_id):
            found = saved.restore(visit.account_id, report_id, keeper=keeper_of(visit), at=clock.now())
    except Missing:
        raise Http404 from None
    return go(request, "report", found.pk, said=_("%(name)s is back.") % {"name": found.name})


def _given(request: HttpRequest) -> dict[str, list[str]]:
    return dict(request.GET.lists())


def _found(visit: Visit, report_id: int) -> SavedReport:
    try:
        return saved.find(visit.account_id, report_id, keeper_of(visit))
    except Missing:
        raise Http404 from None


def _typed(request: HttpRequest, form: str) -> Typed:
    return Typed(name=request.POST.get("name", ""), is_shared=request.POST.get("is_shared") == "1", form=form)


def _refused(request: HttpRequest, visit: Visit, db: Database, found: SavedReport | None, typed: Typed, problem: Problem) -> HttpResponse:
    """Show the page again with what was typed and what is wrong; a stale change shows the report as it is now."""
    told = problem.message
    if isinstance(problem, Stale) and found is not None:
        told = _("Somebody changed this report meanwhile: it is now %(name)s. Saving again puts yours in its place.") % {"name": found.name}
    query = request.POST.get("query", found.query if found else "")
    question, left_out = read(parse_qs(query, keep_blank_values=True))
    asked = Asked(question, left_out, report=found, typed=replace(typed, error=told))
    status = 422 if isinstance(problem, Stale) else problem.status
    return _shown(request, visit, db, asked, status=status)


def _shown(request: HttpRequest, visit: Visit, db: Database, asked: Asked, *, status: int = 200) -> HttpResponse:
    here = request.get_full_path() if request.method != "POST" else f"{reverse('analytics')}?{asked.question.query()}"
    page = analytics_page(db, visit, asked, at=clock.now(), url=here)
    wrong = 422 if page.error and status == 200 else status  # noqa: PLR2004 - what was asked is too large
    return show(request, visit, "analytics.html", page, parts={"live"}, status=wrong)

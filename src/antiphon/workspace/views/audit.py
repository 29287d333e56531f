"""The audit trail: its pages, and its export, which is told in it too."""

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST, require_safe

from antiphon.accounts.audit import audit as tell
from antiphon.kit import clock
from antiphon.kit.db import Database
from antiphon.workspace.access import Visit, tenant_view
from antiphon.workspace.pages.audit import MOST_EXPORTED, as_csv, audit_page, entries, narrowed, told
from antiphon.workspace.replies import show


@require_safe
@tenant_view("audit.read")
def audit(request: HttpRequest, visit: Visit, db: Database) -> HttpResponse:
    """Show who changed what."""
    return show(request, visit, "audit.html", audit_page(db, visit, narrowed(request.GET), at=clock.now()))


@require_POST
@tenant_view("audit.read")
def export(request: HttpRequest, visit: Visit, db: Database) -> HttpResponse:
    """Give the entries of the filters as CSV; that they were taken is an entry."""
    chosen, at = replace(narrowed(request.GET), before=None), clock.now()
    found = entries(db, visit, chosen, limit=MOST_EXPORTED)
    form = "spreadsheet" if request.POST.get("form") == "spreadsheet" else "exact"
    detail = {"rows": len(found), "form": form, "narrowed": request.GET.urlencode()[:200]}
    tell(visit.account_id, actor=visit.actor, action="audit.exported", subject=f"account:{visit.account_id}", at=at, detail=detail)
    text = as_csv(told(visit.account_id, found), is_for_spreadsheets=form == "spreadsheet")
    name = f"audit-{at:%Y-%m-%d}.csv"
    return HttpResponse(
        text,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "X-Rows": str(len(found))},
    )

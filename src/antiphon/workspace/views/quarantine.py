"""Quarantine: arrivals that nobody could understand, kept as they came, to be looked at and put before the line again."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from antiphon.accounts.audit import audit
from antiphon.intake.replay import requeue
from antiphon.kit import clock
from antiphon.kit.db import Database
from antiphon.workspace.access import Visit, tenant_view
from antiphon.workspace.forms import identifier
from antiphon.workspace.pages.quarantine import arrival_page, quarantine_page
from antiphon.workspace.replies import go, show


@require_safe
@tenant_view("quarantine.read")
def quarantine(request: HttpRequest, visit: Visit, db: Database) -> HttpResponse:
    """Show what is in quarantine, newest first."""
    page = quarantine_page(db, visit, after=identifier(request.GET.get("after", "")), at=clock.now())
    return show(request, visit, "quarantine.html", page, extra={"may_replay": visit.may("quarantine.replay")})


@require_safe
@tenant_view("quarantine.read")
def arrival(request: HttpRequest, visit: Visit, db: Database, arrival_id: UUID) -> HttpResponse:
    """Show one arrival as it came in."""
    page = arrival_page(db, visit, arrival_id, at=clock.now())
    if page is None:
        raise Http404
    return show(request, visit, "arrival.html", page, extra={"may_replay": visit.may("quarantine.replay")})


@require_POST
@tenant_view("quarantine.replay")
def replay(request: HttpRequest, visit: Visit, db: Database, arrival_id: UUID) -> HttpResponse:
    """Put one arrival before the line again."""
    if not requeue(db, visit.account_id, [arrival_id]):
        raise Http404
    audit(visit.account_id, actor=visit.actor, action="arrival.replayed", subject=f"arrival:{arrival_id}", at=clock.now())
    return go(request, "quarantine", said=_("On its way again. If it cannot be understood, it comes back here."))

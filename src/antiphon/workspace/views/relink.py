"""Relinking what began unlinked: offered where its cause was mended, looked at, then done as long work."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_POST, require_safe

from antiphon.kit import clock
from antiphon.kit.db import Database
from antiphon.kit.problems import Missing
from antiphon.workspace.access import Visit, tenant_view
from antiphon.workspace.pages.relink import Scope, ask_for, relink_page, scope_of
from antiphon.workspace.replies import go, show


@require_safe
@tenant_view("campaigns.write")
def of_campaign(request: HttpRequest, visit: Visit, db: Database, campaign_id: int) -> HttpResponse:
    """Show the conversations that a campaign would get, or only how many."""
    return _shown(request, visit, db, _scope(visit, campaign_id=campaign_id))


@require_safe
@tenant_view("campaigns.write")
def of_entry_point(request: HttpRequest, visit: Visit, db: Database, entry_point_id: int) -> HttpResponse:
    """Show the conversations that an entry point would find, or only how many."""
    return _shown(request, visit, db, _scope(visit, entry_point_id=entry_point_id))


@require_POST
@tenant_view("campaigns.write")
def campaign_relinking(request: HttpRequest, visit: Visit, db: Database, campaign_id: int) -> HttpResponse:  # noqa: ARG001 - as every view
    """Have them linked to the campaign."""
    return _begun(request, visit, _scope(visit, campaign_id=campaign_id))


@require_POST
@tenant_view("campaigns.write")
def entry_point_relinking(request: HttpRequest, visit: Visit, db: Database, entry_point_id: int) -> HttpResponse:  # noqa: ARG001 - as above
    """Have them linked by the entry point."""
    return _begun(request, visit, _scope(visit, entry_point_id=entry_point_id))


def _begun(request: HttpRequest, visit: Visit, scope: Scope) -> HttpResponse:
    return go(request, "task", ask_for(visit, scope, at=clock.now()).pk)


def _shown(request: HttpRequest, visit: Visit, db: Database, scope: Scope) -> HttpResponse:
    return show(request, visit, "relink.html", relink_page(db, visit, scope, at=clock.now()), parts={"relink"})


def _scope(visit: Visit, **wanted: int) -> Scope:
    try:
        return scope_of(visit, **wanted)
    except Missing:
        raise Http404 from None

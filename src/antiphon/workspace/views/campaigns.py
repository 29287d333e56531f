"""Campaigns: the list, one campaign, and its state."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from antiphon.campaigns.verbs import set_state
from antiphon.kit import clock
from antiphon.kit.db import Database, account
from antiphon.kit.problems import Missing, Problem
from antiphon.workspace import words
from antiphon.workspace.access import Visit, tenant_view
from antiphon.workspace.live import stream
from antiphon.workspace.pages.campaigns import campaign_page, campaigns_page
from antiphon.workspace.replies import go, show


@require_safe
@tenant_view("campaigns.read")
def campaigns(request: HttpRequest, visit: Visit, db: Database) -> HttpResponse:
    """Show the campaigns, all that are not archived or those in one state."""
    chosen = request.GET.get("state", "")
    page = campaigns_page(db, visit, chosen=chosen if chosen in words.CAMPAIGN else "", at=clock.now())
    return show(request, visit, "campaigns.html", page)


@require_safe
@tenant_view("campaigns.read")
def campaign(request: HttpRequest, visit: Visit, db: Database, campaign_id: int) -> HttpResponse:
    """Show one campaign with what came of it."""
    return _shown(request, visit, db, campaign_id)


@require_POST
@tenant_view("campaigns.write")
def state(request: HttpRequest, visit: Visit, db: Database, campaign_id: int) -> HttpResponse:
    """Publish, pause, archive, or take back to draft."""
    try:
        with account(visit.account_id):
            changed = set_state(visit.account_id, campaign_id, request.POST.get("state", ""), actor=visit.actor, at=clock.now())
    except Missing:
        raise Http404 from None
    except Problem as problem:
        return _shown(request, visit, db, campaign_id, refused=problem)
    said = {
        "published": _("%(name)s is published. Replies inside its frame are linked to it."),
        "paused": _("%(name)s is paused. Replies from now on are not linked to it."),
        "draft": _("%(name)s is a draft again. Nothing is linked or counted."),
        "archived": _("%(name)s is archived."),
    }
    return go(request, "campaign", campaign_id, said=said[changed.state] % {"name": changed.name})


def _shown(request: HttpRequest, visit: Visit, db: Database, campaign_id: int, *, refused: Problem | None = None) -> HttpResponse:
    ticket = stream(db, visit, [f"campaign:{campaign_id}"])
    page = campaign_page(db, visit, campaign_id, at=clock.now(), ticket=ticket, error=refused.message if refused else "")
    if page is None:
        raise Http404
    extra = {"may_write": visit.may("campaigns.write")}
    return show(request, visit, "campaign.html", page, parts={"live"}, status=refused.status if refused else 200, extra=extra)

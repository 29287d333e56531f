"""The workspace: one's own conversations and the queues, where to go, whether single keys do something."""

from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from antiphon.accounts.models import Membership
from antiphon.kit import clock
from antiphon.kit.db import Database
from antiphon.workspace import forms
from antiphon.workspace.access import Visit, tenant_view
from antiphon.workspace.live import stream, topics
from antiphon.workspace.pages.workspace import goto_page, mine_page
from antiphon.workspace.replies import go, show


@require_safe
@tenant_view("conversations.take")
def workspace(request: HttpRequest, visit: Visit, db: Database) -> HttpResponse:
    """Show one's own conversations by urgency; `current` marks the one that is open beside them."""
    current = forms.identifier(request.GET.get("current", ""))
    ticket = stream(db, visit, topics(visit, current))
    page = mine_page(db, visit, current=current, at=clock.now(), ticket=ticket)
    return show(request, visit, "workspace.html", page, parts={"mine"})


@require_safe
@tenant_view("home.read")
def goto(request: HttpRequest, visit: Visit, db: Database) -> HttpResponse:
    """List the places to go to and one's open conversations."""
    return show(request, visit, "goto.html", goto_page(db, visit, at=clock.now()), parts={"choices"})


@require_POST
@tenant_view("account.choose")
def keys(request: HttpRequest, visit: Visit, db: Database) -> HttpResponse:
    """Let single keys do something on pages, or not."""
    del db
    Membership.objects.filter(id=visit.membership_id).update(has_keys=request.POST.get("keys") == "on")
    back = request.POST.get("next", "")
    response = go(request, "home")
    if url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        response.headers["Location"] = back
    return response

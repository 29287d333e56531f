"""Home: what to do next, and today."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from antiphon.kit import clock
from antiphon.kit.db import Database
from antiphon.workspace.access import Visit, tenant_view
from antiphon.workspace.live import stream
from antiphon.workspace.pages.home import home_page
from antiphon.workspace.replies import is_asked_for, show

_PARTS = ("today", "attention")


@require_safe
@tenant_view("home.read")
def home(request: HttpRequest, visit: Visit, db: Database) -> HttpResponse:
    """Show today's numbers, the next step, the queues."""
    ticket = stream(db, visit, ["campaigns", "conversations"])
    part = next((name for name in _PARTS if is_asked_for(request, name)), "")
    return show(request, visit, "home.html", home_page(db, visit, at=clock.now(), ticket=ticket, part=part), parts=_PARTS)

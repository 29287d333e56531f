"""One consumer's page: who they are, what reached them, and the lists of everything between them and the account."""

from datetime import datetime
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from antiphon.consumers.reading import List
from antiphon.kit import clock
from antiphon.kit.db import Database
from antiphon.workspace.access import Visit, tenant_view
from antiphon.workspace.forms import identifier
from antiphon.workspace.live import stream
from antiphon.workspace.pages.consumers import consumer_page
from antiphon.workspace.replies import show


@require_safe
@tenant_view("conversations.read")
def consumer(request: HttpRequest, visit: Visit, db: Database, consumer_id: UUID) -> HttpResponse:
    """Show a consumer with one list; the address says which, and after what it goes on."""
    ticket = stream(db, visit, [f"consumer:{consumer_id}"])
    asked, after = request.GET.get("show", ""), _place(request.GET.get("after", ""))
    what = List(asked) if asked in set(List) else List.CONVERSATIONS
    page = consumer_page(db, visit, consumer_id, what, after=after, at=clock.now(), ticket=ticket)
    if page is None:
        raise Http404
    return show(request, visit, "consumer.html", page, parts={"list"}, place=reverse("conversations"))


def _place(text: str) -> tuple[datetime, UUID] | None:
    """Return the row that a page goes on after, or None for what is none."""
    at, _sign, last = text.partition("_")
    try:
        instant = datetime.fromisoformat(at)
    except ValueError:
        return None
    row = identifier(last)
    return (instant, row) if row and instant.tzinfo else None

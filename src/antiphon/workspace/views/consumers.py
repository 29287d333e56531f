"""One consumer's page: who they are, what reached them, the lists of everything between them and the account; copied out, and erased."""

from datetime import datetime
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from antiphon.consumers.reading import List
from antiphon.kit import clock
from antiphon.kit.db import Database, account
from antiphon.kit.problems import Missing, Problem
from antiphon.privacy.copying import as_json, copy_out
from antiphon.privacy.erasing import check_typed, erase
from antiphon.workspace.access import Visit, tenant_view
from antiphon.workspace.forms import identifier
from antiphon.workspace.live import stream
from antiphon.workspace.pages.consumers import consumer_page, erasure_page
from antiphon.workspace.replies import go, show


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


@require_POST
@tenant_view("consumers.copy")
def export(request: HttpRequest, visit: Visit, db: Database, consumer_id: UUID) -> HttpResponse:  # noqa: ARG001 - every view gets them
    """Give everything known of a consumer as JSON; the audit trail keeps that it was taken."""
    try:
        document = copy_out(visit.account_id, consumer_id, actor=visit.actor, at=clock.now())
    except Missing:
        raise Http404 from None
    headers = {"Content-Disposition": f'attachment; filename="consumer-{consumer_id}.json"'}
    return HttpResponse(as_json(document), content_type="application/json", headers=headers)


@require_http_methods(["GET", "HEAD", "POST"])
@tenant_view("consumers.erase")
def erasure(request: HttpRequest, visit: Visit, db: Database, consumer_id: UUID) -> HttpResponse:
    """Tell what erasing means; posted with the last digits of the number, erase the consumer."""
    page = erasure_page(db, visit, consumer_id)
    if page is None:
        raise Http404
    if request.method != "POST":
        return show(request, visit, "consumer_erasure.html", page, place=reverse("conversations"))
    try:
        check_typed(request.POST.get("confirmation", ""), page.phone)
        with account(visit.account_id):
            erase(visit.account_id, consumer_id, actor=visit.actor, at=clock.now())
    except Problem as problem:
        page = erasure_page(db, visit, consumer_id, posted=request.POST, refused=problem)
        return show(request, visit, "consumer_erasure.html", page, status=problem.status, place=reverse("conversations"))
    return go(request, "consumer", consumer_id, said=_("This consumer is erased; raw copies are looked through now."))


def _place(text: str) -> tuple[datetime, UUID] | None:
    """Return the row that a page goes on after, or None for what is none."""
    at, _sign, last = text.partition("_")
    try:
        instant = datetime.fromisoformat(at)
    except ValueError:
        return None
    row = identifier(last)
    return (instant, row) if row and instant.tzinfo else None

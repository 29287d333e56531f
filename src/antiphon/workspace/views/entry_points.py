"""Entry points: the library, one of them, adding, changing, taking out."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from antiphon.campaigns import library
from antiphon.campaigns.verbs import create_entry_point
from antiphon.kit import clock
from antiphon.kit.db import Database, account
from antiphon.kit.problems import Missing, Problem
from antiphon.workspace import forms
from antiphon.workspace.access import Visit, tenant_view
from antiphon.workspace.pages.entry_points import entry_point_page, filters, library_page, new_page
from antiphon.workspace.replies import go, show


@require_safe
@tenant_view("entry_points.read")
def entry_points(request: HttpRequest, visit: Visit, db: Database) -> HttpResponse:
    """Show the library."""
    return show(request, visit, "entry_points.html", library_page(db, visit, filters(request.GET), at=clock.now()), parts={"list"})


@require_http_methods(["GET", "HEAD", "POST"])
@tenant_view("entry_points.write")
def new(request: HttpRequest, visit: Visit, db: Database) -> HttpResponse:  # noqa: ARG001 - every view gets it
    """Show the form of a new entry point; posted, add it."""
    if request.method != "POST":
        return show(request, visit, "entry_point_new.html", new_page(visit, at=clock.now(), given=request.GET))
    posted = request.POST
    try:
        with account(visit.account_id):
            made, is_new = create_entry_point(
                visit.account_id,
                source_id=forms.number(posted.get("source", "")) or 0,
                kind=posted.get("kind", ""),
                value=posted.get("value", ""),
                name=posted.get("name", ""),
                actor=visit.actor,
                at=clock.now(),
            )
    except Missing:
        raise Http404 from None
    except Problem as problem:
        page = new_page(visit, at=clock.now(), given=request.GET, posted=posted, refused=problem)
        return show(request, visit, "entry_point_new.html", page, status=problem.status)
    said = _("%(name)s is in the library.") if is_new else _("%(name)s was in the library already.")
    return go(request, "entry-point", made.pk, said=said % {"name": made})


@require_http_methods(["GET", "HEAD"])
@tenant_view("entry_points.read")
def entry_point(request: HttpRequest, visit: Visit, db: Database, entry_point_id: int) -> HttpResponse:
    """Show one entry point."""
    return _shown(request, visit, db, entry_point_id)


@require_POST
@tenant_view("entry_points.write")
def edition(request: HttpRequest, visit: Visit, db: Database, entry_point_id: int) -> HttpResponse:
    """Rename it, or give it another value; one that is used asks before."""
    posted = request.POST
    try:
        with account(visit.account_id):
            kept = library.edit_entry_point(
                visit.account_id,
                entry_point_id,
                name=posted.get("name", ""),
                value=posted.get("value", ""),
                is_confirmed=posted.get("confirmed") == "1",
                actor=visit.actor,
                at=clock.now(),
            )
    except Missing:
        raise Http404 from None
    except Problem as problem:
        return _shown(request, visit, db, entry_point_id, refused=problem)
    return go(request, "entry-point", kept.pk, said=_("Saved."))


@require_POST
@tenant_view("entry_points.write")
def removal(request: HttpRequest, visit: Visit, db: Database, entry_point_id: int) -> HttpResponse:
    """Take it out of the library."""
    try:
        with account(visit.account_id):
            library.remove_entry_point(visit.account_id, entry_point_id, actor=visit.actor, at=clock.now())
    except Missing:
        raise Http404 from None
    except Problem as problem:
        return _shown(request, visit, db, entry_point_id, refused=problem)
    return go(request, "entry-points", said=_("Taken out of the library. What it found stays found."))


def _shown(request: HttpRequest, visit: Visit, db: Database, entry_point_id: int, *, refused: Problem | None = None) -> HttpResponse:
    posted = request.POST if refused and "value" in request.POST else None
    page = entry_point_page(db, visit, entry_point_id, at=clock.now(), posted=posted, refused=refused)
    if page is None:
        raise Http404
    return show(request, visit, "entry_point.html", page, status=refused.status if refused else 200)

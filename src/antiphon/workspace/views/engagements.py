"""Engagements: the wizard that makes and changes them, switching them off and on, taking them out and putting them back."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from antiphon.campaigns import verbs
from antiphon.campaigns.history import engagement_changed_since
from antiphon.campaigns.models import Campaign, Engagement, EntryPoint
from antiphon.campaigns.removal import remove_engagement, restore_engagement
from antiphon.campaigns.store import campaign_in, engagement_in
from antiphon.campaigns.types import NewEngagement
from antiphon.kit import clock
from antiphon.kit.db import Database, account
from antiphon.kit.problems import Missing, Problem, Stale
from antiphon.workspace.access import Visit, tenant_view
from antiphon.workspace.fields import Theirs
from antiphon.workspace.pages.campaign_form import read_version
from antiphon.workspace.pages.engagement_form import Entered, Filled, begun, engagement_form, offered, read_engagement, stored, typed
from antiphon.workspace.pages.engagements import engagement_page, start_page
from antiphon.workspace.pages.versions import theirs
from antiphon.workspace.replies import go, show


@require_safe
@tenant_view("campaigns.write")
def start(request: HttpRequest, visit: Visit, db: Database) -> HttpResponse:  # noqa: ARG001 - the frame of every view
    """Ask which campaign an engagement is for; the address says which entry point is wanted."""
    return show(request, visit, "engagement_start.html", start_page(visit, request.GET, at=clock.now()))


@require_safe
@tenant_view("campaigns.write")
def new(request: HttpRequest, visit: Visit, db: Database, campaign_id: int) -> HttpResponse:
    """Show the form of a new engagement; what the address names is chosen."""
    campaign = _campaign(visit, campaign_id)
    offer = offered(visit.account_id)
    held = begun(campaign, offer, request.GET)
    page = engagement_page(db, visit, campaign, Filled(held, offer, engagement_form(held, offer)), at=clock.now())
    return show(request, visit, "engagement.html", page)


@require_POST
@tenant_view("campaigns.write")
def engagements(request: HttpRequest, visit: Visit, db: Database, campaign_id: int) -> HttpResponse:
    """Add an engagement, and the entry points that are new with it."""
    campaign, held = _campaign(visit, campaign_id), typed(request.POST, version="")

    def deed() -> Engagement:
        values = read_engagement(held)
        made = NewEngagement(**values, entry_point_ids=_entry_points(visit, held))
        return verbs.create_engagement(visit.account_id, campaign_id, made, actor=visit.actor, at=clock.now())

    done, refused = _done(visit, deed)
    if done is None:
        return _again(request, visit, db, campaign, refused=refused)
    said = (
        _("%(name)s is added. Replies that it claims go to it from now on.") if campaign.state == "published" else _("%(name)s is added.")
    )
    return go(request, "campaign", campaign_id, said=said % {"name": done.name})


@require_POST
@tenant_view("campaigns.write")
def new_checks(request: HttpRequest, visit: Visit, db: Database, campaign_id: int) -> HttpResponse:
    """Show a new engagement with what stands in the form, and what is to be said of that; nothing is saved."""
    return _again(request, visit, db, _campaign(visit, campaign_id), refused=None)


@require_safe
@tenant_view("campaigns.read")
def engagement(request: HttpRequest, visit: Visit, db: Database, engagement_id: int) -> HttpResponse:
    """Show an engagement: its form for those who may change it, what the agent sees for all."""
    found = _engagement(visit, engagement_id)
    offer = offered(visit.account_id, kept=[found.source_id])
    held = stored(found)
    filled = Filled(held, offer, engagement_form(held, offer))
    page = engagement_page(db, visit, found.campaign, filled, at=clock.now(), engagement=found)
    return show(request, visit, "engagement.html" if page.is_editable else "engagement_read.html", page)


@require_POST
@tenant_view("campaigns.write")
def edits(request: HttpRequest, visit: Visit, db: Database, engagement_id: int) -> HttpResponse:
    """Save an engagement; of a published campaign it holds at once."""
    found = _engagement(visit, engagement_id)
    held, version = typed(request.POST, version=str(found.version)), read_version(request.POST)

    def deed() -> Engagement:
        changes = read_engagement(held) | {"entry_point_ids": _entry_points(visit, held)}
        return verbs.edit_engagement(visit.account_id, engagement_id, changes, actor=visit.actor, at=clock.now(), version=version)

    done, refused = _done(visit, deed)
    if done is None:
        return _again(request, visit, db, found.campaign, refused=refused, engagement=found)
    return go(request, "campaign", found.campaign_id, said=_("%(name)s is saved.") % {"name": done.name})


@require_POST
@tenant_view("campaigns.write")
def checks(request: HttpRequest, visit: Visit, db: Database, engagement_id: int) -> HttpResponse:
    """Show an engagement with what stands in the form, and what is to be said of that; nothing is saved."""
    found = _engagement(visit, engagement_id)
    return _again(request, visit, db, found.campaign, refused=None, engagement=found)


@require_POST
@tenant_view("campaigns.write")
def switch(request: HttpRequest, visit: Visit, db: Database, engagement_id: int) -> HttpResponse:
    """Switch an engagement on or off; the toast takes it back."""
    found = _engagement(visit, engagement_id)
    wanted = (request.POST.get("enabled") or request.GET.get("enabled")) == "1"

    def deed() -> Engagement:
        return verbs.edit_engagement(visit.account_id, engagement_id, {"enabled": wanted}, actor=visit.actor, at=clock.now())

    done, refused = _done(visit, deed)
    if done is None:
        return _again(request, visit, db, found.campaign, refused=refused, engagement=found)
    said = _("%(name)s is switched on.") if wanted else _("%(name)s is switched off. Replies from now on are not linked to it.")
    undo = f"{reverse('engagement-switch', args=[engagement_id])}?enabled={int(not wanted)}"
    return go(request, "campaign", found.campaign_id, said=said % {"name": done.name}, undo=undo)


@require_POST
@tenant_view("campaigns.write")
def removal(request: HttpRequest, visit: Visit, db: Database, engagement_id: int) -> HttpResponse:
    """Take an engagement out of its campaign; the toast puts it back."""
    found = _engagement(visit, engagement_id)
    done, refused = _done(visit, lambda: remove_engagement(visit.account_id, engagement_id, actor=visit.actor, at=clock.now()))
    if done is None:
        return _again(request, visit, db, found.campaign, refused=refused, engagement=found)
    said = _("%(name)s is removed. What was linked to it stays linked.") % {"name": done.name}
    return go(request, "campaign", found.campaign_id, said=said, undo=reverse("engagement-restoration", args=[engagement_id]))


@require_POST
@tenant_view("campaigns.write")
def restoration(request: HttpRequest, visit: Visit, db: Database, engagement_id: int) -> HttpResponse:  # noqa: ARG001 - the frame of every view
    """Put a removed engagement back."""
    done, refused = _done(visit, lambda: restore_engagement(visit.account_id, engagement_id, actor=visit.actor, at=clock.now()))
    if done is not None:
        return go(request, "campaign", done.campaign_id, said=_("%(name)s is back.") % {"name": done.name})
    where = Engagement.objects.filter(account_id=visit.account_id, id=engagement_id).values_list("campaign_id", flat=True).get()
    return go(request, "campaign", where, said=refused.message if refused else "")


def _again(
    request: HttpRequest,
    visit: Visit,
    db: Database,
    campaign: Campaign,
    *,
    refused: Problem | None,
    engagement: Engagement | None = None,
) -> HttpResponse:
    """Show the page with everything that was typed, and why it was refused."""
    offer = offered(visit.account_id, kept=[engagement.source_id if engagement else None])
    version = str(engagement.version) if engagement else ""
    is_form = engagement is None or "source" in request.POST
    held = typed(request.POST, version=version) if engagement is None or is_form else stored(engagement)
    made = engagement_form(held, offer, refused=refused, theirs=_theirs(request, visit, engagement, refused=refused))
    filled = Filled(held, offer, made, _shown_source(request))
    page = engagement_page(db, visit, campaign, filled, at=clock.now(), engagement=engagement)
    return show(request, visit, "engagement.html", page, status=422 if refused else 200)


def _theirs(request: HttpRequest, visit: Visit, engagement: Engagement | None, *, refused: Problem | None) -> Theirs | None:
    version = read_version(request.POST)
    if engagement is None or version is None or not isinstance(refused, Stale):
        return None
    return theirs(visit.account_id, engagement_changed_since(visit.account_id, engagement.id, version=version))


def _shown_source(request: HttpRequest) -> int | None:
    """Return the source whose entry points the browser shows; only a part of the page asks so."""
    given = request.POST.get("shown_source", "")
    return int(given) if request.headers.get("HX-Request") == "true" and given.isdecimal() else None


def _entry_points(visit: Visit, held: Entered) -> list[int]:
    """Return the chosen entry points; those that were heard or typed come into the library. Raises Invalid, Missing."""
    wanted: list[tuple[str, str]] = [(EntryPoint.Kind.CAMPAIGN_ID, one) for one in held.heard]
    if held.new_value:
        wanted.append((held.new_kind, held.new_value))
    same: dict[str, Any] = {"source_id": held.source_id, "actor": visit.actor, "at": clock.now()}
    made = [verbs.create_entry_point(visit.account_id, kind=kind, value=value, **same)[0].id for kind, value in wanted]
    return list(dict.fromkeys([*held.library_ids, *made]))


def _done(visit: Visit, deed: Callable[[], Engagement]) -> tuple[Engagement | None, Problem | None]:
    """Do it in a savepoint; return what was done, or why it was not. Raises Http404 when it is not there."""
    try:
        with account(visit.account_id):
            return deed(), None
    except Missing as problem:
        if not problem.field:
            raise Http404 from None
        return None, problem
    except Problem as problem:
        return None, problem


def _campaign(visit: Visit, campaign_id: int) -> Campaign:
    try:
        return campaign_in(visit.account_id, campaign_id)
    except Missing:
        raise Http404 from None


def _engagement(visit: Visit, engagement_id: int) -> Engagement:
    try:
        return engagement_in(visit.account_id, engagement_id)
    except Missing:
        raise Http404 from None

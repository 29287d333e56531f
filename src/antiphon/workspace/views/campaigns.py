"""Campaigns: the list, one campaign as it is built, its state, its versions, and a copy of it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from antiphon.campaigns import verbs
from antiphon.campaigns.copying import duplicate_campaign
from antiphon.campaigns.history import changed_since
from antiphon.campaigns.models import Campaign
from antiphon.campaigns.store import campaign_in, can_broadcast
from antiphon.campaigns.types import NewCampaign
from antiphon.kit import clock
from antiphon.kit.db import Database, account
from antiphon.kit.problems import Missing, Problem, Stale
from antiphon.workspace import times
from antiphon.workspace.access import Visit, tenant_view
from antiphon.workspace.fields import Theirs
from antiphon.workspace.live import stream
from antiphon.workspace.pages.campaign_form import blank, campaign_form, entered, read_campaign, read_version
from antiphon.workspace.pages.campaigns import NewCampaignPage, campaign_page
from antiphon.workspace.pages.engagements import kept_query, wanted
from antiphon.workspace.pages.outbound import filters_of, outbound_page
from antiphon.workspace.pages.versions import theirs, versions_page
from antiphon.workspace.replies import go, show


@require_safe
@tenant_view("campaigns.read")
def campaigns(request: HttpRequest, visit: Visit, db: Database) -> HttpResponse:
    """Show the campaigns: the address says which, and in what order."""
    page = outbound_page(db, visit, filters_of(request.GET), at=clock.now())
    return show(request, visit, "outbound.html", page, parts={"list"})


@require_safe
@tenant_view("campaigns.write")
def new(request: HttpRequest, visit: Visit, db: Database) -> HttpResponse:  # noqa: ARG001 - the frame of every view
    """Show the form of a new campaign."""
    return _new(request, visit)


@require_POST
@tenant_view("campaigns.write")
def drafts(request: HttpRequest, visit: Visit, db: Database) -> HttpResponse:  # noqa: ARG001 - the frame of every view
    """Add a campaign as a draft, and go on with its engagements."""
    try:
        with account(visit.account_id):
            made = verbs.create_campaign(visit.account_id, NewCampaign(**read_campaign(request.POST)), actor=visit.actor, at=clock.now())
    except Problem as problem:
        return _new(request, visit, refused=problem)
    messages.success(request, _("%(name)s is a draft. Now add who answers, and how replies find it.") % {"name": made.name})
    kept = kept_query(request.POST)
    return HttpResponseRedirect(reverse("engagement-new" if kept else "campaign", args=[made.id]) + kept, status=303)


@require_safe
@tenant_view("campaigns.read")
def campaign(request: HttpRequest, visit: Visit, db: Database, campaign_id: int) -> HttpResponse:
    """Show one campaign; who may not change it reads it."""
    return _shown(request, visit, db, campaign_id)


@require_POST
@tenant_view("campaigns.write")
def edits(request: HttpRequest, visit: Visit, db: Database, campaign_id: int) -> HttpResponse:
    """Save goal and frame; with `state`, bring it there in the same step."""
    held, state = request.POST, request.POST.get("state", "")

    def deed() -> Campaign:
        changes, version = read_campaign(held), read_version(held)
        saved = verbs.edit_campaign(visit.account_id, campaign_id, changes, actor=visit.actor, at=clock.now(), version=version)
        if not state:
            return saved
        return verbs.set_state(visit.account_id, campaign_id, state, actor=visit.actor, at=clock.now(), version=saved.version)

    done, refused = _done(visit, deed)
    if done is None:
        return _refused(request, visit, db, campaign_id, refused=refused)
    said = _state_words(done) if state else _saved_words(done)
    return go(request, "campaign", campaign_id, said=said, undo=_undo(done, before="draft") if state else "")


@require_POST
@tenant_view("campaigns.write")
def checks(request: HttpRequest, visit: Visit, db: Database, campaign_id: int) -> HttpResponse:
    """Show the campaign with what stands in the form and what is to be said of that; nothing is saved."""
    return _refused(request, visit, db, campaign_id, refused=None)


@require_POST
@tenant_view("campaigns.write")
def state(request: HttpRequest, visit: Visit, db: Database, campaign_id: int) -> HttpResponse:
    """Publish, pause, archive, or take back to draft; the toast takes it back where the domain allows."""
    wanted = request.POST.get("state") or request.GET.get("state", "")
    try:
        before = campaign_in(visit.account_id, campaign_id).state
        with account(visit.account_id):
            changed = verbs.set_state(visit.account_id, campaign_id, wanted, actor=visit.actor, at=clock.now())
    except Missing:
        raise Http404 from None
    except Problem as problem:
        return _shown(request, visit, db, campaign_id, refused=problem)
    return go(request, "campaign", campaign_id, said=_state_words(changed), undo=_undo(changed, before=before))


@require_POST
@tenant_view("campaigns.write")
def copies(request: HttpRequest, visit: Visit, db: Database, campaign_id: int) -> HttpResponse:  # noqa: ARG001 - the frame of every view
    """Duplicate a campaign as a draft."""
    try:
        made = duplicate_campaign(visit.account_id, campaign_id, actor=visit.actor, at=clock.now())
    except Missing:
        raise Http404 from None
    said = _("%(name)s is a draft. Give it its own days and campaign IDs: those were not copied.")
    return go(request, "campaign", made.id, said=said % {"name": made.name})


@require_safe
@tenant_view("campaigns.read")
def versions(request: HttpRequest, visit: Visit, db: Database, campaign_id: int) -> HttpResponse:  # noqa: ARG001 - the frame of every view
    """Show who changed what, from what to what."""
    try:
        page = versions_page(visit, campaign_id, at=clock.now())
    except Missing:
        raise Http404 from None
    return show(request, visit, "campaign_versions.html", page)


def _new(request: HttpRequest, visit: Visit, *, refused: Problem | None = None) -> HttpResponse:
    held = blank(visit.time_zone, today=times.today_in(visit.time_zone, now=clock.now()))
    made = campaign_form(held, posted=request.POST if refused else None, refused=refused)
    asked = request.POST if refused else request.GET
    page = NewCampaignPage(made, can_broadcast(visit.account_id), visit.may("sources.write"), wanted(asked))
    return show(request, visit, "campaign_new.html", page, status=_status(refused))


def _refused(request: HttpRequest, visit: Visit, db: Database, campaign_id: int, *, refused: Problem | None) -> HttpResponse:
    """Show the page with everything that was typed: what is wrong beside its field, or what somebody else changed meanwhile."""
    try:
        stored = campaign_in(visit.account_id, campaign_id)
    except Missing:
        raise Http404 from None
    typed, wrong = _read(request.POST)
    made = campaign_form(
        entered(stored), posted=request.POST, refused=refused or wrong, theirs=_theirs(visit, stored, request.POST, refused=refused)
    )
    return _shown(request, visit, db, campaign_id, refused=refused, form=made, typed=typed)


def _read(posted: QueryDict) -> tuple[dict[str, Any], Problem | None]:
    """Return what stands in the form where it makes a frame, and else what is wrong with it."""
    try:
        read = read_campaign(posted)
        verbs.check_frame(read)
    except Problem as problem:
        return {}, problem
    return {name: read[name] for name in ("starts_on", "ends_on", "time_zone")}, None


def _theirs(visit: Visit, stored: Campaign, posted: QueryDict, *, refused: Problem | None) -> Theirs | None:
    version = read_version(posted)
    if not isinstance(refused, Stale) or version is None:
        return None
    return theirs(visit.account_id, changed_since(visit.account_id, stored.id, version=version))


def _shown(
    request: HttpRequest, visit: Visit, db: Database, campaign_id: int, *, refused: Problem | None = None, **held: Any
) -> HttpResponse:
    ticket = stream(db, visit, [f"campaign:{campaign_id}"])
    error = refused.message if refused and "form" not in held else ""
    try:
        page = campaign_page(db, visit, campaign_id, at=clock.now(), ticket=ticket, error=error, **held)
    except Missing:
        raise Http404 from None
    return show(request, visit, "campaign.html", page, parts={"live"}, status=_status(refused))


def _status(refused: Problem | None) -> int:
    """Return 422 for whatever a form is refused for: it comes back with what was typed."""
    return 422 if refused else 200


def _done(visit: Visit, deed: Callable[[], Campaign]) -> tuple[Campaign | None, Problem | None]:
    """Do it in a savepoint; return what was done, or why it was not. Raises Http404."""
    try:
        with account(visit.account_id):
            return deed(), None
    except Missing:
        raise Http404 from None
    except Problem as problem:
        return None, problem


def _undo(changed: Campaign, *, before: str) -> str:
    """Return the address that takes a change of state back."""
    return f"{reverse('state', args=[changed.id])}?state={before}" if before != changed.state else ""


def _saved_words(saved: Campaign) -> str:
    if saved.state == "published":
        return _("Saved. It holds from now on.")
    return _("Saved %(clock)s") % {"clock": times.clock(saved.updated_at)}


def _state_words(changed: Campaign) -> str:
    said = {
        "published": _("%(name)s is published. Replies inside its frame are linked to it."),
        "paused": _("%(name)s is paused. Replies from now on are not linked to it."),
        "draft": _("%(name)s is a draft again. Nothing is linked or counted."),
        "archived": _("%(name)s is archived. Nothing is linked to it any more."),
    }
    return said[changed.state] % {"name": changed.name}

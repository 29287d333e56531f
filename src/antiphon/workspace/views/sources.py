"""Data sources: the catalogue, connecting, one source with what people do on its page."""

from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from antiphon.accounts.models import Account
from antiphon.accounts.verbs import install_app
from antiphon.config.env import current
from antiphon.kit import clock
from antiphon.kit.db import Database, account
from antiphon.kit.problems import Missing, Problem
from antiphon.providers import heard, test_texts, verbs
from antiphon.providers.models import Source
from antiphon.providers.protocol import topic
from antiphon.providers.registry import ADAPTERS
from antiphon.workspace.access import Visit, tenant_view
from antiphon.workspace.fields import Form
from antiphon.workspace.live import stream
from antiphon.workspace.pages.source import DisconnectPage, HeardPage, campaign_row, source_page
from antiphon.workspace.pages.source_form import SourceFormPage, disconnect_form, read, source_form, trial_form
from antiphon.workspace.pages.sources import sources_page
from antiphon.workspace.replies import go, show

_PARTS = {"hooks", "token", "trials", "heard"}
_ROWS = 50
_FORM = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@tenant_view("notices.read")
def sources(request: HttpRequest, visit: Visit, db: Database) -> HttpResponse:
    """Show the catalogue of apps and the sources."""
    return _catalogue(request, visit, db)


def _catalogue(request: HttpRequest, visit: Visit, db: Database, *, refused: Problem | None = None) -> HttpResponse:
    known = Source.objects.filter(account_id=visit.account_id, disconnected_at=None).values_list("id", flat=True)
    ticket = stream(db, visit, [topic(source_id) for source_id in known])
    page = sources_page(db, visit, at=clock.now(), ticket=ticket, error=refused.message if refused else "")
    return show(request, visit, "sources.html", page, parts={"list"}, status=refused.status if refused else 200)


@require_POST
@tenant_view("sources.write")
def installation(request: HttpRequest, visit: Visit, db: Database) -> HttpResponse:
    """Install an app, or switch it off."""
    app = request.POST.get("app", "")
    if app not in ADAPTERS:
        raise Http404
    is_on = request.POST.get("state") == "installed"
    try:
        with account(visit.account_id):
            (install_app if is_on else verbs.switch_off)(visit.account_id, app, actor=visit.actor, at=clock.now())
    except Problem as problem:
        return _catalogue(request, visit, db, refused=problem)
    said = _("%(app)s is installed: connect a source of it.") if is_on else _("%(app)s is switched off.")
    return go(request, "sources", said=said % {"app": ADAPTERS[app].title})


@_FORM
@tenant_view("sources.write")
def connect(request: HttpRequest, visit: Visit, db: Database) -> HttpResponse:  # noqa: ARG001 - every page is given its connection
    """Ask for what connects a source, and connect it."""
    app = (request.POST if request.method == "POST" else request.GET).get("app", "cm")
    if app not in ADAPTERS:
        raise Http404
    if request.method != "POST":
        return _connecting(request, visit, app)
    try:
        with account(visit.account_id):
            new = verbs.NewSource(app=app, **read(request.POST, is_new=True))
            made = verbs.connect(visit.account_id, new, actor=visit.actor, at=clock.now())
    except Problem as problem:
        return _connecting(request, visit, app, posted=request.POST, refused=_named(problem))
    said = _("%(name)s is connected with %(numbers)s. Now paste its addresses at %(app)s.")
    return go(request, "source", made.pk, said=said % {"name": made.name, "numbers": ", ".join(made.numbers), "app": ADAPTERS[app].title})


def _connecting(
    request: HttpRequest, visit: Visit, app: str, *, posted: QueryDict | None = None, refused: Problem | None = None
) -> HttpResponse:
    places, title = heard.places(app), ADAPTERS[app].title
    owner = Account.objects.get(pk=visit.account_id)
    form = source_form(owner, title=title, places=places, posted=posted, refused=refused)
    page = SourceFormPage(None, app, title, "", form, places, is_heard=False)
    return show(request, visit, "source_form.html", page, status=refused.status if refused else 200)


def _named(problem: Problem) -> Problem:
    """Return a refusal with the name that its field has on the page."""
    problem.field = {"default_skill_id": "default_skill"}.get(problem.field, problem.field)
    return problem


@require_safe
@tenant_view("notices.read")
def source(request: HttpRequest, visit: Visit, db: Database, source_id: int) -> HttpResponse:
    """Show one source."""
    return _source(request, visit, db, source_id)


def _source(
    request: HttpRequest, visit: Visit, db: Database, source_id: int, *, refused: Problem | None = None, trial: Form | None = None
) -> HttpResponse:
    stored = _stored(visit, source_id)
    ticket = stream(db, visit, [topic(source_id)])
    shown = trial or trial_form(stored.numbers)
    error = refused.message if refused and trial is None else ""
    page = source_page(db, visit, source_id, at=clock.now(), ticket=ticket, trial=shown, error=error)
    status = refused.status if refused else 200
    return show(request, visit, "source.html", page, parts=_PARTS, status=status, extra={"is_trying": trial is not None})


def _stored(visit: Visit, source_id: int) -> Source:
    try:
        return verbs.source_in(visit.account_id, source_id)
    except Missing:
        raise Http404 from None


def _done(request: HttpRequest, visit: Visit, db: Database, source_id: int, deed: Callable[[datetime], object]) -> HttpResponse | None:
    """Do something to a source; return the page that says why it was refused, or None."""
    _stored(visit, source_id)
    try:
        with account(visit.account_id):
            deed(clock.now())
    except Missing:
        raise Http404 from None
    except Problem as problem:
        return _source(request, visit, db, source_id, refused=problem)
    return None


@_FORM
@tenant_view("sources.write")
def edit(request: HttpRequest, visit: Visit, db: Database, source_id: int) -> HttpResponse:
    """Show the settings of a source, and change them."""
    stored = _stored(visit, source_id)
    if request.method != "POST":
        return _editing(request, visit, db, stored)
    version = request.POST.get("version", "")
    expected = int(version) if version.isascii() and version.isdecimal() and len(version) < 10 else 0  # noqa: PLR2004 - no version is longer
    try:
        with account(visit.account_id):
            values = read(request.POST, is_new=False)
            changed = verbs.edit_source(visit.account_id, source_id, values, actor=visit.actor, at=clock.now(), version=expected)
    except Problem as problem:
        stored.refresh_from_db()
        return _editing(request, visit, db, stored, refused=_named(problem))
    said = _("Saved. It holds from the next webhook on; numbers are %(numbers)s.")
    return go(request, "source", source_id, said=said % {"numbers": ", ".join(changed.numbers)})


def _editing(request: HttpRequest, visit: Visit, db: Database, stored: Source, *, refused: Problem | None = None) -> HttpResponse:
    places, title = heard.places_heard(db, stored), ADAPTERS[stored.app].title
    owner = Account.objects.get(pk=visit.account_id)
    posted = request.POST if refused else None
    form = source_form(owner, title=title, places=places, stored=stored, posted=posted, refused=refused)
    page = SourceFormPage(stored.pk, stored.app, title, stored.name, form, places, is_heard=any(place.values for place in places))
    return show(request, visit, "source_form.html", page, status=refused.status if refused else 200)


@require_POST
@tenant_view("sources.write")
def state(request: HttpRequest, visit: Visit, db: Database, source_id: int) -> HttpResponse:
    """Pause a source, or resume it."""
    change = verbs.pause if request.POST.get("state") == "paused" else verbs.resume

    def deed(at: datetime) -> object:
        return change(visit.account_id, source_id, actor=visit.actor, at=at)

    if refused := _done(request, visit, db, source_id, deed):
        return refused
    said = {
        verbs.pause: _("Paused. Nothing is sent; replies, notices and reports are taken as always."),
        verbs.resume: _("Resumed. Answers are sent again."),
    }
    return go(request, "source", source_id, said=said[change])


@require_POST
@tenant_view("sources.write")
def secrets(request: HttpRequest, visit: Visit, db: Database, source_id: int) -> HttpResponse:
    """Make a webhook key or notice token anew, or end the overlap of one that was."""
    kind, is_ending = request.POST.get("kind", ""), request.POST.get("deed") == "end"

    def deed(at: datetime) -> object:
        return (verbs.end_old_secrets if is_ending else verbs.rotate)(visit.account_id, source_id, kind, actor=visit.actor, at=at)

    if refused := _done(request, visit, db, source_id, deed):
        return refused
    said = _("Only the new one holds now.") if is_ending else _("Made anew. Paste it at the provider: the old one holds for a week.")
    return go(request, "source", source_id, said=said)


@require_POST
@tenant_view("sources.write")
def token_check(request: HttpRequest, visit: Visit, db: Database, source_id: int) -> HttpResponse:
    """Have the product token checked again."""

    def deed(_at: datetime) -> None:
        verbs.check_token_again(visit.account_id, source_id)

    return _done(request, visit, db, source_id, deed) or go(request, "source", source_id, said=_("The product token is being checked."))


@require_POST
@tenant_view("sources.write")
def trial(request: HttpRequest, visit: Visit, db: Database, source_id: int) -> HttpResponse:
    """Send a test text."""
    stored = _stored(visit, source_id)
    posted = request.POST
    try:
        with account(visit.account_id):
            test_texts.send_test_text(
                visit.account_id,
                source_id,
                to=posted.get("to", ""),
                text=posted.get("text", ""),
                sender=posted.get("sender", ""),
                actor=visit.actor,
                at=clock.now(),
            )
    except Problem as problem:
        typed = trial_form(stored.numbers, posted=posted, refused=problem)
        return _source(request, visit, db, source_id, refused=problem, trial=typed)
    return go(request, "source", source_id, said=_("On its way. What becomes of it is shown under Test texts."))


@require_safe
@tenant_view("notices.read")
def campaigns(request: HttpRequest, visit: Visit, db: Database, source_id: int) -> HttpResponse:
    """Show every external campaign heard on a source that no engagement claims, or those marked as ignored."""
    stored = _stored(visit, source_id)
    is_ignored = request.GET.get("ignored") == "1"
    found = heard.heard_campaigns(db, visit.account_id, source_id, ignored=is_ignored, after=_place(request.GET), limit=_ROWS + 1)
    rows = found[:_ROWS]
    older = (
        {"at": rows[-1].place[0].isoformat(), "key": rows[-1].key} | ({"ignored": "1"} if is_ignored else {}) if len(found) > _ROWS else {}
    )
    page = HeardPage(
        at=clock.now(),
        id=source_id,
        name=stored.name,
        title=ADAPTERS[stored.app].title,
        rows=[campaign_row(one, source_id) for one in rows],
        is_ignored=is_ignored,
        may_write=visit.may("sources.write"),
        may_map=visit.may("campaigns.write"),
        older=f"?{urlencode(older)}" if older else "",
    )
    return show(request, visit, "source_campaigns.html", page)


def _place(query: QueryDict) -> tuple[datetime, str] | None:
    """Return where a page of the list starts; what is no place is its beginning."""
    try:
        at = datetime.fromisoformat(query.get("at", ""))
    except ValueError:
        return None
    return (at, query.get("key", "")) if at.tzinfo else None


@require_POST
@tenant_view("sources.write")
def ignored(request: HttpRequest, visit: Visit, db: Database, source_id: int) -> HttpResponse:
    """Mark an external campaign as other traffic, or take the mark off."""
    campaign, is_marking = request.POST.get("external_campaign", "")[:200], request.POST.get("is_ignored") == "1"

    def deed(at: datetime) -> object:
        mark = verbs.ignore_campaign if is_marking else verbs.stop_ignoring
        return mark(visit.account_id, source_id, campaign, actor=visit.actor, at=at)

    if refused := _done(request, visit, db, source_id, deed):
        return refused
    name = campaign or _("No campaign ID")
    said = _("%(name)s is ignored: its notices are stored and not counted.") if is_marking else _("%(name)s counts again from now on.")
    return go(request, "source", source_id, said=said % {"name": name})


@_FORM
@tenant_view("sources.write")
def disconnection(request: HttpRequest, visit: Visit, db: Database, source_id: int) -> HttpResponse:
    """Tell what disconnecting means, and disconnect a source."""
    stored = _stored(visit, source_id)
    if request.method != "POST":
        return _disconnecting(request, visit, db, stored)
    try:
        with account(visit.account_id):
            given = request.POST.get("confirmation", "")
            verbs.disconnect(visit.account_id, source_id, actor=visit.actor, at=clock.now(), confirmation=given)
    except Problem as problem:
        return _disconnecting(request, visit, db, stored, refused=problem)
    return go(request, "sources", said=_("%(name)s is disconnected. Its addresses are not answered any more.") % {"name": stored.name})


def _disconnecting(request: HttpRequest, visit: Visit, db: Database, stored: Source, *, refused: Problem | None = None) -> HttpResponse:
    count = verbs.open_conversations(db, stored)
    form = disconnect_form(stored.name, is_asked=bool(count), posted=request.POST if refused else None, refused=refused)
    page = DisconnectPage(
        id=stored.pk,
        name=stored.name,
        title=ADAPTERS[stored.app].title,
        using=verbs.engagements_using(db, stored),
        open_count=count,
        form=form,
        urls=list(verbs.webhook_urls(stored, site_url=current().site_url).values()),
    )
    return show(request, visit, "source_disconnection.html", page, status=refused.status if refused else 200)

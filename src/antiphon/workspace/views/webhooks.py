"""Webhooks out: the list, adding and changing one, its secret, its log, tests and sending again."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from antiphon.kit import clock
from antiphon.kit.db import Database
from antiphon.kit.problems import Problem
from antiphon.webhooks import verbs
from antiphon.webhooks.models import Delivery, Endpoint
from antiphon.workspace import times
from antiphon.workspace.access import Visit, tenant_view
from antiphon.workspace.pages.webhook_log import delivery_page, narrowed, stretch, webhook_page
from antiphon.workspace.pages.webhooks import WebhookSecretPage, check_version, read_webhook, webhook_form, webhooks_page
from antiphon.workspace.replies import go, show
from antiphon.workspace.views.trying import tried

_FORM = ["GET", "HEAD", "POST"]


@require_safe
@tenant_view("webhooks.read")
def webhooks(request: HttpRequest, visit: Visit, db: Database) -> HttpResponse:
    """Show the webhooks."""
    return show(request, visit, "webhooks.html", webhooks_page(db, visit, at=clock.now()))


@require_http_methods(_FORM)
@tenant_view("webhooks.write")
def new_webhook(request: HttpRequest, visit: Visit, db: Database) -> HttpResponse:  # noqa: ARG001 - verbs open their own
    """Add a webhook; the answer is the one page that shows its secret."""
    at = clock.now()
    if request.method != "POST":
        return show(request, visit, "settings_form.html", webhook_form(visit, None, at=at))
    made = tried(visit, lambda: verbs.create(visit.account_id, **read_webhook(request.POST), actor=visit.actor, at=at))
    if isinstance(made, Problem):
        page = webhook_form(visit, None, at=at, posted=request.POST, refused=made)
        return show(request, visit, "settings_form.html", page, status=made.status)
    return _secret(request, visit, made[0], made[1], is_new=True)


@require_safe
@tenant_view("webhooks.read")
def webhook(request: HttpRequest, visit: Visit, db: Database, webhook_id: int) -> HttpResponse:  # noqa: ARG001 - as above
    """Show how one webhook stands and what was delivered to it."""
    page = webhook_page(visit, _found(visit, webhook_id), narrowed(request.GET), at=clock.now())
    return show(request, visit, "webhook.html", page, parts={"standing", "log"})


@require_http_methods(_FORM)
@tenant_view("webhooks.write")
def edit(request: HttpRequest, visit: Visit, db: Database, webhook_id: int) -> HttpResponse:  # noqa: ARG001 - as above
    """Show and change name, address and kinds."""
    found, at = _found(visit, webhook_id), clock.now()
    if request.method != "POST":
        return show(request, visit, "settings_form.html", webhook_form(visit, found, at=at))
    saved = tried(visit, lambda: _save(request, visit, webhook_id))
    if isinstance(saved, Problem):
        page = webhook_form(visit, found, at=at, posted=request.POST, refused=saved)
        return show(request, visit, "settings_form.html", page, status=saved.status)
    return go(request, "webhook", webhook_id, said=_("%(name)s is saved, %(at)s.") % {"name": saved.name, "at": times.clock(at)})


def _save(request: HttpRequest, visit: Visit, webhook_id: int) -> Endpoint:
    check_version(request.POST, verbs.endpoint_in(visit.account_id, webhook_id, is_locked=True))
    return verbs.edit(visit.account_id, webhook_id, read_webhook(request.POST), version=None, actor=visit.actor, at=clock.now())


@require_POST
@tenant_view("webhooks.write")
def state(request: HttpRequest, visit: Visit, db: Database, webhook_id: int) -> HttpResponse:  # noqa: ARG001 - as above
    """Pause it, or switch it on again."""
    found, to = _found(visit, webhook_id), request.POST.get("to", "")
    done = tried(visit, lambda: verbs.edit(visit.account_id, webhook_id, {"state": to}, version=None, actor=visit.actor, at=clock.now()))
    if isinstance(done, Problem):
        page = webhook_page(visit, found, narrowed(request.GET), at=clock.now(), refused=done)
        return show(request, visit, "webhook.html", page, status=done.status)
    is_on = done.state == Endpoint.State.ACTIVE
    told = _("%(name)s is on: what waited is on its way.") if is_on else _("%(name)s is paused: events wait for it.")
    return go(request, "webhook", webhook_id, said=told % {"name": done.name})


@require_POST
@tenant_view("webhooks.write")
def secrets(request: HttpRequest, visit: Visit, db: Database, webhook_id: int) -> HttpResponse:  # noqa: ARG001 - as above
    """Make a new secret; the answer is the one page that shows it."""
    found = _found(visit, webhook_id)
    made = verbs.rotate(visit.account_id, webhook_id, actor=visit.actor, at=clock.now())
    return _secret(request, visit, found, made, is_new=False)


@require_POST
@tenant_view("webhooks.write")
def trial(request: HttpRequest, visit: Visit, db: Database, webhook_id: int) -> HttpResponse:  # noqa: ARG001 - as above
    """Send a test, and lead to where its outcome appears."""
    _found(visit, webhook_id)
    sent = verbs.send_test(visit.account_id, webhook_id, actor=visit.actor, at=clock.now())
    return go(request, "webhook-delivery", webhook_id, sent.event_id)


@require_POST
@tenant_view("webhooks.write")
def replay(request: HttpRequest, visit: Visit, db: Database, webhook_id: int) -> HttpResponse:  # noqa: ARG001 - as above
    """Deliver a stretch of time again."""
    found = _found(visit, webhook_id)
    count = tried(visit, lambda: _replayed(request, visit, webhook_id))
    if isinstance(count, Problem):
        page = webhook_page(visit, found, narrowed(request.GET), at=clock.now(), posted=request.POST, refused=count)
        return show(request, visit, "webhook.html", page, status=count.status)
    told = ngettext("%(count)s event is in line again.", "%(count)s events are in line again.", count) % {"count": f"{count:,}"}
    return go(request, "webhook", webhook_id, said=told if count else _("There was no event of its kinds in that time."))


def _replayed(request: HttpRequest, visit: Visit, webhook_id: int) -> int:
    start, end = stretch(request.POST)
    return verbs.replay_between(visit.account_id, webhook_id, start=start, end=end, actor=visit.actor, at=clock.now())


@require_safe
@tenant_view("webhooks.read")
def delivery(request: HttpRequest, visit: Visit, db: Database, webhook_id: int, event_id: UUID) -> HttpResponse:  # noqa: ARG001 - as above
    """Show one delivery: its request and every attempt."""
    found, one = _found(visit, webhook_id), _delivery(visit, webhook_id, event_id)
    return show(request, visit, "webhook_delivery.html", delivery_page(visit, found, one, at=clock.now()), parts={"outcome"})


@require_POST
@tenant_view("webhooks.write")
def delivery_replay(request: HttpRequest, visit: Visit, db: Database, webhook_id: int, event_id: UUID) -> HttpResponse:  # noqa: ARG001 - as above
    """Deliver one event again."""
    _delivery(visit, webhook_id, event_id)
    verbs.replay(visit.account_id, webhook_id, event_id, actor=visit.actor, at=clock.now())
    return go(request, "webhook-delivery", webhook_id, event_id, said=_("In line again, with the same id."))


@require_POST
@tenant_view("webhooks.write")
def removal(request: HttpRequest, visit: Visit, db: Database, webhook_id: int) -> HttpResponse:  # noqa: ARG001 - as above
    """Take a webhook away."""
    found = _found(visit, webhook_id)
    verbs.remove(visit.account_id, webhook_id, actor=visit.actor, at=clock.now())
    return go(request, "webhooks", said=_("%(name)s is removed.") % {"name": found.name})


def _found(visit: Visit, webhook_id: int) -> Endpoint:
    """Return an endpoint of the account. Raises Http404."""
    found = tried(visit, lambda: verbs.endpoint_in(visit.account_id, webhook_id))
    assert isinstance(found, Endpoint)  # noqa: S101 - what is missing is 404 already
    return found


def _delivery(visit: Visit, webhook_id: int, event_id: UUID) -> Delivery:
    """Return a delivery of an endpoint. Raises Http404."""
    found = Delivery.objects.filter(account_id=visit.account_id, endpoint_id=webhook_id, event_id=event_id).first()
    if found is None:
        raise Http404
    return found


def _secret(request: HttpRequest, visit: Visit, endpoint: Endpoint, secret: str, *, is_new: bool) -> HttpResponse:
    page = WebhookSecretPage(endpoint.pk, endpoint.name, endpoint.url, secret, is_new)
    return show(request, visit, "webhook_secret.html", page, place="/settings/webhooks/")

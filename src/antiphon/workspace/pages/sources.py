"""Data sources: the catalogue of apps, and the account's sources with their signs of life."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from antiphon.accounts.models import AppGrant
from antiphon.kit.db import Database
from antiphon.providers.registry import ADAPTERS
from antiphon.workspace.access import Visit
from antiphon.workspace.pages.signs import Source, sources
from antiphon.workspace.words import Word

APP_STATES = {
    "unavailable": Word(_("Not available"), icon="ban", state="unavailable"),
    "available": Word(_("Available"), icon="circle-dashed", state="scheduled"),
    "installed": Word(_("Installed"), icon="circle-check", state="healthy"),
}
_CAPABILITIES: tuple[tuple[str, str | Promise], ...] = (
    ("broadcast", _("Broadcasts")),
    ("two_way", _("Two-way texts")),
    ("delivery_reports", _("Delivery reports")),
    ("opt_out_feed", _("Opt-outs")),
)


@dataclass(frozen=True, slots=True)
class App:
    """An app of the catalogue: what it can do, and whether this account has it."""

    app: str
    title: str
    state: str
    word: Word
    can: list[str | Promise]
    account: str
    is_used: bool


@dataclass(frozen=True, slots=True)
class SourcesPage:
    """The catalogue and the sources."""

    at: datetime
    apps: list[App]
    sources: list[Source]
    gone: list[Source]
    may_write: bool
    quarantined: int
    ticket: str
    error: str


def sources_page(db: Database, visit: Visit, *, at: datetime, ticket: str, error: str = "") -> SourcesPage:
    """Return the page of Data sources."""
    found = sources(db, visit.account_id, at=at)
    grants = {grant.app: grant for grant in AppGrant.objects.filter(account_id=visit.account_id)}
    used = {one.app for one in found if one.state != "disconnected"}
    return SourcesPage(
        at=at,
        apps=[_app(app, grants.get(app), account=visit.account_name, is_used=app in used) for app in ADAPTERS],
        sources=[one for one in found if one.state != "disconnected"],
        gone=[one for one in found if one.state == "disconnected"],
        may_write=visit.may("sources.write"),
        quarantined=sum(one.quarantined for one in found) if visit.may("quarantine.read") else 0,
        ticket=ticket,
        error=error,
    )


def _app(app: str, grant: AppGrant | None, *, account: str, is_used: bool) -> App:
    adapter = ADAPTERS[app]
    state = "unavailable" if grant is None else "available" if grant.installed_at is None else "installed"
    can = [name for capability, name in _CAPABILITIES if getattr(adapter.capabilities, capability)]
    return App(app, adapter.title, state, APP_STATES[state], can, account, is_used)

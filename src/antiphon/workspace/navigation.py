"""What the navigation offers a role, in the order of the day: the tables below, of which only what exists and is allowed appears."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from antiphon.workspace.access import Visit

_ON_PHONE = 4
_FIRST_ON_PHONE = ("home", "workspace", "campaigns", "analytics")


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a table: the name of an address, what it is called, the action that it takes, the letter that leads there after G."""

    to: str
    name: str | Promise
    action: str
    icon: str
    key: str = ""
    below: tuple["Entry", ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """A page of the navigation; `is_here` is the page itself, `is_inside` also one below it."""

    to: str
    url: str
    name: str | Promise
    icon: str
    key: str
    below: tuple["Place", ...] = ()
    is_here: bool = False
    is_inside: bool = False


@dataclass(frozen=True, slots=True)
class Navigation:
    """The places of a role: all of them beside a page, the first few and the rest at the bottom of a phone."""

    places: list[Place]
    bar: list[Place]
    more: list[Place]


CAMPAIGNS = (
    Entry("campaigns", _("Outbound"), "campaigns.read", icon="speakerphone"),
    Entry("entry-points", _("Entry points"), "entry_points.read", icon="target-arrow"),
    Entry("dry-run", _("Dry run"), "attribution.try", icon="test-pipe"),
)
ANALYTICS = (
    Entry("analytics", _("Builder"), "metrics.read", icon="chart-bar"),
    Entry("reports", _("Saved reports"), "metrics.read", icon="star"),
    Entry("metrics", _("Metrics"), "metrics.read", icon="book"),
    Entry("exports", _("Exports"), "exports.write", icon="download"),
)
SOURCES = (
    Entry("sources", _("Connected"), "notices.read", icon="plug-connected"),
    Entry("quarantine", _("Quarantine"), "quarantine.read", icon="file-alert"),
)
SETTINGS = (
    Entry("people", _("People"), "people.read", icon="users"),
    Entry("skills", _("Skills"), "settings.read", icon="puzzle"),
    Entry("canned-answers", _("Canned answers"), "settings.read", icon="message-bolt"),
    Entry("account", _("Account"), "account.write", icon="building"),
    Entry("api-keys", _("API keys"), "api_keys.write", icon="key"),
    Entry("webhooks", _("Webhooks"), "webhooks.read", icon="webhook"),
    Entry("retention", _("Retention"), "account.write", icon="hourglass"),
    Entry("audit", _("Audit trail"), "audit.read", icon="list-details"),
    Entry("tasks", _("Work in progress"), "tasks.read", icon="progress"),
)
PLACES = (
    Entry("home", _("Home"), "home.read", icon="home", key="h"),
    Entry("workspace", _("Workspace"), "conversations.take", icon="messages", key="w"),
    Entry("conversations", _("Conversations"), "conversations.read", icon="list-search", key="v"),
    Entry("supervisor", _("Supervisor"), "conversations.assign", icon="users", key="s"),
    Entry("campaigns", _("Campaigns"), "campaigns.read", icon="speakerphone", key="c", below=CAMPAIGNS),
    Entry("analytics", _("Analytics"), "metrics.read", icon="chart-bar", key="a", below=ANALYTICS),
    Entry("sources", _("Data sources"), "notices.read", icon="plug-connected", key="d", below=SOURCES),
    Entry("settings", _("Settings"), "settings.read", icon="settings", key="e", below=SETTINGS),
)


def navigation(path: str, visit: Visit) -> Navigation:
    """Return the places that this role may go to, and which of them the path is in."""
    here = _here(path, places(visit, PLACES))
    ranked = sorted(here, key=lambda place: place.to not in _FIRST_ON_PHONE)[:_ON_PHONE]
    bar = [place for place in here if place in ranked]
    return Navigation(here, bar, [place for place in here if place not in bar])


def places(visit: Visit, entries: Iterable[Entry]) -> list[Place]:
    """Return the entries whose address exists and whose action the role may do; one without its own address leads to the first below."""
    found = []
    for entry in entries:
        below = tuple(places(visit, entry.below))
        url = _url(entry.to) if visit.may(entry.action) else ""
        url = url or (below[0].url if below else "")
        if url:
            found.append(Place(entry.to, url, entry.name, entry.icon, entry.key, below if len(below) > 1 else ()))
    return found


def _url(to: str) -> str:
    try:
        return reverse(to)
    except NoReverseMatch:
        return ""


def _here(path: str, found: Sequence[Place]) -> list[Place]:
    """Mark the place whose address is the longest beginning of the path, and the place above it."""
    addresses = [place.url for above in found for place in (above, *above.below)]
    here = max((url for url in addresses if path == url or (url != "/" and path.startswith(url))), key=len, default="")
    return [_marked(place, here) for place in found]


def _marked(place: Place, here: str) -> Place:
    below = tuple(_marked(one, here) for one in place.below)
    is_below = any(one.is_here for one in below)
    return replace(place, below=below, is_here=place.url == here and not is_below, is_inside=place.url == here or is_below)

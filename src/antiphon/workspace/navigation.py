"""What the navigation offers a role, in the order of the day."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from antiphon.workspace.access import Visit


@dataclass(frozen=True, slots=True)
class Place:
    """A page of the navigation."""

    url: str
    name: str | Promise
    icon: str
    is_here: bool


_PLACES = (
    ("home", _("Home"), "home", "home.read"),
    ("conversations", _("Conversations"), "messages", "conversations.read"),
    ("campaigns", _("Campaigns"), "speakerphone", "campaigns.read"),
    ("quarantine", _("Quarantine"), "file-alert", "quarantine.read"),
)


def navigation(request: HttpRequest, visit: Visit) -> list[Place]:
    """Return the places that this role may go to."""
    return [_place(request, to, name, icon) for to, name, icon, action in _PLACES if visit.may(action)]


def _place(request: HttpRequest, to: str, name: str | Promise, icon: str) -> Place:
    url = reverse(to)
    return Place(url, name, icon, is_here=request.path == url or (url != "/" and request.path.startswith(url)))

"""A person's own presence, as every page shows it beside the navigation."""

from dataclasses import dataclass

from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from antiphon.kit.db import rows, sql
from antiphon.routing.models import Presence
from antiphon.routing.presence import topic_of
from antiphon.workspace import words
from antiphon.workspace.access import Visit
from antiphon.workspace.live import stream
from antiphon.workspace.words import Word

_MOST = 100
BARS = ("nav", "bar")
"""Where the counts stand: beside a page, and at the bottom of a phone."""
PLACES = ("nav", "menu", "mine")
"""Where the control stands: at the foot of the navigation, in the menu of a phone, at the head of one's conversations."""

_HELP = {
    "online": _("New conversations come to you while you have room."),
    "away": _("Yours stay with you, nothing new comes."),
    "offline": _("As away; signing out does it too."),
}
_BY_HAND = {
    "online": _("You are there; take conversations from the queues."),
    "away": _("Yours stay with you."),
    "offline": _("As away; signing out does it too."),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """What one may say of oneself, and what follows."""

    state: str
    name: str | Promise
    help: str | Promise
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class PresenceLine:
    """One's presence, why it is so when nobody said it, and what else it may be."""

    word: Word
    is_silent: bool
    choices: list[Choice]
    topic: str
    ticket: str
    here: str

    @property
    def state(self) -> str:
        """Return the state that colours it."""
        return self.word.state


@dataclass(frozen=True, slots=True)
class Counts:
    """What stands beside Workspace in the navigation: one's unread conversations, else what waits in one's queues; up to `_MOST`."""

    unread: int
    waiting: int
    topic: str

    @property
    def shown(self) -> str:
        """Return the number, empty where there is nothing to do."""
        number = self.unread or self.waiting
        return "" if not number else str(number) if number < _MOST else f"{_MOST - 1}+"


def counts(visit: Visit) -> Counts | None:
    """Return what the navigation counts; None for a role that has no conversations."""
    if not visit.may("presence.own"):
        return None
    asked = {"account": visit.account_id, "member": visit.membership_id, "most": _MOST}
    (found,) = rows(connection.connection, sql("antiphon.workspace", "counts"), asked)
    return Counts(found.unread, found.waiting, topic_of(visit.membership_id))


def presence_line(visit: Visit, *, here: str, has_ticket: bool = True) -> PresenceLine | None:
    """Return the presence of whoever visits the page `here`, with the ticket of a stream that is a sign of life on any page.

    None for a role that has no conversations.
    """
    if not visit.may("presence.own"):
        return None
    ticket = stream(connection.connection, visit, []) if has_ticket else ""
    found = Presence.objects.filter(account_id=visit.account_id, membership_id=visit.membership_id).first()
    state = found.state if found else Presence.State.OFFLINE
    helps = _HELP if visit.is_automatic else _BY_HAND
    return PresenceLine(
        word=words.PRESENCE[state],
        is_silent=found is not None and state == Presence.State.AWAY and found.set_by == "system",
        choices=[Choice(name, word.text, helps[name], is_chosen=name == state) for name, word in words.PRESENCE.items()],
        topic=topic_of(visit.membership_id),
        ticket=ticket,
        here=here,
    )

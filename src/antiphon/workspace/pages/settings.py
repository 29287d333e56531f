"""What the settings pages share: a page that is one form, what else can be done there, and who changed something last."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from antiphon.accounts.models import ApiKey, AuditEntry, Membership
from antiphon.workspace import times
from antiphon.workspace.access import Visit
from antiphon.workspace.fields import Form
from antiphon.workspace.navigation import SETTINGS, Place, places


@dataclass(frozen=True, slots=True)
class Act:
    """A button beside a form: what it does is said; `why_not` says why it cannot be done now."""

    url: str
    word: str
    says: str
    kind: str = "danger"
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class FormPage:
    """A page that is one form."""

    above: str
    above_url: str
    title: str
    lead: str
    form: Form
    submit: str
    busy: str
    acts: Sequence[Act] = ()
    facts: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class SettingsPage:
    """The places of the settings that this role may go to, each with a sentence."""

    places: list[tuple[Place, str]]


def settings_page(visit: Visit) -> SettingsPage:
    """Return the way to each settings page."""
    says = {
        "people": _("Who works here, with which role, skills and capacity; invitations."),
        "skills": _("What an agent must have to take a conversation, how soon it is answered, when it closes by itself."),
        "canned-answers": _("Texts that agents insert by a shortcut."),
        "account": _("Name, time zone, languages, how conversations find their agent."),
        "api-keys": _("For programs: role, expiry, last use."),
        "webhooks": _("Events, sent to your own systems."),
        "retention": _("How long everything is kept."),
        "audit": _("Who changed what, and when."),
        "tasks": _("What takes longer than a page waits, and its files."),
    }
    return SettingsPage([(place, says.get(place.to, "")) for place in places(visit, SETTINGS)])


def names_of(account_id: int, actors: Iterable[str]) -> dict[str, str]:
    """Return how pages name the actors of the audit trail."""
    wanted: dict[str, list[int]] = {"membership": [], "api_key": []}
    for kind, _colon, number in (actor.partition(":") for actor in set(actors)):
        if kind in wanted and number.isdecimal():
            wanted[kind].append(int(number))
    people = Membership.objects.filter(account_id=account_id, id__in=wanted["membership"]).values_list("id", "name")
    keys = ApiKey.objects.filter(account_id=account_id, id__in=wanted["api_key"]).values_list("id", "name", "prefix")
    named = {f"membership:{number}": name for number, name in people}
    named |= {f"api_key:{number}": _("API key %(name)s") % {"name": name or prefix} for number, name, prefix in keys}
    return {actor: named.get(actor) or _other(actor) for actor in actors}


def _other(actor: str) -> str:
    kind = actor.partition(":")[0]
    words = {"command": _("the operator, by command"), "invitation": _("who was invited"), "api_key": _("an API key")}
    return words.get(kind, _("Antiphon itself") if kind in {"worker", "system"} else actor)


def last_change(account_id: int, subject: str, *, now: datetime) -> str:
    """Return who changed something last, and when; empty when nobody did."""
    entry = AuditEntry.objects.filter(account_id=account_id, subject=subject).order_by("-at", "-id").first()
    if entry is None:
        return ""
    who = names_of(account_id, [entry.actor])[entry.actor]
    return _("%(who)s, %(at)s") % {"who": who, "at": times.moment(entry.at, now=now)}

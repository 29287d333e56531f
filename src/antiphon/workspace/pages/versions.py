"""What became of a campaign and its engagements, in words: who, when, what from and what to."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import dateformat
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from antiphon.accounts.models import Skill
from antiphon.campaigns.history import history_of
from antiphon.campaigns.models import EntryPoint
from antiphon.campaigns.store import campaign_in
from antiphon.campaigns.types import Change, Since, Step
from antiphon.providers.models import Source
from antiphon.workspace import words
from antiphon.workspace.access import Visit
from antiphon.workspace.fields import Theirs
from antiphon.workspace.pages.actors import names_of

_FIELDS: dict[str, str | Promise] = {
    "name": gettext_lazy("Name"),
    "goal_kind": gettext_lazy("Goal"),
    "goal_target": gettext_lazy("How many"),
    "time_zone": gettext_lazy("Time zone"),
    "starts_on": gettext_lazy("First day"),
    "ends_on": gettext_lazy("Last day"),
    "state": gettext_lazy("State"),
    "source_id": gettext_lazy("Source"),
    "skill_id": gettext_lazy("Skill"),
    "language": gettext_lazy("Language"),
    "note": gettext_lazy("Note to agents"),
    "entry_point_ids": gettext_lazy("Entry points"),
    "enabled": gettext_lazy("Switched on"),
}
_STATES = {"published": gettext_lazy("Published")}
_WORDS: dict[str, Callable[[str], str | Promise]] = {
    "state": lambda state: _STATES[state] if state in _STATES else words.CAMPAIGN[state].text,
    "goal_kind": lambda kind: words.GOALS[kind],
    "language": words.language,
}


@dataclass(frozen=True, slots=True)
class Line:
    """One field: what it was, and what it became. `is_long` stands below each other."""

    field: str | Promise
    before: str
    after: str
    is_long: bool = False


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version: what happened, to what, by whom."""

    at: datetime
    actor: str
    what: str
    version: int
    lines: list[Line]


@dataclass(frozen=True, slots=True)
class VersionsPage:
    """Every version of a campaign and its engagements, newest first, by day."""

    at: datetime
    id: int
    name: str
    rows: list[VersionRow]


def versions_page(visit: Visit, campaign_id: int, *, at: datetime) -> VersionsPage:
    """Return the page. Raises Missing."""
    campaign = campaign_in(visit.account_id, campaign_id)
    steps = history_of(visit.account_id, campaign_id)
    told = teller(visit.account_id, [change for step in steps for change in step.changes])
    actors = names_of(visit.account_id, {step.actor for step in steps})
    rows = [VersionRow(step.at, actors[step.actor], _what(step), step.version, _lines(step, told)) for step in steps]
    return VersionsPage(at, campaign.id, campaign.name, rows)


def theirs(account_id: int, since: Since) -> Theirs:
    """Return one sentence for each field that was changed meanwhile, and by whom."""
    told = teller(account_id, since.changes)
    names = names_of(account_id, since.actors)
    changes = tuple(_("%(field)s: %(before)s is now %(after)s") % _sides(change, told) for change in since.changes)
    return Theirs(changes or (_("It was changed, and changed back."),), by=", ".join(names[actor] for actor in since.actors))


def teller(account_id: int, changes: Iterable[Change]) -> Callable[[str, Any], str]:
    """Return how a field's value is written; the names that the changes need are read once."""
    wanted: dict[str, set[int]] = {"source_id": set(), "skill_id": set(), "entry_point_ids": set()}
    for change in changes:
        for value in (change.before, change.after):
            if change.field in wanted and value is not None:
                wanted[change.field] |= set(value if isinstance(value, list) else [value])
    sources = Source.objects.filter(account_id=account_id).in_bulk(wanted["source_id"]) if wanted["source_id"] else {}
    skills = Skill.objects.filter(account_id=account_id).in_bulk(wanted["skill_id"]) if wanted["skill_id"] else {}
    points = EntryPoint.objects.filter(account_id=account_id).in_bulk(wanted["entry_point_ids"]) if wanted["entry_point_ids"] else {}
    named: dict[str, dict[int, str]] = {
        "source_id": {key: one.name for key, one in sources.items()},
        "skill_id": {key: one.name for key, one in skills.items()},
        "entry_point_ids": {key: one.value for key, one in points.items()},
    }

    def told(field: str, value: Any) -> str:
        if field in named:
            several = value if isinstance(value, list) else [value]
            return ", ".join(named[field].get(one, str(one)) for one in several) or _("none")
        return _written(field, value)

    return told


def _written(field: str, value: Any) -> str:
    if field == "ends_on" and value is None:
        return _("no end")
    if field in _WORDS:
        return str(_WORDS[field](value))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, date):
        return dateformat.format(value, "j F Y")
    return _("none") if value in {None, ""} else f"{value:,}" if isinstance(value, int) else str(value)


def _what(step: Step) -> str:
    """Say what happened, in a few words."""
    changed = {change.field: change.after for change in step.changes}
    if step.kind == "campaign":
        if step.is_first:
            return _("Campaign added")
        return _state_words(changed["state"]) if set(changed) == {"state"} else _("Campaign changed")
    named = {"name": step.name}
    if "is_removed" in changed:
        return (_("%(name)s removed") if changed["is_removed"] else _("%(name)s put back")) % named
    if set(changed) == {"enabled"}:
        return (_("%(name)s switched on") if changed["enabled"] else _("%(name)s switched off")) % named
    return (_("%(name)s added") if step.is_first else _("%(name)s changed")) % named


def _state_words(state: str) -> str:
    return {
        "published": _("Published"),
        "paused": _("Paused"),
        "draft": _("Back to draft"),
        "archived": _("Archived"),
    }[state]


def _lines(step: Step, told: Callable[[str, Any], str]) -> list[Line]:
    shown = [change for change in step.changes if change.field in _FIELDS]
    if {change.field for change in shown} in ({"state"}, {"enabled"}):
        return []
    return [Line(is_long=change.field == "note", **_sides(change, told)) for change in shown]


def _sides(change: Change, told: Callable[[str, Any], str]) -> dict[str, Any]:
    field = _FIELDS.get(change.field, change.field)
    return {"field": field, "before": told(change.field, change.before), "after": told(change.field, change.after)}

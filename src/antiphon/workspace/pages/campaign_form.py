"""The form of a campaign: goal, then time frame; what is stored in it, what was typed, and what was read from that."""

from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from django.http import QueryDict
from django.utils.translation import gettext as _

from antiphon.campaigns.models import Campaign, Goal
from antiphon.kit.problems import Invalid, Problem, Stale
from antiphon.workspace import words
from antiphon.workspace.fields import Field, Form, Option, Theirs, form

_LARGEST = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Entered:
    """What a campaign form holds, as text: of a stored campaign, or of one that is not there yet."""

    name: str
    goal: str
    target: str
    starts_on: str
    ends_on: str
    no_end: str
    time_zone: str
    version: str


def entered(campaign: Campaign) -> Entered:
    """Return a stored campaign as its form shows it."""
    return Entered(
        name=campaign.name,
        goal=campaign.goal_kind,
        target=str(campaign.goal_target or ""),
        starts_on=campaign.starts_on.isoformat(),
        ends_on=campaign.ends_on.isoformat() if campaign.ends_on else "",
        no_end="" if campaign.ends_on else "1",
        time_zone=campaign.time_zone,
        version=str(campaign.version),
    )


def blank(time_zone: str, *, today: date) -> Entered:
    """Return the form of a new campaign: it begins today, and when it ends is for a person to say."""
    return Entered("", Goal.CONVERSATION, "", today.isoformat(), "", "", time_zone, "")


def campaign_form(held: Entered, *, posted: QueryDict | None = None, refused: Problem | None = None, theirs: Theirs | None = None) -> Form:
    """Return the form; `theirs` says what somebody else changed meanwhile."""
    made = form(
        Field("name", _("Name"), value=held.name, longest=200, is_first=not held.version),
        Field("goal", _("Goal"), kind="radios", value=held.goal, options=_goals()),
        Field(
            "target",
            _("How many"),
            value=held.target,
            is_optional=True,
            inputmode="numeric",
            longest=10,
            span=6,
            help=_("What the report measures against."),
        ),
        Field("starts_on", _("First day"), kind="date", value=held.starts_on, span=6),
        Field("ends_on", _("Last day"), kind="date", value=held.ends_on, is_optional=True, span=6),
        Field("time_zone", _("Time zone"), kind="select", value=held.time_zone, options=_zones(held.time_zone), span=6),
        Field("no_end", _("No end date"), kind="check", value=held.no_end, span=6),
        posted=posted,
        refused=None if isinstance(refused, Stale) else refused,
        version=held.version,
    )
    return replace(made, theirs=theirs.changes, by=theirs.by) if theirs else made


def read_campaign(posted: QueryDict) -> dict[str, Any]:
    """Return what was typed as the verbs take it. Raises Invalid, with the field that it concerns."""
    starts_on = _date(posted.get("starts_on", ""), field="starts_on")
    if starts_on is None:
        raise Invalid("bad_date", _("Choose the first day."), field="starts_on")
    ends_on = None if posted.get("no_end") == "1" else _date(posted.get("ends_on", ""), field="ends_on")
    if ends_on is None and posted.get("no_end") != "1":
        raise Invalid("bad_date", _("Choose the last day, or tick that there is no end date."), field="ends_on")
    return {
        "name": posted.get("name", ""),
        "goal_kind": posted.get("goal", ""),
        "goal_target": _target(posted.get("target", "")),
        "starts_on": starts_on,
        "ends_on": ends_on,
        "time_zone": posted.get("time_zone", ""),
    }


def read_version(posted: QueryDict) -> int | None:
    """Return the version that the form was made from; None for one that says none."""
    given = posted.get("version", "")
    return int(given) if given.isdecimal() and len(given) < len(str(_LARGEST)) else None


def _date(given: str, *, field: str) -> date | None:
    if not given.strip():
        return None
    try:
        return date.fromisoformat(given.strip())
    except ValueError:
        raise Invalid("bad_date", _("Write the day as year, month, day: 2026-03-24."), field=field) from None


def _target(given: str) -> int | None:
    plain = "".join(given.split()).replace(",", "")
    if not plain:
        return None
    if not (plain.isascii() and plain.isdecimal()) or not 0 < int(plain) < _LARGEST:
        raise Invalid("out_of_range", _("Write how many as a number from 1 on, or leave it empty."), field="target")
    return int(plain)


def _goals() -> list[Option]:
    helps = {
        "conversation": _("One started"),
        "lead": _("Interest noted"),
        "sale": _("Something sold"),
        "service": _("An activity done"),
        "other": _("Your own"),
    }
    return [Option(kind, str(words.GOALS[kind]), helps[kind]) for kind in Goal.values]


def _zones(chosen: str) -> list[Option]:
    """Return the zones by place; one that is not in the list stays as it was stored."""
    names = all_zones()
    return [Option(name, name.replace("_", " ")) for name in (names if chosen in names else (chosen, *names))]


@cache
def all_zones() -> tuple[str, ...]:
    """Return the time zones that people choose from: places, and UTC."""
    return ("UTC", *sorted(name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "SystemV/", "posix"))))

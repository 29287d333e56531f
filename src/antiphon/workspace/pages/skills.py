"""Skills: the list, one skill with its times and its people."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from antiphon.accounts.models import Membership, MembershipSkill, Skill
from antiphon.accounts.stamps import stamp
from antiphon.accounts.verbs import skill_values
from antiphon.conversations.using import needs_skill
from antiphon.kit.db import Database, rows, sql
from antiphon.kit.problems import Invalid, Problem
from antiphon.workspace import times
from antiphon.workspace.access import Visit
from antiphon.workspace.fields import Field, Option, form
from antiphon.workspace.pages.settings import Act, FormPage, last_change

MINUTE, HOUR = 60, 3600
UNITS = {"response_target_seconds": MINUTE, "auto_close_seconds": HOUR, "return_seconds": MINUTE}
_LONGEST = 12


@dataclass(frozen=True, slots=True)
class SkillRow:
    """A skill of the list; a time that is off is empty."""

    id: int
    name: str
    answered_in: str
    closed_after: str
    returned_after: str
    people: int
    waiting: int


@dataclass(frozen=True, slots=True)
class SkillsPage:
    """The skills in use."""

    rows: list[SkillRow]
    may_write: bool


def skills_page(db: Database, visit: Visit) -> SkillsPage:
    """Return the skills with who has them and what waits."""
    found = rows(db, sql("antiphon.workspace", "skills"), {"account": visit.account_id})
    return SkillsPage([_row(row) for row in found], may_write=visit.may("skills.write"))


def _row(row: Any) -> SkillRow:
    return SkillRow(
        id=row.id,
        name=row.name,
        answered_in=times.span(row.response_target_seconds),
        closed_after=times.span(row.auto_close_seconds) if row.auto_close_seconds else "",
        returned_after=times.span(row.return_seconds) if row.return_seconds else "",
        people=row.people,
        waiting=row.waiting,
    )


def skill_page(
    visit: Visit, skill: Skill | None, *, at: datetime, posted: QueryDict | None = None, refused: Problem | None = None
) -> FormPage:
    """Return the form of a skill, or of a new one."""
    values: dict[str, Any] = skill_values(skill) if skill else {"name": "", **dict.fromkeys(UNITS)}
    if skill is None:
        values |= {"response_target_seconds": 15 * MINUTE, "auto_close_seconds": 72 * HOUR}
    by = last_change(visit.account_id, f"skill:{skill.pk}", now=at) if skill and refused else ""
    version = stamp(values) if skill else ""
    return FormPage(
        above=_("Skills"),
        above_url=reverse("skills"),
        title=skill.name if skill else _("New skill"),
        lead=_("Conversations wait in its queue for somebody who has it."),
        form=form(*_fields(visit, skill, values), posted=posted, refused=refused, version=version, by=by),
        submit=_("Save") if skill else _("Add skill"),
        busy=_("Saving…"),
        acts=[_removal(visit, skill)] if skill else [],
    )


def _removal(visit: Visit, skill: Skill) -> Act:
    uses = needs_skill(visit.account_id, skill.pk)
    why_not = _("Used by %(uses)s: give those another skill first.") % {"uses": ", ".join(uses)} if uses else ""
    return Act(reverse("skill-removal", args=[skill.pk]), _("Remove skill"), _("Nothing uses it."), why_not=why_not)


def _fields(visit: Visit, skill: Skill | None, values: dict[str, Any]) -> Sequence[Field]:
    return (
        Field("name", _("Name"), value=values["name"], longest=100, is_first=skill is None),
        _time("response_target_seconds", _("Answer within (minutes)"), values, _("After this a reply is overdue.")),
        _time("auto_close_seconds", _("Close by itself after (hours)"), values, _("Of silence on the consumer's turn. Empty: never.")),
        _time("return_seconds", _("Back to the queue after (min)"), values, _("That its agent is away. Empty: it stays with them.")),
        _people(visit, skill),
    )


def _time(name: str, label: str, values: dict[str, Any], help_text: str) -> Field:
    seconds = values[name]
    value = "" if seconds is None else f"{Decimal(seconds) / UNITS[name]:f}"[:_LONGEST]
    value = value.rstrip("0").rstrip(".") if "." in value else value
    may_be_empty = name != "response_target_seconds"
    return Field(name, label, value=value, inputmode="decimal", help=help_text, may_be_empty=may_be_empty, longest=_LONGEST, span=4)


def _people(visit: Visit, skill: Skill | None) -> Field:
    everybody = Membership.objects.filter(account_id=visit.account_id, is_active=True, role__in=_TAKERS).order_by("name", "id")
    options = [Option(str(person.pk), person.name) for person in everybody]
    chosen = people_with(visit.account_id, skill.pk) if skill else []
    warning = "" if chosen or skill is None else _("Nobody has this skill: its conversations wait until somebody does.")
    held = tuple(str(number) for number in chosen)
    return Field("people", _("People who have it"), kind="checks", options=options, chosen=held, warning=warning, columns=True)


_TAKERS = ("administrator", "supervisor", "agent")


def people_with(account_id: int, skill_id: int) -> list[int]:
    """Return the active people who have a skill."""
    held = MembershipSkill.objects.filter(
        account_id=account_id, skill_id=skill_id, membership__is_active=True, membership__role__in=_TAKERS
    )
    return list(held.order_by("membership_id").values_list("membership_id", flat=True))


def read_skill(posted: QueryDict) -> dict[str, Any]:
    """Return what was typed about a skill, times in seconds. Raises Invalid."""
    return {"name": posted.get("name", ""), **{name: _seconds(name, posted.get(name, "")) for name in UNITS}}


def _seconds(name: str, text: str) -> int | None:
    if not text.strip():
        return None
    try:
        amount = Decimal(text.strip().replace(",", "."))
        return int(amount * UNITS[name]) if amount.is_finite() and abs(amount) < Decimal(10) ** 6 else -1
    except InvalidOperation:
        raise Invalid("out_of_range", _("Write a number, such as 15 or 1.5."), field=name) from None

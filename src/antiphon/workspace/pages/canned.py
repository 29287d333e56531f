"""Canned answers: the list, one of them with how many segments it takes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from antiphon.accounts.canned import LONGEST, canned_answer_values
from antiphon.accounts.models import Account, CannedAnswer, Skill
from antiphon.accounts.stamps import stamp
from antiphon.kit.problems import Problem
from antiphon.kit.segments import measure
from antiphon.workspace import words
from antiphon.workspace.access import Visit
from antiphon.workspace.fields import Field, Option, form
from antiphon.workspace.forms import number
from antiphon.workspace.pages.settings import Act, FormPage, last_change

_MOST = 500


@dataclass(frozen=True, slots=True)
class CannedRow:
    """A canned answer of the list."""

    id: int
    shortcut: str
    name: str
    text: str
    skill: str
    language: str
    segments: str


@dataclass(frozen=True, slots=True)
class CannedPage:
    """The canned answers of an account, by shortcut."""

    rows: list[CannedRow]
    may_write: bool


def canned_page(visit: Visit) -> CannedPage:
    """Return the canned answers."""
    found = CannedAnswer.objects.filter(account_id=visit.account_id).select_related("skill").order_by("shortcut", "language")[:_MOST]
    return CannedPage([_row(one) for one in found], may_write=visit.may("canned_answers.write"))


def _row(one: CannedAnswer) -> CannedRow:
    skill = one.skill.name if one.skill else ""
    language = words.language(one.language) if one.language else ""
    return CannedRow(one.pk, one.shortcut, one.name, one.text, skill, language, segments(one.text))


def segments(text: str) -> str:
    """Return how long a text is and how many SMS it takes."""
    length, _room, count = measure(text)
    said = ngettext("%(count)d segment", "%(count)d segments", count) % {"count": count}
    return _("%(length)d characters, %(segments)s") % {"length": length, "segments": said}


def canned_answer_page(
    visit: Visit, stored: CannedAnswer | None, *, at: datetime, posted: QueryDict | None = None, refused: Problem | None = None
) -> FormPage:
    """Return the form of a canned answer, or of a new one."""
    empty: dict[str, Any] = {"shortcut": "", "name": "", "text": "", "skill_id": None, "language": ""}
    values = canned_answer_values(stored) if stored else empty
    by = last_change(visit.account_id, f"canned_answer:{stored.pk}", now=at) if stored and refused else ""
    shown = form(*_fields(visit, values), posted=posted, refused=refused, version=stamp(values) if stored else "", by=by)
    return FormPage(
        above=_("Canned answers"),
        above_url=reverse("canned-answers"),
        title=stored.name if stored else _("New canned answer"),
        lead=_("Agents type ; and its shortcut. They can change the text before they send it."),
        form=shown,
        submit=_("Save") if stored else _("Add canned answer"),
        busy=_("Saving…"),
        acts=[Act(reverse("canned-answer-removal", args=[stored.pk]), _("Remove"), _("Answers that were sent stay."))] if stored else [],
    )


def _fields(visit: Visit, values: dict[str, Any]) -> Sequence[Field]:
    skills = Skill.objects.filter(account_id=visit.account_id, removed_at=None).order_by("name")
    languages = Account.objects.get(id=visit.account_id).languages or list(words.LANGUAGES)
    skill = "" if values["skill_id"] is None else str(values["skill_id"])
    of_skill = [Option("", _("Every skill")), *(Option(str(one.pk), one.name) for one in skills)]
    of_language = [Option("", _("Every language")), *(Option(code, words.language(code)) for code in languages)]
    length = segments(values["text"]) if values["text"] else _("160 characters are one segment; signs outside the GSM alphabet make it 70.")
    return (
        Field("shortcut", _("Shortcut"), value=values["shortcut"], longest=33, is_mono=True, help=_("Such as opening-hours."), span=4),
        Field("name", _("Name"), value=values["name"], longest=100, span=8),
        Field("text", _("Text"), kind="textarea", value=values["text"], longest=LONGEST, rows=4, help=length),
        Field("skill_id", _("Skill"), kind="select", value=skill, options=of_skill, span=6),
        Field("language", _("Language"), kind="select", value=values["language"], options=of_language, span=6),
    )


def read_canned_answer(posted: QueryDict) -> dict[str, Any]:
    """Return what was typed about a canned answer."""
    typed: dict[str, Any] = {name: posted.get(name, "") for name in ("shortcut", "name", "text", "language")}
    return typed | {"skill_id": number(posted.get("skill_id", ""))}

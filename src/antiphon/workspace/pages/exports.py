"""Exports: which facts of which days as Parquet, and those that were asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from antiphon.exports.facts import FACTS
from antiphon.exports.verbs import asked
from antiphon.exports.writing import is_possible
from antiphon.kit.problems import Invalid, Problem
from antiphon.workspace.access import Visit
from antiphon.workspace.fields import Field, Form, Option, form
from antiphon.workspace.pages.tasks import TaskItem, items

_LATEST = 20
_WEEK = timedelta(days=7)
NAMES = {
    "notices": (lazy("Notices"), lazy("each broadcast text, with what became of it")),
    "replies": (lazy("Replies"), lazy("each with its verdict and how soon it came")),
    "answers": (lazy("Answers"), lazy("each with what became of it")),
    "conversations": (lazy("Conversations"), lazy("each with its link, skill, agent and close")),
    "decisions": (lazy("Decisions"), lazy("each result of attribution, also superseded ones")),
    "events": (lazy("Events"), lazy("everything that is told to the outside")),
    "counters": (lazy("Counters"), lazy("what reports are summed from, by quarter of an hour")),
}


@dataclass(frozen=True, slots=True)
class ExportsPage:
    """The form, and what was asked for lately; `is_possible` is whether Parquet can be written here."""

    at: datetime
    form: Form
    tasks: list[TaskItem]
    is_possible: bool


def exports_page(visit: Visit, *, at: datetime, posted: QueryDict | None = None, refused: Problem | None = None) -> ExportsPage:
    """Return the page."""
    latest = asked(visit.account_id).order_by("-created_at")[:_LATEST]
    return ExportsPage(at, form(*_fields(at=at), posted=posted, refused=refused), items(visit, latest, at=at), is_possible())


def _fields(*, at: datetime) -> Sequence[Field]:
    last = at.astimezone(UTC).date() - timedelta(days=1)
    options = [Option(name, str(NAMES[name][0]), help=str(NAMES[name][1])) for name in FACTS]
    return (
        Field("since", _("From"), kind="date", value=(last - _WEEK + timedelta(days=1)).isoformat(), span=6),
        Field("until", _("Until"), kind="date", value=last.isoformat(), help=_("Days in UTC, once they are over."), span=6),
        Field("facts", _("Facts"), kind="checks", chosen=tuple(FACTS), options=options, columns=True),
    )


def read_export(posted: QueryDict) -> dict[str, Any]:
    """Return what was typed. Raises Invalid."""
    return {"names": posted.getlist("facts"), "since": _day(posted, "since"), "until": _day(posted, "until")}


def _day(posted: QueryDict, name: str) -> date:
    try:
        return date.fromisoformat(posted.get(name, ""))
    except ValueError:
        raise Invalid("bad_range", _("Choose a day."), field=name) from None

"""The Analytics Builder: the answer, then the knobs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from antiphon.kit.db import Database
from antiphon.kit.problems import Invalid
from antiphon.metrics import saved
from antiphon.metrics.dictionary import METRICS
from antiphon.metrics.models import SavedReport
from antiphon.metrics.names import Name
from antiphon.metrics.question import Question, Range
from antiphon.metrics.saved import Keeper
from antiphon.metrics.table import SHOWN, Column, Row
from antiphon.workspace.access import Visit
from antiphon.workspace.pages import analytics_words as say
from antiphon.workspace.pages.analytics_answer import Answer, answer
from antiphon.workspace.pages.analytics_chart import Chart, chart
from antiphon.workspace.pages.analytics_knobs import Knobs, Offer, address, knobs

MOST_ROWS = 200
_RECENT = 8


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a column of numbers: where it sorts, how it is sorted, what it is."""

    name: str
    over: str
    help: str
    url: str
    order: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the table as it reads; a cell is its number and, where rows differ, what it is over."""

    labels: list[Name]
    cells: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Kept:
    """The saved report that the page shows, and whether the question has changed since."""

    id: int
    name: str
    by: str
    at: datetime
    version: int
    is_shared: bool
    is_mine: bool
    is_changed: bool


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody typed to save a report, with what is wrong."""

    name: str = ""
    is_shared: bool = True
    error: str = ""
    form: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """The table: `more` rows are left out."""

    dimensions: list[str]
    heads: list[Head]
    lines: list[Line]
    total: Line
    more: int


@dataclass(frozen=True, slots=True)
class AnalyticsPage:
    """The builder; without an answer (`grid`) `error` says why there is none."""

    title: str
    at: datetime
    query: str
    span: str
    knobs: Knobs
    exports: list[Offer]
    recent: list[Offer]
    may_save: bool
    kept: Kept | None
    typed: Typed
    notes: list[str]
    error: str
    grid: Grid | None
    chart: Chart | None
    empty: str
    is_all_empty: bool
    all_url: str
    url: str
    is_live: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address of the page says, beside the question: the words left out, the dimension being narrowed, the saved report."""

    question: Question
    left_out: Sequence[str] = ()
    narrow: str = ""
    report: SavedReport | None = None
    typed: Typed = Typed()


def keeper_of(visit: Visit) -> Keeper:
    """Return the person as a keeper of reports."""
    return Keeper(visit.membership_id, visit.actor)


def analytics_page(db: Database, visit: Visit, asked: Asked, *, at: datetime, url: str) -> AnalyticsPage:
    """Return the builder with the answer to a question, which `url` asks again; it is live while its days hold the present."""
    question, told, error = asked.question, None, ""
    try:
        told = answer(db, visit.account_id, visit.time_zone, question, at=at, parts=SHOWN)
    except Invalid as problem:
        error = problem.message
    return AnalyticsPage(
        title=asked.report.name if asked.report else _("Analytics"),
        at=at,
        query=question.query(),
        span=_span(told) if told else "",
        knobs=knobs(db, visit, question, told, narrow=asked.narrow),
        exports=_exports(question),
        recent=_recent(visit, asked.report),
        may_save=visit.may("reports.write"),
        kept=_kept(asked.report, question, keeper_of(visit)) if asked.report else None,
        typed=asked.typed,
        notes=_notes(asked, told),
        error=error,
        grid=_grid(told) if told else None,
        chart=chart(told) if told else None,
        empty=_empty(told) if told else "",
        is_all_empty=told is not None and told.began is None,
        all_url="" if question.range is Range.ALL else address(question, range=Range.ALL, first=None, last=None),
        url=url,
        is_live=told is not None and told.report.start <= at < told.report.end,
    )


def _span(told: Answer) -> str:
    first, last = (say.day(day, today=told.today) for day in (told.first, told.last))
    return first if told.first == told.last else f"{first} \N{EN DASH} {last}"


def _exports(question: Question) -> list[Offer]:
    base = f"{reverse('analytics-export')}?{question.query()}&format="
    return [
        Offer(_("CSV, exact"), f"{base}csv", _("Every text as it is stored, for programs.")),
        Offer(_("CSV for spreadsheets"), f"{base}csv-safe", _("Texts that a spreadsheet would take for a formula get an apostrophe.")),
        Offer(_("Excel"), f"{base}xlsx", _("Numbers, shares and days as such.")),
        Offer(_("JSON"), f"{base}json", _("With ids, bases and totals.")),
    ]


def _recent(visit: Visit, report: SavedReport | None) -> list[Offer]:
    found = saved.visible(visit.account_id, keeper_of(visit)).order_by("-pk")[:_RECENT]
    return [Offer(one.name, reverse("report", args=[one.pk]), is_chosen=report is not None and one.pk == report.pk) for one in found]


def _notes(asked: Asked, told: Answer | None) -> list[str]:
    notes = []
    if asked.left_out:
        notes.append(_("Left out, since it means nothing here: %(words)s.") % {"words": ", ".join(sorted(set(asked.left_out)))})
    if told is None:
        return notes
    if told.began and told.began > told.report.start:
        began = say.day(told.began.astimezone(told.zone).date(), today=told.today)
        notes.append(_("Counting of this began on %(day)s: before that there is nothing.") % {"day": began})
    if told.report.start <= told.at < told.report.end:
        notes.append(_("Today is not over."))
    return notes + _lacking(asked.question, told) + _running(told)


def _lacking(question: Question, told: Answer) -> list[str]:
    """Say which metrics have nothing to be split or narrowed by."""
    notes = []
    for name in dict.fromkeys([*told.report.by, *dict(question.filters)]):
        lacking = [say.title(metric) for metric in told.report.metrics if name in METRICS[metric].lacks]
        parts = {"metrics": ", ".join(lacking), "dimension": str(say.DIMENSIONS[name]).lower(), "none": say.NOTHING[name]}
        if lacking:
            notes.append(
                _("Without %(dimension)s, so under \N{LEFT DOUBLE QUOTATION MARK}%(none)s\N{RIGHT DOUBLE QUOTATION MARK}: %(metrics)s.")
                % parts
            )
    return notes


def _running(told: Answer) -> list[str]:
    running = [say.title(name) for name in told.report.metrics if METRICS[name].is_running]
    if not running or not told.table.is_by_time:
        return []
    return [_("Up to the end of each row: %(metrics)s.") % {"metrics": ", ".join(running)}]


def _grid(told: Answer) -> Grid:
    table = told.table
    return Grid(
        dimensions=([_("Time")] if table.is_by_time else []) + [str(say.DIMENSIONS[name]) for name in table.dimensions],
        heads=_heads(told),
        lines=[_line(told, row) for row in table.rows[:MOST_ROWS]],
        total=_line(told, table.total),
        more=max(0, len(table.rows) - MOST_ROWS),
    )


def _heads(told: Answer) -> list[Head]:
    heads = []
    for column in told.table.columns:
        order = {f"-{column.key}": "descending", column.key: "ascending"}.get(told.order, "")
        url = address(told.question, sort=column.key if order == "descending" else f"-{column.key}")
        heads.append(Head(say.column_title(column), say.bases(column.over), say.definition(column.metric.name), url, order))
    return heads


def _line(told: Answer, row: Row) -> Line:
    labels = told.labels(row.by) if row.by else []
    if row.at:
        labels = [Name(say.step(row.at, told.grain, today=told.today)), *labels]
    cells = zip(told.table.columns, row.cells, row.over, strict=True)
    return Line(labels, [(say.figure(value, column.unit), _base(column, over)) for column, value, over in cells])


def _base(column: Column, over: str) -> str:
    """Return what a share is over, where rows of its column differ."""
    return say.bases((over,)) if over and len(column.over) > 1 else ""


def _empty(told: Answer) -> str:
    if told.began is None:
        return _("Nothing of this has been counted yet. It appears here with the first text that the provider tells of.")
    if not any(any(row.cells) for row in told.table.rows):
        return _("Nothing was counted: %(span)s.") % {"span": _span(told)}
    return ""


def _kept(report: SavedReport, question: Question, keeper: Keeper) -> Kept:
    return Kept(
        id=report.pk,
        name=report.name,
        by=report.owner.name if report.owner else "",
        at=report.updated_at,
        version=report.version,
        is_shared=report.is_shared,
        is_mine=keeper.may_change(report),
        is_changed=question.query() != report.query,
    )

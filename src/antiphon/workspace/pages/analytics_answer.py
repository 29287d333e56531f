"""The answer to a question: one report, its table, and the names in it. Page, files and picture are all made of it."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from antiphon.kit.db import Database
from antiphon.metrics.dictionary import METRICS, Unit
from antiphon.metrics.names import Name, names_of
from antiphon.metrics.question import TIME, Picture, Question, fits
from antiphon.metrics.ranges import Grain, days
from antiphon.metrics.report import Item, Report, began, report
from antiphon.metrics.table import Parts, Row, Table, tabled
from antiphon.workspace.pages.analytics_words import Value, label

MOST_SERIES = 6


@dataclass(frozen=True, slots=True)
class Answer:
    """What was counted: the days asked for (both included), when counting began, the report and its table, rows in order."""

    question: Question
    time_zone: str
    at: datetime
    today: date
    first: date
    last: date
    began: datetime | None
    grain: Grain
    report: Report
    table: Table
    names: dict[tuple[str, Value], Name]

    @property
    def drawn(self) -> list[str]:
        """Return the metrics that the picture shows."""
        return drawn(self.question)

    @property
    def zone(self) -> ZoneInfo:
        """Return the account's zone."""
        return ZoneInfo(self.time_zone)

    @property
    def order(self) -> str:
        """Return the column that rows are ordered by, with `-` for downwards: without a word the first one, save by time."""
        usual = "" if self.table.is_by_time or not self.table.columns else f"-{self.table.columns[0].key}"
        return self.question.sort or usual

    def labels(self, by: tuple[Value, ...]) -> list[Name]:
        """Return what the values of a row's dimensions are called."""
        return [label(name, value, self.names) for name, value in zip(self.report.by, by, strict=True)]


def answer(db: Database, account_id: int, time_zone: str, question: Question, *, at: datetime, parts: Parts) -> Answer:
    """Return the answer to a question. Raises Invalid when it would be too large."""
    today = at.astimezone(ZoneInfo(time_zone)).date()
    since = began(db, account_id, metrics=question.asked)
    first, last = question.days(today=today, began=since.astimezone(ZoneInfo(time_zone)).date() if since else None)
    start, end = days(first, last, time_zone)
    grain, over_time = _over_time(question, question.grain if fits(question.grain, first, last) else Grain.DAY)
    found = report(
        db,
        account_id,
        metrics=question.asked,
        start=start,
        end=end,
        time_zone=time_zone,
        by=question.dimensions,
        filters=dict(question.filters),
        grain=grain,
        over_time=over_time,
    )
    is_by_time = TIME in question.by and grain.is_over_time
    names = names_of(db, account_id, [*found.groups, *found.items])
    table = tabled(found, is_by_time=is_by_time, parts=parts)
    told = Answer(question, time_zone, at, today, first, last, since, grain, found, table, names)
    table.rows.sort(key=lambda row: _in_time(row, told))
    _sort(told)
    return told


def drawn(question: Question) -> list[str]:
    """Return the metrics that the picture shows: the one asked for; without dimensions those of its unit with it."""
    if question.dimensions or question.picture is Picture.HEAT:
        return [question.drawn]
    unit = METRICS[question.drawn].unit
    others = [name for name in question.asked if METRICS[name].unit is unit and name != question.drawn]
    return [question.drawn, *others][:MOST_SERIES]


def number(item: Item) -> float | None:
    """Return the number of an item that a picture shows: of a duration the median."""
    if METRICS[item.metric].unit is Unit.SECONDS:
        return item.p50
    return None if item.value is None else float(item.value)


def _over_time(question: Question, grain: Grain) -> tuple[Grain, list[str] | None]:
    if question.picture is Picture.HEAT:
        return Grain.HOUR_OF_WEEK, drawn(question)
    if TIME in question.by:
        return grain, None
    is_drawn_over_time = question.picture in {Picture.LINES, Picture.STACKED} or (
        question.picture is Picture.BARS and not question.dimensions
    )
    return (grain, drawn(question)) if is_drawn_over_time else (Grain.TOTAL, None)


def _in_time(row: Row, told: Answer) -> tuple[float, list[str]]:
    return (row.at.timestamp() if row.at else 0.0, [name.text.casefold() for name in told.labels(row.by)])


def _sort(told: Answer) -> None:
    """Put rows in the order asked for: by a column, upwards, or downwards with `-`; without, by the first column unless by time."""
    wanted, columns = told.order, {column.key: place for place, column in enumerate(told.table.columns)}
    place = columns.get(wanted.lstrip("-"))
    if place is not None:
        is_down = wanted.startswith("-")
        told.table.rows.sort(key=lambda row: _ranked(row.cells[place], is_down=is_down), reverse=is_down)


def _ranked(value: float | Decimal | None, *, is_down: bool) -> tuple[bool, float]:
    """Return a key that puts what has no number last, whichever way."""
    return ((value is not None) is is_down, float(value or 0))

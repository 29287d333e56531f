"""A report as a table: a column per metric, a row per combination of dimensions, and a row of totals."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from antiphon.metrics.dictionary import METRICS, Metric, Unit
from antiphon.metrics.report import Item, Report

Value = int | str | None
Number = int | float | Decimal | None
Place = tuple[datetime | None, tuple[Value, ...]]
Parts = Mapping[Unit, tuple[str, ...]]
SHOWN: Parts = {Unit.SECONDS: ("p50", "p90")}
EVERY: Parts = {Unit.SECONDS: ("p50", "p90", "mean", "value")}
"""Which figures of a duration stand in a table: on a page, and in a file."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: `key` is the metric, with the figure or currency behind a dot; `part` the figure."""

    key: str
    metric: Metric
    part: str = "value"
    currency: str = ""
    over: tuple[str, ...] = ()

    @property
    def unit(self) -> Unit:
        """Return the unit of its numbers: how many durations were measured is a count."""
        return Unit.COUNT if self.metric.unit is Unit.SECONDS and self.part == "value" else self.metric.unit


@dataclass(frozen=True, slots=True)
class Row:
    """A row: when (if the table is by time), the values of its dimensions, and a number per column."""

    at: datetime | None
    by: tuple[Value, ...]
    cells: tuple[Number, ...]
    over: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a report; `total` is the row below, of everything in it."""

    dimensions: tuple[str, ...]
    is_by_time: bool
    columns: list[Column]
    rows: list[Row]
    total: Row


@dataclass(slots=True)
class _Found:
    cells: dict[str, Number] = field(default_factory=dict)
    over: dict[str, str] = field(default_factory=dict)


def tabled(report: Report, *, is_by_time: bool, parts: Parts) -> Table:
    """Return a report as a table: by time of its items, else of its groups. Where nothing was counted a count is 0, anything else None."""
    items = report.items if is_by_time else report.groups
    columns = [column for name in report.metrics for column in _columns(METRICS[name], [*items, *report.totals], parts)]
    found = _placed(items, columns)
    (total,) = _placed(report.totals, columns).values() or [_Found()]
    return Table(
        dimensions=report.by,
        is_by_time=is_by_time,
        columns=columns,
        rows=[_row(place, found[place], columns) for place in found],
        total=_row((None, ()), total, columns),
    )


def _columns(metric: Metric, items: Iterable[Item], parts: Parts) -> list[Column]:
    own = [item for item in items if item.metric == metric.name]
    if metric.unit is Unit.MONEY:
        currencies = sorted({item.currency for item in own}) or [""]
        return [Column(f"{metric.name}.{currency}".rstrip("."), metric, currency=currency) for currency in currencies]
    if metric.unit in parts:
        return [Column(f"{metric.name}.{part}", metric, part=part) for part in parts[metric.unit]]
    return [Column(metric.name, metric, over=tuple(sorted({item.over for item in own if item.over})))]


def _placed(items: Sequence[Item], columns: Sequence[Column]) -> dict[Place, _Found]:
    by_metric: dict[tuple[str, str], list[Column]] = {}
    for column in columns:
        by_metric.setdefault((column.metric.name, column.currency), []).append(column)
    found: dict[Place, _Found] = {}
    for item in items:
        place = found.setdefault((item.at, tuple(item.by.values())), _Found())
        for column in by_metric.get((item.metric, item.currency), ()):
            place.cells[column.key] = getattr(item, column.part)
            place.over[column.key] = item.over
    return found


def _row(place: Place, found: _Found, columns: Sequence[Column]) -> Row:
    cells = tuple(found.cells.get(column.key, 0 if _is_count(column) else None) for column in columns)
    return Row(place[0], place[1], cells, tuple(found.over.get(column.key, "") for column in columns))


def _is_count(column: Column) -> bool:
    return column.unit is Unit.COUNT

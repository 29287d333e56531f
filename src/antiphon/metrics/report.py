"""Reports: any metric, split by any dimension, over any stretch of time, as one sum over the counters."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from antiphon.kit.db import Database, rows, sql
from antiphon.kit.problems import Invalid
from antiphon.metrics.bands import percentile
from antiphon.metrics.dictionary import DIMENSIONS, METRICS, Base, Linked, Metric, Unit

NONE = "none"
"""How a filter says what a fact does not have; in items it is None."""

Key = tuple[datetime | None, tuple[int | str | None, ...]]


class Grain(StrEnum):
    """The stretch of time that one row of a report sums, in the account's zone."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    TOTAL = "total"


@dataclass(frozen=True, slots=True)
class Item:
    """One metric in one stretch of time under one combination of dimensions.

    `value` is a count (of a duration: how many were measured), or an amount of `currency`. `rates` are by what they divide by.
    """

    metric: str
    at: datetime | None
    by: dict[str, int | str | None]
    value: int | Decimal
    currency: str = ""
    mean: float | None = None
    p50: float | None = None
    p90: float | None = None
    rates: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Report:
    """What was asked, and its items: in the order of the metrics asked for, then time, then dimensions."""

    metrics: tuple[str, ...]
    by: tuple[str, ...]
    start: datetime
    end: datetime
    grain: Grain
    time_zone: str
    items: list[Item]


@dataclass(slots=True)
class _Sum:
    value: int = 0
    total: Decimal = Decimal(0)
    bands: dict[int, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, row: Any) -> None:
        self.value += row.value
        self.total += row.total
        if row.band is not None:
            self.bands[row.band] += row.value


def report(  # noqa: PLR0913 - one keyword for each thing that can be asked
    db: Database,
    account_id: int,
    *,
    metrics: Sequence[str],
    start: datetime,
    end: datetime,
    time_zone: str,
    by: Sequence[str] = (),
    filters: Mapping[str, Sequence[int | str | None]] | None = None,
    grain: str = Grain.TOTAL,
) -> Report:
    """Sum the counters whose quarter of an hour begins in `start <= t < end`.

    Days, weeks (from Monday) and months are those of `time_zone`. A filter's values are ids or words, `none` (or None) for what a fact
    does not have. Only what happened has an item, save that a total without dimensions always has one.
    Raises Invalid, which names what is allowed: unknown_metric, unknown_dimension, unknown_grain, unknown_value, unknown_time_zone.
    """
    asked = [METRICS[_known(name, METRICS, "metric")] for name in dict.fromkeys(metrics)]
    split = tuple(_known(name, DIMENSIONS, "dimension", field="by") for name in dict.fromkeys(by))
    step = Grain(_known(grain, Grain, "grain"))
    parameters = {
        "account_id": account_id,
        "metrics": sorted({stored for metric in asked for stored in _stored(metric)}),
        "banded": [metric.stored for metric in asked if metric.unit is Unit.SECONDS],
        "start": start,
        "end": end,
        "grain": step,
        "zone": _zone(time_zone),
        "by": list(split),
        **_filters(filters or {}),
    }
    sums = _summed(rows(db, sql(__package__, "report"), parameters), split)
    if step is Grain.TOTAL and not split:
        for metric in asked:
            if metric.unit is not Unit.MONEY:
                sums[metric.stored, metric.linked, ""].setdefault((None, ()), _Sum())
    items = [item for metric in asked for item in _items(metric, split, sums, ZoneInfo(time_zone))]
    return Report(tuple(m.name for m in asked), split, start, end, step, time_zone, items)


Sums = dict[tuple[str, Linked, str], dict[Key, _Sum]]


def _summed(found: Sequence[Any], split: tuple[str, ...]) -> Sums:
    """Return the sums per counter, kind of link and currency, by time and dimensions.

    Times are UTC here: in a local zone the two hours of a repeated one compare as equal.
    """
    sums: Sums = defaultdict(dict)
    for row in found:
        at = None if row.at is None else row.at.astimezone(UTC)
        key = (at, tuple(getattr(row, name) for name in split))
        for linked in (Linked.ANY, Linked.YES if row.is_linked else Linked.NO):
            sums[row.metric, linked, row.currency].setdefault(key, _Sum()).add(row)
    return sums


def _items(metric: Metric, split: tuple[str, ...], sums: Sums, zone: ZoneInfo) -> list[Item]:
    found = []
    for currency in sorted({currency for stored, _, currency in sums if stored == metric.stored}):
        summed = sums[metric.stored, metric.linked, currency]
        found += [_item(metric, key, split, currency, sums) for key in summed if summed[key].value or key == (None, ())]
    return [replace(item, at=item.at and item.at.astimezone(zone)) for item in sorted(found, key=_order)]


def _item(metric: Metric, key: Key, split: tuple[str, ...], currency: str, sums: Sums) -> Item:
    at, names = key
    summed = sums[metric.stored, metric.linked, currency][key]
    value = summed.total if metric.unit is Unit.MONEY else summed.value
    shape: dict[str, Any] = {}
    if metric.unit is Unit.SECONDS and summed.value:
        shape = {
            "mean": float(summed.total / summed.value),
            "p50": percentile(summed.bands, 0.5),
            "p90": percentile(summed.bands, 0.9),
        }
    by = dict(zip(split, (name or None for name in names), strict=True))
    return Item(metric.name, at, by, value, currency, rates=_rates(metric, key, value, sums), **shape)


def _rates(metric: Metric, key: Key, value: int | Decimal, sums: Sums) -> dict[str, float]:
    """Return the value over each of its bases that is not nothing, named by what was really divided by."""
    rates = {}
    for base in metric.over:
        for stored in ("delivered", "sent") if base is Base.REACHED else (str(base),):
            divisor = sums[stored, Linked.ANY, ""].get(key)
            if divisor and divisor.value:
                rates[stored] = float(value / divisor.value)
                break
    return rates


def _stored(metric: Metric) -> set[str]:
    bases = {stored for base in metric.over for stored in (("delivered", "sent") if base is Base.REACHED else (str(base),))}
    return {metric.stored} | bases


def _order(item: Item) -> tuple[Any, ...]:
    at = item.at.timestamp() if item.at else 0.0
    return (at, [(isinstance(value, str), value or 0) for value in item.by.values()], item.currency)


def _known(name: str, allowed: Any, what: str, *, field: str = "") -> str:
    if name in list(allowed):
        return name
    raise Invalid(f"unknown_{what}", f"There is no {what} {name!r}: use one of {', '.join(allowed)}.", field=field or what)


def _zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Invalid(
            "unknown_time_zone", f"There is no time zone {name!r}: use a name such as Europe/Amsterdam.", field="time_zone"
        ) from None


def _filters(filters: Mapping[str, Sequence[int | str | None]]) -> dict[str, list[int | str] | None]:
    for name in filters:
        _known(name, DIMENSIONS, "dimension", field=name)
    return {f"only_{name}": _values(name, filters[name]) if name in filters else None for name in DIMENSIONS}


def _values(name: str, values: Sequence[int | str | None]) -> list[int | str]:
    nothing = (None, "") if name == "campaign_type" else (None, "", NONE)
    if not DIMENSIONS[name].is_number:
        return ["" if value in nothing else str(value) for value in values]
    try:
        return [0 if value is None or value in nothing else int(value) for value in values]
    except ValueError:
        raise Invalid("unknown_value", f"{name} is filtered by ids, or by {NONE}.", field=name) from None

"""Reports: any metric, split by any dimension, over any stretch of time, as one sum over the counters (docs/metrics.md)."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from antiphon.kit.db import Database, rows, run, sql
from antiphon.kit.problems import Invalid
from antiphon.metrics.bands import percentile
from antiphon.metrics.dictionary import DIMENSIONS, METRICS, Base, Linked, Metric, Unit
from antiphon.metrics.ranges import Grain, first_moment

NONE = "none"
"""How a filter says what a fact does not have; in items it is None."""

MOST = 200_000
"""Rows that one report reads: more is refused, since nobody could look at it."""

Moment = datetime | int | None
Key = tuple[Moment, tuple[int | str | None, ...]]
_WHOLE: Key = (None, ())


@dataclass(frozen=True, slots=True)
class Item:
    """One metric in one stretch of time under one combination of dimensions.

    `value` is a count (of a duration: how many were measured), an amount of `currency`, or a share between 0 and 1 of `over`: None
    where there is nothing to divide by. `rates` are by what they divide by. `at` is where an hour, day, week or month begins.
    """

    metric: str
    at: datetime | None
    by: dict[str, int | str | None]
    value: int | Decimal | float | None
    currency: str = ""
    mean: float | None = None
    p50: float | None = None
    p90: float | None = None
    rates: dict[str, float] = field(default_factory=dict)
    over: str = ""
    hour_of_week: int | None = None

    @property
    def count(self) -> int:
        """Return the value of a metric that counts."""
        return int(self.value or 0)


@dataclass(frozen=True, slots=True)
class Report:
    """What was asked, and its items: in the order of the metrics asked for, then time, then dimensions.

    `groups` are the metrics per combination of dimensions over all of the time, `totals` over everything: counts and values of the
    items add up to both. All three are of one snapshot.
    """

    metrics: tuple[str, ...]
    by: tuple[str, ...]
    start: datetime
    end: datetime
    grain: Grain
    time_zone: str
    items: list[Item]
    groups: list[Item]
    totals: list[Item]


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

    def join(self, other: "_Sum") -> None:
        self.value += other.value
        self.total += other.total
        for band, count in other.bands.items():
            self.bands[band] += count


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
    over_time: Sequence[str] | None = None,
) -> Report:
    """Sum the counters whose quarter of an hour begins in `start <= t < end`.

    Days, weeks (from Monday) and months are those of `time_zone`. A filter's values are ids or words, `none` (or None) for what a fact
    does not have. Only what happened has an item, save that a total without dimensions always has one. `over_time` names the metrics
    that have items per step of the grain (left out: all of them); the others have `groups` and `totals`, and cost less.
    Raises Invalid, which names what is allowed: unknown_metric, unknown_dimension, unknown_grain, unknown_value, unknown_time_zone;
    report_too_large when it has more rows than anybody could look at.
    """
    asked = [METRICS[_known(name, METRICS, "metric")] for name in dict.fromkeys(metrics)]
    split = tuple(_known(name, DIMENSIONS, "dimension", field="by") for name in dict.fromkeys(by))
    step = Grain(_known(grain, Grain, "grain"))
    parameters = {
        "account_id": account_id,
        "metrics": sorted({stored for metric in asked for stored in _stored(metric)}),
        "timed": sorted({stored for metric in asked if _is_timed(metric, over_time) for stored in _stored(metric)}),
        "totalled": [metric.stored for metric in asked if metric.unit in {Unit.SECONDS, Unit.MONEY}],
        "banded": [metric.stored for metric in asked if metric.unit is Unit.SECONDS],
        "start": start,
        "end": end,
        "grain": step,
        "zone": _zone(time_zone),
        "by": list(split),
        "most": MOST + 1,
        **_filters(filters or {}),
    }
    sums = _summed(_few(_read(db, parameters)), split, time_zone)
    groups = _joined(sums, lambda key: (None, key[1]))
    whole = _filled(_joined(sums, lambda _: _WHOLE), asked)
    groups, sums = (groups, sums) if split else (whole, whole if step is Grain.TOTAL else sums)

    def told(among: Sums, by: tuple[str, ...], grain: Grain) -> list[Item]:
        timed = [metric for metric in asked if grain is Grain.TOTAL or _is_timed(metric, over_time)]
        return [item for metric in timed for item in _items(metric, by, among, grain, ZoneInfo(time_zone))]

    return Report(
        metrics=tuple(metric.name for metric in asked),
        by=split,
        start=start,
        end=end,
        grain=step,
        time_zone=time_zone,
        items=told(sums, split, step),
        groups=told(groups, split, Grain.TOTAL),
        totals=told(whole, (), Grain.TOTAL),
    )


def _is_timed(metric: Metric, over_time: Sequence[str] | None) -> bool:
    return over_time is None or metric.name in over_time


def began(db: Database, account_id: int, *, metrics: Sequence[str]) -> datetime | None:
    """Return the quarter of an hour in which the first of these metrics began to be counted, None while nothing is."""
    stored = sorted({METRICS[name].stored for name in metrics})
    return rows(db, sql(__package__, "began"), {"account_id": account_id, "metrics": stored})[0].at  # type: ignore[no-any-return]


Sums = dict[tuple[str, Linked, str], dict[Key, _Sum]]


def _read(db: Database, parameters: dict[str, Any]) -> list[Any]:
    """Run the statement with settings of its own, which end with it."""
    with db.transaction(force_rollback=True):
        run(db, sql(__package__, "room"))
        return rows(db, sql(__package__, "report"), parameters)


def _few(found: list[Any]) -> list[Any]:
    if len(found) > MOST:
        raise Invalid(
            "report_too_large",
            "This report has more than {most} rows: ask for less time, a coarser grain, or fewer dimensions.",
            field="grain",
            most=f"{MOST:,}",
        )
    return found


def _summed(found: Sequence[Any], split: tuple[str, ...], zone: str) -> Sums:
    """Return the sums per counter, kind of link and currency, by time and dimensions.

    Times are UTC here: in a local zone the two hours of a repeated one compare as equal.
    """
    sums: Sums = defaultdict(dict)
    for row in found:
        key = (_moment(row, zone), tuple(getattr(row, name) for name in split))
        for linked in (Linked.ANY, Linked.YES if row.is_linked else Linked.NO):
            sums[row.metric, linked, row.currency].setdefault(key, _Sum()).add(row)
    return sums


def _moment(row: Any, zone: str) -> Moment:
    if row.day is not None:
        return first_moment(row.day, zone)
    if row.hour is not None:
        return row.hour.astimezone(UTC)  # type: ignore[no-any-return]
    return row.hour_of_week  # type: ignore[no-any-return]


def _joined(sums: Sums, to: Callable[[Key], Key]) -> Sums:
    """Return the sums under the keys that theirs lead to."""
    joined: Sums = defaultdict(dict)
    for name, parts in sums.items():
        for key, part in parts.items():
            joined[name].setdefault(to(key), _Sum()).join(part)
    return joined


def _filled(whole: Sums, asked: Sequence[Metric]) -> Sums:
    """Return the totals with a zero for what is asked for and never happened, save amounts: those have a currency."""
    for metric in asked:
        if metric.unit is not Unit.MONEY:
            whole[metric.stored, metric.linked, ""].setdefault(_WHOLE, _Sum())
    return whole


def _items(metric: Metric, split: tuple[str, ...], sums: Sums, grain: Grain, zone: ZoneInfo) -> list[Item]:
    if metric.unit is Unit.SHARE:
        found = _shares(metric, split, sums, grain)
    else:
        found = []
        for currency in sorted({currency for stored, _, currency in sums if stored == metric.stored}):
            summed = sums[metric.stored, metric.linked, currency]
            found += [_item(metric, key, split, currency, sums) for key in summed if summed[key].value or key == _WHOLE]
    return [replace(item, at=item.at and item.at.astimezone(zone)) for item in sorted(found, key=_order)]


def _item(metric: Metric, key: Key, split: tuple[str, ...], currency: str, sums: Sums) -> Item:
    summed = sums[metric.stored, metric.linked, currency][key]
    value = summed.total if metric.unit is Unit.MONEY else summed.value
    shape: dict[str, Any] = {}
    if metric.unit is Unit.SECONDS and summed.value:
        shape = {
            "mean": float(summed.total / summed.value),
            "p50": percentile(summed.bands, 0.5),
            "p90": percentile(summed.bands, 0.9),
        }
    return Item(metric.name, value=value, currency=currency, rates=_rates(metric, key, value, sums), **_place(key, split), **shape)


def _place(key: Key, split: tuple[str, ...]) -> dict[str, Any]:
    moment, names = key
    by = dict(zip(split, (name or None for name in names), strict=True))
    return {"at": moment if isinstance(moment, datetime) else None, "by": by, "hour_of_week": moment if isinstance(moment, int) else None}


def _rates(metric: Metric, key: Key, value: int | Decimal, sums: Sums) -> dict[str, float]:
    """Return the value over each of its bases that is not nothing, named by what was really divided by."""
    rates = {}
    for base in metric.over:
        for stored in _stored_base(base):
            divisor = sums[stored, Linked.ANY, ""].get(key)
            if divisor and divisor.value:
                rates[stored] = float(value / divisor.value)
                break
    return rates


def _shares(metric: Metric, split: tuple[str, ...], sums: Sums, grain: Grain) -> list[Item]:
    """Return a share per stretch of time and dimensions; a running one of everything up to the end of each stretch.

    What it divides by is chosen per combination of dimensions, for the whole report.
    """
    if metric.is_running and grain is Grain.HOUR_OF_WEEK:
        return []
    parts = sums[metric.stored, metric.linked, ""]
    bases = {stored: sums[stored, Linked.ANY, ""] for stored in _stored_base(metric.over[0])}
    moments: dict[tuple[int | str | None, ...], set[Moment]] = defaultdict(set)
    for summed in (parts, *bases.values()):
        for moment, names in summed:
            moments[names].add(moment)
    is_running = metric.is_running and grain.is_over_time
    found = []
    for names, known in moments.items():
        keys = [(moment, names) for moment in sorted(known, key=_instant)]
        over = next((stored for stored, base in bases.items() if any(base[key].value for key in keys if key in base)), "")
        if over:
            shares = _divided(keys, parts, bases[over], is_running=is_running)
            found += [Item(metric.name, value=share, over=over, **_place(key, split)) for key, share in shares]
        elif names == ():
            found += [Item(metric.name, value=None, **_place(key, split)) for key in keys if key == _WHOLE]
    return found


def _divided(
    keys: Sequence[Key], parts: Mapping[Key, _Sum], base: Mapping[Key, _Sum], *, is_running: bool
) -> list[tuple[Key, float | None]]:
    """Return part over base by key, in this order; running, of everything up to each. Where nothing came to divide by, there is none."""
    shares: list[tuple[Key, float | None]] = []
    part = divisor = 0
    for key in keys:
        part = (part if is_running else 0) + (parts[key].value if key in parts else 0)
        divisor = (divisor if is_running else 0) + (base[key].value if key in base else 0)
        if divisor:
            shares.append((key, part / divisor))
    return shares


def _instant(moment: Moment) -> float:
    return moment.timestamp() if isinstance(moment, datetime) else float(moment or 0)


def _stored(metric: Metric) -> set[str]:
    return {metric.stored} | {stored for base in metric.over for stored in _stored_base(base)}


def _stored_base(base: Base) -> tuple[str, ...]:
    return ("delivered", "sent") if base is Base.REACHED else (str(base),)


def _order(item: Item) -> tuple[Any, ...]:
    at = item.at.timestamp() if item.at else 0.0
    return (at, item.hour_of_week or 0, [(isinstance(value, str), value or 0) for value in item.by.values()], item.currency)


def _known(name: str, allowed: Any, what: str, *, field: str = "") -> str:
    if name in list(allowed):
        return name
    raise Invalid(
        f"unknown_{what}",
        "There is no {what} {name}: use one of {listed}.",
        field=field or what,
        what=what,
        name=f"{name!r}",
        listed=", ".join(allowed),
    )


def _zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Invalid(
            "unknown_time_zone", "There is no time zone {name}: use a name such as Europe/Amsterdam.", field="time_zone", name=f"{name!r}"
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
        raise Invalid("unknown_value", "{name} is filtered by ids, or by {none}.", field=name, name=name, none=NONE) from None

"""The picture of an answer: what chart.js draws, and the same numbers as rows."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from antiphon.metrics.dictionary import METRICS, Unit
from antiphon.metrics.question import Picture, can_stack
from antiphon.metrics.ranges import Grain, steps
from antiphon.metrics.report import Item
from antiphon.workspace import times
from antiphon.workspace.pages import analytics_words as say
from antiphon.workspace.pages.analytics_answer import MOST_SERIES, Answer, number

_MOST_BARS = 20
_MOST_STEPS = 400
_WEEKDAYS, _HOURS = 7, 24


@dataclass(frozen=True, slots=True)
class Steps:
    """The numbers of a picture as a table: `more` rows are left out."""

    title: str
    heads: list[str]
    rows: list[tuple[str, list[str]]]
    more: int = 0


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture: its title, what it says in a line, what chart.js draws (JSON), and its numbers where the table has others."""

    title: str
    note: str
    drawing: str
    label: str
    steps: Steps | None = None


@dataclass(frozen=True, slots=True)
class _Series:
    name: str
    values: list[float | None]

    def shown(self, unit: Unit) -> dict[str, Any]:
        return {"name": self.name, "values": self.values, "shown": [say.figure(value, unit) for value in self.values]}


def chart(told: Answer) -> Chart | None:
    """Return the picture of an answer, or None for a table alone or when nothing was counted."""
    picture = told.question.picture
    if picture is Picture.TABLE or not told.table.rows:
        return None
    if picture is Picture.FUNNEL:
        return _funnel(told)
    if picture is Picture.HEAT:
        return _heat(told)
    if picture is Picture.BARS and told.report.by:
        return _bars(told)
    return _over_time(told)


def _over_time(told: Answer) -> Chart:
    name, grain = told.question.drawn, told.grain
    unit, zone = METRICS[name].unit, ZoneInfo(told.time_zone)
    until = min(told.report.end, max(told.at, told.report.start))
    known = {item.at.astimezone(UTC) for item in told.report.items if item.at}
    at = sorted({*steps(told.report.start, until, grain, told.time_zone), *known})
    found, others = _series(told, at)
    is_stacked = told.question.picture is Picture.STACKED and can_stack(name)
    kind = "stacked" if is_stacked else "bars" if told.question.picture is Picture.BARS else "lines"
    x = [say.step(one.astimezone(zone), grain, today=told.today) for one in at]
    drawing = {"kind": kind, "unit": unit, "x": x, "series": [series.shown(unit) for series in found]}
    notes = [_of(told), _("up to the end of each %(grain)s") % {"grain": say.GRAINS[grain]} if METRICS[name].is_running else ""]
    if others:
        notes.append(_("%(count)d more in the table") % {"count": others})
    rows = [(x[place], [say.figure(series.values[place], unit) for series in found]) for place in range(len(at))]
    filled = [row for row, place in zip(rows, range(len(at)), strict=True) if any(series.values[place] for series in found)]
    by = _("By %(grain)s") % {"grain": say.GRAINS[grain]}
    told_steps = Steps(by, [series.name for series in found], filled[:_MOST_STEPS], max(0, len(filled) - _MOST_STEPS))
    head = say.title(name) if len(told.drawn) == 1 else _("Counts") if unit is Unit.COUNT else say.title(name)
    return Chart(head, ", ".join(filter(None, notes)), _json(drawing), _label(told, found), told_steps)


def _series(told: Answer, at: Sequence[datetime]) -> tuple[list[_Series], int]:
    """Return the series that are drawn, the largest first, and how many are not; of what adds up the rest is one series."""
    items: dict[tuple[Any, ...], dict[datetime, Item]] = {}
    for item in told.report.items:
        if item.metric in told.drawn and item.at:
            items.setdefault((item.metric, item.currency, *item.by.values()), {})[item.at.astimezone(UTC)] = item
    size = {(item.metric, item.currency, *item.by.values()): number(item) or 0.0 for item in told.report.groups}
    ranked = sorted(items, key=lambda key: (-size.get(key, 0.0), [str(part) for part in key]))
    if not told.report.by:
        ranked = sorted(items, key=lambda key: (told.drawn.index(key[0]), key[1]))
    found = [_Series(_name(told, key), _values(items[key], at)) for key in ranked[:MOST_SERIES]]
    rest = ranked[MOST_SERIES:]
    if rest and told.question.picture is Picture.STACKED and can_stack(told.question.drawn):
        parts = [_values(items[key], at) for key in rest]
        found.append(
            _Series(_("%(count)d others") % {"count": len(rest)}, [sum(one or 0 for one in each) for each in zip(*parts, strict=True)])
        )
        return found, 0
    return found, len(rest)


def _values(items: dict[datetime, Item], at: Sequence[datetime]) -> list[float | None]:
    """Return a number per step: of what counts nothing is 0, a running share stays as it was, anything else is unknown."""
    metric = METRICS[next(iter(items.values())).metric]
    values: list[float | None] = []
    for one in at:
        if one in items:
            values.append(number(items[one]))
        elif metric.unit in {Unit.COUNT, Unit.MONEY}:
            values.append(0)
        else:
            values.append(values[-1] if metric.is_running and values else None)
    return values


def _name(told: Answer, key: tuple[Any, ...]) -> str:
    metric, currency, *by = key
    parts = [name.text for name in told.labels(tuple(by))] or [say.title(metric)]
    return " · ".join([*parts, currency] if currency else parts)


def _bars(told: Answer) -> Chart:
    name = told.question.drawn
    unit = METRICS[name].unit
    found = [item for item in told.report.groups if item.metric == name and number(item) is not None]
    found.sort(key=lambda item: -(number(item) or 0))
    shown = found[:_MOST_BARS]
    labels = [_name(told, (name, item.currency, *item.by.values())) for item in shown]
    series = _Series(say.title(name), [number(item) for item in shown])
    drawing = {"kind": "ranked", "unit": unit, "x": labels, "series": [series.shown(unit)]}
    more = len(found) - len(shown)
    notes = [_of(told), _("%(count)d more in the table") % {"count": more} if more else ""]
    return Chart(say.title(name), ", ".join(filter(None, notes)), _json(drawing), _label(told, [series]))


def _funnel(told: Answer) -> Chart:
    counts = [item.count for item in told.report.totals]
    names = [say.title(item.metric) for item in told.report.totals]
    shares = [""] + [
        _("%(share).1f %% of %(base)s") % {"share": 100 * count / counts[place], "base": names[place].lower()} if counts[place] else ""
        for place, count in enumerate(counts[1:])
    ]
    parts = [
        {"name": name, "value": count, "shown": say.figure(count, Unit.COUNT), "share": share}
        for name, count, share in zip(names, counts, shares, strict=True)
    ]
    drawing = {"kind": "funnel", "unit": Unit.COUNT, "steps": parts}
    rows = [(part["name"], [part["shown"], part["share"]]) for part in parts]
    table = Steps(_("The steps"), [_("Count"), _("Of the step before")], rows)  # type: ignore[arg-type]
    label = ", ".join(f"{part['name']} {part['shown']}" for part in parts)
    return Chart(_("Funnel"), _("each step over the one before; widths are on a square-root scale"), _json(drawing), label, table)


def _heat(told: Answer) -> Chart:
    name = told.question.drawn
    unit = METRICS[name].unit
    cells: dict[int, float] = {}
    for item in told.report.items:
        if item.metric == name and item.hour_of_week is not None:
            here = number(item) or 0.0
            cells[item.hour_of_week] = cells.get(item.hour_of_week, 0.0) + here if unit is Unit.COUNT else here
    days = [str(day) for day in say.DAYS]
    values = [[cells.get(day * _HOURS + hour) for hour in range(_HOURS)] for day in range(_WEEKDAYS)]
    shown = [[say.figure(value, unit) if value is not None else "" for value in row] for row in values]
    hours = [f"{hour:02d}" for hour in range(_HOURS)]
    drawing = {"kind": "heat", "unit": unit, "x": hours, "days": days, "values": values, "shown": shown}
    busiest = max(cells, key=lambda hour: cells[hour], default=None)
    label = _("%(metric)s by hour and weekday") % {"metric": say.title(name)}
    if busiest is not None:
        most = {"day": days[busiest // _HOURS], "hour": f"{busiest % _HOURS:02d}:00", "value": say.figure(cells[busiest], unit)}
        label += ". " + _("Most on %(day)s at %(hour)s: %(value)s") % most
    zone = _("hours of the week in %(zone)s time") % {"zone": times.zone_city(told.time_zone)}
    return Chart(say.title(name), zone, _json(drawing), label, Steps(_("By hour and weekday"), hours, list(zip(days, shown, strict=True))))


def _of(told: Answer) -> str:
    """Return what the numbers are of: a share's base, a duration's middle."""
    metric = METRICS[told.question.drawn]
    if metric.unit is Unit.SECONDS:
        return _("the median")
    over = sorted({item.over for item in told.report.groups if item.metric == metric.name and item.over})
    return say.bases(tuple(over)) if over else ""


def _label(told: Answer, found: Sequence[_Series]) -> str:
    return _("%(metric)s: %(series)s") % {
        "metric": say.title(told.question.drawn),
        "series": ", ".join(series.name for series in found) or _("nothing"),
    }


def _json(drawing: dict[str, Any]) -> str:
    return json.dumps(drawing, ensure_ascii=False, separators=(",", ":"))


def grain_of(told: Answer) -> Grain | None:
    """Return the grain that picture or table goes by, if either goes over time."""
    return told.grain if told.grain.is_over_time else None

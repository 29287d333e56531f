"""The pictures of a campaign's report with their numbers: replies over time, and by hour of the week."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import dateformat
from django.utils.translation import gettext as _

from antiphon.metrics.ranges import Grain, steps
from antiphon.metrics.report import Report
from antiphon.workspace import times
from antiphon.workspace.pages import analytics_words as say
from antiphon.workspace.pages import campaign_report_drawn as drawn
from antiphon.workspace.pages.campaign_report_asked import Asked, list_url
from antiphon.workspace.pages.campaign_report_figure import Figure

_NARROW = 36


@dataclass(frozen=True, slots=True)
class Table:
    """The numbers of a picture: a row per step, each number with what it counts."""

    heads: list[str]
    rows: list[tuple[str, list[Figure]]]


@dataclass(frozen=True, slots=True)
class Picture:
    """Replies over time: what is drawn, what it says, and its numbers."""

    drawn: drawn.Since
    label: str
    note: str
    table: Table


@dataclass(frozen=True, slots=True)
class Week:
    """Replies by hour of the week: what is drawn, what it says, and its numbers."""

    cells: list[drawn.Cell]
    days: list[tuple[str, str]]
    hours: list[tuple[str, str]]
    most: str
    label: str
    table: Table


def picture_of(campaign_id: int, asked: Asked, told: Report, first_at: datetime | None, *, at: datetime) -> Picture | None:
    """Return replies per step of time, from the first text or reply until now, or None before there is any."""
    grain, zone = told.grain, told.time_zone
    counts: dict[str, dict[datetime, int]] = {"replies": defaultdict(int), "responders": defaultdict(int)}
    for one in told.items:
        if one.at:
            counts[one.metric][one.at] += one.count
    known = [*counts["replies"], *counts["responders"]]
    if not known:
        return None
    begun = min([*known, *([first_at] if first_at else [])])
    until = max(min(told.end, at), max(known) + timedelta(minutes=15))
    here = ZoneInfo(zone)
    moments = [one.astimezone(here) for one in steps(begun, until, grain, zone)]
    by = {name: {one.timestamp(): value for one, value in found.items()} for name, found in counts.items()}
    replies, responders = ([by[name].get(one.timestamp(), 0) for one in moments] for name in ("replies", "responders"))
    today = times.today_in(zone, now=at)
    names = [say.step(one, grain, today=today) for one in moments]
    running = [sum(responders[: place + 1]) for place in range(len(responders))]
    titles = [f"{name}: {count:,}" for name, count in zip(names, replies, strict=True)]
    return Picture(
        drawn=drawn.since(titles, replies, running, labels=_labels(moments, grain, first_at)),
        label=_("Replies per %(grain)s: %(count)s in all, most in %(step)s")
        % {"grain": say.GRAINS[grain], "count": f"{sum(replies):,}", "step": names[replies.index(max(replies))]},
        note=_("per %(grain)s; the line is first replies, in all so far") % {"grain": say.GRAINS[grain]},
        table=_over_time(campaign_id, asked, zip(names, moments, replies, responders, strict=True), grain),
    )


def _labels(moments: Sequence[datetime], grain: Grain, first_at: datetime | None) -> list[tuple[int, str]]:
    """Return what stands under the bars: hours since the broadcast, or days."""
    if grain is Grain.HOUR and first_at and moments[0] <= first_at:
        every = 6 if len(moments) <= _NARROW else 12
        return [(0, _("sent"))] + [(place, _("%(hours)d h") % {"hours": place}) for place in range(every, len(moments), every)]
    every = max(1, -(-len(moments) // 6))
    form = "j M H:i" if grain is Grain.HOUR else "j M"
    return [(place, dateformat.format(moments[place], form)) for place in range(0, len(moments), every)]


def _over_time(campaign_id: int, asked: Asked, found: Iterable[tuple[str, datetime, int, int]], grain: Grain) -> Table:
    def figure(metric: str, count: int, at: datetime) -> Figure:
        return Figure(f"{count:,}", "", list_url(campaign_id, metric, asked, at=at, grain=grain) if count else "")

    return Table(
        heads=[say.title("replies"), say.title("responders")],
        rows=[
            (name, [figure("replies", replies, at), figure("responders", responders, at)])
            for name, at, replies, responders in found
            if replies or responders
        ],
    )


def week_of(campaign_id: int, asked: Asked, told: Report) -> Week | None:
    """Return replies by hour of the week, or None before there is any."""
    counts: dict[int, int] = defaultdict(int)
    for one in told.items:
        counts[one.hour_of_week or 0] += one.count
    if not counts:
        return None
    names = [str(name) for name in say.DAYS]
    titles = [f"{names[hour // 24]} {hour % 24:02d}:00: {counts.get(hour, 0):,}" for hour in range(7 * 24)]
    busiest = max(counts, key=lambda hour: (counts[hour], -hour))

    def figure(hour: int) -> Figure:
        return Figure(f"{counts[hour]:,}", "", list_url(campaign_id, "replies", asked, hour=hour)) if counts.get(hour) else Figure("")

    return Week(
        cells=drawn.week(counts, titles=titles),
        days=[(str(18 + 22 * place), name) for place, name in enumerate(names)],
        hours=[(f"{30 + 16.2 * hour:.1f}", f"{hour:02d}") for hour in range(0, 24, 3)],
        most=f"{counts[busiest]:,}",
        label=_("Replies by weekday and hour: most on %(day)s at %(hour)s")
        % {"day": names[busiest // 24], "hour": f"{busiest % 24:02d}:00"},
        table=Table(
            heads=[f"{hour:02d}" for hour in range(24)],
            rows=[(name, [figure(24 * place + hour) for hour in range(24)]) for place, name in enumerate(names)],
        ),
    )

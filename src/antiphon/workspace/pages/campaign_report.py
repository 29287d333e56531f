"""What came of a campaign: every number from the counters, each with the way to what it counts."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils import dateformat
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from antiphon.campaigns import decide
from antiphon.campaigns.models import Campaign, Engagement, EntryPoint
from antiphon.campaigns.store import campaign_in
from antiphon.kit.db import Database, rows, sql
from antiphon.metrics.dictionary import Unit
from antiphon.metrics.ranges import Grain, steps
from antiphon.metrics.report import Item, Report, report
from antiphon.providers.heard import HeardCampaign, heard_campaigns
from antiphon.workspace import times, words
from antiphon.workspace.access import Visit
from antiphon.workspace.pages import analytics_words as say
from antiphon.workspace.pages import campaign_report_drawn as drawn
from antiphon.workspace.pages.campaign_report_asked import EVER, Asked, list_url, read, report_url
from antiphon.workspace.pages.campaign_report_list import UNMAPPED, days
from antiphon.workspace.pages.numbers import Numbers, funnel
from antiphon.workspace.words import Word

_HERE = "antiphon.workspace"
_METRICS = (
    "sent",
    "delivered",
    "failed",
    "replies",
    "responders",
    "time_to_reply",
    "conversations_started",
    "handled",
    "interactive",
    "abandoned",
    "opt_outs",
    "goals",
    "goal_value",
)
_FUNNEL = ("sent", "delivered", "responders", "conversations_started", "handled", "goals")
_UNLINKED = ("no_entry_point", "out_of_frame", "no_broadcast")
_MEANS: dict[str, str | Promise] = {
    "linked_by_campaign_id": gettext_lazy("They answer a broadcast whose campaign ID an engagement has"),
    "linked_by_phone_number": gettext_lazy("They answer a number that an engagement has"),
    "set_by_person": gettext_lazy("An agent or a supervisor set the link"),
    "no_entry_point": gettext_lazy("No engagement took them when they came in: not published, paused, switched off, or not mapped then"),
    "out_of_frame": gettext_lazy("They came before the first day or after the last one"),
    "no_broadcast": gettext_lazy("No text to answer was known when they came in"),
}
_HOURS_UNTIL, _DAYS_UNTIL = timedelta(days=4), timedelta(days=120)
_SHOWN_HEARD = 3
_NARROW = 36

Place = tuple[int | str | None, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """A number as it reads, its rate, and the address of what it counts."""

    text: str
    rate: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the funnel."""

    name: str | Promise
    figure: Figure
    path: str
    is_known: bool


@dataclass(frozen=True, slots=True)
class Line:
    """An engagement by one entry point, or the campaign."""

    engagement: str
    engagement_url: str
    is_gone: bool
    kind: str
    entry_point: str
    figures: list[Figure]


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


@dataclass(frozen=True, slots=True)
class Verdict:
    """The replies of one verdict."""

    word: Word
    means: str | Promise
    figure: Figure
    is_linked: bool


@dataclass(frozen=True, slots=True)
class Heard:
    """An external campaign of the campaign's sources that nobody claims."""

    name: str
    text: str
    texts: str
    last_heard_at: datetime | None
    url: str


@dataclass(frozen=True, slots=True)
class Unmapped:
    """The texts of a source that nobody claims, in the days of the report."""

    source: str
    figure: Figure
    all_url: str
    heard: list[Heard]


@dataclass(frozen=True, slots=True)
class Option:
    """A choice of the form."""

    value: str
    name: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class ReportPage:
    """The report of a campaign."""

    at: datetime
    id: int
    name: str
    state: Word
    frame: str
    goal: str | Promise
    asked: Asked
    url: str
    span: str
    days: str
    left_out: list[str]
    engagements: list[Option]
    entry_points: list[Option]
    first_at: datetime | None
    last_at: datetime | None
    steps: list[Step]
    beside: list[tuple[str, Figure]]
    reply_p50: str
    reply_p90: str
    picture: Picture | None
    week: Week | None
    heads: list[tuple[str, str]]
    lines: list[Line]
    total: Line | None
    verdicts: list[Verdict]
    replies: Figure
    unmapped: list[Unmapped]
    is_empty: bool
    may_write: bool
    ticket: str


def report_page(db: Database, visit: Visit, campaign_id: int, given: Mapping[str, Any], *, at: datetime, ticket: str = "") -> ReportPage:
    """Return the report of a campaign. Raises Missing."""
    campaign = campaign_in(visit.account_id, campaign_id)
    read_asked, left_out = read(given)
    asked = read_asked.of_report
    first_at, last_at = _broadcasts(db, visit, campaign_id, asked)
    grain = _grain(asked, visit.time_zone, first_at, at=at)
    told = _told(db, visit, campaign_id, asked, grain)
    hours = _by_hour(db, visit, campaign_id, asked)
    totals = {(one.metric, one.currency): one for one in told.totals}
    named = _Named.of(visit, campaign_id, told)
    today = times.today_in(visit.time_zone, now=at)
    phase = decide.phase(campaign.state, decide.frame(campaign.starts_on, campaign.ends_on, time_zone=campaign.time_zone), at=at)
    lines = _lines(campaign_id, told, named, asked)
    return ReportPage(
        at=at,
        id=campaign.id,
        name=campaign.name,
        state=words.CAMPAIGN[phase],
        frame=_frame(campaign, at=at),
        goal=words.GOALS[campaign.goal_kind],
        asked=asked,
        url=report_url(campaign_id, asked),
        span=_span(asked, today, visit.time_zone),
        days=days(asked, today=today),
        left_out=left_out,
        engagements=[Option(str(key), one.name, asked.engagement == key) for key, one in named.engagements.items()],
        entry_points=[Option(str(key), one.value, asked.entry_point == key) for key, one in named.entry_points.items()],
        first_at=first_at,
        last_at=last_at,
        steps=_steps(campaign_id, asked, totals, first_at, at=at),
        beside=_beside(campaign_id, asked, totals),
        reply_p50=_span_of(totals["time_to_reply", ""].p50),
        reply_p90=_span_of(totals["time_to_reply", ""].p90),
        picture=_picture(campaign_id, asked, told, first_at, at=at),
        week=_week(campaign_id, asked, hours),
        heads=_heads(),
        lines=lines,
        total=_line(campaign_id, asked, totals, None) if lines else None,
        verdicts=_verdicts(campaign_id, asked, hours),
        replies=_count(campaign_id, asked, totals, "replies"),
        unmapped=_unmapped(db, visit, campaign_id, asked),
        is_empty=not any(one.value for one in told.totals),
        may_write=visit.may("campaigns.write"),
        ticket=ticket,
    )


def _broadcasts(db: Database, visit: Visit, campaign_id: int, asked: Asked) -> tuple[datetime | None, datetime | None]:
    start, end = asked.window(visit.time_zone)
    parameters = {"account": visit.account_id, "campaign": campaign_id, "engagement": asked.engagement, "entry_point": asked.entry_point}
    (found,) = rows(db, sql(_HERE, "report_broadcasts"), parameters | {"start": start, "end": end})
    return found.first_at, found.last_at


def _grain(asked: Asked, zone: str, first_at: datetime | None, *, at: datetime) -> Grain:
    """Return what one bar is: an hour while the broadcast is fresh, then a day, then a week."""
    start, end = asked.window(zone)
    begun = first_at or (start if start != EVER[0] else at - _DAYS_UNTIL)
    length = min(end, at) - begun
    return Grain.HOUR if length <= _HOURS_UNTIL else Grain.DAY if length <= _DAYS_UNTIL else Grain.WEEK


def _told(db: Database, visit: Visit, campaign_id: int, asked: Asked, grain: Grain) -> Report:
    start, end = asked.window(visit.time_zone)
    return report(
        db,
        visit.account_id,
        metrics=_METRICS,
        by=["engagement", "entry_point"],
        filters={"campaign": [campaign_id], **asked.filters},
        start=start,
        end=end,
        time_zone=visit.time_zone,
        grain=grain,
        over_time=["replies", "responders"],
    )


def _by_hour(db: Database, visit: Visit, campaign_id: int, asked: Asked) -> Report:
    start, end = asked.window(visit.time_zone)
    return report(
        db,
        visit.account_id,
        metrics=["replies"],
        by=["verdict"],
        filters={"campaign": [campaign_id], **asked.filters},
        start=start,
        end=end,
        time_zone=visit.time_zone,
        grain=Grain.HOUR_OF_WEEK,
    )


@dataclass(frozen=True, slots=True)
class _Named:
    """The engagements and entry points of a campaign, those that it had and counted under too."""

    engagements: dict[int, Engagement]
    entry_points: dict[int, EntryPoint]

    @classmethod
    def of(cls, visit: Visit, campaign_id: int, told: Report) -> "_Named":
        engagements = Engagement.objects.filter(account_id=visit.account_id, campaign_id=campaign_id).order_by("number")
        counted = {one.by["entry_point"] for one in told.groups if one.by["entry_point"]}
        used = EntryPoint.objects.filter(account_id=visit.account_id)
        own = used.filter(engagements__campaign_id=campaign_id) | used.filter(pk__in=counted)
        return cls({one.pk: one for one in engagements}, {one.pk: one for one in own.distinct().order_by("kind", "value")})


def _frame(campaign: Campaign, *, at: datetime) -> str:
    today = times.today_in(campaign.time_zone, now=at)
    within = times.frame(campaign.starts_on, campaign.ends_on, today=today)
    return _("%(frame)s, %(zone)s time") % {"frame": within, "zone": times.zone_city(campaign.time_zone)}


def _span(asked: Asked, today: date, zone: str) -> str:
    return _("%(days)s, %(zone)s time") % {"days": days(asked, today=today), "zone": times.zone_city(zone)}


def _steps(
    campaign_id: int, asked: Asked, totals: Mapping[tuple[str, str], Item], first_at: datetime | None, *, at: datetime
) -> list[Step]:
    """Return the funnel; under the first step since when, under the last one what it is worth."""
    counts = {name: totals[name, ""].count for name in _METRICS if name not in {"goal_value", "time_to_reply"}}
    named = {name.removesuffix("_started"): value for name, value in counts.items()}
    whole = Numbers(**{name: value for name, value in named.items() if name in Numbers.__dataclass_fields__})
    found = []
    for metric, step in zip(_FUNNEL, funnel(whole), strict=True):
        rate = step.rate
        if metric == "sent":
            rate = _("since %(moment)s") % {"moment": times.moment(first_at, now=at)} if first_at else ""
        if metric == "conversations_started" and counts["responders"]:
            rate = _share(counts[metric], counts["responders"], _("responders"))
        figure = Figure("\N{EN DASH}" if step.value is None else f"{step.value:,}", rate, list_url(campaign_id, metric, asked))
        found.append(Step(step.name, figure, step.path, is_known=step.value is not None))
    return found


def _share(part: int, base: int, name: str) -> str:
    return _("%(share).1f %% of %(base)s") % {"share": 100 * part / base, "base": name} if base else ""


def _beside(campaign_id: int, asked: Asked, totals: Mapping[tuple[str, str], Item]) -> list[tuple[str, Figure]]:
    """Return the numbers that are no step of the funnel."""
    told = {name: _count(campaign_id, asked, totals, name) for name in ("replies", "failed", "interactive", "abandoned", "opt_outs")}
    conversations, handled = totals["conversations_started", ""].count, totals["handled", ""].count
    rates = {
        "failed": _over(totals["failed", ""]),
        "interactive": _share(totals["interactive", ""].count, handled, _("handled")),
        "abandoned": _share(totals["abandoned", ""].count, conversations, _("conversations")),
        "opt_outs": _over(totals["opt_outs", ""]),
    }
    found = [(say.title(name), Figure(one.text, rates.get(name, ""), one.url)) for name, one in told.items()]
    amounts = _amounts(totals)
    return found + [
        (
            _("Value in %(currency)s") % {"currency": currency},
            Figure(say.figure(amount, Unit.MONEY), "", list_url(campaign_id, "goal_value", asked, currency=currency)),
        )
        for currency, amount in amounts.items()
    ]


def _amounts(items: Mapping[tuple[str, str], Item]) -> dict[str, Decimal]:
    """Return what goals are worth, by currency; what was taken back is worth nothing."""
    return {currency: Decimal(one.value) for (name, currency), one in items.items() if name == "goal_value" and one.value}


def _over(item: Item) -> str:
    """Return the first rate of an item, with what it divides by."""
    for base, rate in item.rates.items():
        return _("%(share).1f %% of %(base)s") % {"share": 100 * rate, "base": _BASES[base]}
    return ""


_BASES = {
    "sent": gettext_lazy("sent"),
    "delivered": gettext_lazy("delivered"),
    "conversations_started": gettext_lazy("conversations"),
}


def _count(campaign_id: int, asked: Asked, totals: Mapping[tuple[str, str], Item], metric: str, **narrower: Any) -> Figure:
    found = totals.get((metric, ""))
    return Figure(f"{found.count if found else 0:,}", "", list_url(campaign_id, metric, asked, **narrower))


def _span_of(seconds: float | None) -> str:
    return "" if seconds is None else times.span(seconds)


def _heads() -> list[tuple[str, str]]:
    """Return the heads of the table, each with what its rate is over."""
    return [
        (_("Sent"), ""),
        (_("Delivered"), _("of sent")),
        (_("Responders"), _("of delivered")),
        (_("Time to reply"), _("half, 90 %")),
        (_("Conversations"), ""),
        (_("Handled"), _("of conversations")),
        (_("Opt-outs"), _("of delivered")),
        (_("Goals"), _("of sent")),
        (_("Value"), ""),
    ]


def _lines(campaign_id: int, told: Report, named: _Named, asked: Asked) -> list[Line]:
    """Return a row per engagement and entry point under which anything was counted, in the order of the engagements."""
    groups: dict[Place, dict[tuple[str, str], Item]] = defaultdict(dict)
    for one in told.groups:
        groups[tuple(one.by.values())][one.metric, one.currency] = one
    order = {key: place for place, key in enumerate(named.engagements)}
    found = sorted(groups, key=lambda place: (order.get(_id(place[0]), len(order)), _id(place[1])))
    return [_line(campaign_id, asked, groups[place], place, named) for place in found]


def _id(value: int | str | None) -> int:
    return int(value or 0)


def _line(campaign_id: int, asked: Asked, items: Mapping[tuple[str, str], Item], place: Place | None, named: _Named | None = None) -> Line:
    narrower = {"engagement": _id(place[0]), "entry_point": _id(place[1])} if place else {}
    engagement = named.engagements.get(narrower["engagement"]) if named else None
    point = named.entry_points.get(narrower["entry_point"]) if named else None
    nothing = str(say.NOTHING["entry_point"]) if place else ""
    return Line(
        engagement=engagement.name if engagement else _("No engagement") if place else _("Campaign"),
        engagement_url=reverse("engagement", args=[engagement.pk]) if engagement and engagement.removed_at is None else "",
        is_gone=engagement is not None and engagement.removed_at is not None,
        kind=point.kind if point else "",
        entry_point=point.value if point else nothing,
        figures=_figures(campaign_id, asked, items, narrower),
    )


def _figures(campaign_id: int, asked: Asked, items: Mapping[tuple[str, str], Item], narrower: dict[str, Any]) -> list[Figure]:
    def count(metric: str, rate: str = "") -> Figure:
        told = _count(campaign_id, asked, items, metric, **narrower)
        return Figure(told.text, rate, told.url)

    def number(metric: str) -> int:
        return items[metric, ""].count if (metric, "") in items else 0

    sent, delivered, is_reported = number("sent"), number("delivered"), bool(number("delivered") or number("failed"))
    reached = (delivered, "") if delivered else (sent, _("of sent"))
    spans = items.get(("time_to_reply", ""))
    return [
        count("sent"),
        count("delivered", _percent(delivered, sent)) if is_reported or not sent else Figure("\N{EN DASH}", _("no reports yet")),
        count("responders", _percent(number("responders"), *reached)),
        Figure(_span_of(spans.p50) if spans else "", _span_of(spans.p90) if spans else ""),
        count("conversations_started"),
        count("handled", _percent(number("handled"), number("conversations_started"))),
        count("opt_outs", _percent(number("opt_outs"), *reached)),
        count("goals", _percent(number("goals"), sent)),
        _value(campaign_id, asked, items, narrower),
    ]


def _percent(part: int, base: int, said: str = "") -> str:
    return " ".join(filter(None, (_("%(share).1f %%") % {"share": 100 * part / base}, said))) if base else ""


def _value(campaign_id: int, asked: Asked, items: Mapping[tuple[str, str], Item], narrower: dict[str, Any]) -> Figure:
    url, amounts = list_url(campaign_id, "goal_value", asked, **narrower), _amounts(items)
    if len(amounts) == 1:
        ((currency, amount),) = amounts.items()
        return Figure(say.figure(amount, Unit.MONEY), currency, url)
    return Figure(", ".join(f"{currency} {amount:,.2f}" for currency, amount in amounts.items()), "", url if amounts else "")


def _picture(campaign_id: int, asked: Asked, told: Report, first_at: datetime | None, *, at: datetime) -> Picture | None:
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


def _week(campaign_id: int, asked: Asked, told: Report) -> Week | None:
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


def _verdicts(campaign_id: int, asked: Asked, told: Report) -> list[Verdict]:
    """Return the replies by verdict, those that were not linked first."""
    counts = {str(one.by["verdict"]): one.count for one in told.groups}
    order = [*_UNLINKED, *(key for key in words.VERDICTS if key not in _UNLINKED)]
    whole = sum(counts.values())
    return [
        Verdict(
            words.VERDICTS[key],
            _MEANS[key],
            Figure(f"{counts[key]:,}", _share(counts[key], whole, _("replies")), list_url(campaign_id, "replies", asked, verdict=key)),
            is_linked=key not in _UNLINKED,
        )
        for key in order
        if counts.get(key)
    ]


def _unmapped(db: Database, visit: Visit, campaign_id: int, asked: Asked) -> list[Unmapped]:
    """Return what the campaign's sources sent in these days and nobody claims."""
    own = Engagement.objects.filter(account_id=visit.account_id, campaign_id=campaign_id, removed_at=None)
    sources = dict(own.order_by("source_id").values_list("source_id", "source__name"))
    start, end = asked.window(visit.time_zone)
    told = report(
        db,
        visit.account_id,
        metrics=["sent"],
        by=["source"],
        filters={"campaign": [None], "source": list(sources) or [None]},
        start=start,
        end=end,
        time_zone=visit.time_zone,
    )
    counts = {_id(one.by["source"]): one.count for one in told.groups if one.by["source"]}
    return [_unmapped_of(db, visit, campaign_id, asked, (key, sources[key], counts[key])) for key in sources if counts.get(key)]


def _unmapped_of(db: Database, visit: Visit, campaign_id: int, asked: Asked, of: tuple[int, str, int]) -> Unmapped:
    source_id, name, count = of
    heard = [one for one in heard_campaigns(db, visit.account_id, source_id, limit=_SHOWN_HEARD) if one.notices]
    only_days = Asked(asked.first, asked.last)
    return Unmapped(
        source=name,
        figure=Figure(f"{count:,}", "", list_url(campaign_id, UNMAPPED, only_days, source=source_id)),
        all_url=reverse("source-campaigns", args=[source_id]),
        heard=[_heard(visit, campaign_id, source_id, one) for one in heard],
    )


def _heard(visit: Visit, campaign_id: int, source_id: int, one: HeardCampaign) -> Heard:
    query = urlencode({"source": source_id, "external_campaign": one.external_campaign})
    texts = ngettext("%(count)s text in all", "%(count)s texts in all", one.notices) % {"count": f"{one.notices:,}"}
    return Heard(
        name=one.external_campaign,
        text=one.text if visit.may("notices.read") else "",
        texts=texts,
        last_heard_at=one.last_heard_at,
        url=f"{reverse('engagement-new', args=[campaign_id])}?{query}" if one.key and visit.may("campaigns.write") else "",
    )

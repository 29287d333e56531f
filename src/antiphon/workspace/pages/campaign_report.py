"""What came of a campaign: every number from the counters, each with the way to what it counts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from antiphon.campaigns import decide
from antiphon.campaigns.models import Campaign
from antiphon.campaigns.store import campaign_in
from antiphon.kit.db import Database, rows, sql
from antiphon.metrics.dictionary import Unit
from antiphon.metrics.ranges import Grain
from antiphon.metrics.report import Item, Report, report
from antiphon.workspace import times, words
from antiphon.workspace.access import Visit
from antiphon.workspace.pages import analytics_words as say
from antiphon.workspace.pages.campaign_report_asked import EVER, Asked, list_url, read, report_url
from antiphon.workspace.pages.campaign_report_figure import Figure, Items, amounts_of, count_of, share_of, span_of
from antiphon.workspace.pages.campaign_report_list import days
from antiphon.workspace.pages.campaign_report_pictures import Picture, Week, picture_of, week_of
from antiphon.workspace.pages.campaign_report_table import Line, Named, Verdict, heads, line_of, lines_of, verdicts_of
from antiphon.workspace.pages.campaign_report_unmapped import Unmapped, unmapped_of
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
_HOURS_UNTIL, _DAYS_UNTIL = timedelta(days=4), timedelta(days=120)
_BASES = {
    "sent": gettext_lazy("sent"),
    "delivered": gettext_lazy("delivered"),
    "conversations_started": gettext_lazy("conversations"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the funnel."""

    name: str | Promise
    figure: Figure
    path: str
    is_known: bool


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
    named = Named.of(visit, campaign_id, told)
    today = times.today_in(visit.time_zone, now=at)
    phase = decide.phase(campaign.state, decide.frame(campaign.starts_on, campaign.ends_on, time_zone=campaign.time_zone), at=at)
    lines = lines_of(campaign_id, told, named, asked)
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
        reply_p50=span_of(totals["time_to_reply", ""].p50),
        reply_p90=span_of(totals["time_to_reply", ""].p90),
        picture=picture_of(campaign_id, asked, told, first_at, at=at),
        week=week_of(campaign_id, asked, hours),
        heads=heads(),
        lines=lines,
        total=line_of(campaign_id, asked, totals, None) if lines else None,
        verdicts=verdicts_of(campaign_id, asked, hours),
        replies=count_of(campaign_id, asked, totals, "replies"),
        unmapped=unmapped_of(db, visit, campaign_id, asked),
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


def _frame(campaign: Campaign, *, at: datetime) -> str:
    today = times.today_in(campaign.time_zone, now=at)
    within = times.frame(campaign.starts_on, campaign.ends_on, today=today)
    return _("%(frame)s, %(zone)s time") % {"frame": within, "zone": times.zone_city(campaign.time_zone)}


def _span(asked: Asked, today: date, zone: str) -> str:
    return _("%(days)s, %(zone)s time") % {"days": days(asked, today=today), "zone": times.zone_city(zone)}


def _steps(campaign_id: int, asked: Asked, totals: Items, first_at: datetime | None, *, at: datetime) -> list[Step]:
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
            rate = share_of(counts[metric], counts["responders"], _("responders"))
        figure = Figure("\N{EN DASH}" if step.value is None else f"{step.value:,}", rate, list_url(campaign_id, metric, asked))
        found.append(Step(step.name, figure, step.path, is_known=step.value is not None))
    return found


def _beside(campaign_id: int, asked: Asked, totals: Items) -> list[tuple[str, Figure]]:
    """Return the numbers that are no step of the funnel."""
    told = {name: count_of(campaign_id, asked, totals, name) for name in ("replies", "failed", "interactive", "abandoned", "opt_outs")}
    conversations, handled = totals["conversations_started", ""].count, totals["handled", ""].count
    rates = {
        "failed": _over(totals["failed", ""]),
        "interactive": share_of(totals["interactive", ""].count, handled, _("handled")),
        "abandoned": share_of(totals["abandoned", ""].count, conversations, _("conversations")),
        "opt_outs": _over(totals["opt_outs", ""]),
    }
    found = [(say.title(name), Figure(one.text, rates.get(name, ""), one.url)) for name, one in told.items()]
    amounts = amounts_of(totals)
    return found + [
        (
            _("Value in %(currency)s") % {"currency": currency},
            Figure(say.figure(amount, Unit.MONEY), "", list_url(campaign_id, "goal_value", asked, currency=currency)),
        )
        for currency, amount in amounts.items()
    ]


def _over(item: Item) -> str:
    """Return the first rate of an item, with what it divides by."""
    for base, rate in item.rates.items():
        return _("%(share).1f %% of %(base)s") % {"share": 100 * rate, "base": _BASES[base]}
    return ""

"""The list of campaigns and one campaign, with what came of them."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import dateformat
from django.utils.functional import Promise

from antiphon.campaigns import decide
from antiphon.campaigns.types import FieldWarning, Frame
from antiphon.campaigns.guarding import warnings_of
from antiphon.kit.db import Database, rows, sql
from antiphon.workspace import draw, times, words
from antiphon.workspace.access import Visit
from antiphon.workspace.pages.numbers import FunnelStep, Numbers, funnel, numbers, total, unlinked
from antiphon.workspace.words import Word

_HERE = "antiphon.workspace"


@dataclass(frozen=True, slots=True)
class CampaignRow:
    """A campaign in the list."""

    id: int
    name: str
    goal: str | Promise
    state: Word
    frame: str
    frame_left: str
    bar: draw.Bar
    counted: Numbers
    bars: list[tuple[int, str, str]]


@dataclass(frozen=True, slots=True)
class Month:
    """A month on the shared axis."""

    x: str
    name: str


@dataclass(frozen=True, slots=True)
class CampaignsPage:
    """The list of campaigns."""

    at: datetime
    rows: list[CampaignRow]
    tabs: list[tuple[str, Word, int]]
    chosen: str
    count: int
    today: str
    months: list[Month]
    may_count: bool


@dataclass(frozen=True, slots=True)
class EntryPointItem:
    """How replies find an engagement."""

    kind: str
    value: str
    name: str


@dataclass(frozen=True, slots=True)
class EngagementRow:
    """An engagement with what came of it."""

    id: int
    number: int
    name: str
    source: str
    skill: str
    language: str
    note: str
    is_enabled: bool
    version: int
    entry_points: list[EntryPointItem]
    counted: Numbers
    response_rate: str


@dataclass(frozen=True, slots=True)
class Unlinked:
    """Replies to the campaign that no engagement took."""

    verdict: Word
    key: str
    count: int


@dataclass(frozen=True, slots=True)
class CampaignPage:
    """One campaign."""

    at: datetime
    id: int
    name: str
    state: Word
    stored_state: str
    frame: str
    frame_left: str
    zone: str
    goal: str | Promise
    version: int
    steps: list[FunnelStep]
    counted: Numbers
    response_rate: str
    may_count: bool
    engagements: list[EngagementRow]
    unlinked: list[Unlinked]
    warnings: list[FieldWarning]
    ticket: str
    error: str


def campaigns_page(db: Database, visit: Visit, *, chosen: str, at: datetime) -> CampaignsPage:
    """Return the list; `chosen` is a state, or nothing for all that are not archived."""
    found = rows(db, sql(_HERE, "campaigns"), {"account": visit.account_id})
    states = {row.id: _state(row, at=at) for row in found}
    shown = [row for row in found if states[row.id] == chosen or (not chosen and states[row.id] != "archived")]
    today = times.today_in(visit.time_zone, now=at)
    axis = draw.axis([(row.starts_on, row.ends_on) for row in shown], today=today)
    counted = _by_campaign(numbers(db, visit.account_id, campaigns=[row.id for row in shown]) if shown else {})
    counts = [(key, word, sum(state == key for state in states.values())) for key, word in words.CAMPAIGN.items()]
    return CampaignsPage(
        at=at,
        rows=[_row(row, states[row.id], axis=axis, today=today, counted=counted.get(row.id, Numbers())) for row in shown],
        tabs=[(key, word, count) for key, word, count in counts if count],
        chosen=chosen,
        count=sum(state != "archived" for state in states.values()),
        today=f"{axis.x(today):.1f}",
        months=[Month(x, dateformat.format(month, "M")) for x, month in axis.months()],
        may_count=visit.may("metrics.read"),
    )


def campaign_page(db: Database, visit: Visit, campaign_id: int, *, at: datetime, ticket: str, error: str) -> CampaignPage | None:
    """Return the page of one campaign, or None when the account has no such campaign."""
    found = rows(db, sql(_HERE, "campaigns"), {"account": visit.account_id})
    row = next((one for one in found if one.id == campaign_id), None)
    return None if row is None else _page(db, visit, row, at=at, ticket=ticket, error=error)


def _page(db: Database, visit: Visit, row: Any, *, at: datetime, ticket: str, error: str) -> CampaignPage:
    counted = numbers(db, visit.account_id, campaigns=[row.id])
    engagements = rows(db, sql(_HERE, "engagements"), {"account": visit.account_id, "campaign": row.id})
    today = times.today_in(row.time_zone, now=at)
    whole = total(counted.values())
    return CampaignPage(
        at=at,
        id=row.id,
        name=row.name,
        state=words.CAMPAIGN[_state(row, at=at)],
        stored_state=row.state,
        frame=times.frame(row.starts_on, row.ends_on, today=today),
        frame_left=times.frame_left(row.starts_on, row.ends_on, today=today),
        zone=times.zone_city(row.time_zone),
        goal=words.GOALS[row.goal_kind],
        version=row.version,
        steps=funnel(whole),
        counted=whole,
        response_rate=_response_rate(whole),
        may_count=visit.may("metrics.read"),
        engagements=[_engagement(one, counted.get((row.id, one.id), Numbers())) for one in engagements],
        unlinked=[Unlinked(words.VERDICTS[key], key, value) for key, value in unlinked(db, visit.account_id, row.id).items()],
        warnings=[] if row.state == "archived" else warnings_of(visit.account_id, row.id, at=at),
        ticket=ticket,
        error=error,
    )


def _state(row: Any, *, at: datetime) -> str:
    return decide.phase(row.state, Frame(row.starts_at, row.ends_at), at=at)


def _row(row: Any, state: str, *, axis: draw.Axis, today: date, counted: Numbers) -> CampaignRow:
    return CampaignRow(
        id=row.id,
        name=row.name,
        goal=words.GOALS[row.goal_kind],
        state=words.CAMPAIGN[state],
        frame=times.frame(row.starts_on, row.ends_on, today=today),
        frame_left=times.frame_left(row.starts_on, row.ends_on, today=today),
        bar=axis.bar(row.starts_on, row.ends_on),
        counted=counted,
        bars=draw.spark(counted.steps),
    )


def _engagement(row: Any, counted: Numbers) -> EngagementRow:
    return EngagementRow(
        id=row.id,
        number=row.number,
        name=row.name,
        source=row.source,
        skill=row.skill,
        language=words.language(row.language),
        note=row.note,
        is_enabled=row.enabled,
        version=row.version,
        entry_points=[EntryPointItem(**one) for one in json.loads(row.entry_points)],
        counted=counted,
        response_rate=_response_rate(counted),
    )


def _response_rate(counted: Numbers) -> str:
    """Return responders over delivered, or over sent where nothing is reported."""
    base = counted.delivered or counted.sent
    return f"{100 * counted.responders / base:.1f} %" if base else ""


def _by_campaign(found: dict[tuple[int, int], Numbers]) -> dict[int, Numbers]:
    together: dict[int, list[Numbers]] = {}
    for (campaign_id, _), counted in found.items():
        together.setdefault(campaign_id, []).append(counted)
    return {campaign_id: total(parts) for campaign_id, parts in together.items()}

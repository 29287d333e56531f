"""The list of campaigns: their frames on one axis with today, what came of each, what needs attention."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils import dateformat
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from antiphon.campaigns.guarding import Guarded, guarded
from antiphon.campaigns.models import Goal
from antiphon.campaigns.store import can_broadcast
from antiphon.campaigns.types import FieldWarning, Overlap, WarningCode
from antiphon.kit.db import Database, rows, sql
from antiphon.workspace import draw, times, words
from antiphon.workspace.access import Visit
from antiphon.workspace.pages.attention import Attention, campaigns_needing_attention
from antiphon.workspace.pages.numbers import Numbers, numbers, total
from antiphon.workspace.words import Word

_HERE = "antiphon.workspace"
_PAGE, _LONGEST_TEXT, _LONGEST_ID = 50, 100, 18
_ACTIVE = ("draft", "scheduled", "live", "paused")
_URGENT = (
    WarningCode.OVERLAP,
    WarningCode.SOURCE_NOT_CONNECTED,
    WarningCode.NO_ENTRY_POINT,
    WarningCode.NUMBER_NOT_CONNECTED,
    WarningCode.SKILL_WITHOUT_PEOPLE,
    WarningCode.NEVER_HEARD,
)
SORTS: dict[str, str | Promise] = {
    "": gettext_lazy("Needs attention first"),
    "start": gettext_lazy("Latest start first"),
    "end": gettext_lazy("Ends soonest first"),
    "name": gettext_lazy("Name"),
}


@dataclass(frozen=True, slots=True)
class Filters:
    """What the address asks for: the list is a page of it."""

    phase: str = ""
    text: str = ""
    goal: str = ""
    sort: str = ""
    after: tuple[str, int] | None = None

    @property
    def is_narrow(self) -> bool:
        """Return whether something was looked for."""
        return bool(self.text or self.goal)

    def query(self, **changed: str) -> str:
        """Return the query of the same list with something changed, from its first page."""
        given = {"state": self.phase, "find": self.text, "goal": self.goal, "sort": self.sort} | changed
        return "?" + urlencode({name: value for name, value in given.items() if value})


@dataclass(frozen=True, slots=True)
class Flag:
    """What needs attention in a campaign: in a few words, with the way to it, and how much more there is."""

    text: str
    url: str
    more: int


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
    overlaps: list[draw.Bar]
    overlap_words: str
    counted: Numbers
    bars: list[tuple[int, str, str]]
    flag: Flag | None


@dataclass(frozen=True, slots=True)
class Month:
    """A month on the shared axis."""

    x: str
    name: str


@dataclass(frozen=True, slots=True)
class Tab:
    """A state to look at."""

    word: Word
    count: int
    url: str
    is_here: bool


@dataclass(frozen=True, slots=True)
class OutboundPage:
    """The list of campaigns."""

    at: datetime
    rows: list[CampaignRow]
    tabs: list[Tab]
    filters: Filters
    count: int
    all_url: str
    today: str
    months: list[Month]
    may_count: bool
    may_write: bool
    has_app: bool
    may_connect: bool
    older: str
    is_empty: bool
    sorts: list[tuple[str, str | Promise]]
    goals: list[tuple[str, str | Promise]]


def filters_of(query: QueryDict) -> Filters:
    """Return what an address asks for; what does not fit is left out."""
    phase, sort, goal = query.get("state", ""), query.get("sort", ""), query.get("goal", "")
    return Filters(
        phase=phase if phase in words.CAMPAIGN else "",
        text=query.get("find", "").strip()[:_LONGEST_TEXT],
        goal=goal if goal in Goal.values else "",
        sort=sort if sort in SORTS else "",
        after=_place(query.get("after", "")),
    )


def outbound_page(db: Database, visit: Visit, filters: Filters, *, at: datetime) -> OutboundPage:
    """Return a page of the list. Its statements are as many for one campaign as for thousands."""
    phases = {row.phase: row for row in rows(db, sql(_HERE, "campaign_phases"), {"account": visit.account_id, "at": at})}
    active = [key for phase in _ACTIVE if phase in phases for key in phases[phase].ids]
    told = guarded(db, visit.account_id, active, at=at)
    lines = {line.campaign_id: line for line in campaigns_needing_attention(db, visit, at=at) if line.campaign_id}
    flags = {key: flag for key in {*active, *lines} if (flag := _flag(key, lines.get(key), told.get(key), visit))}
    found = _found(db, visit, filters, {"urgent": sorted(lines), "attention": sorted(flags)}, at=at)
    shown, today = found[:_PAGE], times.today_in(visit.time_zone, now=at)
    axis = draw.axis([(row.starts_on, row.ends_on) for row in shown], today=today)
    counted = _by_campaign(numbers(db, visit.account_id, campaigns=[row.id for row in shown]) if shown else {})
    made = [
        _row(row, axis=axis, today=today, counted=counted.get(row.id, Numbers()), told=told.get(row.id), flag=flags.get(row.id))
        for row in shown
    ]
    return OutboundPage(
        at=at,
        rows=made,
        tabs=_tabs(filters, {phase: row.count for phase, row in phases.items()}),
        filters=filters,
        count=sum(row.count for phase, row in phases.items() if phase != "archived"),
        all_url=filters.query(state="") or "?",
        today=f"{axis.x(today):.1f}",
        months=[Month(x, dateformat.format(month, "M")) for x, month in axis.months()],
        may_count=visit.may("metrics.read"),
        may_write=visit.may("campaigns.write"),
        has_app=can_broadcast(visit.account_id),
        may_connect=visit.may("sources.write"),
        older=_older(filters, shown[-1]) if len(found) > _PAGE else "",
        is_empty=not phases,
        sorts=list(SORTS.items()),
        goals=[(key, words.GOALS[key]) for key in Goal.values],
    )


def _found(db: Database, visit: Visit, filters: Filters, first: Mapping[str, list[int]], *, at: datetime) -> list[Any]:
    """Return a page of the campaigns; `first` are those that what goes out now concerns, and all that need attention."""
    place, identifier = filters.after or ("", 0)
    text = filters.text.lower()
    asked = {"account": visit.account_id, "at": at, "goal": filters.goal, "text": text, "number": _digits(text), "sort": filters.sort}
    asked |= {"phase": filters.phase, "after_place": place, "after_id": identifier, "limit": _PAGE + 1}
    return rows(db, sql(_HERE, "outbound"), asked | dict(first))


def _digits(text: str) -> str:
    """Return the digits of what looks like a number, however it is written; nothing for words."""
    plain = "".join(char for char in text if char not in " +-.()")
    return plain.removeprefix("00") if plain.isascii() and plain.isdecimal() else ""


def _place(given: str) -> tuple[str, int] | None:
    place, mark, identifier = given.rpartition("~")
    return (place, int(identifier)) if mark and identifier.isdecimal() and len(identifier) <= _LONGEST_ID else None


def _older(filters: Filters, last: Any) -> str:
    return filters.query(after=f"{last.place}~{last.id}")


def _tabs(filters: Filters, counts: Mapping[str, int]) -> list[Tab]:
    return [
        Tab(word, counts[phase], filters.query(state=phase), is_here=phase == filters.phase)
        for phase, word in words.CAMPAIGN.items()
        if phase in counts
    ]


def _flag(campaign_id: int, line: Attention | None, told: Guarded | None, visit: Visit) -> Flag | None:
    """Return the most urgent of what needs attention: what goes out now, then what the guard rails say in the order of their weight."""
    if not visit.may("campaigns.write"):
        return None
    warned = sorted((one for one in told.warnings if one.code in _URGENT), key=lambda one: _URGENT.index(one.code)) if told else []
    page = reverse("campaign", args=[campaign_id])
    if line is not None:
        return Flag(f"{line.name}. {line.help}", page, len(warned))
    return Flag(warned[0].what, page + _anchor(warned[0]), len(warned) - 1) if warned else None


def _anchor(warning: FieldWarning) -> str:
    return f"#engagement-{warning.engagement_id}" if warning.engagement_id else f"#{warning.field}"


def _row(row: Any, *, axis: draw.Axis, today: date, counted: Numbers, told: Guarded | None, flag: Flag | None) -> CampaignRow:
    overlaps = told.overlaps if told else []
    return CampaignRow(
        id=row.id,
        name=row.name,
        goal=words.GOALS[row.goal_kind],
        state=words.CAMPAIGN[row.phase],
        frame=times.frame(row.starts_on, row.ends_on, today=today),
        frame_left=times.frame_left(row.starts_on, row.ends_on, today=today),
        bar=axis.bar(row.starts_on, row.ends_on),
        overlaps=[axis.bar(*days) for days in {_days(overlap) for overlap in overlaps}],
        overlap_words=_("%(names)s claims the same") % {"names": ", ".join(sorted({_rival(one) for one in overlaps}))} if overlaps else "",
        counted=counted,
        bars=draw.spark(counted.steps),
        flag=flag,
    )


def _rival(overlap: Overlap) -> str:
    is_own = overlap.rival.campaign_id == overlap.claimant.campaign_id
    return overlap.rival.engagement_name if is_own else overlap.rival.campaign_name


def _days(overlap: Overlap) -> tuple[date, date | None]:
    """Return the days on which both frames hold, in the campaign's zone."""
    return overlap.during.days(overlap.claimant.time_zone)


def _by_campaign(found: Mapping[tuple[int, int], Numbers]) -> dict[int, Numbers]:
    together: dict[int, list[Numbers]] = {}
    for (campaign_id, _engagement_id), counted in found.items():
        together.setdefault(campaign_id, []).append(counted)
    return {campaign_id: total(parts) for campaign_id, parts in together.items()}

"""One campaign, as it is built: goal, time frame, engagements, what the guard rails say, and what came of it."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import dateformat
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from antiphon.campaigns import decide
from antiphon.campaigns.guarding import Guarded, guarded_if
from antiphon.campaigns.models import Campaign
from antiphon.campaigns.store import campaign_in
from antiphon.campaigns.types import FieldWarning, Frame, Overlap, WarningCode
from antiphon.kit.db import Database, rows, sql
from antiphon.providers.heard import HeardCampaign, heard_campaigns
from antiphon.workspace import times, words
from antiphon.workspace.access import Visit
from antiphon.workspace.fields import Form
from antiphon.workspace.pages.attention import Attention, campaigns_needing_attention
from antiphon.workspace.pages.campaign_form import campaign_form, entered
from antiphon.workspace.pages.numbers import FunnelStep, Numbers, funnel, numbers, total, unlinked
from antiphon.workspace.plan import Drawn, Plan, plan
from antiphon.workspace.words import Word

_HERE = "antiphon.workspace"
_SHOWN_RIVALS, _SHOWN_HEARD = 3, 3
_ODD_UNTIL = timedelta(days=366)

MEANS: dict[str, str | Promise] = {
    "draft": gettext_lazy("A draft: nothing is linked or counted until it is published."),
    "scheduled": gettext_lazy("Published, not begun: replies are linked from the first day on."),
    "live": gettext_lazy("Live: replies inside the frame are linked."),
    "ended": gettext_lazy("Over: replies start conversations without a link. A later last day makes it live again."),
    "paused": gettext_lazy("Paused: texts are counted, replies are not linked."),
    "archived": gettext_lazy("Archived: nothing is linked, and nothing changes any more."),
}


@dataclass(frozen=True, slots=True)
class EntryPointItem:
    """How replies find an engagement."""

    kind: str
    value: str
    name: str


@dataclass(frozen=True, slots=True)
class EngagementCard:
    """An engagement in its campaign, with what is to be said of it and what came of it."""

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
    warnings: list[FieldWarning] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Unlinked:
    """Replies to the campaign that no engagement took."""

    verdict: Word
    key: str
    count: int


@dataclass(frozen=True, slots=True)
class Check:
    """A line of the panel of checks: `passed`, `warning` or `error`, and where on the page it is put right."""

    state: str
    text: str
    to: str = ""


@dataclass(frozen=True, slots=True)
class FrameWords:
    """A frame as people read it: its days, the instants in its zone and in UTC, how long it is, days with a clock change."""

    days: str
    left: str
    zone: str
    instants: str
    in_utc: str
    length: str
    odd: list[str]


@dataclass(frozen=True, slots=True)
class Heard:
    """An external campaign that no engagement claims."""

    name: str
    source: str
    source_id: int
    told: HeardCampaign
    url: str


@dataclass(frozen=True, slots=True)
class NewCampaignPage:
    """The form of a new campaign; `wanted` is the entry point that an engagement is to be added for next."""

    form: Form
    has_app: bool
    may_connect: bool
    wanted: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CampaignPage:
    """One campaign."""

    at: datetime
    id: int
    name: str
    state: Word
    stored_state: str
    means: str | Promise
    version: int
    saved: str
    is_editable: bool
    may_write: bool
    goal: str | Promise
    target: str
    form: Form
    frame: FrameWords
    plan: Plan
    engagements: list[EngagementCard]
    guards: dict[str, list[FieldWarning]]
    checks: list[Check]
    look_at: int
    heard: list[Heard]
    attention: list[Attention]
    steps: list[FunnelStep]
    counted: Numbers
    may_count: bool
    unlinked: list[Unlinked]
    ticket: str
    error: str


def campaign_page(
    db: Database,
    visit: Visit,
    campaign_id: int,
    *,
    at: datetime,
    ticket: str = "",
    form: Form | None = None,
    typed: Mapping[str, Any] | None = None,
    error: str = "",
) -> CampaignPage:
    """Return the page of one campaign; with `typed`, what is said of the frame is said of what stands in the form. Raises Missing."""
    campaign = campaign_in(visit.account_id, campaign_id)
    for name, value in (typed or {}).items():
        setattr(campaign, name, value)
    within = decide.frame(campaign.starts_on, campaign.ends_on, time_zone=campaign.time_zone)
    told = guarded_if(visit.account_id, campaign.id, at=at, frame=within)
    counted = numbers(db, visit.account_id, campaigns=[campaign.id])
    cards = engagement_cards(db, visit.account_id, campaign.id, counted=counted, warnings=told.warnings)
    whole, may_write = total(counted.values()), visit.may("campaigns.write")
    phase, checks = decide.phase(campaign.state, within, at=at), _checks(campaign, cards, told)
    return CampaignPage(
        at=at,
        id=campaign.id,
        name=campaign.name,
        state=words.CAMPAIGN[phase],
        stored_state=campaign.state,
        means=MEANS[phase],
        version=campaign.version,
        saved=times.moment(campaign.updated_at, now=at),
        is_editable=may_write and campaign.state != "archived",
        may_write=may_write,
        goal=words.GOALS[campaign.goal_kind],
        target=f"{campaign.goal_target:,}" if campaign.goal_target else "",
        form=form or campaign_form(entered(campaign)),
        frame=frame_words(campaign, within, at=at),
        plan=_plan(campaign, told.overlaps, phase=phase, at=at),
        engagements=cards,
        guards=_beside(told.warnings),
        checks=checks,
        look_at=sum(one.state != "passed" for one in checks),
        heard=_heard(db, visit, campaign) if may_write and campaign.state != "archived" else [],
        attention=campaigns_needing_attention(db, visit, at=at, campaigns=[campaign.id]),
        steps=funnel(whole),
        counted=whole,
        may_count=visit.may("metrics.read"),
        unlinked=[Unlinked(words.VERDICTS[key], key, value) for key, value in unlinked(db, visit.account_id, campaign.id).items()],
        ticket=ticket,
        error=error,
    )


def engagement_cards(
    db: Database,
    account_id: int,
    campaign_id: int,
    *,
    counted: Mapping[tuple[int, int], Numbers],
    warnings: Sequence[FieldWarning] = (),
) -> list[EngagementCard]:
    """Return the engagements of a campaign in their order."""
    warned = defaultdict(list)
    for warning in warnings:
        warned[warning.engagement_id].append(warning)
    found = rows(db, sql(_HERE, "engagements"), {"account": account_id, "campaign": campaign_id})
    return [_card(row, counted.get((campaign_id, row.id), Numbers()), warned[row.id]) for row in found]


def frame_words(campaign: Campaign, within: Frame, *, at: datetime) -> FrameWords:
    """Return a frame in words; the day after the last one begins where the last one ends, so its end is said as 24:00."""
    starts_on, ends_on, today = campaign.starts_on, campaign.ends_on, times.today_in(campaign.time_zone, now=at)
    first = _day(starts_on, today=today)
    if ends_on is None or within.ends_at is None:
        instants, in_utc, length = _("From %(first)s 00:00 on") % {"first": first}, _utc(within.starts_at, today=today), _("No end")
    else:
        instants = _("%(first)s 00:00 to %(last)s 24:00") % {"first": first, "last": _day(ends_on, today=today)}
        in_utc = f"{_utc(within.starts_at, today=today)} – {_utc(within.ends_at, today=today)}"  # noqa: RUF001 - the dash of a range
        days = (ends_on - starts_on).days + 1
        length = ngettext("%(days)s day", "%(days)s days", days) % {"days": f"{days:,}"}
    return FrameWords(
        days=times.frame(starts_on, ends_on, today=today),
        left=times.frame_left(starts_on, ends_on, today=today),
        zone=times.zone_city(campaign.time_zone),
        instants=instants,
        in_utc=in_utc,
        length=length,
        odd=_odd(campaign),
    )


def _odd(campaign: Campaign) -> list[str]:
    """Return a sentence for each of the first days on which clocks change."""
    until = campaign.starts_on + _ODD_UNTIL
    found = decide.odd_days(campaign.starts_on, campaign.ends_on, time_zone=campaign.time_zone, until=until)
    return [_odd_day(day, minutes) for day, minutes in found[:2]]


def _odd_day(day: date, minutes: int) -> str:
    hours = f"{minutes / 60:g}"
    named = {"day": dateformat.format(day, "l j F"), "hours": hours}
    if minutes < 24 * 60:
        return _("%(day)s has %(hours)s hours: the clocks go forward.") % named
    return _("%(day)s has %(hours)s hours: the clocks go back.") % named


def _day(day: date, *, today: date) -> str:
    return dateformat.format(day, "j M" if day.year == today.year else "j M Y")


def _utc(at: datetime, *, today: date) -> str:
    there = at.astimezone(UTC)
    return f"{_day(there.date(), today=today)} {there:%H:%M}"


def _card(row: Any, counted: Numbers, warnings: list[FieldWarning]) -> EngagementCard:
    return EngagementCard(
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
        response_rate=response_rate(counted),
        warnings=warnings,
    )


def response_rate(counted: Numbers) -> str:
    """Return responders over delivered, or over sent where nothing is reported."""
    base = counted.delivered or counted.sent
    return f"{100 * counted.responders / base:.1f} %" if base else ""


def _beside(warnings: Sequence[FieldWarning]) -> dict[str, list[FieldWarning]]:
    """Return the campaign's own warnings by the field that they stand beside."""
    beside = defaultdict(list)
    for warning in warnings:
        if warning.engagement_id is None:
            beside[warning.field].append(warning)
    return dict(beside)


def _plan(campaign: Campaign, overlaps: Sequence[Overlap], *, phase: str, at: datetime) -> Plan:
    today = times.today_in(campaign.time_zone, now=at)
    own = Drawn(_("This campaign"), campaign.starts_on, campaign.ends_on, phase)
    rivals = {overlap.rival.campaign_id: overlap for overlap in overlaps if overlap.rival.campaign_id != campaign.id}
    return plan(own, [_drawn(overlap) for overlap in list(rivals.values())[:_SHOWN_RIVALS]], today=today)


def _drawn(overlap: Overlap) -> Drawn:
    rival = overlap.rival
    name = _("%(campaign)s, claims %(entry_point)s too") % {"campaign": rival.campaign_name, "entry_point": overlap.entry_point.label}
    return Drawn(name, *rival.frame.days(overlap.claimant.time_zone), "ended")


def _checks(campaign: Campaign, cards: Sequence[EngagementCard], told: Guarded) -> list[Check]:
    """Return every warning with the way to its field, what stops publishing before them, what is in order after them."""
    if campaign.state == "archived":
        return []
    claimed = [one for card in cards for one in card.entry_points]
    stops = [] if claimed else [Check("error", _("Publishing needs an engagement with an entry point."), "#engagements")]
    warned = [Check("warning", warning.what, _way(warning)) for warning in told.warnings if claimed or not _is_said(warning)]
    return [*stops, *warned, *(_passed(cards, {warning.code for warning in told.warnings}) if claimed else [])]


def _is_said(warning: FieldWarning) -> bool:
    return warning.code is WarningCode.NO_ENTRY_POINT


def _way(warning: FieldWarning) -> str:
    return f"#{warning.field}" if warning.engagement_id is None else f"#engagement-{warning.engagement_id}"


def _passed(cards: Sequence[EngagementCard], codes: set[WarningCode]) -> list[Check]:
    skills = ", ".join(sorted({card.skill for card in cards}))
    lines = {
        WarningCode.OVERLAP: _("Nobody else claims its entry points while its frame holds"),
        WarningCode.NEVER_HEARD: _("Every campaign ID has been broadcast to"),
        WarningCode.SKILL_WITHOUT_PEOPLE: _("Somebody has each skill: %(skills)s") % {"skills": skills},
        WarningCode.SOURCE_NOT_CONNECTED: _("Every source is connected"),
        WarningCode.NOTE_EMPTY: _("Agents find a note"),
    }
    has_ids = any(one.kind == "campaign_id" for card in cards for one in card.entry_points)
    return [Check("passed", text) for code, text in lines.items() if code not in codes and (has_ids or code is not WarningCode.NEVER_HEARD)]


def _heard(db: Database, visit: Visit, campaign: Campaign) -> list[Heard]:
    """Return external campaigns that nobody claims, of the sources that this campaign listens to; the newest first."""
    engagements = campaign.engagements.filter(account_id=visit.account_id, removed_at=None, source__disconnected_at=None)
    sources = dict(engagements.values_list("source_id", "source__name"))
    found = []
    for source_id, name in sources.items():
        told = [one for one in heard_campaigns(db, visit.account_id, source_id, limit=_SHOWN_HEARD) if one.key and one.notices]
        found += [
            Heard(one.external_campaign, name, source_id, one, _wizard(campaign.id, source_id, one.external_campaign)) for one in told
        ]
    return found[:_SHOWN_HEARD]


def _wizard(campaign_id: int, source_id: int, external_campaign: str) -> str:
    query = urlencode({"source": source_id, "external_campaign": external_campaign})
    return f"{reverse('engagement-new', args=[campaign_id])}?{query}"

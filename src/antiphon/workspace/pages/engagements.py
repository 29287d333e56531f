"""The engagement wizard: what is chosen, what may be, what is to be said of it, and what the agent will see."""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from antiphon.campaigns import decide
from antiphon.campaigns.guarding import guarded_if
from antiphon.campaigns.models import Campaign, Engagement, EntryPoint
from antiphon.campaigns.types import Drafted, FieldWarning, Frame
from antiphon.kit import keys, phones
from antiphon.kit.db import Database, rows, sql
from antiphon.providers.heard import HeardCampaign, heard_campaigns
from antiphon.providers.models import Source
from antiphon.providers.registry import ADAPTERS
from antiphon.workspace import times, words
from antiphon.workspace.access import Visit
from antiphon.workspace.fields import Form
from antiphon.workspace.pages.beside import Beside
from antiphon.workspace.pages.engagement_form import Entered, Filled, Offered, heard_value, number, taken_from
from antiphon.workspace.words import Word

_HERE = "antiphon.workspace"
_SHOWN = 50
_SAMPLE_AGE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Point:
    """An entry point to choose: of the library, or heard of and not in it yet."""

    value: str
    kind: str
    shown: str
    name: str
    text: str
    used_by: str
    told: HeardCampaign | None
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """What an agent will see: the text that the consumer got, and the side panel."""

    text: str
    sent: str
    beside: Beside


@dataclass(frozen=True, slots=True)
class EngagementPage:
    """An engagement as it is made or changed."""

    at: datetime
    campaign_id: int
    campaign: str
    campaign_state: Word
    applies_now: bool
    id: int
    name: str
    is_enabled: bool
    is_editable: bool
    form: Form
    held: Entered
    source: Source | None
    has_sources: bool
    heard: list[Point]
    library: list[Point]
    points_id: str
    taken: str
    insert: str
    guards: dict[str, list[FieldWarning]]
    preview: Preview
    checks_url: str
    save_url: str


@dataclass(frozen=True, slots=True)
class StartPage:
    """Which campaign an engagement is for, when one begins from what was heard."""

    name: str
    campaigns: list[tuple[str, str, Word, str]]
    new_url: str


def engagement_page(
    db: Database, visit: Visit, campaign: Campaign, filled: Filled, *, at: datetime, engagement: Engagement | None = None
) -> EngagementPage:
    """Return the page of an engagement, or of a new one, with its form as it is filled in."""
    held, offer = filled.held, filled.offer
    source = next((one for one in offer.sources if one.id == held.source_id), None)
    heard, library = _points(db, visit, held, source=source, engagement_id=engagement.id if engagement else 0)
    chosen = [point for point in (*heard, *library) if point.is_chosen]
    phase = decide.phase(campaign.state, Frame(campaign.starts_at, campaign.ends_at), at=at)
    text = next((point.text for point in chosen if point.text), "")
    return EngagementPage(
        at=at,
        campaign_id=campaign.id,
        campaign=campaign.name,
        campaign_state=words.CAMPAIGN[phase],
        applies_now=campaign.state in {"published", "paused"},
        id=engagement.id if engagement else 0,
        name=engagement.name if engagement else "",
        is_enabled=engagement.enabled if engagement else True,
        is_editable=visit.may("campaigns.write") and campaign.state != "archived",
        form=filled.form,
        held=held,
        source=source,
        has_sources=bool(offer.sources),
        heard=heard,
        library=library,
        points_id="points-same" if filled.shown_source == held.source_id else "points",
        taken=taken_from(held, offer),
        insert=text,
        guards=_guards(visit, campaign, held, chosen, source=source, engagement=engagement, at=at),
        preview=_preview(campaign, held, chosen, offer, source=source, text=text, at=at),
        checks_url=_url("checks", campaign, engagement),
        save_url=_url("save", campaign, engagement),
    )


def start_page(visit: Visit, query: QueryDict, *, at: datetime) -> StartPage:
    """Return the campaigns that an engagement may be added to, newest first, each with the way on."""
    kept = kept_query(query)
    found = Campaign.objects.filter(account_id=visit.account_id).exclude(state="archived").order_by("-starts_at", "-id")[:_SHOWN]
    listed = [(one, reverse("engagement-new", args=[one.id]) + kept) for one in found]
    made = [(one.name, url, _phase(one, at=at), times.frame(one.starts_on, one.ends_on, today=at.date())) for one, url in listed]
    return StartPage(query.get("external_campaign", "")[:200] or _point_name(visit, query), made, reverse("campaign-new") + kept)


def kept_query(query: QueryDict) -> str:
    """Return the part of an address that says which entry point is wanted."""
    kept = wanted(query)
    return f"?{urlencode(kept)}" if kept else ""


def wanted(query: QueryDict) -> dict[str, str]:
    """Return which entry point an address wants an engagement for: one of the library, or what was heard of on a source."""
    given = {name: query.get(name, "") for name in ("entry_point", "source", "external_campaign")}
    return {name: value for name, value in given.items() if value}


def _phase(campaign: Campaign, *, at: datetime) -> Word:
    return words.CAMPAIGN[decide.phase(campaign.state, Frame(campaign.starts_at, campaign.ends_at), at=at)]


def _point_name(visit: Visit, query: QueryDict) -> str:
    found = (
        EntryPoint.objects.filter(account_id=visit.account_id, id=number(query.get("entry_point", "")) or 0)
        .values_list("value", flat=True)
        .first()
    )
    return found or ""


def _url(what: str, campaign: Campaign, engagement: Engagement | None) -> str:
    if engagement is None:
        return reverse({"checks": "engagement-new-checks", "save": "engagements"}[what], args=[campaign.id])
    return reverse({"checks": "engagement-checks", "save": "engagement-edits"}[what], args=[engagement.id])


def _points(db: Database, visit: Visit, held: Entered, *, source: Source | None, engagement_id: int) -> tuple[list[Point], list[Point]]:
    """Return what was heard and is claimed by nobody, and the library, of one source."""
    if source is None:
        return [], []
    told = [one for one in heard_campaigns(db, visit.account_id, source.id, limit=_SHOWN) if one.key]
    asked = {"account": visit.account_id, "source": source.id, "engagement": engagement_id, "chosen": held.library_ids}
    found = rows(db, sql(_HERE, "library"), asked)
    by_key = {one.key: one for one in told}
    library = [_of_library(row, by_key.pop(row.key, None) if row.kind == "campaign_id" else None, held) for row in found]
    heard = [_of_heard(one, held) for one in by_key.values() if one.entry_point_id is None]
    known = {keys.fold(point.shown) for point in heard}
    named = [one for one in held.heard if keys.fold(one) not in known]
    return [*heard, *(_of_named(one) for one in named)], library


def _of_library(row: Any, told: HeardCampaign | None, held: Entered) -> Point:
    text = told.text if told else row.text or ""
    used_by = ", ".join(json.loads(row.used_by))
    return Point(str(row.id), row.kind, row.value, row.name, text, used_by, told, is_chosen=str(row.id) in held.chosen)


def _of_heard(told: HeardCampaign, held: Entered) -> Point:
    value = heard_value(told.external_campaign)
    is_chosen = told.key in {keys.fold(one) for one in held.heard}
    return Point(value, "campaign_id", told.external_campaign, "", told.text, "", told, is_chosen=is_chosen)


def _of_named(external_campaign: str) -> Point:
    """Return a campaign ID that the address named and nobody has heard of."""
    return Point(heard_value(external_campaign), "campaign_id", external_campaign, "", "", "", None, is_chosen=True)


def _guards(
    visit: Visit,
    campaign: Campaign,
    held: Entered,
    chosen: Sequence[Point],
    *,
    source: Source | None,
    engagement: Engagement | None,
    at: datetime,
) -> dict[str, list[FieldWarning]]:
    """Return what is to be said of the engagement as it stands in the form, by field."""
    draft = Drafted(
        id=engagement.id if engagement else 0,
        name=held.name.strip(),
        source_id=held.source_id,
        skill_id=held.skill_id,
        has_note=bool(held.note.strip()),
        entry_points=[*((point.kind, point.shown) for point in chosen), *_new(held, source)],
        enabled=engagement.enabled if engagement else True,
    )
    guards = defaultdict(list)
    for warning in guarded_if(visit.account_id, campaign.id, at=at, draft=draft).warnings:
        if warning.engagement_id == draft.id:
            guards[warning.field].append(warning)
    return dict(guards)


def _new(held: Entered, source: Source | None) -> list[tuple[str, str]]:
    """Return the entry point that is typed, as it would be stored."""
    if not held.new_value or source is None:
        return []
    if held.new_kind == EntryPoint.Kind.PHONE_NUMBER:
        return [(held.new_kind, phones.normalise(held.new_value, home_region=source.home_region or None).value)]
    found = ADAPTERS[source.app].campaign_id_in(held.new_value)
    return [(held.new_kind, found)] if found else []


def _preview(
    campaign: Campaign, held: Entered, chosen: Sequence[Point], offer: Offered, *, source: Source | None, text: str, at: datetime
) -> Preview:
    """Return what stands beside a conversation that this engagement takes, as far as it is known before there is one."""
    first = chosen[0] if chosen else None
    kind, value = (first.kind, first.shown) if first else next(iter(_new(held, source)), ("", ""))
    by_id = kind != EntryPoint.Kind.PHONE_NUMBER
    today = times.today_in(campaign.time_zone, now=at)
    shown = Beside(
        at=at,
        skill=next((one.name for one in offer.skills if one.id == held.skill_id), ""),
        language=words.language(held.language),
        source=source.name if source else "",
        number=str(source.numbers[0]) if source and source.numbers else "",
        verdict=words.VERDICTS["linked_by_campaign_id" if by_id else "linked_by_phone_number"],
        because=_because(held, value, by_id=by_id),
        note=held.note,
        campaign=campaign.name,
        engagement=held.name.strip() or _("This engagement"),
        frame=times.frame(campaign.starts_on, campaign.ends_on, today=today),
        goal=words.GOALS[campaign.goal_kind],
        entry_point=value,
        entry_point_icon=words.ENTRY_POINTS.get(kind, ""),
    )
    return Preview(text, times.clock(at - _SAMPLE_AGE), shown)


def _because(held: Entered, value: str, *, by_id: bool) -> str:
    named = {"engagement": held.name.strip() or _("This engagement"), "value": value}
    if not value:
        return _("Once it has an entry point.")
    if by_id:
        return _("The reply answers broadcast %(value)s, and %(engagement)s claims that ID.") % named
    return _("%(engagement)s claims %(value)s.") % named

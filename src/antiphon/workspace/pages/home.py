"""Home: today's numbers, what needs attention, the queues, and what is left of setting up."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils import dateformat, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from antiphon.kit.db import Database, rows, sql
from antiphon.workspace import times
from antiphon.workspace.access import Visit
from antiphon.workspace.pages.attention import Attention, campaigns_needing_attention
from antiphon.workspace.pages.checklist import Checklist, checklist
from antiphon.workspace.pages.numbers import FunnelStep, Numbers, funnel, numbers, total
from antiphon.workspace.pages.signs import Source, sources
from antiphon.workspace.pages.webhooks import attention as webhooks_needing_attention
from antiphon.workspace.pages.workspace import MinePage, mine_page

_HERE = "antiphon.workspace"
_LATELY = timedelta(days=7)
_MOST_UNCLAIMED, _MOST_QUARANTINED = 3, 100


@dataclass(frozen=True, slots=True)
class HomePage:
    """What Home shows."""

    at: datetime
    day: str
    lead: str
    may_count: bool
    counted: Numbers
    steps: list[FunnelStep]
    checklist: Checklist | None
    attention: list[Attention]
    mine: MinePage | None
    ticket: str


def home_page(db: Database, visit: Visit, *, at: datetime, ticket: str, part: str = "") -> HomePage:
    """Return Home for this role; of a `part` of it only what that shows is read."""
    may_count = visit.may("metrics.read") and part in {"", "today"}
    counted = total(numbers(db, visit.account_id, since=_midnight(visit, at=at)).values()) if may_count else Numbers()
    return HomePage(
        at=at,
        day=dateformat.format(timezone.localtime(at), "l j F"),
        lead=_lead(counted) if may_count else "",
        may_count=may_count,
        counted=counted,
        steps=funnel(counted),
        checklist=None if part else _checklist(db, visit, at=at),
        attention=_attention(db, visit, at=at) if part in {"", "attention"} else [],
        mine=mine_page(db, visit, current=None, at=at) if visit.may("conversations.read") and not part else None,
        ticket=ticket,
    )


def _midnight(visit: Visit, *, at: datetime) -> datetime:
    zone = ZoneInfo(visit.time_zone)
    return datetime.combine(at.astimezone(zone).date(), time.min, tzinfo=zone)


def _lead(counted: Numbers) -> str:
    if not counted.replies:
        return _("No reply yet today.")
    return ngettext("%(count)s reply so far today.", "%(count)s replies so far today.", counted.replies) % {"count": f"{counted.replies:,}"}


def _checklist(db: Database, visit: Visit, *, at: datetime) -> Checklist | None:
    if not visit.may("campaigns.write"):
        return None
    return checklist(visit, rows(db, sql(_HERE, "steps_done"), {"account": visit.account_id, "at": at})[0])


def _attention(db: Database, visit: Visit, *, at: datetime) -> list[Attention]:
    """Return what needs this person: their campaigns, what no engagement claims, their sources, webhooks; a statement for each kind."""
    found = campaigns_needing_attention(db, visit, at=at)
    if visit.may("campaigns.write"):
        asked = {"account": visit.account_id, "since": at - _LATELY, "limit": _MOST_UNCLAIMED}
        found += [_unclaimed(row, at=at) for row in rows(db, sql(_HERE, "unclaimed"), asked)]
    if visit.may("notices.read"):
        known = sources(db, visit.account_id, at=at)
        found += [_of_source(one) for one in known if one.concerns]
        found += _quarantined(visit, known)
    return found + webhooks_needing_attention(visit, at=at)


def _unclaimed(row: Any, *, at: datetime) -> Attention:
    names = {"campaign": row.external_campaign, "source": row.source, "since": times.moment(row.first_heard_at, now=at)}
    chosen = (
        {"entry_point": row.entry_point_id} if row.entry_point_id else {"source": row.source_id, "external_campaign": row.external_campaign}
    )
    return Attention(
        "unlink",
        _("%(campaign)s is sent on %(source)s, and no engagement claims it") % names,
        _("Heard since %(since)s. Replies to it start conversations without a link. Map it, or ignore it under Data sources.") % names,
        f"{reverse('engagement-start')}?{urlencode(chosen)}",
    )


def _of_source(one: Source) -> Attention:
    """Return one line for a source, however much is wrong with it: its page has the rest."""
    first, more = one.concerns[0], len(one.concerns) - 1
    also = ngettext(" And %(count)d more.", " And %(count)d more.", more) % {"count": more} if more else ""
    return Attention(first.icon, first.name, first.help + also, reverse("source", args=[one.id]))


def _quarantined(visit: Visit, known: list[Source]) -> list[Attention]:
    count = sum(one.quarantined for one in known)
    if not count or not visit.may("quarantine.read"):
        return []
    name = ngettext("%(count)s arrival is in quarantine", "%(count)s arrivals are in quarantine", count)
    shown = f"{_MOST_QUARANTINED}+" if count >= _MOST_QUARANTINED else str(count)
    help_text = _("Nobody could understand it. It is kept as it came.")
    return [Attention("file-alert", name % {"count": shown}, help_text, reverse("quarantine"))]

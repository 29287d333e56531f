"""One source: the addresses to paste and what was heard on each, its token, texts to try it, what is not mapped, its settings."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

import phonenumbers
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from antiphon.config.env import current
from antiphon.kit.db import Database, rows, sql
from antiphon.kit.phones import Kind
from antiphon.metrics.report import report
from antiphon.providers import entered, models, verbs
from antiphon.providers.heard import MOST_COUNTED, HeardCampaign, heard_campaigns, places_heard
from antiphon.providers.protocol import HookKind
from antiphon.providers.registry import adapter_of
from antiphon.workspace import times, words
from antiphon.workspace.access import Visit
from antiphon.workspace.fields import Form
from antiphon.workspace.pages import signs
from antiphon.workspace.words import Word

_HERE = "antiphon.workspace"
_SHOWN_CAMPAIGNS, _SHOWN_TEXTS, _SHOWN_ARRIVALS = 6, 5, 5
_TELLS: dict[HookKind, str | Promise] = {
    HookKind.NOTICE: gettext_lazy("one per text broadcast"),
    HookKind.REPLY: gettext_lazy("what consumers write back"),
    HookKind.REPORT: gettext_lazy("sent, delivered, failed"),
    HookKind.OPT_OUT: gettext_lazy("links, the provider's list"),
}
_SECRETS: dict[str, str | Promise] = {
    "webhook_key": gettext_lazy("Webhook addresses"),
    "notice_token": gettext_lazy("Notice token"),
}
_NUMBERS: dict[Kind, str | Promise] = {
    Kind.E164: gettext_lazy("Two-way"),
    Kind.SHORT_CODE: gettext_lazy("Short code"),
    Kind.NAME: gettext_lazy("Name, cannot be replied to"),
}


@dataclass(frozen=True, slots=True)
class HookRow:
    """One webhook: what it tells, the address to paste (for those who may), what was heard."""

    kind: str
    name: str | Promise
    help: str | Promise
    url: str
    word: Word
    said: str
    more: str
    is_news: bool


@dataclass(frozen=True, slots=True)
class SecretRow:
    """The secrets of a kind: since when the newest holds, until when older ones do."""

    kind: str
    name: str | Promise
    made_at: datetime
    old_until: datetime | None
    old_count: int


@dataclass(frozen=True, slots=True)
class TextRow:
    """A test text and what became of it."""

    to: str
    text: str
    at: datetime
    word: Word
    reason: str | Promise
    by: str


@dataclass(frozen=True, slots=True)
class CampaignRow:
    """An external campaign that was heard of and that no engagement claims."""

    external_campaign: str
    name: str
    text: str
    sender: str
    notices: str
    first_heard_at: datetime | None
    last_heard_at: datetime | None
    is_ignored: bool
    query: str


@dataclass(frozen=True, slots=True)
class ArrivalRow:
    """An arrival in quarantine."""

    id: UUID
    kind: str | Promise
    received_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class SourcePage:
    """What the page of a source shows."""

    at: datetime
    id: int
    name: str
    title: str
    state: str
    word: Word
    lead: str
    version: int
    may_write: bool
    may_map: bool
    may_replay: bool
    hooks: list[HookRow]
    notice_token: str
    secrets: list[SecretRow]
    token: Word
    token_reason: str
    token_checked_at: datetime | None
    concerns: list[signs.Concern]
    counts: list[tuple[str, str, str]]
    numbers: list[tuple[str, str | Promise]]
    facts: list[tuple[str, str]]
    campaigns: list[CampaignRow]
    has_more_campaigns: bool
    is_notice_heard: bool
    ignored_count: int
    texts: list[TextRow]
    trial: Form
    arrivals: list[ArrivalRow]
    error: str
    ticket: str


def source_page(
    db: Database, visit: Visit, source_id: int, *, at: datetime, ticket: str, trial: Form, error: str = ""
) -> SourcePage | None:
    """Return the page of a source, None when the account has none of that number."""
    shown = next(iter(signs.sources(db, visit.account_id, at=at, source_id=source_id)), None)
    if shown is None:
        return None
    stored = (
        models.Source.objects.select_related("default_skill").prefetch_related("secrets").get(account_id=visit.account_id, id=source_id)
    )
    may_write = visit.may("sources.write") and shown.state != "disconnected"
    campaigns = heard_campaigns(db, visit.account_id, source_id, limit=_SHOWN_CAMPAIGNS + 1)
    return SourcePage(
        at=at,
        id=stored.pk,
        name=stored.name,
        title=shown.title,
        state=shown.state,
        word=shown.word,
        lead=_lead(stored.app),
        version=stored.version,
        may_write=may_write,
        may_map=visit.may("campaigns.write"),
        may_replay=visit.may("quarantine.replay"),
        hooks=_hooks(stored, shown.signs, is_trusted=may_write, at=at),
        notice_token=verbs.notice_token(stored) if may_write else "",
        secrets=_secrets(stored, at=at) if may_write else [],
        token=signs.TOKENS[stored.token_state],
        token_reason=stored.token_reason or ("" if stored.token_checked_at else _("It is being checked.")),
        token_checked_at=stored.token_checked_at,
        concerns=shown.concerns,
        counts=_counts(db, visit, shown, at=at) if visit.may("metrics.read") else [],
        numbers=[(number, _NUMBERS[entered.kind_of(number)]) for number in stored.numbers],
        facts=_facts(db, stored),
        campaigns=[campaign_row(one, source_id) for one in campaigns[:_SHOWN_CAMPAIGNS]],
        has_more_campaigns=len(campaigns) > _SHOWN_CAMPAIGNS,
        is_notice_heard=any(sign.kind is HookKind.NOTICE and sign.heard_at for sign in shown.signs),
        ignored_count=models.IgnoredCampaign.objects.filter(account_id=visit.account_id, source=stored).count(),
        texts=_texts(db, visit, source_id) if visit.may("sources.write") else [],
        trial=trial,
        arrivals=_arrivals(db, visit, source_id) if visit.may("quarantine.read") else [],
        error=error,
        ticket=ticket,
    )


def _lead(app: str) -> str:
    adapter = adapter_of(app)
    told = [_("Broadcasts")] if adapter.capabilities.broadcast else []
    told += [_("two-way texts")] if adapter.capabilities.two_way else []
    told += [_("delivery reports")] if adapter.capabilities.delivery_reports else []
    names = {"what": ", ".join(told).capitalize(), "app": adapter.title}
    return _("%(what)s. Opt-outs are kept at %(app)s; they are mirrored here.") % names


def _hooks(stored: models.Source, found: Sequence[signs.Sign], *, is_trusted: bool, at: datetime) -> list[HookRow]:
    urls = verbs.webhook_urls(stored, site_url=current().site_url) if is_trusted else {}
    return [_hook(sign, stored, url=urls.get(sign.kind.value, ""), at=at) for sign in found]


def _hook(sign: signs.Sign, stored: models.Source, *, url: str, at: datetime) -> HookRow:
    said, more = _said(sign, stored, at=at)
    return HookRow(
        kind=sign.kind.value,
        name=signs.KINDS[sign.kind],
        help=_TELLS[sign.kind],
        url=url,
        word=sign.word,
        said=said,
        more=more,
        is_news=sign.state == "heard",
    )


def _said(sign: signs.Sign, stored: models.Source, *, at: datetime) -> tuple[str, str]:
    """Return what was heard of a webhook, and since or until when."""
    if sign.state == "waiting" or (sign.heard_at is None and not sign.refused_at):
        return _("Not heard yet"), _("waiting since %(since)s") % {"since": times.moment(stored.connected_at, now=at)}
    if sign.state == "refused" and sign.refused_at:
        why = _("Refused: wrong notice token, or an old address") if sign.kind == HookKind.NOTICE else _("Refused: an old address")
        return why, _("last attempt %(last)s") % {"last": times.moment(sign.refused_at, now=at)}
    ago = times.span((at - (sign.heard_at or at)).total_seconds())
    clock = times.moment(sign.heard_at or at, now=at)
    if sign.state == "silent":
        return _("Silent for %(span)s") % {"span": ago}, _("last heard %(last)s") % {"last": clock}
    refused = _(", one refused %(when)s") % {"when": times.moment(sign.refused_at, now=at)} if sign.refused_at else ""
    return _("Heard %(span)s ago") % {"span": ago}, f"{clock}{refused}"


def _secrets(stored: models.Source, *, at: datetime) -> list[SecretRow]:
    found = []
    for kind, name in _SECRETS.items():
        ours = [one for one in stored.secrets.all() if one.kind == kind]
        old = [one.expires_at for one in ours if one.expires_at is not None and one.expires_at > at]
        made = max(ours, key=lambda one: (one.created_at, one.pk))
        found.append(SecretRow(kind, name, made.created_at, max(old, default=None), len(old)))
    return found


def _counts(db: Database, visit: Visit, shown: signs.Source, *, at: datetime) -> list[tuple[str, str, str]]:
    zone = ZoneInfo(visit.time_zone)
    midnight = datetime.combine(at.astimezone(zone).date(), time.min, tzinfo=zone)
    metrics = ["sent", "replies", "answers", "opt_outs"]
    told = report(db, visit.account_id, metrics=metrics, filters={"source": [shown.id]}, start=midnight, end=at, time_zone="UTC")
    counted = {item.metric: int(item.value or 0) for item in told.items}
    names = (_("Texts broadcast"), _("Replies"), _("Answers sent"), _("Opt-outs"))
    return [("circle-check", name, f"{counted.get(metric, 0):,}") for metric, name in zip(metrics, names, strict=True)]


def _facts(db: Database, stored: models.Source) -> list[tuple[str, str]]:
    place = places_heard(db, stored)[stored.campaign_grouping - 1]
    sample = _(" (last heard: %(values)s)") % {"values": ", ".join(place.values)} if place.values else ""
    days, minutes = stored.look_back_days, stored.notice_tolerance_minutes
    return [
        (_("Default skill"), _("%(skill)s, for replies that are not linked") % {"skill": stored.default_skill.name}),
        (_("Default language"), words.language(stored.default_language)),
        (_("Campaign ID"), f"{place.name}{sample}"),
        (_("Home region"), region_name(stored.home_region) if stored.home_region else _("None: numbers carry their country")),
        (_("Look-back"), ngettext("%(days)d day", "%(days)d days", days) % {"days": days}),
        (_("Notice tolerance"), ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}),
        (_("Stop words"), _stop_words(stored)),
    ]


def _stop_words(stored: models.Source) -> str:
    if stored.stop_words is None:
        return _("The usual ones in English, Dutch and French")
    count = sum(len(one) for one in stored.stop_words.values())
    return ngettext("%(count)d word of your own", "%(count)d words of your own", count) % {"count": count}


def region_name(code: str) -> str:
    """Return a region with the country code of its numbers."""
    return f"{code} (+{phonenumbers.country_code_for_region(code)})"


def campaign_row(one: HeardCampaign, source_id: int) -> CampaignRow:
    """Return an external campaign as lists show it; `query` chooses it where an engagement is made."""
    chosen = (
        {"entry_point": one.entry_point_id} if one.entry_point_id else {"source": source_id, "external_campaign": one.external_campaign}
    )
    return CampaignRow(
        external_campaign=one.external_campaign,
        name=one.external_campaign or _("No campaign ID"),
        text=one.text,
        sender=one.sender,
        notices=f"{MOST_COUNTED:,}+" if one.notices > MOST_COUNTED else f"{one.notices:,}",
        first_heard_at=one.first_heard_at,
        last_heard_at=one.last_heard_at,
        is_ignored=one.is_ignored,
        query=urlencode(chosen),
    )


def _texts(db: Database, visit: Visit, source_id: int) -> list[TextRow]:
    found = rows(db, sql(_HERE, "test_texts"), {"account": visit.account_id, "source": source_id, "limit": _SHOWN_TEXTS})
    return [
        TextRow(
            to=row.to_number,
            text=row.text,
            at=row.created_at,
            word=words.DELIVERY[row.state],
            reason=words.REASONS.get(row.reason, "") if row.reason else "",
            by=row.by or _("by API"),
        )
        for row in found
    ]


def _arrivals(db: Database, visit: Visit, source_id: int) -> list[ArrivalRow]:
    found = rows(db, sql(_HERE, "quarantined_here"), {"account": visit.account_id, "source": source_id, "limit": _SHOWN_ARRIVALS})
    return [ArrivalRow(row.id, words.HOOKS.get(row.kind, row.kind), row.received_at, row.reason) for row in found]


@dataclass(frozen=True, slots=True)
class DisconnectPage:
    """What is asked and told before a source is disconnected for ever."""

    id: int
    name: str
    title: str
    using: list[Any]
    open_count: int
    form: Form
    urls: list[str]


@dataclass(frozen=True, slots=True)
class HeardPage:
    """Every external campaign heard on a source that is not mapped, or that is ignored."""

    at: datetime
    id: int
    name: str
    title: str
    rows: list[CampaignRow]
    is_ignored: bool
    may_write: bool
    may_map: bool
    older: str

"""What stands behind a number of a campaign's report: the notices, replies, conversations, opt-outs or goals that it counts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils import dateformat
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from antiphon.campaigns.store import campaign_in
from antiphon.exports.lists import MOST
from antiphon.kit.db import Database
from antiphon.kit.problems import Missing
from antiphon.metrics.behind import LISTS, UNMAPPED, Behind, behind
from antiphon.metrics.dictionary import METRICS, Unit
from antiphon.metrics.names import names
from antiphon.metrics.ranges import Grain
from antiphon.metrics.report import report
from antiphon.providers.models import Source
from antiphon.workspace import times, words
from antiphon.workspace.access import Visit
from antiphon.workspace.pages import analytics_words as say
from antiphon.workspace.pages.campaign_report_asked import Asked, file_url, list_url, read, report_url
from antiphon.workspace.words import Word

_PAGE = 50
READS = {"notices": "notices.read", "unmapped": "notices.read"}
"""What one must be allowed to see whom a list is about; conversations.read where nothing else is said."""


FORMS: Sequence[tuple[str, str | Promise]] = (
    ("csv", gettext_lazy("CSV, exact")),
    ("csv-safe", gettext_lazy("CSV for spreadsheets")),
    ("xlsx", gettext_lazy("Excel")),
    ("json", gettext_lazy("JSON")),
)
"""The kinds of file that are offered."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What a row says under a head: a text, a state, a number of a phone or an instant; with an address where it leads somewhere."""

    text: str = ""
    url: str = ""
    word: Word | None = None
    phone: str = ""
    at: datetime | None = None
    is_number: bool = False
    is_quoted: bool = False


@dataclass(frozen=True, slots=True)
class Head:
    """A column: what it is called, and whether it holds numbers."""

    name: str
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of a list: its columns and rows, and the place after the last one."""

    heads: list[Head]
    lines: list[list[Cell]]
    after: Asked | None


@dataclass(frozen=True, slots=True)
class ReportListPage:
    """What a number counts: the number itself, from the counters, and the rows behind it."""

    at: datetime
    campaign_id: int
    campaign: str
    title: str
    metric: str
    definition: str
    number: str
    narrowed: list[tuple[str, str]]
    whole_url: str
    report_url: str
    heads: list[Head]
    lines: list[list[Cell]]
    older: str
    first_url: str
    file_url: str
    files: Sequence[tuple[str, str | Promise]]
    is_long: bool
    is_open: bool
    left_out: list[str]


def report_list_page(
    db: Database, visit: Visit, campaign_id: int, metric: str, given: Mapping[str, Any], *, at: datetime
) -> ReportListPage:
    """Return the list behind a number. Raises Missing for a metric without one, and another account's campaign."""
    campaign = campaign_in(visit.account_id, campaign_id)
    asked, left_out = asked_of(visit, metric, given)
    found = listed(db, visit, campaign_id, metric, asked, limit=_PAGE)
    return ReportListPage(
        at=at,
        campaign_id=campaign_id,
        campaign=campaign.name,
        title=title(metric),
        metric=metric,
        definition=definition(metric),
        number=_number(counted(db, visit, campaign_id, metric, asked)),
        narrowed=_narrowed(db, visit, asked, at=at),
        whole_url=list_url(campaign_id, metric, Asked(source=asked.source)),
        report_url=report_url(campaign_id, asked),
        heads=found.heads,
        lines=found.lines,
        older=list_url(campaign_id, metric, found.after) if found.after else "",
        first_url=list_url(campaign_id, metric, asked, after=None) if asked.after else "",
        file_url=file_url(campaign_id, metric, asked),
        files=FORMS,
        is_long=rows_counted(db, visit, campaign_id, metric, asked) > MOST,
        is_open=may_see(visit, metric),
        left_out=left_out,
    )


def asked_of(visit: Visit, metric: str, given: Mapping[str, Any]) -> tuple[Asked, list[str]]:
    """Return what an address asks of a list, without what means nothing there, and the words left out.

    Raises Missing for a metric without a list, and for a source of another account.
    """
    asked, left_out = read(given)
    if metric not in LISTS:
        raise Missing("not_found", f"There is no list of {metric!r}.")
    if metric != UNMAPPED:
        return replace(asked, source=None, currency=asked.currency if metric == "goal_value" else ""), left_out
    if not Source.objects.filter(account_id=visit.account_id, pk=asked.source or 0).exists():
        raise Missing("not_found", "Say which source: there is none of this number in the account.")
    return replace(asked, engagement=None, entry_point=None, verdict="", currency="", hour=None), left_out


def may_see(visit: Visit, metric: str) -> bool:
    """Return whether the role may see the people that a list is about."""
    return visit.may(READS.get(LISTS[metric], "conversations.read"))


def title(metric: str) -> str:
    """Return what a list is called."""
    return _("Texts that no engagement claims") if metric == UNMAPPED else say.title(metric)


def definition(metric: str) -> str:
    """Return what a list holds."""
    return _("Notices that are counted under no campaign.") if metric == UNMAPPED else say.definition(metric)


def counted(db: Database, visit: Visit, campaign_id: int, metric: str, asked: Asked) -> dict[str, Decimal]:
    """Return the number that a list is behind, summed over the counters: of an amount by currency, of anything else under no word."""
    name = "sent" if metric == UNMAPPED else metric
    filters: dict[str, list[int | str | None]] = {"campaign": [campaign_id], **asked.filters}
    if metric == UNMAPPED:
        filters = {"campaign": [None], "source": [asked.source]}
    start, end = asked.window(visit.time_zone)
    told = report(
        db,
        visit.account_id,
        metrics=[name],
        start=start,
        end=end,
        time_zone=visit.time_zone,
        filters=filters,
        grain=Grain.TOTAL if asked.hour is None else Grain.HOUR_OF_WEEK,
    )
    items = [one for one in told.items if one.metric == name and asked.hour in (None, one.hour_of_week)]
    sums: dict[str, Decimal] = {} if METRICS[name].unit is Unit.MONEY else {"": Decimal(0)}
    for one in items:
        if asked.currency in ("", one.currency):
            sums[one.currency] = sums.get(one.currency, Decimal(0)) + (Decimal(one.count) if "" in sums else Decimal(one.value or 0))
    return sums


def rows_counted(db: Database, visit: Visit, campaign_id: int, metric: str, asked: Asked) -> int:
    """Return how many rows a list has, as the counters say it; of an amount at most so many."""
    told = counted(db, visit, campaign_id, "goals" if metric == "goal_value" else metric, asked)
    return int(told.get("", 0))


def listed(db: Database, visit: Visit, campaign_id: int, metric: str, asked: Asked, *, limit: int) -> Listed:
    """Return a page of what a number counts, newest first."""
    kind = LISTS[metric]
    found = behind(db, visit.account_id, question(visit, campaign_id, metric, asked), after=asked.after, limit=limit + 1)
    is_open = may_see(visit, metric)
    columns = [column for column in _COLUMNS[kind] if is_open or not column.is_personal]
    return Listed(
        heads=[Head(str(column.name), column.is_number) for column in columns],
        lines=[[column.cell(row) for column in columns] for row in found[:limit]],
        after=replace(asked, after=found[limit - 1].id) if len(found) > limit else None,
    )


def question(visit: Visit, campaign_id: int, metric: str, asked: Asked) -> Behind:
    """Return what a list holds, as the counters' side asks it."""
    start, end = asked.window(visit.time_zone)
    return Behind(
        campaign=campaign_id,
        metric=metric,
        start=start,
        end=end,
        zone=visit.time_zone,
        engagement=asked.engagement,
        entry_point=asked.entry_point,
        source=asked.source,
        verdict=asked.verdict or None,
        currency=asked.currency or None,
        hour_of_week=asked.hour,
        is_open=may_see(visit, metric),
    )


def _number(sums: Mapping[str, Decimal]) -> str:
    if "" in sums:
        return f"{int(sums['']):,}"
    return ", ".join(f"{currency} {amount:,.2f}" for currency, amount in sorted(sums.items())) or "0"


def _narrowed(db: Database, visit: Visit, asked: Asked, *, at: datetime) -> list[tuple[str, str]]:
    """Return what the list is narrowed to, in words."""
    wanted = {name: getattr(asked, name) for name in ("engagement", "entry_point", "source") if getattr(asked, name) is not None}
    known = names(db, visit.account_id, wanted.items())
    told = [(str(say.DIMENSIONS[name]), say.label(name, value or None, known).text) for name, value in wanted.items()]
    today = times.today_in(visit.time_zone, now=at)
    if asked.first or asked.last:
        told.insert(0, (_("Days"), days(asked, today=today)))
    if asked.verdict:
        told.append((str(say.DIMENSIONS["verdict"]), str(words.VERDICTS[asked.verdict].text)))
    if asked.hour is not None:
        told.append((_("Hour of the week"), f"{say.DAYS[asked.hour // 24]} {asked.hour % 24:02d}:00"))
    if asked.at and asked.grain:
        told.append((_("Time"), say.step(asked.at.astimezone(ZoneInfo(visit.time_zone)), asked.grain, today=today)))
    return told


def days(asked: Asked, *, today: Any) -> str:
    """Return the days of a report in words."""
    first = dateformat.format(asked.first, "j M" if asked.first.year == today.year else "j M Y") if asked.first else ""
    last = dateformat.format(asked.last, "j M" if asked.last.year == today.year else "j M Y") if asked.last else ""
    if first and last:
        return first if asked.first == asked.last else f"{first} \N{EN DASH} {last}"
    if first:
        return _("from %(day)s on") % {"day": first}
    return _("up to %(day)s") % {"day": last} if last else _("Everything until now")


@dataclass(frozen=True, slots=True)
class _Column:
    name: Any
    cell: Callable[[Any], Cell]
    is_personal: bool = False
    is_number: bool = False


def _at(name: Any) -> _Column:
    return _Column(name, lambda row: Cell(at=row.at))


def _person(row: Any) -> Cell:
    url = reverse("conversation", args=[row.conversation_id]) if getattr(row, "conversation_id", None) else ""
    return Cell(row.consumer or "", url, phone=row.phone or "")


def _delivery(row: Any) -> Cell:
    if row.state == "failed":
        return Cell(str(words.REASONS.get(row.reason, "")), word=words.DELIVERY["failed"])
    if row.state in {"delivered", "read"}:
        return Cell(word=words.DELIVERY[row.state])
    return Cell(_("No report yet"))


def _why(row: Any) -> Cell:
    return Cell(_("Why"), reverse("why", args=[row.conversation_id])) if row.conversation_id else Cell()


def _reply_time(row: Any) -> Cell:
    if not row.is_first_reply:
        return Cell(_("not the first"), is_number=True)
    seconds = max(0.0, row.seconds_to_reply or 0.0)
    return Cell(times.span(seconds), is_number=True)


def _amount(row: Any) -> Cell:
    if row.amount is None:
        return Cell(is_number=True)
    return Cell(f"{row.amount:,.2f}", is_number=True)


_WHO = _Column(gettext_lazy("Who"), _person, is_personal=True)
_ENGAGEMENT = _Column(gettext_lazy("Engagement"), lambda row: Cell(row.engagement or ""))
_VERDICT = _Column(gettext_lazy("Verdict"), lambda row: Cell(word=words.VERDICTS[row.verdict]))
_WHY = _Column(gettext_lazy("Decision"), _why, is_personal=True)


def _text(name: Any) -> _Column:
    return _Column(name, lambda row: Cell(row.text or "", is_quoted=True), is_personal=True)


_NOTICES = [
    _at(gettext_lazy("Sent")),
    _Column(gettext_lazy("To"), _person, is_personal=True),
    _text(gettext_lazy("Text")),
    _Column(gettext_lazy("Campaign ID"), lambda row: Cell(row.external_campaign)),
    _Column(gettext_lazy("From"), lambda row: Cell(phone=row.sender)),
    _ENGAGEMENT,
    _Column(gettext_lazy("Delivery"), _delivery),
]
_COLUMNS: Mapping[str, list[_Column]] = {
    "notices": _NOTICES,
    "unmapped": [column for column in _NOTICES if column is not _ENGAGEMENT],
    "replies": [
        _at(gettext_lazy("Replied")),
        _WHO,
        _text(gettext_lazy("Reply")),
        _ENGAGEMENT,
        _VERDICT,
        _Column(gettext_lazy("After"), _reply_time, is_number=True),
        _WHY,
    ],
    "conversations": [
        _at(gettext_lazy("Started")),
        _WHO,
        _text(gettext_lazy("Last said")),
        _ENGAGEMENT,
        _VERDICT,
        _Column(gettext_lazy("Skill"), lambda row: Cell(row.skill or "")),
        _Column(gettext_lazy("Agent"), lambda row: Cell(row.agent or "")),
        _Column(gettext_lazy("State"), lambda row: Cell(word=words.CONVERSATION[row.state])),
        _WHY,
    ],
    "opt_outs": [
        _at(gettext_lazy("Opted out")),
        _WHO,
        _text(gettext_lazy("Text")),
        _ENGAGEMENT,
        _Column(gettext_lazy("How"), lambda row: Cell(str(words.OPT_OUTS.get(row.how, row.how)))),
    ],
    "goals": [
        _at(gettext_lazy("Reached")),
        _WHO,
        _ENGAGEMENT,
        _VERDICT,
        _Column(gettext_lazy("Goal"), lambda row: Cell(str(words.GOALS.get(row.kind, row.kind)))),
        _Column(gettext_lazy("Own ID"), lambda row: Cell(row.own_id)),
        _Column(gettext_lazy("Currency"), lambda row: Cell(row.currency)),
        _Column(gettext_lazy("Value"), _amount, is_number=True),
    ],
}

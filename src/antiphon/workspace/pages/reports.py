"""The saved reports of an account, and what every metric means."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from antiphon.kit.db import Database
from antiphon.metrics import saved
from antiphon.metrics.dictionary import DIMENSIONS, METRICS, Base, Group, Unit
from antiphon.metrics.models import SavedReport
from antiphon.workspace import times
from antiphon.workspace.access import Visit
from antiphon.workspace.pages import analytics_words as say
from antiphon.workspace.pages.analytics import keeper_of

_AT_ONCE = 50
_LONGEST_ID = 18


@dataclass(frozen=True, slots=True)
class ReportLine:
    """A saved report in the list."""

    id: int
    name: str
    shows: str
    by: str
    changed: str
    is_shared: bool


@dataclass(frozen=True, slots=True)
class ReportsPage:
    """The list; `older` is the address of the ones before."""

    lines: list[ReportLine]
    older: str


@dataclass(frozen=True, slots=True)
class Meaning:
    """A metric or dimension as the dictionary defines it."""

    name: str
    title: str
    definition: str
    counted_at: str = ""
    over: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class MetricsPage:
    """The dictionary."""

    groups: list[tuple[str, list[Meaning]]]
    dimensions: list[Meaning]


def reports_page(db: Database, visit: Visit, *, before: str, at: datetime) -> ReportsPage:  # noqa: ARG001 - one shape of pages
    """Return the reports of the account and of this person, newest first; `before` is the id of the last one seen."""
    found = saved.visible(visit.account_id, keeper_of(visit)).select_related("owner").order_by("-pk")
    if before.isdecimal() and len(before) <= _LONGEST_ID:
        found = found.filter(pk__lt=int(before))
    rows = list(found[: _AT_ONCE + 1])
    older = f"?before={rows[_AT_ONCE - 1].pk}" if len(rows) > _AT_ONCE else ""
    return ReportsPage([_line(report, at=at) for report in rows[:_AT_ONCE]], older)


def _line(report: SavedReport, *, at: datetime) -> ReportLine:
    question = saved.question_of(report)
    shows = ", ".join(say.title(name) for name in question.asked)
    by = ", ".join(str(say.DIMENSIONS[name]).lower() for name in question.by)
    return ReportLine(
        id=report.pk,
        name=report.name,
        shows=_("%(metrics)s by %(dimensions)s") % {"metrics": shows, "dimensions": by} if by else shows,
        by=report.owner.name if report.owner else "",
        changed=times.moment(report.updated_at, now=at),
        is_shared=report.is_shared,
    )


def metrics_page() -> MetricsPage:
    """Return the dictionary of metrics and dimensions, as docs/metrics.md has it."""
    groups = [(str(say.GROUPS[group]), [_meaning(name) for name, metric in METRICS.items() if metric.group is group]) for group in Group]
    dimensions = [Meaning(name, str(say.DIMENSIONS[name]), _(each.definition).replace("`", "")) for name, each in DIMENSIONS.items()]
    return MetricsPage(groups, dimensions)


def _meaning(name: str) -> Meaning:
    metric = METRICS[name]
    bases = {Base.REACHED: _("of delivered, else of sent")} | {base: say.BASES[base] for base in Base if base is not Base.REACHED}
    units = {Unit.COUNT: _("count"), Unit.SECONDS: _("median, 90 % within"), Unit.MONEY: _("per currency"), Unit.SHARE: _("share")}
    return Meaning(
        name=name,
        title=say.title(name),
        definition=_(metric.definition),
        counted_at=_(metric.counted_at).replace("`", ""),
        over=", ".join(str(bases[base]) for base in metric.over),
        unit=units[metric.unit],
    )

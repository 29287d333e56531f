"""What the analytics pages call things, and how they write numbers."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from django.utils import dateformat
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from antiphon.metrics.dictionary import METRICS, Group, Unit
from antiphon.metrics.names import Name
from antiphon.metrics.question import TIME, Picture, Range
from antiphon.metrics.ranges import Grain
from antiphon.metrics.table import Column
from antiphon.workspace import times, words

Value = int | str | None

DIMENSIONS = {
    "campaign": gettext_lazy("Campaign"),
    "engagement": gettext_lazy("Engagement"),
    "entry_point": gettext_lazy("Entry point"),
    "source": gettext_lazy("Source"),
    "skill": gettext_lazy("Skill"),
    "agent": gettext_lazy("Agent"),
    "language": gettext_lazy("Language"),
    "verdict": gettext_lazy("Verdict"),
    "closed_by": gettext_lazy("Closed by"),
    "campaign_type": gettext_lazy("Campaign type"),
    TIME: gettext_lazy("Time"),
}
NOTHING = {
    "campaign": gettext_lazy("No campaign"),
    "engagement": gettext_lazy("No engagement"),
    "entry_point": gettext_lazy("No entry point"),
    "source": gettext_lazy("No source"),
    "skill": gettext_lazy("No skill"),
    "agent": gettext_lazy("No agent"),
    "language": gettext_lazy("No language"),
    "verdict": gettext_lazy("No verdict"),
    "closed_by": gettext_lazy("Not closed"),
    "campaign_type": gettext_lazy("No campaign"),
}
CLOSED_BY = {"agent": gettext_lazy("Agent"), "consumer": gettext_lazy("Consumer"), "system": gettext_lazy("System")}
CAMPAIGN_TYPES = {"outbound": gettext_lazy("Outbound"), "none": gettext_lazy("No campaign")}
GROUPS = {
    Group.BROADCASTS: gettext_lazy("Broadcasts"),
    Group.REPLIES: gettext_lazy("Replies"),
    Group.CONVERSATIONS: gettext_lazy("Conversations"),
    Group.ANSWERS: gettext_lazy("Answers"),
    Group.GOALS: gettext_lazy("Goals"),
}
RANGES = {
    Range.TODAY: gettext_lazy("Today"),
    Range.WEEK: gettext_lazy("7 days"),
    Range.FOUR_WEEKS: gettext_lazy("28 days"),
    Range.QUARTER: gettext_lazy("90 days"),
    Range.YEAR: gettext_lazy("A year"),
    Range.MONTH: gettext_lazy("This month"),
    Range.ALL: gettext_lazy("All"),
}
GRAINS = {
    Grain.HOUR: gettext_lazy("hour"),
    Grain.DAY: gettext_lazy("day"),
    Grain.WEEK: gettext_lazy("week"),
    Grain.MONTH: gettext_lazy("month"),
}
PICTURES = {
    Picture.LINES: words.Word(gettext_lazy("Lines"), "chart-line", ""),
    Picture.BARS: words.Word(gettext_lazy("Bars"), "chart-bar", ""),
    Picture.STACKED: words.Word(gettext_lazy("Stacked"), "stack-2", ""),
    Picture.FUNNEL: words.Word(gettext_lazy("Funnel"), "filter", ""),
    Picture.HEAT: words.Word(gettext_lazy("Heat map"), "grid-dots", ""),
    Picture.TABLE: words.Word(gettext_lazy("Table"), "table", ""),
}
ICONS = ("chart-line", "chart-bar", "stack-2", "filter", "grid-dots", "table", "arrow-up", "arrow-down")
"""Icons of the pictures and of the order of rows."""
BASES = {
    "sent": gettext_lazy("of sent"),
    "delivered": gettext_lazy("of delivered"),
    "conversations_started": gettext_lazy("of conversations"),
    "handled": gettext_lazy("of handled"),
    "answers": gettext_lazy("of answers"),
}
PARTS = {
    "p50": gettext_lazy("median"),
    "p90": gettext_lazy("90 % within"),
    "mean": gettext_lazy("mean"),
    "value": gettext_lazy("measured"),
}
DAYS = (
    gettext_lazy("Monday"), gettext_lazy("Tuesday"), gettext_lazy("Wednesday"), gettext_lazy("Thursday"), gettext_lazy("Friday"),
    gettext_lazy("Saturday"), gettext_lazy("Sunday"),
)  # fmt: skip


def title(name: str) -> str:
    """Return what a metric is called."""
    return _(METRICS[name].title)


def definition(name: str) -> str:
    """Return what a metric is, with what it is over and when it is counted."""
    metric = METRICS[name]
    counted = _("Counted at %(instant)s.") % {"instant": _(metric.counted_at).replace("`", "")}
    return f"{_(metric.definition)} {counted}"


def column_title(column: Column) -> str:
    """Return the head of a column."""
    name = title(column.metric.name)
    if column.metric.unit is Unit.SECONDS:
        return f"{name}, {PARTS[column.part]}"
    return f"{name}, {column.currency}" if column.currency else name


def bases(over: tuple[str, ...]) -> str:
    """Return what the shares of a column divide by."""
    return _(" or ").join(str(BASES[name]) for name in over)


def label(dimension: str, value: Value, names: Mapping[tuple[str, Value], Name]) -> Name:
    """Return what a value of a dimension is called."""
    if value is None or value == "":
        return Name(str(NOTHING[dimension]))
    known: Mapping[str, str | Promise] = {
        "verdict": {key: word.text for key, word in words.VERDICTS.items()},
        "closed_by": CLOSED_BY,
        "campaign_type": CAMPAIGN_TYPES,
    }.get(dimension, {})  # type: ignore[assignment]
    if dimension == "language":
        return Name(words.language(str(value)))
    if known:
        return Name(str(known.get(str(value), value)))
    return names.get((dimension, value), Name(f"#{value}"))


def figure(value: float | Decimal | None, unit: Unit) -> str:
    """Return a number as pages write it."""
    if value is None:
        return "\N{EN DASH}"
    if unit is Unit.SHARE:
        return _("%(share).1f %%") % {"share": 100 * value}
    if unit is Unit.SECONDS:
        return times.span(float(value)) if value >= 10 else _("%(seconds).1f s") % {"seconds": value}  # noqa: PLR2004 - tenths below
    return f"{value:,.2f}" if unit is Unit.MONEY else f"{int(value):,}"


def step(at: datetime, grain: Grain, *, today: date) -> str:
    """Return what an hour, day, week or month is called; of an hour that comes twice, which one."""
    year = "" if at.year == today.year else " Y"
    if grain is Grain.HOUR:
        twice = at.replace(fold=0).utcoffset() != at.replace(fold=1).utcoffset()
        return dateformat.format(at, f"j M{year} H:i") + (f" {at.tzname()}" if twice else "")
    if grain is Grain.MONTH:
        return dateformat.format(at, "F Y")
    if grain is Grain.WEEK:
        return _("Week of %(day)s") % {"day": dateformat.format(at, f"j M{year}")}
    return dateformat.format(at, f"D j M{year}")


def day(at: date, *, today: date) -> str:
    """Return a day as a range names it."""
    return dateformat.format(at, "j F" if at.year == today.year else "j F Y")

"""A question to the counters as an address says it: what stands in the address is the whole report."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlencode

from antiphon.metrics.dictionary import DIMENSIONS, FUNNEL, METRICS, Unit
from antiphon.metrics.ranges import Grain

_Choice = TypeVar("_Choice", bound=StrEnum)

TIME = "time"
MOST_BY = 3
MOST_METRICS = 12
_LONGEST_DAYS = 3660
_HOURS_DAYS = 92
DEFAULT_METRICS = ("responders", "response_rate", "conversations_started", "goals")


class Picture(StrEnum):
    """How the answer is drawn; its numbers always stand below."""

    LINES = "lines"
    BARS = "bars"
    STACKED = "stacked"
    FUNNEL = "funnel"
    HEAT = "heat"
    TABLE = "table"


class Range(StrEnum):
    """Stretches of days that move along with today; `custom` has two dates."""

    TODAY = "today"
    WEEK = "7d"
    FOUR_WEEKS = "28d"
    QUARTER = "90d"
    YEAR = "365d"
    MONTH = "month"
    ALL = "all"
    CUSTOM = "custom"


_DAYS = {Range.TODAY: 1, Range.WEEK: 7, Range.FOUR_WEEKS: 28, Range.QUARTER: 90, Range.YEAR: 365}


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: metrics, up to three dimensions (`time` may be one), filters, days, grain, and how it is shown.

    `of` is the metric that the picture shows, `sort` a column of the table, with `-` for downwards.
    """

    metrics: tuple[str, ...] = DEFAULT_METRICS
    by: tuple[str, ...] = ("campaign",)
    filters: tuple[tuple[str, tuple[str, ...]], ...] = ()
    range: Range = Range.FOUR_WEEKS
    first: date | None = None
    last: date | None = None
    grain: Grain = Grain.DAY
    picture: Picture = Picture.LINES
    of: str = ""
    sort: str = ""

    @property
    def dimensions(self) -> tuple[str, ...]:
        """Return what it is split by, time left out."""
        return tuple(name for name in self.by if name != TIME)

    @property
    def asked(self) -> tuple[str, ...]:
        """Return the metrics of the table: a funnel has its own."""
        return FUNNEL if self.picture is Picture.FUNNEL else self.metrics

    @property
    def drawn(self) -> str:
        """Return the metric that the picture shows."""
        return self.of if self.of in self.asked else self.asked[0]

    def days(self, *, today: date, began: date | None) -> tuple[date, date]:
        """Return the first and the last day, both included."""
        if self.range is Range.CUSTOM and self.first and self.last:
            return self.first, self.last
        if self.range is Range.MONTH:
            return today.replace(day=1), today
        if self.range is Range.ALL:
            return min(began or today, today), today
        return today - timedelta(days=_DAYS.get(self.range, 28) - 1), today

    def pairs(self) -> list[tuple[str, str]]:
        """Return the parts of its address; what is as usual is left out, save the metrics."""
        usual = Question()
        told = [("metric", name) for name in self.metrics]
        told += [("by", name) for name in self.by] or [("by", "")]
        told += [(name, value) for name, values in self.filters for value in values]
        told += [("range", self.range)] if self.range is not usual.range else []
        if self.range is Range.CUSTOM and self.first and self.last:
            told += [("first", self.first.isoformat()), ("last", self.last.isoformat())]
        for name in ("grain", "picture", "of", "sort"):
            value = getattr(self, name)
            told += [(name, str(value))] if value != getattr(usual, name) else []
        return told

    def query(self) -> str:
        """Return its address's query: equal questions have equal ones."""
        return urlencode(self.pairs())

    def with_(self, **changed: object) -> "Question":
        """Return the question with something changed."""
        return replace(self, **changed)  # type: ignore[arg-type]


def read(given: Mapping[str, Sequence[str]]) -> tuple[Question, list[str]]:
    """Return the question that an address asks, and the words of it that mean nothing and were left out.

    Nothing at all asks what is usual.
    """
    left_out: list[str] = []
    metrics = _known(given.get("metric", ()), METRICS, left_out)[:MOST_METRICS] or DEFAULT_METRICS
    by = _known([name for name in given.get("by", ("campaign",)) if name], {TIME, *DIMENSIONS}, left_out)
    left_out += by[MOST_BY:]
    first, last = _day(given, "first", left_out), _day(given, "last", left_out)
    question = Question(
        metrics=metrics,
        by=by[:MOST_BY],
        filters=tuple((name, tuple(_values(name, given[name], left_out))) for name in DIMENSIONS if given.get(name)),
        range=_one(given, "range", Range, Range.CUSTOM if first and last else Range.FOUR_WEEKS, left_out),
        first=first,
        last=last,
        grain=_one(given, "grain", Grain, Grain.DAY, left_out),
        picture=_one(given, "picture", Picture, Picture.LINES, left_out),
        of=next(iter(_known(given.get("of", ())[:1], METRICS, left_out)), ""),
        sort=next(iter(given.get("sort", ())), "")[:80],
    )
    return _sensible(question, left_out), left_out


def _sensible(question: Question, left_out: list[str]) -> Question:
    """Return the question with days in their order and as many as there may be, and a grain that goes over time."""
    if question.range is Range.CUSTOM and not (question.first and question.last):
        question = question.with_(range=Range.FOUR_WEEKS)
    if question.first and question.last:
        first, last = sorted((question.first, question.last))
        if (last - first).days >= _LONGEST_DAYS:
            left_out.append(first.isoformat())
            first = last - timedelta(days=_LONGEST_DAYS - 1)
        question = question.with_(first=first, last=last)
    if not question.grain.is_over_time:
        question = question.with_(grain=Grain.DAY)
    return question.with_(filters=tuple((name, values) for name, values in question.filters if values))


def fits(grain: Grain, first: date, last: date) -> bool:
    """Tell whether a picture of so many days may have this grain: hours are for three months at most."""
    return grain is not Grain.HOUR or (last - first).days < _HOURS_DAYS


def can_stack(name: str) -> bool:
    """Tell whether a metric's parts add up in a picture."""
    return METRICS[name].unit is Unit.COUNT


def _known(names: Iterable[str], allowed: Iterable[str], left_out: list[str]) -> tuple[str, ...]:
    known, asked = set(allowed), list(dict.fromkeys(names))
    left_out += [name for name in asked if name not in known]
    return tuple(name for name in asked if name in known)


def _one(given: Mapping[str, Sequence[str]], name: str, choices: type[_Choice], usual: _Choice, left_out: list[str]) -> _Choice:
    told = next(iter(given.get(name, ())), "")
    if told in list(choices):
        return choices(told)
    left_out += [told] if told else []
    return usual


def _day(given: Mapping[str, Sequence[str]], name: str, left_out: list[str]) -> date | None:
    told = next(iter(given.get(name, ())), "")
    try:
        found = date.fromisoformat(told) if told else None
    except ValueError:
        found = None
    if told and (found is None or not 2000 <= found.year < 2100):  # noqa: PLR2004 - nothing was counted then
        left_out.append(told)
        return None
    return found


def _values(name: str, values: Sequence[str], left_out: list[str]) -> Iterable[str]:
    for value in dict.fromkeys(part.strip() for text in values for part in text.split(",") if part.strip()):
        if DIMENSIONS[name].is_number and value != "none" and not (value.isdecimal() and len(value) < 19):  # noqa: PLR2004 - bigint
            left_out.append(value)
        else:
            yield value

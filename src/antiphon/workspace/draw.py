"""Small drawings, as numbers for SVG: the funnel's band, a frame on a shared axis. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

_BAND = 72.0
AXIS = 240.0


@dataclass(frozen=True, slots=True)
class Bar:
    """A frame on the axis; `is_open` goes on beyond its end."""

    x: str
    width: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class Axis:
    """Days from first to last, drawn `AXIS` wide."""

    first: date
    last: date

    def x(self, on: date) -> float:
        """Return where a day begins, kept on the axis."""
        share = (on - self.first).days / max(1, (self.last - self.first).days)
        return AXIS * min(1.0, max(0.0, share))

    def bar(self, starts_on: date, ends_on: date | None) -> Bar:
        """Return the bar of a frame; the end day is included."""
        left = self.x(starts_on)
        right = AXIS if ends_on is None else self.x(ends_on + timedelta(days=1))
        return Bar(f"{left:.1f}", f"{max(2.0, right - left):.1f}", is_open=ends_on is None)

    def months(self) -> list[tuple[str, date]]:
        """Return the first of each month on the axis, with its place."""
        months = [date(self.first.year + (self.first.month + i) // 12, (self.first.month + i) % 12 + 1, 1) for i in range(24)]
        return [(f"{self.x(month):.1f}", month) for month in months if month < self.last - timedelta(days=6)]


def axis(frames: Sequence[tuple[date, date | None]], *, today: date) -> Axis:
    """Return an axis that holds today and the frames, from at most 120 days before to at most 120 days after."""
    starts = [start for start, _ in frames] + [today - timedelta(days=21)]
    ends = [end for _, end in frames if end] + [today + timedelta(days=35)]
    first = max(min(starts), today - timedelta(days=120))
    last = min(max(ends), today + timedelta(days=120))
    return Axis(first - timedelta(days=3), last + timedelta(days=3))


def band(values: Sequence[int]) -> list[str]:
    """Return one path per step of a funnel, on a square-root scale: level, then falling towards the next step."""
    top = max([*values, 1])
    tops = [_BAND * (1 - math.sqrt(value / top)) for value in values]
    following = [*tops[1:], tops[-1]]
    return [f"M0 {here:.1f}H62L100 {there:.1f}V72H0z" for here, there in zip(tops, following, strict=True)]


def spark(values: Sequence[int]) -> list[tuple[int, str, str]]:
    """Return one small bar per step (x, y, height), on a square-root scale."""
    top = max([*values, 1])
    heights = [28 * math.sqrt(value / top) for value in values]
    return [(13 * index, f"{28 - height:.1f}", f"{max(0.5, height):.1f}") for index, height in enumerate(heights)]


TOP, STEP = 26, 26
_LEFT, _RIGHT = 128.0, 940.0


@dataclass(frozen=True, slots=True)
class Line:
    """The axis of a decision's drawing: from before the look-back to some weeks after the reply."""

    first: datetime
    last: datetime
    look_back_from: datetime

    def x(self, at: datetime) -> float:
        """Return where an instant stands, kept on the axis."""
        share = (at - self.first) / (self.last - self.first)
        return _LEFT + (_RIGHT - _LEFT) * min(1.0, max(0.0, share))

    def holds(self, at: datetime) -> bool:
        """Return whether an instant is on the axis."""
        return self.first <= at <= self.last

    def weeks(self) -> list[datetime]:
        """Return an instant of every week."""
        count = int((self.last - self.first) / timedelta(days=7))
        return [self.first + timedelta(days=7 * index) for index in range(count + 1)][:-1]


def line(replied_at: datetime, *, look_back_days: int, texts: Sequence[datetime]) -> Line:
    """Return the axis of a decision: the look-back, older texts up to as much again, three weeks after the reply."""
    look_back_from = replied_at - timedelta(days=look_back_days)
    oldest = min([*texts, look_back_from])
    first = max(oldest, look_back_from - timedelta(days=look_back_days)) - timedelta(days=2)
    return Line(first, replied_at + timedelta(days=21), look_back_from)

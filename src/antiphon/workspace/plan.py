"""The drawing of a frame beside the frames that claim the same, as numbers for SVG. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

WIDTH, TOP, STEP = 640.0, 24, 30
_BEFORE, _AFTER, _LONGEST = timedelta(days=8), timedelta(days=12), timedelta(days=180)
_OPEN = timedelta(days=42)
_WEEKS = 14


@dataclass(frozen=True, slots=True)
class Row:
    """A frame as a bar with its name below; `x` and `width` are where it lies, `overlap` what both frames hold."""

    name: str
    y: int
    x: str
    width: str
    state: str
    is_open: bool
    overlap: tuple[str, str] | None = None

    @property
    def label_end(self) -> bool:
        """Return whether the name is written up to the right edge, since the bar begins too far right for it."""
        return float(self.x) > WIDTH * 0.55

    @property
    def label_x(self) -> str:
        """Return where the name is written."""
        return _text(WIDTH) if self.label_end else self.x


@dataclass(frozen=True, slots=True)
class Plan:
    """The drawing: rows from top to bottom, a line of every week or month, today."""

    rows: list[Row]
    marks: list[tuple[str, date]]
    today: str
    height: int

    @property
    def today_end(self) -> bool:
        """Return whether the word for today stands left of its line."""
        return float(self.today) > WIDTH * 0.9


@dataclass(frozen=True, slots=True)
class Drawn:
    """A frame to draw, by its days; the last one is included, None is no end."""

    name: str
    starts_on: date
    ends_on: date | None
    state: str


def plan(own: Drawn, others: Sequence[Drawn], *, today: date) -> Plan:
    """Draw a frame with today and, below, those of others; what they share is marked."""
    first, last = _range(own, today=today)

    def x(day: date) -> float:
        return WIDTH * min(1.0, max(0.0, (day - first).days / (last - first).days))

    def place(starts_on: date, ends_on: date | None) -> tuple[str, str]:
        left, right = x(starts_on), WIDTH if ends_on is None else x(ends_on + timedelta(days=1))
        return _text(left), _text(max(2.0, right - left))

    def row(one: Drawn, index: int) -> Row:
        shared = None if one is own else _shared(own, one)
        return Row(
            one.name,
            TOP + STEP * index,
            *place(one.starts_on, one.ends_on),
            one.state,
            one.ends_on is None,
            None if shared is None else place(*shared),
        )

    rows = [row(one, index) for index, one in enumerate([own, *others])]
    return Plan(
        rows, [(_text(x(day)), day) for day in _marks(first, last) if x(day) < WIDTH * 0.94], _text(x(today)), TOP + STEP * len(rows) + 18
    )


def _range(own: Drawn, *, today: date) -> tuple[date, date]:
    """Return the days the drawing runs over: the frame and today with some air, at most half a year."""
    begin = min(own.starts_on, max(today, own.starts_on - _LONGEST / 2)) - _BEFORE
    end = max(own.ends_on or own.starts_on + _OPEN, min(today, own.starts_on + _LONGEST / 2)) + _AFTER
    return begin, min(end, begin + _LONGEST)


def _shared(one: Drawn, other: Drawn) -> tuple[date, date | None] | None:
    ends = [frame.ends_on for frame in (one, other) if frame.ends_on is not None]
    first, last = max(one.starts_on, other.starts_on), min(ends, default=None)
    return None if last is not None and last < first else (first, last)


def _marks(first: date, last: date) -> list[date]:
    """Return the Mondays on the axis, or where they were too many the first of each month."""
    monday = first + timedelta(days=-first.weekday() % 7)
    weeks = [monday + timedelta(days=7 * index) for index in range((last - monday).days // 7 + 1)]
    if len(weeks) <= _WEEKS // 2:
        return weeks
    days = (first + timedelta(days=index) for index in range((last - first).days))
    return [day for day in days if day.day == 1]


def _text(number: float) -> str:
    return f"{number:.1f}"

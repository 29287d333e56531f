"""The pictures of a campaign's report as numbers for SVG: replies over time, replies by hour of the week. Pure."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_LEFT, _RIGHT, _TOP, _BOTTOM = 44.0, 586.0, 16.0, 188.0
_LINES = 4
_LEVELS = 5
_CELL, _STEP, _ROW = 14.2, 16.2, 22


@dataclass(frozen=True, slots=True)
class Mark:
    """A word at a place, or a line of the grid at a height."""

    text: str
    x: str = ""
    y: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """One step of time; `title` says it in words."""

    x: str
    y: str
    width: str
    height: str
    title: str


@dataclass(frozen=True, slots=True)
class Since:
    """Bars per step, and a line of all up to each on a scale of its own, which ends at `end`; `peak` is said at the highest bar."""

    grid: list[Mark]
    bars: list[Bar]
    labels: list[Mark]
    line: str
    end: Mark | None
    peak: Mark | None


@dataclass(frozen=True, slots=True)
class Cell:
    """An hour of the week: how dark, and what it says."""

    x: str
    y: str
    level: int
    title: str


def since(names: Sequence[str], values: Sequence[int], running: Sequence[int], *, labels: Sequence[tuple[int, str]]) -> Since:
    """Return the drawing of `values` per step as bars and of `running` as a line; `labels` stand under the bars of their places."""
    stride, top = scale(max([*values, 1]))
    width = (_RIGHT - _LEFT) / max(1, len(values))
    tops = [_height(value, top) for value in values]
    bars = [
        Bar(
            f"{_LEFT + width * place + width * 0.09:.1f}", f"{tops[place]:.1f}", f"{width * 0.82:.1f}", f"{_BOTTOM - tops[place]:.1f}", name
        )
        for place, name in enumerate(names)
    ]
    grid = [Mark(f"{mark:,}", y=f"{_height(mark, top):.1f}") for mark in range(0, top + 1, stride)]
    peak = max(range(len(values)), key=lambda place: values[place], default=None)
    return Since(
        grid=grid,
        bars=bars,
        labels=[Mark(text, x=f"{_LEFT + width * place + (width / 2 if width > _STEP else 0):.1f}") for place, text in labels],
        line=_line(running, width),
        end=Mark(f"{running[-1]:,}", x=f"{_RIGHT + 6:.1f}", y=f"{_TOP + 4:.1f}") if running and running[-1] else None,
        peak=_peak(peak, tops, width, f"{values[peak]:,}") if peak is not None and values[peak] else None,
    )


def scale(most: int) -> tuple[int, int]:
    """Return a round distance between lines of the grid, and the least multiple of it that holds the most: at most four lines."""
    rough = max(1, math.ceil(most / _LINES))
    power = 10 ** (len(str(rough)) - 1)
    stride = next(step for step in (power, 2 * power, 5 * power, 10 * power) if step >= rough)
    return stride, stride * math.ceil(most / stride)


def week(counts: Mapping[int, int], *, titles: Sequence[str]) -> list[Cell]:
    """Return the 168 cells of a week: nothing is level 0, the most level 5."""
    most = max([*counts.values(), 1])
    return [
        Cell(
            x=f"{30 + _STEP * (hour % 24):.1f}",
            y=str(4 + _ROW * (hour // 24)),
            level=math.ceil(_LEVELS * counts.get(hour, 0) / most),
            title=titles[hour],
        )
        for hour in range(7 * 24)
    ]


def _height(value: float, top: int) -> float:
    return _BOTTOM - (_BOTTOM - _TOP) * value / top


def _line(running: Sequence[int], width: float) -> str:
    """Return the path of a running total, which begins at nothing and ends at the right above all bars."""
    if not running or not running[-1]:
        return ""
    points = [f"{_LEFT + width * (place + 1):.1f} {_height(value, running[-1]):.1f}" for place, value in enumerate(running)]
    return f"M{_LEFT:.1f} {_BOTTOM:.1f}L" + "L".join(points)


def _peak(place: int, tops: Sequence[float], width: float, text: str) -> Mark:
    return Mark(text, x=f"{_LEFT + width * (place + 0.5):.1f}", y=f"{tops[place] - 4:.1f}")

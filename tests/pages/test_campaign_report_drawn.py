"""The pictures of a campaign's report as numbers, and what its address asks. Pure."""

from datetime import UTC, date, datetime, timedelta

import pytest

from antiphon.metrics.ranges import Grain
from antiphon.workspace.pages.campaign_report_asked import Asked, read, step_end
from antiphon.workspace.pages.campaign_report_drawn import scale, since, week


@pytest.mark.parametrize(("most", "expected"), [(1, (1, 1)), (3, (1, 3)), (7, (2, 8)), (347, (100, 400)), (10_000, (5_000, 10_000))])
def test_the_grid_is_round_and_holds_the_most(most: int, expected: tuple[int, int]) -> None:
    assert scale(most) == expected


def test_every_scale_holds_its_most_with_few_lines() -> None:
    for most in range(1, 3000):
        stride, top = scale(most)
        assert top >= most > top - stride
        assert top // stride <= 4


def test_bars_stand_on_the_ground_and_the_line_ends_on_top() -> None:
    told = since(["a", "b"], [4, 2], [3, 3], labels=[(0, "sent")])
    assert [(float(bar.y) + float(bar.height), bar.title) for bar in told.bars] == [(188, "a"), (188, "b")]
    assert float(told.bars[0].height) == 2 * float(told.bars[1].height)
    assert told.line.endswith("586.0 16.0")
    assert (told.end and told.end.text, told.peak and told.peak.text) == ("3", "4")
    nothing = since(["a"], [0], [0], labels=[])
    assert (nothing.line, nothing.end, nothing.peak) == ("", None, None)


def test_the_week_is_darkest_where_most_was_written() -> None:
    cells = week({0: 10, 25: 1, 167: 5}, titles=[str(hour) for hour in range(168)])
    assert [cells[hour].level for hour in (0, 1, 25, 167)] == [5, 0, 1, 3]
    assert len({(cell.x, cell.y) for cell in cells}) == 168


def test_a_step_ends_where_the_next_begins_also_when_clocks_change() -> None:
    spring = datetime(2026, 3, 28, 23, tzinfo=UTC)
    assert step_end(spring, Grain.DAY, "Europe/Amsterdam") - spring == timedelta(hours=23)
    assert step_end(datetime(2026, 3, 24, 4, 30, tzinfo=UTC), Grain.HOUR, "Asia/Kolkata") == datetime(2026, 3, 24, 5, 30, tzinfo=UTC)
    assert step_end(datetime(2026, 3, 22, 23, tzinfo=UTC), Grain.WEEK, "Europe/Amsterdam") == datetime(2026, 3, 29, 22, tzinfo=UTC)
    assert read({"at": "2026-03-28T23:00Z", "grain": "day"})[0].window("Europe/Amsterdam") == (
        spring,
        datetime(2026, 3, 29, 22, tzinfo=UTC),
    )
    assert read({"at": "2026-03-28T23:00Z", "grain": "month", "first": "2026-03-28"})[0] == Asked(first=date(2026, 3, 28))

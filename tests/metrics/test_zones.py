"""Reports in any zone: every quarter of an hour stands where a calendar puts it, around every change of the clock."""

import math
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from antiphon.kit.db import account, rows, run
from antiphon.metrics.bands import percentile
from antiphon.metrics.ranges import QUARTER, Grain, begin, days, first_moment, hour_of_week, steps
from antiphon.metrics.report import report
from tests.metrics.facts import new_account

ZONES = (
    "Europe/Amsterdam", "America/New_York", "America/Havana", "America/Santiago", "Africa/Cairo", "Asia/Beirut", "Atlantic/Azores",
    "Asia/Kathmandu", "Asia/Kolkata", "Australia/Adelaide", "Australia/Lord_Howe", "Pacific/Chatham", "Pacific/Kiritimati", "UTC",
)  # fmt: skip
FIRST, LAST = datetime(2025, 12, 20, tzinfo=UTC), datetime(2027, 1, 10, tzinfo=UTC)
INSERT = """
    insert into counter (
        account_id, metric, bucket, campaign_type, campaign_id, engagement_id, entry_point_id, source_id, skill_id, language, verdict,
        agent_id, closed_by, band, currency, value, total
    )
    select %(account)s::bigint, 'sent', at, 'none', 0, 0, 0, 0, 0, '', '', 0, '', 0, '', 1, 0 from unnest(%(at)s::timestamptz[]) at
"""


def aimed(zone: str) -> list[datetime]:
    """Return every quarter within half a day of a change of the clock, and some of every day."""
    here = ZoneInfo(zone)
    quarters = [FIRST + QUARTER * position for position in range(int((LAST - FIRST) / QUARTER))]
    changes = [at for at, later in pairwise(quarters) if at.astimezone(here).utcoffset() != later.astimezone(here).utcoffset()]
    near = {at for change in changes for at in quarters if abs(at - change) <= timedelta(hours=12)}
    return sorted(near | set(quarters[::37]))


@pytest.mark.django_db(databases=["default", "owner"])
@pytest.mark.parametrize("zone", ZONES)
def test_every_quarter_stands_where_the_calendar_puts_it(zone: str) -> None:
    north, quarters = new_account(), aimed(zone)
    with account(north) as db:
        run(db, INSERT, {"account": north, "at": quarters})
        for grain in (Grain.HOUR, Grain.DAY, Grain.WEEK, Grain.MONTH):
            told = report(db, north, metrics=["sent"], start=FIRST, end=LAST, time_zone=zone, grain=grain)
            found = {item.at.astimezone(UTC): item.count for item in told.items if item.at}
            assert found == Counter(begin(at, grain, zone) for at in quarters)
            assert [item.at.astimezone(UTC) for item in told.items if item.at] == sorted(found)
            assert set(found) <= set(steps(FIRST, LAST, grain, zone))
        week = report(db, north, metrics=["sent"], start=FIRST, end=LAST, time_zone=zone, grain=Grain.HOUR_OF_WEEK)
        assert {item.hour_of_week: item.count for item in week.items} == Counter(hour_of_week(at, zone) for at in quarters)


@given(day=st.dates(date(2026, 1, 1), date(2026, 12, 31)), length=st.integers(0, 40), zone=st.sampled_from(ZONES))
def test_days_follow_each_other_without_gap(day: date, length: int, zone: str) -> None:
    start, end = days(day, day + timedelta(days=length), zone)
    assert end == first_moment(day + timedelta(days=length + 1), zone)
    found = list(steps(start, end, Grain.DAY, zone))
    assert [at.astimezone(ZoneInfo(zone)).date() for at in found] == [day + timedelta(days=position) for position in range(length + 1)]
    hours = list(steps(start, min(end, start + timedelta(days=3)), Grain.HOUR, zone))
    assert hours == sorted(set(hours))
    assert {timedelta(0), *(later - sooner for sooner, later in pairwise(hours))} <= {
        timedelta(0), timedelta(minutes=30), timedelta(hours=1), timedelta(minutes=90),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Amsterdam", date(2026, 3, 29), 23),
        ("Europe/Amsterdam", date(2026, 10, 25), 25),
        ("Australia/Lord_Howe", date(2026, 4, 5), 24.5),
        ("Asia/Kathmandu", date(2026, 4, 5), 24),
        ("America/Santiago", date(2026, 9, 6), 23),
    ],
)
def test_days_are_as_long_as_they_are(zone: str, day: date, hours: float) -> None:
    start, end = days(day, day, zone)
    assert end - start == timedelta(hours=hours)


@pytest.mark.django_db
@settings(max_examples=60, deadline=None)
@given(
    seconds=st.lists(
        st.one_of(st.floats(0, 3), st.floats(0, 3e6), st.integers(0, 300).map(lambda power: 1.05**power)), min_size=1, max_size=80
    ),
    share=st.sampled_from([0.5, 0.9]),
)
def test_percentiles_are_off_by_less_than_a_band(seconds: Sequence[float], share: float) -> None:
    with account(1) as db:
        banded = rows(db, "select duration_band(s) as band from unnest(%(seconds)s::float8[]) s", {"seconds": list(seconds)})
    told = percentile(Counter(row.band for row in banded), share)
    exact = sorted(seconds)[math.ceil(share * len(seconds)) - 1]
    assert told is not None
    assert abs(told - exact) <= max(1.0, 0.05 * exact) + 1e-6 * exact

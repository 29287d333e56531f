"""Stretches of time as people mean them: local days with both ends in, and the steps of a report, in any zone."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

QUARTER = timedelta(minutes=15)
_DAY = timedelta(days=1)
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


class Grain(StrEnum):
    """What one row of a report sums, in the account's zone; of `hour_of_week` there are 168, Monday's first hour is 0."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    TOTAL = "total"
    HOUR_OF_WEEK = "hour_of_week"

    @property
    def is_over_time(self) -> bool:
        """Return whether the rows follow each other in time."""
        return self not in {Grain.TOTAL, Grain.HOUR_OF_WEEK}


@lru_cache(maxsize=4096)
def first_moment(day: date, zone: str) -> datetime:
    """Return the instant at which a local day begins: of a midnight that the clock skips the next, of a repeated one the first."""
    return datetime.combine(day, time.min, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def days(first: date, last: date, zone: str) -> tuple[datetime, datetime]:
    """Return the instants `start <= t < end` of local days, both of them included."""
    return first_moment(first, zone), first_moment(last + _DAY, zone)


def begin(at: datetime, grain: Grain, zone: str) -> datetime:
    """Return the instant at which the hour, day, week (Monday) or month around an instant begins in a zone."""
    here = at.astimezone(ZoneInfo(zone))
    if grain is Grain.HOUR:
        return at.astimezone(UTC) - timedelta(minutes=here.minute, seconds=here.second, microseconds=here.microsecond)
    return first_moment(first_day(here.date(), grain), zone)


def first_day(day: date, grain: Grain) -> date:
    """Return the first day of the week or month around a day; a day is its own."""
    if grain is Grain.WEEK:
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if grain is Grain.MONTH else day


def hour_of_week(at: datetime, zone: str) -> int:
    """Return which hour of the local week an instant is in: 0 is Monday's first."""
    here = at.astimezone(ZoneInfo(zone))
    return here.weekday() * 24 + here.hour


def steps(start: datetime, end: datetime, grain: Grain, zone: str) -> Iterator[datetime]:
    """Yield the beginning of every hour, day, week or month that has a quarter of an hour in `start <= t < end`, in order."""
    stride = QUARTER if grain is Grain.HOUR else _DAY
    quarter = start.astimezone(UTC) + (_EPOCH - start) % QUARTER
    told = None
    while quarter < end:
        found = begin(quarter, grain, zone)
        if found != told:
            yield found
        told = found
        quarter = quarter + stride if grain is Grain.HOUR else max(quarter + QUARTER, _next(quarter, zone))


def _next(at: datetime, zone: str) -> datetime:
    return first_moment(at.astimezone(ZoneInfo(zone)).date() + _DAY, zone)

"""What the address of a campaign's report asks: days, engagement and entry point; of a list behind a number also verdict, hour and step."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse

from antiphon.metrics.ranges import Grain, first_moment, steps
from antiphon.workspace import words

EVER = (datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC))
STEPS = (Grain.HOUR, Grain.DAY, Grain.WEEK)
_HOURS_OF_WEEK = 168
_YEARS = range(2000, 2101)
_LONGEST_STEP = timedelta(days=15)
_MOST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Asked:
    """Days are the account's, both included; without them everything. `at` begins a step of `grain`, `hour` is one of the week's 168."""

    first: date | None = None
    last: date | None = None
    engagement: int | None = None
    entry_point: int | None = None
    source: int | None = None
    verdict: str = ""
    currency: str = ""
    hour: int | None = None
    grain: Grain | None = None
    at: datetime | None = None
    after: UUID | None = None

    @property
    def of_report(self) -> "Asked":
        """Return what the whole report is narrowed to."""
        return Asked(self.first, self.last, self.engagement, self.entry_point)

    @property
    def is_narrow(self) -> bool:
        """Return whether less than everything is asked for."""
        return self.of_report != Asked()

    @property
    def filters(self) -> dict[str, list[int | str | None]]:
        """Return the dimensions that are narrowed, the campaign's own beside them."""
        narrowed = {"engagement": self.engagement, "entry_point": self.entry_point, "verdict": self.verdict or None}
        return {name: [value] for name, value in narrowed.items() if value is not None}

    def window(self, zone: str) -> tuple[datetime, datetime]:
        """Return the instants `start <= t < end` of the days, and of the step inside them."""
        start = first_moment(self.first, zone) if self.first else EVER[0]
        end = first_moment(self.last + timedelta(days=1), zone) if self.last else EVER[1]
        if self.at is None or self.grain is None:
            return start, end
        return max(start, self.at), min(end, step_end(self.at, self.grain, zone))

    def query(self) -> str:
        """Return the question as the query of an address."""
        told = {one.name: getattr(self, one.name) for one in fields(self)}
        return urlencode({name: _written(value) for name, value in told.items() if value not in (None, "")})


def read(given: Mapping[str, Any]) -> tuple[Asked, list[str]]:
    """Return what an address asks, and the words of it that mean nothing."""
    known: dict[str, Any] = {}
    left_out = []
    for name, meaning in _READERS.items():
        word = str(given.get(name, "")).strip()
        if not word:
            continue
        try:
            known[name] = meaning(word)
        except (ValueError, OverflowError):
            left_out.append(word[:40])
    asked = Asked(**known)
    if (asked.at is None) != (asked.grain is None):
        asked = replace(asked, at=None, grain=None)
    if asked.first and asked.last and asked.first > asked.last:
        asked = replace(asked, first=asked.last, last=asked.first)
    return asked, left_out


def step_end(at: datetime, grain: Grain, zone: str) -> datetime:
    """Return where the next hour, day or week begins."""
    found = steps(at, at + _LONGEST_STEP, grain, zone)
    next(found)
    return next(found)


def report_url(campaign_id: int, asked: Asked) -> str:
    """Return the address of the report."""
    return _address("campaign-report", [campaign_id], asked.of_report)


def list_url(campaign_id: int, metric: str, asked: Asked, **narrower: Any) -> str:
    """Return the address of what a number of the report counts."""
    return _address("campaign-report-list", [campaign_id, metric], replace(asked, **narrower))


def file_url(campaign_id: int, metric: str, asked: Asked) -> str:
    """Return the address of a list as a file, without its format."""
    return _address("campaign-report-file", [campaign_id, metric], replace(asked, after=None))


def _address(name: str, at: list[object], asked: Asked) -> str:
    query = asked.query()
    return reverse(name, args=at) + (f"?{query}" if query else "")


def _written(value: object) -> str:
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ") if isinstance(value, datetime) else str(value)


def _day(word: str) -> date:
    found = date.fromisoformat(word)
    if found.year not in _YEARS:
        raise ValueError(word)
    return found


def _instant(word: str) -> datetime:
    found = datetime.fromisoformat(word)
    if found.tzinfo is None or found.year not in _YEARS:
        raise ValueError(word)
    return found.astimezone(UTC)


def _number(most: int) -> Callable[[str], int]:
    def read_number(word: str) -> int:
        if not (word.isascii() and word.isdecimal() and int(word) <= most):
            raise ValueError(word)
        return int(word)

    return read_number


def _verdict(word: str) -> str:
    if word not in words.VERDICTS:
        raise ValueError(word)
    return word


def _currency(word: str) -> str:
    if not (word.isascii() and word.isalpha() and word.isupper() and len(word) == 3):  # noqa: PLR2004 - ISO 4217
        raise ValueError(word)
    return word


def _grain(word: str) -> Grain:
    if word not in STEPS:
        raise ValueError(word)
    return Grain(word)


_READERS: dict[str, Callable[[str], Any]] = {
    "first": _day,
    "last": _day,
    "engagement": _number(_MOST_ID),
    "entry_point": _number(_MOST_ID),
    "source": _number(_MOST_ID),
    "verdict": _verdict,
    "currency": _currency,
    "hour": _number(_HOURS_OF_WEEK - 1),
    "grain": _grain,
    "at": _instant,
    "after": UUID,
}

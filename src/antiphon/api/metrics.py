"""Metrics: any of them, by any dimension, over any time; exact at once."""

from datetime import UTC, date, datetime, time
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import ConfigDict, Field

from antiphon.accounts.models import Account
from antiphon.api.access import May, caller_of
from antiphon.kit.db import account
from antiphon.kit.problems import Invalid
from antiphon.metrics.dictionary import DIMENSIONS
from antiphon.metrics.report import Item, report

router = Router(tags=["metrics"])
_LONGEST_ID = 18
_EVER = (datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC))


class Asked(Schema):
    """What is asked; lists by repeating or by commas. A day is the account's; `to` is left out."""

    metric: list[str]
    by: list[str] = []
    from_: str | None = Field(None, alias="from", description="a day or an instant")
    to: str | None = Field(None, description="a day or an instant, left out")
    grain: str = Field("total", description="hour, day, week, month, total or hour_of_week")
    time_zone: str | None = Field(None, description="left out: the account's")


class Filters(Schema):
    """What the sums are narrowed to: ids or words, `none` for what a fact does not have; several by commas."""

    model_config = ConfigDict(extra="ignore")
    campaign_type: str | None = None
    campaign: str | None = None
    engagement: str | None = None
    entry_point: str | None = None
    source: str | None = None
    skill: str | None = None
    language: str | None = None
    verdict: str | None = None
    agent: str | None = None
    closed_by: str | None = None


class ItemOut(Schema):
    """One metric in one stretch of time; durations with mean and percentiles in seconds, rates by what they divide by.

    A share has `over`, what it divides by; without that its value is null. Hour 0 of the week is Monday's first.
    """

    metric: str
    at: datetime | None
    hour_of_week: int | None
    by: dict[str, int | str | None]
    value: int | float | None
    currency: str | None
    mean: float | None
    p50: float | None
    p90: float | None
    rates: dict[str, float]
    over: str | None


class ReportOut(Schema):
    """A report; there is no next page. `totals` are the metrics over everything that the items are of, in the same instant."""

    items: list[ItemOut]
    totals: list[ItemOut]
    next: None
    start: datetime | None
    end: datetime | None
    grain: str
    time_zone: str


@router.get("metrics", response=ReportOut, auth=May("metrics.read"), summary="Read metrics")
def read_metrics(request: HttpRequest, asked: Annotated[Asked, Query(...)], filters: Annotated[Filters, Query(...)]) -> dict[str, Any]:
    """Sums over counters that move with every fact. An unknown name answers 422 with the ones there are."""
    account_id = caller_of(request).account_id
    zone = asked.time_zone or Account.objects.values_list("time_zone", flat=True).get(id=account_id)
    start = _instant(asked.from_, zone, field="from") if asked.from_ else None
    end = _instant(asked.to, zone, field="to") if asked.to else None
    narrowed = {name: _values(name, given) for name, given in filters.dict(exclude_none=True).items()}
    with account(account_id) as db:
        found = report(
            db,
            account_id,
            metrics=_parts(asked.metric),
            by=_parts(asked.by),
            filters=narrowed,
            start=start or _EVER[0],
            end=end or _EVER[1],
            grain=asked.grain,
            time_zone=zone,
        )
    told = {"items": [shown(item) for item in found.items], "totals": [shown(item) for item in found.totals]}
    return told | {"next": None, "start": start, "end": end, "grain": found.grain, "time_zone": found.time_zone}


def shown(item: Item) -> dict[str, Any]:
    """Return an item as the API writes it."""
    return {name: getattr(item, name) for name in ItemOut.model_fields} | {"currency": item.currency or None, "over": item.over or None}


def _parts(given: list[str]) -> list[str]:
    return [part.strip() for text in given for part in text.split(",") if part.strip()]


def _values(name: str, given: str) -> list[int | str | None]:
    parts = _parts([given])
    if not DIMENSIONS[name].is_number:
        return [*parts]
    return [int(part) if part.isdecimal() and len(part) <= _LONGEST_ID else part for part in parts]


def _instant(text: str, zone: str, *, field: str) -> datetime:
    """Return a day's first moment in the zone, or an instant. Raises Invalid."""
    try:
        if len(text) == len("2026-03-24"):
            return datetime.combine(date.fromisoformat(text), time.min, tzinfo=ZoneInfo(zone)).astimezone(UTC)
        found = datetime.fromisoformat(text.replace(" ", "+"))
    except (ValueError, OverflowError, KeyError):
        found = None
    if found is None or found.tzinfo is None:
        raise Invalid("bad_time", "{what} needs a day such as 2026-03-24, or an instant with its zone.", field=field, what=field)
    return found

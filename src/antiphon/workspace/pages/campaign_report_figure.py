"""A number of a campaign's report as it reads, with its rate and the way to what it counts."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from antiphon.metrics.report import Item
from antiphon.workspace import times
from antiphon.workspace.pages.campaign_report_asked import Asked, list_url

Items = Mapping[tuple[str, str], Item]
"""Items by metric and currency."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number as it reads, its rate, and the address of what it counts."""

    text: str
    rate: str = ""
    url: str = ""


def count_of(campaign_id: int, asked: Asked, totals: Items, metric: str, **narrower: Any) -> Figure:
    """Return a count with the way to its list, which may be narrower than the report."""
    found = totals.get((metric, ""))
    return Figure(f"{found.count if found else 0:,}", "", list_url(campaign_id, metric, asked, **narrower))


def share_of(part: int, base: int, name: str) -> str:
    """Return a share with what it is of; nothing of nothing."""
    return _("%(share).1f %% of %(base)s") % {"share": 100 * part / base, "base": name} if base else ""


def amounts_of(items: Items) -> dict[str, Decimal]:
    """Return what goals are worth, by currency; what was taken back is worth nothing."""
    return {currency: Decimal(one.value) for (name, currency), one in items.items() if name == "goal_value" and one.value}


def span_of(seconds: float | None) -> str:
    """Return a length of time, or nothing where none was measured."""
    return "" if seconds is None else times.span(seconds)

"""What is kept for a time: each kind with its default, and the shortest and longest that may be chosen."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final


@dataclass(frozen=True, slots=True)
class Kept:
    """One kind: days by default, at least, at most (None: for ever may be chosen)."""

    default: int | None
    least: int
    most: int | None = None


KINDS: Final[dict[str, Kept]] = {
    "arrivals": Kept(40, least=7),
    "notices": Kept(750, least=60),
    "conversations": Kept(750, least=30),
    "events": Kept(90, least=7),
    "webhook_log": Kept(30, least=1, most=30),
    "audit": Kept(1095, least=30),
    "files": Kept(7, least=1, most=30),
}
"""`arrivals`: webhooks as they came in, quarantined ones too. `notices`: with delivery reports. `conversations`: closed ones, with replies,
answers, decisions, steps, conversions and test texts. `events`: what the event stream can be read from. `webhook_log`: what was delivered
to receivers. `audit`: the trail. `files`: results of long work."""
MONTHLY: Final = {"arrivals": "arrival", "notices": "notice", "events": "event"}
"""Kinds whose table is parted by months, and that table."""


def past(days: int | None, *, at: datetime) -> datetime | None:
    """Return the instant before which a kind is not kept; None for what is kept for ever."""
    return None if days is None else at - timedelta(days=days)


def is_left_to_months(days: int | None, longest: int | None) -> bool:
    """Tell whether rows need not be deleted one by one: no account keeps them longer, so their months go whole."""
    return days is not None and days == longest

"""What a call's end means for a delivery and its endpoint: pure. Retries for more than three days, the receiver's wishes respected."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

WAITS = tuple(timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 28_800, *[43_200] * 7))
"""How long to wait after the first failed attempt, the second and so on: together more than three days, whatever the jitter."""

JITTER = 0.2
LONGEST_WISH = timedelta(days=1)
FAILING = timedelta(days=5)
"""An endpoint that nothing has reached for so long is switched off."""

_GONE = 410
_OK = range(200, 300)
_REDIRECTS = range(300, 400)
_WISHES = {429, 503}


@dataclass(frozen=True, slots=True)
class Ended:
    """How a call ended: a status, or what broke."""

    status: int | None
    error: str = ""
    retry_after: str = ""
    answer: str = ""
    took_ms: int = 0


@dataclass(frozen=True, slots=True)
class Ruling:
    """What follows: the delivery's state, when it is tried again, what is said of a failure, and the endpoint's state if it changes."""

    state: str
    next_at: datetime
    error: str = ""
    endpoint_state: str = ""

    @property
    def is_delivered(self) -> bool:
        """Return whether the receiver took it."""
        return self.state == "delivered"


def ruling(ended: Ended, *, attempts: int, failing_since: datetime | None, at: datetime, chance: float) -> Ruling:
    """Rule on a call that ended at `at`; `attempts` counts it, `chance` (0 to 1) spreads retries.

    2xx is delivered. 410 switches the endpoint off, as does failing for five days. 429 and 503 may say when to come again, up to a day.
    Anything else, redirects too, is tried again until the waits are used up.
    """
    if ended.status in _OK:
        return Ruling("delivered", at)
    error = said(ended)
    if ended.status == _GONE:
        return Ruling("waiting", at, error, "gone")
    endpoint = "failing" if failing_since is not None and at - failing_since >= FAILING else ""
    if attempts > len(WAITS):
        return Ruling("given_up", at, error, endpoint)
    wait = WAITS[attempts - 1] * (1 + JITTER * (2 * chance - 1))
    wish = _wish(ended, at=at) if ended.status in _WISHES else timedelta()
    return Ruling("waiting", at + max(wait, wish), error, endpoint)


def said(ended: Ended) -> str:
    """Return what is said of a failed call."""
    if ended.status is None:
        return ended.error
    if ended.status in _REDIRECTS:
        return f"answered {ended.status}: redirects are not followed"
    return f"answered {ended.status}"


def _wish(ended: Ended, *, at: datetime) -> timedelta:
    """Return how long the receiver asks to be left alone, in seconds or until a date; what cannot be read asks nothing."""
    text = ended.retry_after.strip()
    if text.isdecimal() and text.isascii():
        return min(timedelta(seconds=min(int(text[:9]), LONGEST_WISH.total_seconds())), LONGEST_WISH)
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return timedelta()
    seconds = (until.replace(tzinfo=until.tzinfo or UTC) - at).total_seconds()
    return timedelta() if math.isnan(seconds) else min(max(timedelta(seconds=seconds), timedelta()), LONGEST_WISH)

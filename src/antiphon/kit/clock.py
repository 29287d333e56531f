"""The one place that asks what time it is; everything below the edge takes time as an argument."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

_clock: Callable[[], datetime] = lambda: datetime.now(UTC)  # noqa: E731 - a replaceable function, not a definition


def now() -> datetime:
    """Return the present instant, aware, in UTC."""
    return _clock()


@contextmanager
def replaced(clock: Callable[[], datetime]) -> Iterator[None]:
    """Let another clock tell the time for a while: tests, the demo, benchmarks."""
    global _clock  # noqa: PLW0603 - one clock per process is the point
    before, _clock = _clock, clock
    try:
        yield
    finally:
        _clock = before

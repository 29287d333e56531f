"""A clock that stands still until a test moves it."""

from datetime import UTC, datetime, timedelta


class Clock:
    """Tells one instant; `forward` moves it."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **parts: float) -> datetime:
        """Move on by a timedelta's parts and return the new instant."""
        self.at += timedelta(**parts)
        return self.at


# 24 March 2026, 11:42 in Amsterdam: five days before its clocks go forward.
START = datetime(2026, 3, 24, 10, 42, tzinfo=UTC)

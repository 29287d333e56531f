"""What new facts contribute to the counters, said in Python: the line knows them already and need not read them back.

The definition is the views (accounts/migrations/sql/contributions.sql); a test compares the two. Changes and recounts use the views.
"""

from collections.abc import Iterator
from datetime import datetime
from math import floor, log

Key = tuple[str, int, str, int, int, int, int, int, str, str, int, str, int, str]
"""The values of `metrics.verbs.KEY`; the bucket as the number of the quarter of an hour since 1970."""

Under = tuple[int, int, int, int, str] | None
"""What a fact is counted under: campaign, engagement, entry point, skill, language."""

QUARTER_SECONDS = 900
MICROS = 1_000_000
# Of bands.WIDTH, as the server has it to the last digit: it takes this logarithm as a numeric.
_LOG_OF_WIDTH = 0.048790164169432003
_UNMAPPED = (0, 0, 0, 0, "")


def of_notice(*, sent_at: datetime, source_id: int, under: Under) -> Iterator[tuple[Key, int]]:
    """Give what a new, counted notice contributes: each key with its total in millionths."""
    campaign, engagement, entry_point, skill, language = under or _UNMAPPED
    kind = "outbound" if under else "none"
    yield ("sent", quarter(sent_at), kind, campaign, engagement, entry_point, source_id, skill, language, "", 0, "", 0, ""), 0


def of_reply(
    *, replied_at: datetime, source_id: int, under: Under, verdict: str, is_first: bool, seconds: float | None
) -> Iterator[tuple[Key, int]]:
    """Give what a new reply contributes; `seconds` since its notice."""
    campaign, engagement, entry_point, skill, language = under or _UNMAPPED
    kind = "outbound" if under else "none"
    shared = (quarter(replied_at), kind, campaign, engagement, entry_point, source_id, skill, language, verdict, 0, "")
    yield ("replies", *shared, 0, ""), 0
    if is_first:
        yield ("time_to_reply", *shared, band(seconds or 0.0), ""), round((seconds or 0.0) * MICROS)


def of_conversation(
    *, started_at: datetime, source_id: int, link: tuple[int | None, int | None, int | None], skill_id: int, language: str, verdict: str,
    goal_kind: str,
) -> Iterator[tuple[Key, int]]:  # fmt: skip
    """Give what a conversation that replies started contributes; `link`: campaign, engagement, entry point."""
    campaign, engagement, entry_point = link
    kind = "none" if campaign is None else "outbound"
    shared = (
        quarter(started_at), kind, campaign or 0, engagement or 0, entry_point or 0, source_id, skill_id, language, verdict, 0, "", 0, "",
    )  # fmt: skip
    yield ("conversations_started", *shared), 0
    if goal_kind == "conversation" and campaign is not None:
        yield ("goals", *shared), 0


def quarter(at: datetime) -> int:
    """Return the number of the quarter of an hour that an instant is in."""
    return int(at.timestamp() // QUARTER_SECONDS)


def band(seconds: float) -> int:
    """Return the band of a duration, as `duration_band` does."""
    return 0 if seconds < 1 else 1 + floor(log(seconds) / _LOG_OF_WIDTH)

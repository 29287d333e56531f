"""Scenes whose every instant lies on, just before or just after an edge of the rule."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Protocol, TypeVar
from uuid import UUID

from hypothesis import strategies as st

from antiphon.attribution.decide import Holding, Notice, SourceRules
from antiphon.attribution.types import EntryPointKind, Question
from antiphon.kit.ids import uuid7

from .scenes import Scene

MICROSECOND = timedelta(microseconds=1)
DAY = timedelta(hours=24)
MINUTE = timedelta(minutes=1)
# Noon in winter; the hours in which Amsterdam's and New York's clocks change; a month's end, where partitions meet.
ANCHORS = (
    datetime(2026, 2, 10, 11, tzinfo=UTC),
    datetime(2026, 3, 29, 1, tzinfo=UTC),
    datetime(2026, 4, 1, 0, tzinfo=UTC),
    datetime(2026, 11, 1, 6, tzinfo=UTC),
)
LOOK_BACK = {1: timedelta(days=30), 2: timedelta(days=1)}
TOLERANCE = {1: 10 * MINUTE, 2: 0 * MINUTE}
CONSUMERS = (UUID(int=1), UUID(int=2))
CAMPAIGN_KEYS = ("", "c1", "c2", "c9")
NUMBER_KEYS = ("", "+31611111111", "+31622222222", "brand")
REFERENCES = ("", "", "", "r1", "r1", "ours")
T = TypeVar("T")


class Pick(Protocol):
    """Chooses one of several values: Hypothesis where failures must shrink, a seeded random where many scenes are needed fast."""

    def __call__(self, values: Sequence[T], /) -> T: ...


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    """Draw a scene."""

    def pick(values: Sequence[T], /) -> T:
        return draw(st.sampled_from(values))

    return scene(pick)


def random_scene(seed: int) -> Scene:
    """Return the scene of a seed."""
    return scene(Random(seed).choice)


def scene(pick: Pick) -> Scene:
    """Return two sources, some campaigns around one anchor, notices at its edges, and replies on it."""
    anchor = pick(ANCHORS)
    ages = tuple(pick(_AGES) + pick(_JITTER) for _ in range(4))  # few, so that notices tie
    sources = tuple(SourceRules(i, LOOK_BACK[i], TOLERANCE[i], frozenset(pick(_IGNORED))) for i in (1, 2))
    return Scene(
        sources=sources,
        notices=tuple(_notice(pick, anchor - pick(ages), number) for number in range(pick((0, 4, 6, 9)))),
        holdings=_holdings(pick, anchor),
        answer_references=frozenset(pick(((), ("ours",)))),
        questions=tuple(_question(pick, anchor) for _ in range(8)),
    )


_JITTER = (timedelta(), timedelta(), -MICROSECOND, MICROSECOND)
_AGES = (timedelta(), MINUTE, DAY, 7 * DAY, 30 * DAY, 31 * DAY, 60 * DAY, -2 * MINUTE, -10 * MINUTE, -DAY)
_LATENESS = (timedelta(), timedelta(), -2 * MINUTE, DAY, 40 * DAY)
_IGNORED = ((), (), ("",), ("c1",), ("c9",))
_ENTRY_POINTS = (
    *((EntryPointKind.CAMPAIGN_ID, key) for key in CAMPAIGN_KEYS if key != "c9"),
    *((EntryPointKind.PHONE_NUMBER, key) for key in NUMBER_KEYS),
)


def _notice(pick: Pick, sent_at: datetime, number: int) -> Notice:
    return Notice(
        id=uuid7(sent_at + pick(_LATENESS)),
        source_id=pick((1, 1, 1, 1, 1, 2)),
        consumer_id=pick((*CONSUMERS[:1] * 4, CONSUMERS[1])),
        campaign_key=pick(CAMPAIGN_KEYS),
        sender_key=pick(NUMBER_KEYS),
        sent_at=sent_at,
        sent_at_is_receipt=pick((False, True)),
        dedupe_key=bytes([pick((0, 127, 128, 255)), number]) * 8,
        reference=pick(REFERENCES),
        reference_is_inferred=pick((False, False, True)),
    )


def _holdings(pick: Pick, anchor: datetime) -> tuple[Holding, ...]:
    frames = [_frame(pick, anchor) for _ in range(pick((1, 3, 4)))]
    return tuple(h for engagement_id in range(1, pick((1, 4, 6))) for h in _engagement(pick, engagement_id, frames))


def _engagement(pick: Pick, engagement_id: int, frames: Sequence[tuple[datetime, datetime | None, str]]) -> list[Holding]:
    """Numbers run against ids, so that the one cannot stand in for the other."""
    campaign = pick(range(len(frames)))
    starts_at, ends_at, state = frames[campaign]
    source_id = pick((1, 1, 1, 1, 1, 2))
    is_enabled = pick((True, True, True, False))
    return [
        Holding(
            source_id,
            kind,
            key,
            source_id * 100 + place,
            engagement_id,
            100 - engagement_id,
            engagement_id + 3,
            is_enabled,
            campaign + 1,
            state,
            starts_at,
            ends_at,
        )
        for place, (kind, key) in enumerate(_ENTRY_POINTS)
        if pick((True, False))
    ]


def _frame(pick: Pick, anchor: datetime) -> tuple[datetime, datetime | None, str]:
    starts_at = anchor + pick((timedelta(), -DAY, -DAY, -40 * DAY)) + pick(_JITTER)
    ends_after = pick((timedelta(), DAY, DAY, None))
    ends_at = None if ends_after is None else anchor + ends_after + pick(_JITTER)
    return starts_at, ends_at, pick(("published",) * 9 + ("paused", "draft", "archived"))


def _question(pick: Pick, anchor: datetime) -> Question:
    return Question(
        consumer_id=pick((*CONSUMERS[:1] * 4, CONSUMERS[1])),
        source_id=pick((1, 1, 1, 1, 1, 2)),
        replied_at=anchor + pick((timedelta(), timedelta(), timedelta(), DAY, -DAY)) + pick(_JITTER),
        to_key=pick(NUMBER_KEYS),
        campaign_key=pick(("", "", "", *CAMPAIGN_KEYS)),
        reference=pick(REFERENCES),
        answers_us=pick((False, False, False, True)),
    )

"""What new facts contribute is defined twice, as views and in Python: both say the same of any new fact."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from antiphon.conversations.models import Conversation
from antiphon.intake.models import Notice, Reply
from antiphon.kit.db import account
from antiphon.kit.ids import uuid7
from antiphon.metrics import contributions
from antiphon.metrics.recount import counter_differences
from antiphon.metrics.verbs import counting
from tests.metrics.facts import new_account

pytestmark = pytest.mark.django_db(databases=["default", "owner"])
QUARTER = datetime(2026, 11, 3, 10, 15, tzinfo=UTC)
INSTANTS = st.sampled_from([-900_000_000, -1, 0, 1, 899_999_999, 900_000_000]).map(lambda micros: QUARTER + timedelta(microseconds=micros))
EDGES = [edge + nudge for band in (0, 1, 2, 40, 200, 300) for edge in (1.05**band,) for nudge in (-1e-6, 0.0, 1e-6)]
SECONDS = (
    st.none()
    | st.sampled_from([0.0, 0.999999, 1.0, *(round(edge, 6) for edge in EDGES)])
    | st.integers(0, 5 * 10**12).map(lambda micros: micros / 1_000_000)
)
UNDER = st.none() | st.tuples(st.integers(1, 3), st.integers(1, 3), st.integers(1, 3), st.integers(1, 3), st.sampled_from(["nl", "en"]))
VERDICTS = st.sampled_from(["linked_by_campaign_id", "no_broadcast"])
often = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def columns(under: contributions.Under) -> dict[str, Any]:
    """Return what a fact stores of what it is counted under."""
    names = ("campaign_id", "engagement_id", "entry_point_id", "skill_id", "language")
    return {f"counted_{name}": value for name, value in zip(names, under, strict=True)} if under else {}


def agrees(store: Callable[[int], Any]) -> bool:
    """Tell whether a recount finds nothing after a fact was stored and its contributions were put in; and something without them."""
    with account(new_account(f"North {uuid7()}")) as db:
        north = int(db.execute("select current_setting('antiphon.account')").fetchone()[0])  # type: ignore[index]
        said = store(north)
        missed = len(counter_differences(db, north))
        with counting(db, north) as tally:
            tally.contributed(said)
        return missed > 0 and counter_differences(db, north) == []


@often
@given(at=INSTANTS, under=UNDER)
def test_of_a_notice(at: datetime, under: contributions.Under) -> None:
    def store(north: int) -> Any:
        Notice.objects.create(
            account_id=north, id=uuid7(at), source_id=3, consumer_id=uuid7(at), external_campaign="", campaign_key="", sender="",
            sender_key="", text="", sent_at=at, sent_at_is_receipt=True, received_at=at, dedupe_key=b"n", is_counted=True, **columns(under),
        )  # fmt: skip
        return contributions.of_notice(sent_at=at, source_id=3, under=under)

    assert agrees(store)


@often
@given(at=INSTANTS, under=UNDER, verdict=VERDICTS, is_first=st.booleans(), seconds=SECONDS)
def test_of_a_reply(at: datetime, under: contributions.Under, verdict: str, is_first: bool, seconds: float | None) -> None:
    def store(north: int) -> Any:
        Reply.objects.create(
            account_id=north, id=uuid7(at), source_id=3, consumer_id=uuid7(at), conversation_id=uuid7(at), to_number="", to_key="", text="",
            replied_at=at, received_at=at, dedupe_key=b"r", verdict=verdict, is_first_reply=is_first, seconds_to_reply=seconds,
            **columns(under),
        )  # fmt: skip
        return contributions.of_reply(replied_at=at, source_id=3, under=under, verdict=verdict, is_first=is_first, seconds=seconds)

    assert agrees(store)


@often
@given(at=INSTANTS, campaign=st.none() | st.integers(1, 3), goal=st.sampled_from(["", "conversation", "sale"]), verdict=VERDICTS)
def test_of_a_conversation(at: datetime, campaign: int | None, goal: str, verdict: str) -> None:
    link = (campaign, campaign and campaign * 10, campaign and campaign * 100)

    def store(north: int) -> Any:
        Conversation.objects.create(
            account_id=north, id=uuid7(at), source_id=3, consumer_id=uuid7(at), state="queued", turn="agent", skill_id=5, first_skill_id=5,
            language="nl", verdict=verdict, campaign_id=link[0], engagement_id=link[1], entry_point_id=link[2], goal_kind=goal,
            opening_reply_id=uuid7(at), opening_replied_at=at, opening_dedupe_key=b"a", started_at=at, last_replied_at=at,
            last_to_number="", last_text="", last_at=at, waiting_since=at,
        )  # fmt: skip
        return contributions.of_conversation(
            started_at=at, source_id=3, link=link, skill_id=5, language="nl", verdict=verdict, goal_kind=goal
        )

    assert agrees(store)

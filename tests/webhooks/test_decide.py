from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from antiphon.webhooks.decide import FAILING, JITTER, LONGEST_WISH, WAITS, Ended, Ruling, ruling

AT = datetime(2026, 3, 24, 9, 0, tzinfo=UTC)


def ruled(ended: Ended, *, attempts: int = 1, failing_since: datetime | None = None, chance: float = 0.5) -> Ruling:
    return ruling(ended, attempts=attempts, failing_since=failing_since, at=AT, chance=chance)


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_two_hundreds_are_delivered(status: int) -> None:
    assert ruled(Ended(status)) == Ruling("delivered", AT)


@pytest.mark.parametrize("status", [None, 100, 301, 302, 307, 400, 401, 404, 429, 500, 503])
def test_everything_else_is_tried_again(status: int | None) -> None:
    found = ruled(Ended(status, "no answer within 15 seconds"))
    assert (found.state, found.next_at, found.endpoint_state) == ("waiting", AT + WAITS[0], "")
    assert found.error


def test_retries_go_on_for_three_days_whatever_the_jitter() -> None:
    for chance in (0.0, 0.5, 1.0):
        waited = timedelta()
        for attempt in range(1, len(WAITS) + 1):
            found = ruled(Ended(500), attempts=attempt, chance=chance)
            assert found.state == "waiting"
            waited += found.next_at - AT
        assert waited > timedelta(days=3)
        assert ruled(Ended(500), attempts=len(WAITS) + 1, chance=chance).state == "given_up"


@given(st.integers(1, len(WAITS)), st.floats(0, 1))
def test_jitter_keeps_its_bounds(attempts: int, chance: float) -> None:
    wait = ruled(Ended(500), attempts=attempts, chance=chance).next_at - AT
    assert (1 - JITTER) * WAITS[attempts - 1] <= wait <= (1 + JITTER) * WAITS[attempts - 1] + timedelta(microseconds=1)


def test_gone_is_gone_and_nothing_is_lost() -> None:
    assert (ruled(Ended(410)).state, ruled(Ended(410)).endpoint_state) == ("waiting", "gone")


def test_days_of_failure_switch_it_off() -> None:
    assert ruled(Ended(500), failing_since=AT - FAILING).endpoint_state == "failing"
    assert ruled(Ended(500), failing_since=AT - FAILING + timedelta(seconds=1)).endpoint_state == ""
    assert ruled(Ended(200), failing_since=AT - FAILING).endpoint_state == ""


@pytest.mark.parametrize(
    ("said", "wait"),
    [
        ("120", timedelta(seconds=120)),
        ("1", WAITS[0]),
        (format_datetime(AT + timedelta(hours=2), usegmt=True), timedelta(hours=2)),
        (format_datetime(AT - timedelta(hours=2), usegmt=True), WAITS[0]),
        ("99999999999999999999", LONGEST_WISH),
        (format_datetime(AT + timedelta(days=900), usegmt=True), LONGEST_WISH),
        ("soon", WAITS[0]),
        ("-5", WAITS[0]),
        ("", WAITS[0]),
        ("\u0663", WAITS[0]),
    ],
)
def test_a_receiver_may_ask_for_time(said: str, wait: timedelta) -> None:
    for status in (429, 503):
        assert ruled(Ended(status, retry_after=said)).next_at == AT + wait
    assert ruled(Ended(500, retry_after=said)).next_at == AT + WAITS[0]


@given(st.text(max_size=40))
def test_no_wish_breaks_it(said: str) -> None:
    assert AT < ruled(Ended(429, retry_after=said)).next_at <= AT + LONGEST_WISH

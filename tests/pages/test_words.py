"""How spans, due times and frames are written, and where the drawings put them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from antiphon.workspace import draw, times, words
from antiphon.workspace.templatetags.pages import count, phone

NOW = datetime(2026, 3, 26, 10, 42, tzinfo=UTC)
TODAY = date(2026, 3, 26)


@pytest.mark.parametrize(
    ("seconds", "written"),
    [
        (-5, "0 s"),
        (38, "38 s"),
        (59.9, "59 s"),
        (60, "1 min"),
        (3599, "59 min"),
        (3900, "1 h 05"),
        (86400, "1 day"),
        (178_300, "2 days, 1 h 31"),
    ],
)
def test_spans(seconds: float, written: str) -> None:
    assert times.span(seconds) == written


@pytest.mark.parametrize(
    ("minutes", "state", "written"), [(-2, "late", "2 min over"), (6, "soon", "in 6 min"), (10, "soon", "in 10 min"), (11, "", "in 11 min")]
)
def test_due_times(minutes: int, state: str, written: str) -> None:
    at = NOW + timedelta(minutes=minutes)
    assert (times.due_state(at, now=NOW), times.due(at, now=NOW)) == (state, written)
    assert times.due_state(None, now=NOW) == ""


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "written", "left"),
    [
        (date(2026, 3, 24), date(2026, 4, 7), "24 Mar – 7 Apr", "12 days left"),  # noqa: RUF001
        (date(2026, 3, 24), date(2026, 3, 26), "24 – 26 Mar", "last day"),  # noqa: RUF001
        (date(2026, 3, 27), date(2026, 3, 27), "27 Mar", "starts in 1 day"),
        (date(2026, 2, 10), None, "10 Feb, no end", ""),
        (date(2025, 12, 30), date(2026, 1, 2), "30 Dec 2025 – 2 Jan", ""),  # noqa: RUF001
    ],
)
def test_frames(starts_on: date, ends_on: date | None, written: str, left: str) -> None:
    assert times.frame(starts_on, ends_on, today=TODAY) == written
    assert times.frame_left(starts_on, ends_on, today=TODAY) == left


def test_instants_are_written_in_the_zone_in_force() -> None:
    late = datetime(2026, 3, 25, 23, 30, tzinfo=UTC)
    with timezone.override(ZoneInfo("Europe/Amsterdam")):
        assert times.moment(late, now=NOW) == "00:30"
        assert times.day(late, now=NOW) == "Today"
    with timezone.override(ZoneInfo("America/New_York")):
        assert times.moment(late, now=NOW) == "25 Mar 19:30"
        assert times.day(late, now=NOW) == "Yesterday"


def test_a_funnels_band_is_on_a_square_root_scale() -> None:
    assert draw.band([100, 25, 0]) == ["M0 0.0H62L100 36.0V72H0z", "M0 36.0H62L100 72.0V72H0z", "M0 72.0H62L100 72.0V72H0z"]
    assert draw.band([0, 0]) == ["M0 72.0H62L100 72.0V72H0z"] * 2


def test_frames_share_one_axis() -> None:
    axis = draw.axis([(date(2026, 3, 24), date(2026, 4, 7)), (date(2020, 1, 1), None)], today=TODAY)
    assert axis.first == TODAY - timedelta(days=123)
    assert axis.x(axis.first) == 0
    assert axis.x(date(2030, 1, 1)) == draw.AXIS
    bar, endless = axis.bar(date(2026, 3, 24), date(2026, 4, 7)), axis.bar(date(2020, 1, 1), None)
    assert float(bar.x) < axis.x(TODAY) < float(bar.x) + float(bar.width)
    assert (endless.x, endless.width, endless.is_open) == ("0.0", "240.0", True)


def test_the_line_of_a_decision_holds_the_look_back_and_the_reply() -> None:
    line = draw.line(NOW, look_back_days=30, texts=[NOW - timedelta(days=34), NOW - timedelta(days=400)])
    assert line.holds(NOW - timedelta(days=34))
    assert not line.holds(NOW - timedelta(days=400))
    assert line.x(line.look_back_from) < line.x(NOW) < line.x(line.last)


def test_numbers_and_phones() -> None:
    assert (count(4812), count(0), count(None)) == ("4,812", "0", "–")  # noqa: RUF001
    assert (phone("+31612345678"), phone("3669"), phone("Noordgarage")) == ("+31 6 12345678", "3669", "Noordgarage")


def test_every_verdict_state_and_reason_has_its_word() -> None:
    from antiphon.attribution.types import Verdict  # noqa: PLC0415 - here only
    from antiphon.campaigns.types import Phase  # noqa: PLC0415 - as above
    from antiphon.conversations.types import AnswerState, ClosedBy, State  # noqa: PLC0415 - as above
    from antiphon.providers.protocol import HookKind, OptOutHow, Reason  # noqa: PLC0415 - as above

    assert set(words.VERDICTS) == set(Verdict)
    assert set(words.CAMPAIGN) == set(Phase)
    assert set(State) <= set(words.CONVERSATION)
    assert set(words.DELIVERY) == set(AnswerState)
    assert set(words.REASONS) == set(Reason)
    assert set(words.CLOSED_BY) == set(ClosedBy)
    assert set(words.OPT_OUTS) == set(OptOutHow)
    assert set(HookKind) <= set(words.HOOKS)

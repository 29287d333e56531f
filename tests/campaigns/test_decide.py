from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from antiphon.campaigns.decide import campaign_id_in, frame, may_become, may_undo_archive, phase, warnings
from antiphon.campaigns.types import Claimant, Claimed, Frame, Phase, WarningCode

NOW = datetime(2026, 3, 24, 12, tzinfo=UTC)
ZONES = ("UTC", "Europe/Amsterdam", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Africa/Cairo", "America/Havana")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("first", "last", "zone", "starts_at", "ends_at"),
    [
        ("2026-03-24", "2026-03-25", "Europe/Amsterdam", "2026-03-23T23:00", "2026-03-25T23:00"),
        ("2026-03-29", "2026-03-29", "Europe/Amsterdam", "2026-03-28T23:00", "2026-03-29T22:00"),  # 23 hours
        ("2026-10-25", "2026-10-25", "Europe/Amsterdam", "2026-10-24T22:00", "2026-10-25T23:00"),  # 25 hours
        ("2026-03-08", "2026-03-08", "America/Havana", "2026-03-08T05:00", "2026-03-09T04:00"),  # midnight is skipped
        ("2026-11-01", "2026-11-01", "America/Havana", "2026-11-01T04:00", "2026-11-02T05:00"),  # midnight comes twice
        ("2026-02-28", "2026-02-28", "Asia/Kathmandu", "2026-02-27T18:15", "2026-02-28T18:15"),
        ("2026-12-31", "2026-12-31", "UTC", "2026-12-31T00:00", "2027-01-01T00:00"),
    ],
)
def test_a_frame_runs_from_the_first_moment_to_the_end_of_the_last_day(
    first: str, last: str, zone: str, starts_at: str, ends_at: str
) -> None:
    found = frame(date.fromisoformat(first), date.fromisoformat(last), time_zone=zone)
    assert found == Frame(utc(starts_at), utc(ends_at))
    assert found.holds(found.starts_at)
    assert found.ends_at is not None
    assert not found.holds(found.ends_at)
    assert found.holds(found.ends_at - timedelta(microseconds=1))


def test_no_last_day_is_no_end_and_a_last_day_before_the_first_is_refused() -> None:
    assert frame(date(2026, 3, 24), None, time_zone="UTC").ends_at is None
    with pytest.raises(ValueError, match="before the first"):
        frame(date(2026, 3, 24), date(2026, 3, 23), time_zone="UTC")


@given(st.dates(date(1990, 1, 1), date(2036, 1, 1)), st.integers(0, 400), st.sampled_from(ZONES))
def test_days_follow_each_other_without_gap_or_overlap(day: date, length: int, zone: str) -> None:
    last = day + timedelta(days=length)
    whole = frame(day, last, time_zone=zone)
    after = frame(last + timedelta(days=1), None, time_zone=zone)
    assert whole.ends_at == after.starts_at
    assert whole.starts_at < after.starts_at
    assert not whole.meets(after)


def test_the_open_ways_between_states() -> None:
    states = ("draft", "published", "paused", "archived")
    open_ways = {(before, after) for before in states for after in states if may_become(before, after)}
    assert open_ways == {
        ("draft", "published"),
        ("draft", "archived"),
        ("published", "paused"),
        ("published", "draft"),
        ("published", "archived"),
        ("paused", "published"),
        ("paused", "draft"),
        ("paused", "archived"),
    }


@pytest.mark.parametrize(
    ("actor", "after", "seconds", "allowed"),
    [
        ("api_key:1", "paused", 120, True),
        ("api_key:2", "paused", 1, False),
        ("api_key:1", "draft", 1, False),
        ("api_key:1", "paused", 121, False),
    ],
)
def test_who_archived_may_undo_that_for_two_minutes(actor: str, after: str, seconds: int, allowed: bool) -> None:
    at = NOW + timedelta(seconds=seconds)
    assert may_undo_archive(archived_at=NOW, archived_by="api_key:1", before="paused", actor=actor, after=after, at=at) is allowed


def test_what_pages_call_a_campaign() -> None:
    within = Frame(NOW, NOW + timedelta(days=1))
    assert phase("published", within, at=NOW - timedelta(microseconds=1)) is Phase.SCHEDULED
    assert phase("published", within, at=NOW) is Phase.LIVE
    assert phase("published", within, at=NOW + timedelta(days=1)) is Phase.ENDED
    assert phase("published", Frame(NOW, None), at=NOW + timedelta(days=999)) is Phase.LIVE
    assert [phase(state, within, at=NOW) for state in ("draft", "paused", "archived")] == ["draft", "paused", "archived"]


@pytest.mark.parametrize(
    ("pasted", "found"),
    [
        ("482137", "482137"),
        ("  Spring 2026 ", "Spring 2026"),
        ("https://www.cm.com/app/campaigns/482137", "482137"),
        ("https://www.cm.com/app/campaigns/482137/edit?tab=2", "482137"),
        ("http://localhost:8090/campaigns/482138", "482138"),
        ("www.cm.com/campaigns/482137/", "482137"),
        ("https://www.cm.com/app?campaignId=A1&x=2", "A1"),
        ("https://www.cm.com/app/#/campaigns/9f8b2c1e-0000-4000-8000-000000000001", "9f8b2c1e-0000-4000-8000-000000000001"),
        ("https://www.cm.com/app#?id=77", "77"),
        ("HTTPS://www.cm.com/campaigns/Spring%20One", "Spring One"),
        ("https://www.cm.com/", ""),
        ("", ""),
    ],
)
def test_a_campaign_id_is_taken_out_of_a_pasted_address(pasted: str, found: str) -> None:
    assert campaign_id_in(pasted) == found


@given(st.text(max_size=200))
def test_whatever_is_pasted_does_not_break_it(text: str) -> None:
    assert campaign_id_in(text) == campaign_id_in(text).strip()


def claimant(
    number: int, *, frame: Frame | None = None, entry_points: tuple[Claimed, ...] = (Claimed(1, "C1", is_heard=True),), **more: object
) -> Claimant:
    given_: dict[str, object] = {
        "campaign_id": number,
        "campaign_name": f"Campaign {number}",
        "engagement_id": number + 100,
        "engagement_number": number,
        "engagement_name": f"Engagement {number}",
        "enabled": True,
        "frame": frame or Frame(NOW, None),
        "time_zone": "Europe/Amsterdam",
        "entry_points": entry_points,
        "skill_name": "care",
        "skill_has_people": True,
        "source_name": "CM",
        "source_is_connected": True,
        "has_note": True,
    }
    return Claimant(**given_ | more)  # type: ignore[arg-type]


def codes(own: Claimant, *others: Claimant, within: Frame | None = None) -> list[tuple[WarningCode, str]]:
    return [(found.code, found.field) for found in warnings([own], others=others, within=within or own.frame, at=NOW)]


def test_nothing_to_warn_of() -> None:
    assert codes(claimant(1)) == []


def test_each_warning_stands_beside_its_field() -> None:
    assert codes(claimant(1, entry_points=())) == [(WarningCode.NO_ENTRY_POINT, "entry_points")]
    assert codes(claimant(1, entry_points=(Claimed(1, "C1", is_heard=False),))) == [(WarningCode.NEVER_HEARD, "entry_points")]
    assert codes(claimant(1, skill_has_people=False)) == [(WarningCode.SKILL_WITHOUT_PEOPLE, "skill")]
    assert codes(claimant(1, source_is_connected=False)) == [(WarningCode.SOURCE_NOT_CONNECTED, "source")]
    assert codes(claimant(1, has_note=False)) == [(WarningCode.NOTE_EMPTY, "note")]
    assert codes(claimant(1), within=Frame(NOW - timedelta(days=2), NOW)) == [(WarningCode.FRAME_IN_PAST, "ends_on")]
    assert codes(claimant(1), within=Frame(NOW - timedelta(days=2), NOW + timedelta(microseconds=1))) == []


def test_an_overlap_needs_a_shared_entry_point_a_shared_instant_and_two_enabled_engagements() -> None:
    day = timedelta(days=1)
    own = claimant(1, frame=Frame(NOW, NOW + day))
    assert codes(own, claimant(2, frame=Frame(NOW + day - timedelta(microseconds=1), None))) == [(WarningCode.OVERLAP, "entry_points")]
    assert codes(own, claimant(2, frame=Frame(NOW + day, None))) == []
    assert codes(own, claimant(2, frame=Frame(NOW - day, NOW))) == []
    assert codes(own, claimant(2, enabled=False)) == []
    assert codes(own, claimant(2, entry_points=(Claimed(2, "C2", is_heard=True),))) == []


def test_an_overlap_says_until_when_and_who_gets_the_replies() -> None:
    own = claimant(2, frame=Frame(NOW, None))
    earlier = claimant(1, frame=Frame(NOW - timedelta(days=1), utc("2026-04-30T22:00")))
    same = claimant(1, frame=Frame(NOW, None))
    assert warnings([own], others=[earlier], within=own.frame, at=NOW)[0].message == (
        "Engagement 1 (Campaign 1) claims C1 too, until 30 April 2026. While both frames hold, replies to it come here."
    )
    assert warnings([own], others=[same], within=own.frame, at=NOW)[0].message == (
        "Engagement 1 (Campaign 1) claims C1 too, without an end. While both frames hold, replies to it go to Engagement 1."
    )

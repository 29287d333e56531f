from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from antiphon.campaigns.decide import difference, frame, may_become, may_undo_archive, odd_days, overlaps, phase, warnings
from antiphon.campaigns.types import Change, Claimant, Claimed, Frame, Phase, WarningCode

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
    return [
        (found.code, found.field) for found in warnings([own], others=others, within=within or own.frame, time_zone=own.time_zone, at=NOW)
    ]


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


def told(own: Claimant, *others: Claimant) -> str:
    found = warnings([own], others=others, within=own.frame, time_zone=own.time_zone, at=NOW)
    return "; ".join(one.message for one in found if one.code is WarningCode.OVERLAP)


def test_an_overlap_says_until_when_who_gets_the_replies_and_why() -> None:
    own = claimant(2, frame=Frame(NOW, utc("2026-04-07T22:00")))
    earlier = claimant(1, frame=Frame(NOW - timedelta(days=1), utc("2026-04-30T22:00")))
    same = claimant(1, frame=Frame(NOW, None))
    assert told(own, earlier) == (
        "Campaign 1 claims C1 too, until 30 April. From 24 March to 7 April replies to it would come here, "
        "because Campaign 2 starts later. Campaign 1 would get none."
    )
    assert told(own, same) == (
        "Campaign 1 claims C1 too, without an end. From 24 March to 7 April replies to it would go to Campaign 1, "
        "because Engagement 1 was added before Engagement 2."
    )
    assert told(same, replace(own, frame=Frame(NOW, None))) == (
        "Campaign 2 claims C1 too, without an end. From 24 March on replies to it would come here, "
        "because Engagement 1 was added before Engagement 2."
    )


def test_two_engagements_of_one_campaign_may_not_both_win() -> None:
    first, second = claimant(1, campaign_id=7), claimant(2, campaign_id=7)
    found = warnings([first, second], others=[], within=first.frame, time_zone="UTC", at=NOW)
    assert [(one.engagement_id, one.what, "would come here" in one.then) for one in found] == [
        (101, "Engagement 2 claims C1 too, without an end.", True),
        (102, "Engagement 1 claims C1 too, without an end.", False),
    ]


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 4)), min_size=2, max_size=5))
def test_of_those_who_claim_one_entry_point_exactly_one_wins_against_all(frames: list[tuple[int, int]]) -> None:
    day = timedelta(days=1)
    made = [claimant(n + 1, frame=Frame(NOW + start * day, NOW + (start + 10 + length) * day)) for n, (start, length) in enumerate(frames)]
    wins = [all(overlap.wins for overlap in overlaps(one, rivals=made)) for one in made]
    assert wins.count(True) == 1
    assert sum(len(overlaps(one, rivals=made)) for one in made) == len(made) * (len(made) - 1)


def test_an_overlap_holds_while_both_frames_do() -> None:
    own, rival = claimant(1, frame=Frame(NOW, None)), claimant(2, frame=Frame(NOW + timedelta(days=1), NOW + timedelta(days=3)))
    (found,) = overlaps(own, rivals=[own, rival])
    assert found.during == rival.frame
    assert not found.wins


def test_a_number_belongs_to_its_source() -> None:
    def warned(*holders: str) -> list[tuple[WarningCode, str]]:
        own = claimant(1, entry_points=(Claimed(1, "+3197", is_heard=False, holders=holders),))
        return [(one.code, one.what) for one in warnings([own], others=[], within=own.frame, time_zone="UTC", at=NOW)]

    assert warned("CM") == []
    assert warned() == [(WarningCode.NUMBER_NOT_CONNECTED, "No connected source has +3197.")]
    assert warned("CM South") == [(WarningCode.NUMBER_NOT_CONNECTED, "+3197 is a number of CM South, not of CM.")]


def test_an_entry_point_that_is_not_in_the_library_has_no_rival() -> None:
    fresh = Claimed(0, "C9", is_heard=True)
    assert codes(claimant(1, entry_points=(fresh,)), claimant(2, entry_points=(fresh,))) == []


def test_the_days_on_which_clocks_change() -> None:
    day = date.fromisoformat
    found = odd_days(day("2026-03-24"), day("2026-04-07"), time_zone="Europe/Amsterdam", until=day("2030-01-01"))
    assert found == [(day("2026-03-29"), 23 * 60)]
    assert odd_days(day("2026-03-24"), None, time_zone="Europe/Amsterdam", until=day("2026-10-25")) == [
        (day("2026-03-29"), 23 * 60),
        (day("2026-10-25"), 25 * 60),
    ]
    assert odd_days(day("2026-04-01"), day("2026-04-10"), time_zone="Australia/Lord_Howe", until=day("2030-01-01")) == [
        (day("2026-04-05"), 24 * 60 + 30)
    ]
    assert odd_days(day("2026-03-24"), None, time_zone="UTC", until=day("2026-10-25")) == []


def test_a_difference_names_what_changed_only() -> None:
    assert difference({"a": 1, "b": 2}, {"a": 1, "b": 3}) == (Change("b", 2, 3),)
    assert difference({"a": 1}, {"a": 1}) == ()

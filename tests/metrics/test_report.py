"""Reports: sums of counters in the account's zone, split, filtered, and equal to the facts."""

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from antiphon.kit.db import account
from antiphon.kit.problems import Invalid
from antiphon.metrics import report as reports
from antiphon.metrics.bands import percentile
from antiphon.metrics.dictionary import DIMENSIONS, METRICS, Unit
from antiphon.metrics.folding import fold
from antiphon.metrics.report import Item, Report, began, report
from tests.metrics.facts import AGENT, AT, SKILL, SOURCE, change, counted, new_account, store_story

pytestmark = pytest.mark.django_db(databases=["default", "owner"])

EVER: dict[str, Any] = {"start": datetime(2026, 1, 1, tzinfo=UTC), "end": datetime(2027, 1, 1, tzinfo=UTC), "time_zone": "Europe/Amsterdam"}


def asked(account_id: int, *metrics: str, **wanted: Any) -> list[Item]:
    with account(account_id) as db:
        return report(db, account_id, metrics=metrics, **(EVER | wanted)).items


def value(items: Sequence[Item]) -> int:
    (item,) = items
    return item.count


def test_every_metric_of_one_story() -> None:
    north = new_account()
    store_story(north, seconds=90)
    found = {item.metric: item for item in asked(north, *METRICS)}
    assert list(found) == list(METRICS)
    assert {name: item.value for name, item in found.items()} == dict.fromkeys(METRICS, 1) | {
        "failed": 0, "replies": 2, "abandoned": 0, "conversations_unlinked": 0, "goal_value": Decimal("249.5"),
        "failure_rate": 0, "abandoned_rate": 0,
    }  # fmt: skip
    assert found["goal_value"].currency == "EUR"
    assert found["time_to_reply"].mean == 90
    assert found["time_to_first_answer"].mean == 300


def test_nothing_is_zero_and_has_no_mean() -> None:
    north = new_account()
    (sent, reply) = asked(north, "sent", "time_to_reply")
    assert (sent.value, reply.value, reply.mean, reply.p50) == (0, 0, None, None)
    assert asked(north, "sent", by=["campaign"]) == []


def test_linked_and_unlinked_conversations_add_up() -> None:
    north = new_account()
    for campaign in (11, 11, 12, None):
        store_story(north, campaign=campaign)
    found = asked(north, "conversations_started", "conversations_linked", "conversations_unlinked")
    assert [item.value for item in found] == [4, 3, 1]
    split = asked(north, "conversations_linked", by=["campaign"])
    assert [(item.by, item.value) for item in split] == [({"campaign": 11}, 2), ({"campaign": 12}, 1)]
    assert [item.by for item in asked(north, "conversations_unlinked", by=["campaign", "campaign_type"])] == [
        {"campaign": None, "campaign_type": "none"}
    ]


def test_every_dimension_splits_and_filters() -> None:
    north = new_account()
    store_story(north, campaign=11)
    store_story(north, campaign=None)
    shown = {
        "campaign_type": "outbound", "campaign": 11, "engagement": 110, "entry_point": 1100, "source": SOURCE, "skill": SKILL + 1,
        "language": "nl", "verdict": "linked_by_campaign_id", "agent": AGENT, "closed_by": "agent",
    }  # fmt: skip
    assert set(shown) == set(DIMENSIONS)
    items = asked(north, "conversations_closed", by=list(DIMENSIONS))
    assert shown in [item.by for item in items]
    for name, own in shown.items():
        only = asked(north, "conversations_closed", filters={name: [own]})
        expected = sum(item.count for item in items if item.by[name] == own)
        assert value(only) == expected > 0
        assert value(asked(north, "conversations_closed", filters={name: [own, 404]})) == expected
        assert value(asked(north, "conversations_closed", filters={name: [404]})) == 0
    assert value(asked(north, "sent", filters={"campaign": ["none"]})) == value(asked(north, "sent", filters={"campaign": [None]})) == 1
    assert value(asked(north, "sent", filters={"campaign": ["11"], "source": [SOURCE]})) == 1


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 28), 24), (date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 10, 26), 24)]
)
def test_a_local_day_has_all_of_its_hours(day: date, hours: int) -> None:
    zone, north = ZoneInfo("Europe/Amsterdam"), new_account()
    begin = datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
    for hour in range(-1, hours + 1):
        store_story(north, at=begin + timedelta(hours=hour))
    days = {item.at: item.count for item in asked(north, "sent", grain="day")}
    assert days[begin.astimezone(zone)] == hours
    assert sorted(days.values())[:2] == [1, 1]
    by_hour = asked(north, "sent", grain="hour", start=begin, end=begin + timedelta(hours=hours))
    assert [item.value for item in by_hour] == [1] * hours


def test_weeks_begin_on_monday_and_months_on_the_first_in_the_zone() -> None:
    north = new_account()
    for at in (datetime(2026, 3, 1, 22, 59, tzinfo=UTC), datetime(2026, 3, 1, 23, 0, tzinfo=UTC), datetime(2026, 2, 28, 23, 0, tzinfo=UTC)):
        store_story(north, at=at)
    weeks = [(item.at.isoformat(), item.value) for item in asked(north, "sent", grain="week") if item.at]
    assert weeks == [("2026-02-23T00:00:00+01:00", 2), ("2026-03-02T00:00:00+01:00", 1)]
    months = [(item.at.isoformat(), item.value) for item in asked(north, "sent", grain="month") if item.at]
    assert months == [("2026-03-01T00:00:00+01:00", 3)]
    utc = [(item.at.isoformat(), item.value) for item in asked(north, "sent", grain="month", time_zone="UTC") if item.at]
    assert utc == [("2026-02-01T00:00:00+00:00", 1), ("2026-03-01T00:00:00+00:00", 2)]


def test_zones_of_half_and_quarter_hours_have_their_own_days() -> None:
    north = new_account()
    store_story(north, at=datetime(2026, 5, 1, 18, 14, tzinfo=UTC))
    store_story(north, at=datetime(2026, 5, 1, 18, 15, tzinfo=UTC))
    days = asked(north, "sent", grain="day", time_zone="Asia/Kathmandu")
    assert [item.at.day for item in days if item.at] == [1, 2]


def test_start_is_in_and_end_is_out() -> None:
    north = new_account()
    store_story(north, at=AT)
    quarter = AT.replace(minute=0)
    assert value(asked(north, "sent", start=quarter, end=quarter + timedelta(minutes=15))) == 1
    assert value(asked(north, "sent", start=quarter + timedelta(minutes=15))) == 0
    assert value(asked(north, "sent", end=quarter)) == 0


def test_rates_say_what_they_divide_by() -> None:
    north = new_account()
    stories = [store_story(north, campaign=campaign) for campaign in (11, 11, 12, 12)]
    (responders,) = asked(north, "responders", filters={"campaign": [11]})
    assert responders.rates == {"delivered": 1.0}
    (delivered,) = asked(north, "delivered")
    assert delivered.rates == {"sent": 1.0}
    with account(north) as db:
        fold(db, north)
        db.execute("update counter set value = 0 where metric = 'delivered' and campaign_id = 12")
        db.execute("update counter set value = 8 where metric = 'sent' and campaign_id = 12")
    found = {item.by["campaign"]: item.rates for item in asked(north, "opt_outs", by=["campaign"])}
    assert found == {11: {"delivered": 1.0}, 12: {"sent": 0.25}}
    goals = {item.by["campaign"]: item.rates for item in asked(north, "goals", by=["campaign"])}
    assert goals[12] == {"conversations_started": 1.0, "sent": 0.25}
    (worth,) = asked(north, "goal_value", filters={"campaign": [12]})
    assert worth.rates == {"conversations_started": 249.5, "sent": 249.5 / 4}
    assert len(stories) == 4


def test_percentiles_come_within_a_band_of_the_truth_and_add_up() -> None:
    chance, north = random.Random(5), new_account()
    seconds = [chance.lognormvariate(6, 1.5) for _ in range(60)]
    for position, duration in enumerate(seconds):
        store_story(north, seconds=duration, at=AT + timedelta(minutes=position))
    (item,) = asked(north, "time_to_reply")
    ordered = sorted(seconds)
    assert item.mean == pytest.approx(sum(seconds) / 60, abs=0.001)
    assert item.p50 == pytest.approx(ordered[29], rel=0.06)
    assert item.p90 == pytest.approx(ordered[53], rel=0.06)


def test_a_percentile_of_one_band_lies_in_it() -> None:
    assert percentile({}, 0.5) is None
    assert percentile({0: 4}, 0.5) == 0.5
    assert 1.0 < (percentile({1: 1}, 0.5) or 0) < 1.05
    assert percentile({3: 0, 10: 2}, 1) == pytest.approx(1.05**10)


@pytest.mark.parametrize(
    ("wanted", "code", "allowed"),
    [
        ({"metrics": ["opens"]}, "unknown_metric", "time_to_first_answer"),
        ({"by": ["campaign", "colour"]}, "unknown_dimension", "closed_by"),
        ({"filters": {"colour": ["red"]}}, "unknown_dimension", "entry_point"),
        ({"filters": {"campaign": ["spring"]}}, "unknown_value", "ids"),
        ({"grain": "minute"}, "unknown_grain", "hour, day, week, month, total"),
        ({"time_zone": "Europe/Atlantis"}, "unknown_time_zone", "Europe/Amsterdam"),
        ({"time_zone": "../../etc"}, "unknown_time_zone", "Europe/Amsterdam"),
    ],
)
def test_what_is_unknown_is_refused_and_told_what_is_known(wanted: dict[str, Any], code: str, allowed: str) -> None:
    north = new_account()
    with account(north) as db:
        assert report(db, north, **({"metrics": ["sent"]} | EVER)).items
        with pytest.raises(Invalid) as refused:
            report(db, north, **({"metrics": ["sent"]} | EVER | wanted))
    assert refused.value.code == code
    assert allowed in refused.value.message


def test_another_account_sees_nothing_of_it() -> None:
    north, south = new_account(), new_account("South")
    store_story(north)
    assert value(asked(south, "sent")) == 0
    assert value(asked(north, "sent")) == 1


def whole(account_id: int, *metrics: str, **wanted: Any) -> Report:
    with account(account_id) as db:
        return report(db, account_id, metrics=metrics, **(EVER | wanted))


def test_totals_are_what_the_items_add_up_to() -> None:
    north = new_account()
    for position, campaign in enumerate((11, 11, 12, None)):
        store_story(north, campaign=campaign, at=AT + timedelta(days=position), seconds=60 * (position + 1))
    for by, grain in (([], "day"), (["campaign"], "week"), (["campaign", "verdict", "agent"], "total"), (["skill"], "hour_of_week")):
        told = whole(north, *METRICS, by=by, grain=grain)
        totals = {(item.metric, item.currency): item for item in told.totals}
        assert {name for name, _ in totals} == set(METRICS)
        for (name, currency), total in totals.items():
            parts = [item for item in told.items if (item.metric, item.currency) == (name, currency)]
            if METRICS[name].unit is not Unit.SHARE:
                assert sum(item.value or 0 for item in parts) == total.value
    (total,) = whole(north, "time_to_reply", by=["campaign"]).totals
    assert (total.value, total.mean) == (4, 150)
    assert total.by == {}
    assert 114 < (total.p50 or 0) < 127


def test_a_share_names_what_it_divides_by() -> None:
    north = new_account()
    for campaign in (11, 12, 12):
        store_story(north, campaign=campaign)
    with account(north) as db:
        fold(db, north)
        db.execute("update counter set value = 0 where metric = 'delivered' and campaign_id = 12")
        db.execute("update counter set value = 8 where metric = 'sent' and campaign_id = 12")
    told = whole(north, "response_rate", "handled_rate", by=["campaign"])
    assert [(item.metric, item.by["campaign"], item.value, item.over) for item in told.items] == [
        ("response_rate", 11, 1.0, "delivered"),
        ("response_rate", 12, 0.25, "sent"),
        ("handled_rate", 11, 1.0, "conversations_started"),
        ("handled_rate", 12, 1.0, "conversations_started"),
    ]
    (nothing,) = asked(new_account("South"), "response_rate")
    assert (nothing.value, nothing.over) == (None, "")


def test_over_time_a_response_rate_is_of_everything_up_to_each_day() -> None:
    north = new_account()
    for _ in range(4):
        store_story(north, seconds=86_400)
    store_story(north, at=AT + timedelta(days=2), seconds=60)
    told = asked(north, "response_rate", "delivery_rate", grain="day")
    days = [(item.metric, item.at.day, item.value) for item in told if item.at]
    assert days == [
        ("response_rate", 3, 0.0), ("response_rate", 4, 1.0), ("response_rate", 5, 1.0), ("delivery_rate", 3, 1.0),
        ("delivery_rate", 5, 1.0),
    ]  # fmt: skip
    assert asked(north, "response_rate", grain="hour_of_week") == []


def test_the_hours_of_the_week_begin_on_monday_in_the_zone() -> None:
    north = new_account()
    monday = datetime(2026, 3, 29, 22, 0, tzinfo=UTC)
    for at in (monday, monday - timedelta(minutes=1), monday + timedelta(days=7)):
        store_story(north, at=at)
    found = {item.hour_of_week: item.value for item in asked(north, "sent", grain="hour_of_week")}
    assert found == {0: 2, 167: 1}
    assert {item.hour_of_week for item in asked(north, "sent", grain="hour_of_week", time_zone="Asia/Kathmandu")} == {3}


@pytest.mark.parametrize("name", DIMENSIONS)
def test_a_metric_lacks_what_its_facts_never_have(name: str) -> None:
    north = new_account()
    store_story(north)
    abandoned = store_story(north)
    with counted(north) as (db, tally):
        tally.changing("conversation", [abandoned.conversation.id])
        change(db, "conversation", abandoned.conversation.id, "handled_at = null")
    for metric in METRICS.values():
        if metric.unit is not Unit.SHARE:
            found = asked(north, metric.name, by=[name], filters={"campaign_type": ["outbound"]})
            has = {item.by[name] is not None for item in found if item.value}
            assert has in ({name not in metric.lacks}, set()), metric.name


def test_a_report_that_nobody_could_look_at_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    north = new_account()
    for campaign in (11, 12, 13):
        store_story(north, campaign=campaign)
    monkeypatch.setattr(reports, "MOST", 2)
    with pytest.raises(Invalid, match="fewer dimensions"):
        asked(north, "sent", by=["campaign"])
    assert value(asked(north, "sent")) == 3


def test_counting_began_with_the_first_quarter_of_what_is_asked_for() -> None:
    north = new_account()
    with account(north) as db:
        assert began(db, north, metrics=["sent"]) is None
    store_story(north, at=AT, seconds=3600)
    store_story(north, at=AT + timedelta(days=1))
    for _ in range(2):
        with account(north) as db:
            assert began(db, north, metrics=["sent"]) == AT.replace(minute=0)
            assert began(db, north, metrics=["response_rate"]) == AT.replace(hour=11, minute=0)
            assert began(db, north, metrics=["replies", "delivered"]) == AT.replace(minute=0)
            fold(db, north)


def test_groups_are_the_items_over_all_of_the_time() -> None:
    north = new_account()
    for position, campaign in enumerate((11, 12, 12)):
        store_story(north, campaign=campaign, at=AT + timedelta(days=position), seconds=60)
    told = whole(north, "response_rate", "answers", "duration", by=["campaign"], grain="day", over_time=["response_rate"])
    assert {item.metric for item in told.items} == {"response_rate"}
    assert [(item.metric, item.by["campaign"], item.value) for item in told.groups] == [
        ("response_rate", 11, 1.0), ("response_rate", 12, 1.0), ("answers", 11, 1), ("answers", 12, 2), ("duration", 11, 1),
        ("duration", 12, 2),
    ]  # fmt: skip
    assert [item.value for item in told.totals] == [1.0, 3, 3]
    assert told.groups == asked(north, "response_rate", "answers", "duration", by=["campaign"])
    assert [item.count for item in whole(north, "answers", grain="day", over_time=["answers"]).items] == [1, 1, 1]

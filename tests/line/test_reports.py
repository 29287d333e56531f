"""Delivery reports of broadcasts: inferred to the latest notice not yet bound, waiting if there is none; states only climb."""

from datetime import datetime, timedelta
from itertools import permutations

import pytest

from antiphon.intake.models import DeliveryReport, Notice
from tests.kit.deliver import MINUTE, Deliver
from tests.kit.world import CLEO, Tenant
from tests.line.seeing import at, content, counted, told

pytestmark = pytest.mark.django_db


def notices(tenant: Tenant) -> dict[str, tuple[str, str]]:
    found = Notice.objects.filter(account_id=tenant.id)
    return {notice.text: (notice.state, notice.reference) for notice in found}


def test_states_climb_in_any_order(north: Tenant, deliver: Deliver) -> None:
    north.campaign()
    codes = [0, 1, 2, 4]
    for number, order in enumerate(permutations(codes)):
        phone = f"+316123450{number:02d}"
        deliver.notice(phone, at=at(24, 9))
        for step, code in enumerate(order):
            deliver.report(phone, f"ref-{number}", code=code, error="5" if code == 1 else "", at=at(24, 10, step))
    assert set(Notice.objects.filter(account_id=north.id).values_list("state", "reason", "reference_is_inferred")) == {("read", "", True)}
    assert counted(north, campaign_id=north.campaigns["Spring check-up"].id) == {"sent": 24, "delivered": 24}
    assert told(north, "notice").count("notice.delivered") == 24


def test_a_lower_state_takes_nothing_away(north: Tenant, deliver: Deliver) -> None:
    deliver.notice(CLEO, at=at(24, 9))
    deliver.report(CLEO, "r", code=1, error="31", at=at(24, 10))
    deliver.report(CLEO, "r", code=0, at=at(24, 11))
    notice = Notice.objects.get(account_id=north.id)
    assert (notice.state, notice.reason, notice.state_at) == ("failed", "blocked", at(24, 10))
    assert counted(north) == {"sent": 1, "failed": 1}
    assert content(north, "notice.failed")["reason"] == "blocked"
    deliver.report(CLEO, "r", code=2, at=at(24, 12))
    notice.refresh_from_db()
    assert (notice.state, notice.reason, notice.state_at) == ("delivered", "", at(24, 12))
    assert counted(north) == {"sent": 1, "delivered": 1}
    assert told(north, "notice") == ["notice.sent", "notice.failed", "notice.delivered"]


def test_what_was_read_was_delivered(north: Tenant, deliver: Deliver) -> None:
    deliver.notice(CLEO, at=at(24, 9))
    deliver.report(CLEO, "r", code=4, at=at(24, 10))
    deliver.report(CLEO, "r", code=2, at=at(24, 11))
    assert notices(north) == {"Time for your check-up": ("read", "r")}
    assert counted(north) == {"sent": 1, "delivered": 1}
    assert told(north, "notice") == ["notice.sent", "notice.delivered"]


def test_each_reference_is_bound_to_the_latest_free_notice(north: Tenant, deliver: Deliver) -> None:
    deliver.notice(CLEO, "C1", at=at(24, 9), text="one")
    deliver.notice(CLEO, "C2", at=at(24, 10), text="two")
    deliver.report(CLEO, "of-two", code=0, at=at(24, 11))
    deliver.report(CLEO, "of-one", code=1, error="5", at=at(24, 11, 1))
    deliver.report(CLEO, "of-two", code=2, at=at(24, 11, 2))
    deliver.report(CLEO, "of-none", code=2, at=at(24, 11, 3))
    assert notices(north) == {"one": ("failed", "of-one"), "two": ("delivered", "of-two")}
    assert list(DeliveryReport.objects.filter(account_id=north.id, is_waiting=True).values_list("reference", flat=True)) == ["of-none"]


@pytest.mark.parametrize("together", [False, True])
def test_a_report_before_its_notice_waits_for_it(north: Tenant, deliver: Deliver, *, together: bool) -> None:
    report = deliver.report_post(CLEO, "r", at=at(24, 9))
    deliver(report)
    assert DeliveryReport.objects.get(account_id=north.id).is_waiting
    deliver(deliver.notice_post(CLEO, at=at(24, 9, 5)), deliver.report_post(CLEO, "r", code=4, at=at(24, 9, 6)), together=together)
    assert not DeliveryReport.objects.filter(account_id=north.id, is_waiting=True).exists()
    assert notices(north) == {"Time for your check-up": ("read", "r")}


@pytest.mark.parametrize(
    ("reported", "state"),
    [
        (at(24) - 10 * MINUTE, "delivered"),
        (at(24) - 10 * MINUTE - timedelta(microseconds=1), "unknown"),
        (at(24) + timedelta(days=7), "delivered"),
        (at(24) + timedelta(days=7, microseconds=1), "unknown"),
    ],
)
def test_how_far_apart_they_may_be(north: Tenant, deliver: Deliver, reported: datetime, state: str) -> None:
    deliver.notice(CLEO, at=at(24))
    deliver.report(CLEO, "r", at=reported)
    assert [state for state, _ in notices(north).values()] == [state]


def test_one_that_came_too_early_follows_its_reference(north: Tenant, deliver: Deliver) -> None:
    deliver.report(CLEO, "r", code=2, at=at(24, 9))
    deliver.notice(CLEO, at=at(24, 10))
    assert notices(north) == {"Time for your check-up": ("unknown", "")}
    deliver.report(CLEO, "r", code=0, at=at(24, 10, 1))
    assert notices(north) == {"Time for your check-up": ("delivered", "r")}


def test_a_report_without_reference_waits(north: Tenant, deliver: Deliver) -> None:
    deliver.notice(CLEO, at=at(24, 9))
    deliver.report(CLEO, "", at=at(24, 10))
    assert DeliveryReport.objects.get(account_id=north.id).is_waiting
    assert notices(north) == {"Time for your check-up": ("unknown", "")}


def test_an_inferred_reference_says_nothing_about_a_reply(north: Tenant, deliver: Deliver) -> None:
    deliver.notice(CLEO, "C1", at=at(24, 9), text="one")
    deliver.report(CLEO, "r", at=at(24, 9, 1))
    deliver.notice(CLEO, "C2", at=at(24, 10), text="two")
    deliver.reply(CLEO, at=at(24, 11), reference="r")
    from antiphon.intake.models import Reply  # noqa: PLC0415 - beside its one use

    reply = Reply.objects.get(account_id=north.id)
    assert Notice.objects.get(account_id=north.id, text="two").id == reply.notice_id

"""Arrivals in the database: copies, failures of the line, poison, quarantine, other tries."""

from datetime import timedelta

import pytest

from antiphon.consumers.models import OptOut
from antiphon.conversations.models import Conversation
from antiphon.intake.arrivals import AlreadyStored, store_whole
from antiphon.intake.durable import make_durable
from antiphon.intake.models import Arrival, ArrivalKey, Notice, Reply
from antiphon.intake.replay import ATTEMPTS, quarantined, requeue
from antiphon.kit.db import account, lane_account
from tests.edge.serving import notice, reply
from tests.intake.taking import arrival, lane, refusing, retry, sources_of, take
from tests.kit.world import CLEO, MIA, OTTO, Tenant, World

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner", "jobs"])


def count(tenant: Tenant, model: type[Notice | Reply]) -> int:
    with account(tenant.id):
        return model.objects.filter(account_id=tenant.id).count()


def states(tenant: Tenant) -> list[tuple[str, str]]:
    with account(tenant.id):
        return list(Arrival.objects.order_by("id").values_list("state", "reason"))


def test_copies_have_the_effect_of_one_and_are_counted(committed: World) -> None:
    north, south = committed.north, committed.south
    one = reply(north, CLEO, "yes")
    take(north, [arrival(north, "reply", one) for _ in range(3)])
    for _ in range(2):
        take(north, [arrival(north, "reply", one, at=committed.clock.forward(hours=1))])
    take(south, [arrival(south, "reply", reply(south, CLEO, "yes"))])
    with account(north.id):
        assert (Reply.objects.get().copies, Arrival.objects.count(), Conversation.objects.count()) == (4, 5, 1)
    with account(south.id):
        assert Reply.objects.get().copies == 0


def test_copies_of_notices_reports_and_stop_words_are_counted_where_they_belong(committed: World) -> None:
    north = committed.north
    take(north, [arrival(north, "notice", notice(north, CLEO)) for _ in range(2)])
    take(north, [arrival(north, "reply", reply(north, CLEO, "stop")) for _ in range(3)])
    with account(north.id):
        assert (Notice.objects.get().copies, OptOut.objects.get().copies, Reply.objects.count()) == (1, 2, 0)


def test_a_reply_without_time_is_one_within_its_window_and_two_weeks_apart(committed: World) -> None:
    north = committed.north
    old_form = {"from": CLEO, "to": north.number, "body": "yes", "reference": ""}
    for minutes in (0, 1, 9):
        take(north, [arrival(north, "reply", old_form, at=committed.clock.forward(minutes=minutes))])
    assert count(north, Reply) == 1
    take(north, [arrival(north, "reply", old_form, at=committed.clock.forward(days=21))])
    assert count(north, Reply) == 2


def test_when_the_line_fails_the_arrivals_stay_and_the_worker_takes_them_with_the_same_ids(committed: World) -> None:
    north = committed.north
    with refusing("reply", "new.text = 'yes'"):
        take(north, [arrival(north, "reply", reply(north, phone, "yes")) for phone in (CLEO, MIA)])
        assert count(north, Reply) == 0
        assert states(north) == [("pending", "the line failed: RaiseException")] * 2
    with account(north.id):
        ids = set(ArrivalKey.objects.values_list("fact_id", flat=True))
    assert [retry(north) for _ in range(3)] == [True, True, False]
    with account(north.id):
        assert set(Reply.objects.values_list("id", flat=True)) == ids
    assert states(north) == [("done", "")] * 2


def test_a_copy_that_comes_while_the_original_is_pending_does_not_take_its_place(committed: World) -> None:
    north = committed.north
    one = reply(north, CLEO, "yes")
    with refusing("reply", "new.text = 'yes'"):
        take(north, [arrival(north, "reply", one)])
    take(north, [arrival(north, "reply", one, at=committed.clock.forward(seconds=1))])
    assert count(north, Reply) == 0
    assert [retry(north), retry(north)] == [True, False]
    assert count(north, Reply) == 1


def test_poison_is_quarantined_after_its_tries_with_back_off_and_its_neighbours_pass(committed: World) -> None:
    north = committed.north
    with refusing("reply", "new.text = 'poison'"):
        take(north, [arrival(north, "reply", reply(north, phone, text)) for phone, text in ((CLEO, "yes"), (MIA, "poison"), (OTTO, "no"))])
        tries = 0
        for _ in range(40):
            while retry(north):
                tries += 1
            committed.clock.forward(minutes=2)
        assert tries == 2 + ATTEMPTS
    assert count(north, Reply) == 2
    assert sorted(state for state, _ in states(north)) == ["done", "done", "quarantined"]
    with account(north.id) as db:
        (listed,) = quarantined(db, north.id)
        assert b"poison" in bytes(Arrival.objects.get(id=listed.id).body)
        assert (listed.reason, listed.attempts) == ("the line failed: RaiseException", ATTEMPTS)
        assert requeue(db, north.id) == [listed.id]
    assert retry(north)
    assert count(north, Reply) == 3
    assert {state for state, _ in states(north)} == {"done"}


def test_a_waiting_try_is_not_taken_before_its_time(committed: World) -> None:
    north = committed.north
    with refusing("reply", "true"):
        take(north, [arrival(north, "reply", reply(north, CLEO, "yes"))])
        assert [retry(north), retry(north)] == [True, False]
    committed.clock.forward(seconds=1)
    assert retry(north)
    assert count(north, Reply) == 1


def test_what_cannot_be_understood_is_kept_and_taken_again_without_doubling_what_was_good(committed: World) -> None:
    north = committed.north
    good, odd = reply(north, CLEO, "yes"), reply(north, MIA, "hi") | {"channel": "WhatsApp"}
    take(north, [arrival(north, "reply", [good, odd]), arrival(north, "reply", b"not json at all")])
    assert sorted(states(north)) == [("quarantined", "a reply on the channel WhatsApp, not SMS"), ("quarantined", "not JSON")]
    assert count(north, Reply) == 1
    with account(north.id) as db:
        assert len(requeue(db, north.id)) == 2
    assert [retry(north), retry(north), retry(north)] == [True, True, False]
    assert [state for state, _ in states(north)] == ["quarantined", "quarantined"]
    assert count(north, Reply) == 1


def test_an_echo_of_our_answer_is_an_arrival_and_nothing_more(committed: World) -> None:
    north = committed.north
    take(north, [arrival(north, "notice", notice(north, CLEO) | {"customGrouping3": "antiphon-answer"})])
    assert states(north) == [("done", "")]
    assert count(north, Notice) == 0


def test_a_batch_that_was_committed_before_is_not_taken_twice(committed: World) -> None:
    north = committed.north
    batch = [arrival(north, "reply", reply(north, phone, "yes")) for phone in (CLEO, MIA)]
    take(north, batch[:1])
    for _ in range(2):
        with lane() as db:
            left = make_durable(db, north.id, batch, sources=sources_of(north), at=committed.clock(), may_be_known=True)
            assert left == set()
    with account(north.id):
        assert (Arrival.objects.count(), Reply.objects.count()) == (2, 2)
        assert set(Reply.objects.values_list("copies", flat=True)) == {0}


def test_a_batch_with_an_arrival_that_is_stored_is_refused_whole_and_taken_without_it(committed: World) -> None:
    north = committed.north
    batch = [arrival(north, "reply", reply(north, phone, "yes")) for phone in (CLEO, MIA)]
    take(north, batch[:1])
    with lane() as db:
        with pytest.raises(AlreadyStored), lane_account(db, north.id):
            store_whole(db, north.id, batch, sources=sources_of(north), at=committed.clock())
        assert count(north, Reply) == 1
        with lane_account(db, north.id):
            store_whole(db, north.id, batch[1:], sources=sources_of(north), at=committed.clock())
    assert count(north, Reply) == 2


def test_an_arrival_of_a_month_without_partition_makes_it(committed: World) -> None:
    north = committed.north
    take(north, [arrival(north, "reply", reply(north, CLEO, "yes"), at=committed.clock() + timedelta(days=2000))])
    assert count(north, Reply) == 1


def test_one_arrival_that_cannot_be_stored_as_what_it_says_is_kept_raw_and_its_neighbours_pass(
    committed: World, capsys: pytest.CaptureFixture[str]
) -> None:
    north = committed.north
    good, bad = (arrival(north, "reply", reply(north, phone, f"canary of {phone}")) for phone in (CLEO, MIA))
    with refusing("arrival_key", f"new.arrival_id = '{bad.id}'"):
        take(north, [good, bad])
    assert sorted(states(north)) == [("done", ""), ("quarantined", "it could not be stored as what it says")]
    with account(north.id) as db:
        assert Reply.objects.get().text == f"canary of {CLEO}"
        assert requeue(db, north.id) == [bad.id]
    assert retry(north)
    assert count(north, Reply) == 2
    logged = capsys.readouterr().out
    assert "arrival_refused" in logged
    assert "RaiseException" in logged
    assert "canary" not in logged

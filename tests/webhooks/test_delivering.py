"""From an event to a receiver: signed, once if it is taken, in order per subject, beside receivers that are slow, gone or broken."""

import base64
import hashlib
import hmac
import json
import threading
from datetime import timedelta

import pytest

from antiphon.events.types import Kind
from antiphon.kit.db import account
from antiphon.kit.problems import Invalid, Missing, Stale
from antiphon.webhooks import verbs
from antiphon.webhooks.decide import FAILING, WAITS
from antiphon.webhooks.delivering import CALLS_PER_ENDPOINT, LEASE, Courier, claim, forget
from antiphon.webhooks.models import Endpoint
from tests.kit.world import ACTOR
from tests.webhooks.conftest import OWN
from tests.webhooks.receiver import Got, Receiver, receiving
from tests.webhooks.telling import Telling


def signatures(got: Got, secret: str) -> str:
    """Return what the specification says the signature is, from the request alone."""
    signed = f"{got.headers['webhook-id']}.{got.headers['webhook-timestamp']}.".encode() + got.body
    digest = hmac.new(base64.b64decode(secret.removeprefix("whsec_")), signed, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


def broken(_: Got) -> tuple[int, dict[str, str], bytes]:
    return 500, {}, b"out of order"


def test_events_arrive_signed_and_once(telling: Telling) -> None:
    before = telling.tell("conversation:0")
    with receiving() as receiver:
        _, secret = telling.webhook(receiver.url)
        ids = telling.tell("conversation:1", "conversation:2")
        telling.settled()
        telling.settled()
    assert sorted(receiver.ids) == sorted(set(ids) - set(before))
    got = receiver.got[0]
    assert got.headers["webhook-signature"] == signatures(got, secret)
    assert abs(int(got.headers["webhook-timestamp"]) - telling.north.clock().timestamp()) < 1
    assert got.headers["content-type"] == "application/cloudevents+json"
    body = json.loads(got.body)
    assert (body["id"], body["type"], body["specversion"]) == (got.headers["webhook-id"], "io.antiphon.reply.received", "1.0")
    assert body["data"] == {"says": body["subject"]}
    assert [state for _, state, _ in telling.deliveries()] == ["delivered", "delivered"]
    assert [(one.status, one.error) for one in telling.attempts()] == [(200, ""), (200, "")]


def test_only_the_kinds_that_were_chosen(telling: Telling) -> None:
    with receiving() as receiver:
        telling.webhook(receiver.url, kinds=(Kind.GOAL_REACHED,))
        telling.tell("conversation:1")
        telling.tell("conversation:2", kind=Kind.GOAL_REACHED)
        telling.settled()
    assert [json.loads(got.body)["subject"] for got in receiver.got] == ["conversation:2"]


def test_one_subject_is_told_in_order_even_when_a_call_fails(telling: Telling) -> None:
    told: list[str] = []

    def answer(got: Got) -> tuple[int, dict[str, str], bytes]:
        told.append(json.loads(got.body)["position"])
        return (200 if len(told) > 1 else 500), {}, b""

    with receiving(answer) as receiver:
        telling.webhook(receiver.url)
        ids = telling.tell("conversation:1", "conversation:1", "conversation:1")
        telling.settled()
        assert receiver.ids == ids[-3:-2]
        telling.north.clock.forward(seconds=2 * WAITS[0].total_seconds())
        telling.until(lambda: len(receiver.got) == 4)
        telling.settled()
    assert receiver.ids == [ids[-3], *ids[-3:]]


def test_other_subjects_do_not_wait_for_one_that_fails(telling: Telling) -> None:
    def answer(got: Got) -> tuple[int, dict[str, str], bytes]:
        return (500 if b"conversation:1" in got.body else 200), {}, b""

    with receiving(answer) as receiver:
        telling.webhook(receiver.url)
        telling.tell("conversation:1", "conversation:2", "conversation:1", "conversation:3")
        telling.settled()
    assert telling.deliveries() == [
        ("conversation:1", "waiting", 1),
        ("conversation:2", "delivered", 1),
        ("conversation:1", "waiting", 0),
        ("conversation:3", "delivered", 1),
    ]
    assert len(receiver.got) == 3


def test_a_receiver_that_hangs_delays_no_other(telling: Telling) -> None:
    released = threading.Event()

    def slow(_: Got) -> tuple[int, dict[str, str], bytes]:
        released.wait(10)
        return 200, {}, b""

    with receiving(slow) as hanging, receiving() as quick:
        telling.webhook(hanging.url, "Slow")
        telling.webhook(quick.url, "Quick")
        telling.tell(*(f"conversation:{number}" for number in range(40)))
        telling.until(lambda: len(quick.got) == 40)
        assert not released.is_set()
        assert len(hanging.got) == CALLS_PER_ENDPOINT
        released.set()
        telling.until(lambda: len(hanging.got) == 40)


def test_gone_switches_it_off_and_on_again_nothing_is_lost(telling: Telling) -> None:
    with receiving(lambda _: (410, {}, b"")) as receiver:
        endpoint, _ = telling.webhook(receiver.url)
        ids = telling.tell("conversation:1")
        telling.settled()
        assert telling.endpoint(endpoint).state == "gone"
        ids = telling.tell("conversation:2")
        telling.north.clock.forward(days=1)
        telling.settled()
        assert len(receiver.got) == 1
        receiver.answer = lambda _: (200, {}, b"")
        verbs.edit(telling.north.id, endpoint.id, {"state": "active"}, version=None, actor=ACTOR, at=telling.north.clock())
        telling.settled()
    assert sorted(receiver.ids[1:]) == sorted(ids[-2:])


def test_days_of_failure_switch_it_off_and_one_success_forgets_them(telling: Telling) -> None:
    with receiving(broken) as receiver:
        endpoint, _ = telling.webhook(receiver.url)
        telling.tell("conversation:1")
        telling.settled()
        assert telling.endpoint(endpoint).failing_since == telling.north.clock()
        receiver.answer = lambda _: (200, {}, b"")
        telling.north.clock.forward(hours=1)
        telling.settled()
        assert telling.endpoint(endpoint).failing_since is None
        receiver.answer = broken
        telling.tell("conversation:2")
        telling.settled()
        telling.north.clock.forward(seconds=FAILING.total_seconds())
        telling.settled()
    assert telling.endpoint(endpoint).state == "failing"


def test_it_is_given_up_after_the_last_wait_and_the_rest_goes_on(telling: Telling) -> None:
    with receiving(broken) as receiver:
        telling.webhook(receiver.url)
        telling.tell("conversation:1")
        for wait in (*WAITS, timedelta()):
            telling.settled()
            telling.north.clock.forward(seconds=1.2 * wait.total_seconds() + 1)
        assert telling.deliveries() == [("conversation:1", "given_up", len(WAITS) + 1)]
        receiver.answer = lambda _: (200, {}, b"")
        telling.tell("conversation:1")
        telling.settled()
    assert telling.deliveries()[-1] == ("conversation:1", "delivered", 1)


@pytest.mark.django_db(transaction=True, databases=["default", "owner", "jobs"])
def test_a_call_whose_worker_died_is_made_again_with_the_same_id(told_for_real: Telling) -> None:
    telling = told_for_real
    with receiving() as receiver:
        telling.webhook(receiver.url)
        telling.tell("conversation:1")
        telling.tell("conversation:2")
        dead = Courier(own=OWN)
        dead.turn(telling.jobs, telling.app, at=telling.north.clock())
        telling.until(lambda: len(receiver.got) == 2)
        dead.stop()
        telling.settled()
        assert len(receiver.got) == 2, "leased: nobody else calls them meanwhile"
        telling.north.clock.forward(seconds=LEASE.total_seconds() + 1)
        telling.settled()
    assert len(receiver.got) == 4
    assert sorted(receiver.ids[:2]) == sorted(receiver.ids[2:])
    assert [row[1:] for row in telling.deliveries()] == [("delivered", 1), ("delivered", 1)]


def test_two_workers_never_call_the_same_at_once(telling: Telling) -> None:
    with receiving() as receiver:
        telling.webhook(receiver.url)
        telling.tell(*(f"conversation:{number}" for number in range(8)))
        telling.turn()
        with account(telling.north.id) as db:
            assert claim(db, telling.north.id, at=telling.north.clock(), limit=100) == []
        telling.until(lambda: len(receiver.got) == 8)
        telling.settled()
    assert len(set(receiver.ids)) == len(receiver.ids) == 8


def test_a_rotated_secret_signs_beside_the_old_one_for_a_day(telling: Telling) -> None:
    with receiving() as receiver:
        endpoint, old = telling.webhook(receiver.url)
        new = verbs.rotate(telling.north.id, endpoint.id, actor=ACTOR, at=telling.north.clock())
        telling.tell("conversation:1")
        telling.settled()
        telling.north.clock.forward(days=1, seconds=1)
        telling.tell("conversation:2")
        telling.settled()
    both, alone = receiver.got
    assert both.headers["webhook-signature"].split() == [signatures(both, new), signatures(both, old)]
    assert alone.headers["webhook-signature"] == signatures(alone, new)


def test_paused_waits_and_goes_on(telling: Telling) -> None:
    with receiving() as receiver:
        endpoint, _ = telling.webhook(receiver.url)
        verbs.edit(telling.north.id, endpoint.id, {"state": "paused"}, version=1, actor=ACTOR, at=telling.north.clock())
        ids = telling.tell("conversation:1")
        telling.settled()
        assert receiver.got == []
        verbs.edit(telling.north.id, endpoint.id, {"state": "active"}, version=2, actor=ACTOR, at=telling.north.clock())
        telling.settled()
    assert receiver.ids == ids[-1:]


def test_replay_of_one_and_of_a_stretch(telling: Telling) -> None:
    with receiving() as receiver:
        endpoint, _ = telling.webhook(receiver.url)
        first = telling.tell("conversation:1")[-1]
        telling.settled()
        middle = telling.north.clock.forward(minutes=10)
        second = telling.tell("conversation:2")[-1]
        telling.settled()
        north, at = telling.north.id, telling.north.clock.forward(minutes=10)
        from uuid import UUID  # noqa: PLC0415 - beside its use

        verbs.replay(north, endpoint.id, UUID(first), actor=ACTOR, at=at)
        telling.settled()
        assert receiver.ids == [first, second, first]
        assert verbs.replay_between(north, endpoint.id, start=middle, end=at, actor=ACTOR, at=at) == 1
        telling.settled()
        assert receiver.ids[3:] == [second]
        with pytest.raises(Missing):
            verbs.replay(north, endpoint.id, UUID(int=1), actor=ACTOR, at=at)
        with pytest.raises(Invalid):
            verbs.replay_between(north, endpoint.id, start=at - timedelta(days=31), end=at, actor=ACTOR, at=at)


def test_a_test_reaches_this_endpoint_alone(telling: Telling) -> None:
    with receiving() as asked, receiving() as other:
        endpoint, _ = telling.webhook(asked.url)
        telling.webhook(other.url, "Other")
        verbs.send_test(telling.north.id, endpoint.id, actor=ACTOR, at=telling.north.clock())
        telling.settled()
    (got,) = asked.got
    assert (json.loads(got.body)["type"], other.got) == ("io.antiphon.test", [])


def test_the_log_is_kept_for_a_while(telling: Telling) -> None:
    with receiving() as receiver:
        telling.webhook(receiver.url)
        telling.tell("conversation:1")
        telling.settled()
    now = telling.north.clock()
    with account(telling.north.id) as db:
        assert forget(db, before=now, at_most=10) == 0
        assert forget(db, before=now + timedelta(seconds=1), at_most=10) == 1
    assert (telling.deliveries(), telling.attempts()) == ([], [])


def test_a_webhook_of_a_wrong_kind_or_address_is_refused(telling: Telling) -> None:
    with pytest.raises(Invalid) as refused:
        telling.webhook("https://10.0.0.1/")
    assert refused.value.code == "address_not_allowed"
    with pytest.raises(Invalid) as refused:
        telling.webhook("http://127.0.0.1:1/", kinds=("song.sung",))
    assert refused.value.code == "unknown_kind"
    endpoint, _ = telling.webhook("http://127.0.0.1:1/")
    edit = {"name": "CRM 2"}
    assert verbs.edit(telling.north.id, endpoint.id, edit, version=1, actor=ACTOR, at=telling.north.clock()).version == 2
    with pytest.raises(Stale):
        verbs.edit(telling.north.id, endpoint.id, edit, version=1, actor=ACTOR, at=telling.north.clock())
    verbs.remove(telling.north.id, endpoint.id, actor=ACTOR, at=telling.north.clock())
    with account(telling.north.id):
        assert list(Endpoint.objects.filter(account_id=telling.north.id)) == []


def test_a_redirect_to_the_inside_goes_nowhere(telling: Telling) -> None:
    with receiving() as inside, receiving() as receiver:
        receiver.answer = lambda _: (307, {"Location": inside.url}, b"")
        telling.webhook(receiver.url)
        telling.tell("conversation:1")
        telling.settled()
        assert inside.got == []
    assert [one.error for one in telling.attempts()] == ["answered 307: redirects are not followed"]
    assert isinstance(receiver, Receiver)

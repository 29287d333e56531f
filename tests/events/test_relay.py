"""Readers follow positions: nothing skipped, nothing twice, however late a writer commits."""

import random
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from django.db import connections

from antiphon.events import relay
from antiphon.events.types import PREFIX, Kind, NewEvent
from antiphon.events.verbs import last_position, read, record, wake_relay
from antiphon.kit.db import Database, lane_account

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

AT = datetime(2026, 3, 24, 10, tzinfo=UTC)
NORTH, SOUTH = 901, 902


@pytest.fixture
def connect() -> Iterator[Any]:
    """Give plain connections of the application's role; each account's row exists, since positions belong to one."""
    parameters = connections["default"].get_connection_params()
    keys = {"dbname": parameters["dbname"], "user": parameters["user"], "host": parameters["host"], "port": parameters["port"]}
    opened: list[Database] = []

    def one() -> Database:
        opened.append(psycopg.connect(**{name: value for name, value in keys.items() if value}, autocommit=True))
        return opened[-1]

    with connections["owner"].cursor() as cursor:
        for number in (NORTH, SOUTH):
            cursor.execute(
                "insert into account"
                " (id, name, time_zone, home_region, conversion_window_days, next_engagement_number, is_automatic, languages, created_at)"
                " values (%s, %s, 'UTC', '', 31, 1, true, '[]', now())",
                [number, f"Account {number}"],
            )
    yield one
    for connection in opened:
        connection.close()


def reply(number: int) -> NewEvent:
    return NewEvent(Kind.REPLY_RECEIVED, f"reply:{number}", AT, {"number": number}, AT)


def told(db: Database, account_id: int, *events: NewEvent) -> None:
    with lane_account(db, account_id):
        record(db, account_id, events)


def numbered(db: Database, account_id: int) -> int:
    with lane_account(db, account_id):
        return relay.number(db, account_id)


def followed(db: Database, account_id: int, *, after: int = 0, limit: int = 100) -> list[dict[str, Any]]:
    with lane_account(db, account_id):
        return read(db, account_id, after=after, limit=limit)


def test_an_envelope_is_a_cloud_event(connect: Any) -> None:
    db = connect()
    told(db, NORTH, NewEvent(Kind.REPLY_RECEIVED, "reply:1", AT, {"text": 'é "quoted" \\ {x}', "none": None, "at": AT}, AT))
    assert followed(db, NORTH) == []
    assert numbered(db, NORTH) == 1
    (envelope,) = followed(db, NORTH)
    identity = envelope.pop("id")
    assert len(identity) == 36
    assert envelope == {
        "specversion": "1.0",
        "source": f"/accounts/{NORTH}",
        "type": PREFIX + "reply.received",
        "time": "2026-03-24T10:00:00Z",
        "subject": "reply:1",
        "datacontenttype": "application/json",
        "data": {"text": 'é "quoted" \\ {x}', "none": None, "at": "2026-03-24T10:00:00Z"},
        "position": 1,
    }


def test_a_kind_off_the_list_is_refused_and_one_on_it_is_not() -> None:
    with pytest.raises(ValueError, match="exploded"):
        NewEvent("conversation.exploded", "x", AT, {}, AT)
    assert NewEvent("conversation.closed", "x", AT, {}, AT).type == Kind.CONVERSATION_CLOSED


def test_positions_follow_the_order_of_telling_and_belong_to_one_account(connect: Any) -> None:
    db = connect()
    told(db, NORTH, *[reply(number) for number in range(20)])
    told(db, SOUTH, reply(100))
    told(db, NORTH, reply(20))
    assert (numbered(db, NORTH), numbered(db, SOUTH), numbered(db, NORTH)) == (21, 1, 0)
    found = followed(db, NORTH)
    assert [event["data"]["number"] for event in found] == list(range(21))
    assert [event["position"] for event in found] == list(range(1, 22))
    assert [event["data"]["number"] for event in followed(db, SOUTH)] == [100]
    assert [event["position"] for event in followed(db, NORTH, after=5, limit=2)] == [6, 7]
    with lane_account(db, NORTH):
        assert last_position(db, NORTH) == 21


def test_a_writer_that_commits_late_is_read_late_and_not_skipped(connect: Any) -> None:
    slow, quick, reader = connect(), connect(), connect()
    with lane_account(slow, NORTH):
        record(slow, NORTH, [reply(1)])
        told(quick, NORTH, reply(2))
        assert numbered(quick, NORTH) == 1
        first = followed(reader, NORTH)
        assert [event["data"]["number"] for event in first] == [2]
    assert numbered(quick, NORTH) == 1
    later = followed(reader, NORTH, after=first[-1]["position"])
    assert [(event["data"]["number"], event["position"]) for event in later] == [(1, 2)]


def test_what_is_rolled_back_is_never_told(connect: Any) -> None:
    db = connect()
    with suppress(psycopg.Rollback), lane_account(db, NORTH):
        record(db, NORTH, [reply(1)])
        raise psycopg.Rollback
    told(db, NORTH, reply(2))
    assert numbered(db, NORTH) == 1
    assert [(event["data"]["number"], event["position"]) for event in followed(db, NORTH)] == [(2, 1)]


def test_accounts_with_events_to_number_are_found(connect: Any) -> None:
    db = connect()
    told(db, NORTH, reply(1))
    told(db, SOUTH, reply(1))
    numbered(db, NORTH)
    with connections["owner"].cursor() as cursor:
        assert relay.waiting(cursor.connection) == [SOUTH]


def test_a_reader_beside_writers_and_two_relays_sees_each_event_once(connect: Any) -> None:
    writers, each = 4, 25
    done = threading.Event()

    def write(writer: int) -> None:
        db, chance = connect(), random.Random(writer)
        for step in range(each):
            with lane_account(db, NORTH):
                record(db, NORTH, [reply(writer * 1000 + step)])
                threading.Event().wait(chance.random() * 0.004)

    def number() -> None:
        db = connect()
        while not done.is_set():
            numbered(db, NORTH)

    def follow() -> list[dict[str, Any]]:
        db = connect()
        seen: list[dict[str, Any]] = []
        while True:
            is_last = done.is_set()
            fresh = followed(db, NORTH, after=seen[-1]["position"] if seen else 0, limit=7)
            seen += fresh
            if is_last and not fresh:
                return seen

    with ThreadPoolExecutor(writers + 3) as pool:
        reader, relays = pool.submit(follow), [pool.submit(number) for _ in range(2)]
        try:
            for writing in [pool.submit(write, writer) for writer in range(writers)]:
                writing.result(timeout=60)
        finally:
            last = connect()
            numbered(last, NORTH)
            done.set()
        [working.result(timeout=60) for working in relays]
        seen = reader.result(timeout=60)
    assert [event["position"] for event in seen] == list(range(1, writers * each + 1))
    for writer in range(writers):
        own = [event["data"]["number"] for event in seen if event["data"]["number"] // 1000 == writer]
        assert own == [writer * 1000 + step for step in range(each)]


def test_the_relay_is_woken_by_itself_or_with_a_transaction_whose_durability_stays(connect: Any) -> None:
    db, listener = connect(), connect()
    listener.execute("listen antiphon_written")
    db.execute("set synchronous_commit = on")

    def waits_for_the_disk() -> str:
        return str(db.execute("show synchronous_commit").fetchone()[0])

    def heard(*, seconds: float) -> list[str]:
        return [told.payload for told in listener.notifies(timeout=seconds, stop_after=1)]

    wake_relay(db, NORTH)
    assert heard(seconds=30) == [str(NORTH)]
    assert waits_for_the_disk() == "on"
    with lane_account(db, SOUTH):
        wake_relay(db, SOUTH)
        assert waits_for_the_disk() == "on"
        assert heard(seconds=0.05) == []
    assert heard(seconds=30) == [str(SOUTH)]

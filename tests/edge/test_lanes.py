"""Lanes: connections that hang or break, webhooks that go to the spool and come back, accounts in turn, no silent death."""

import asyncio
import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest

from antiphon.edge.doors import connect
from antiphon.edge.lanes import Lane, Waiting
from antiphon.edge.spool import Spool
from antiphon.edge.turns import AT_MOST
from antiphon.intake.models import Arrival, Reply
from antiphon.kit import clock
from antiphon.kit.db import Database, account
from tests.edge.serving import Serving, limits, reply, serving, wait_until
from tests.intake.taking import arrival
from tests.kit.world import CLEO, MIA, Tenant, World

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner", "jobs"])


class Door:
    """The door to the database, which a test can close."""

    def __init__(self) -> None:
        self.is_open = True
        self.opened: list[Database] = []

    def __call__(self, alias: str, **given: Any) -> Database:
        if not self.is_open:
            raise psycopg.OperationalError("closed by the test")
        self.opened.append(connect(alias, **given))
        return self.opened[-1]

    def shut(self) -> None:
        """Close the door, and end what went through it."""
        self.is_open = False
        ending = "select pg_terminate_backend(pid) from pg_stat_activity where pid = any(%s) and usename = current_user"
        for alias in ("default", "jobs"):
            with connect(alias) as db:
                db.execute(ending, [self.pids()])

    def pids(self) -> list[int]:
        return [db.info.backend_pid for db in self.opened if not db.closed]


def texts(tenant: Tenant) -> list[tuple[str, int]]:
    with account(tenant.id):
        return sorted(Reply.objects.values_list("text", "copies"))


def test_with_the_database_away_webhooks_are_taken_and_come_back_with_their_time(committed: World, tmp_path: Path) -> None:
    north, door = committed.north, Door()
    with serving(tmp_path / "spool", door=door) as edge:
        key = north.secret("webhook_key")
        assert edge.post(key, "reply", reply(north, CLEO, "before")).status_code == 200
        door.shut()
        received_at = committed.clock.forward(minutes=1)
        for phone, text in ((CLEO, "during"), (MIA, "during"), (CLEO, "during")):
            assert edge.post(key, "reply", reply(north, phone, text)).status_code == 200
        assert edge.post(key, "reply", b"not json").status_code == 200
        assert texts(north) == [("before", 0)]
        assert edge.client.get("/readyz").json()["spool"]
        committed.clock.forward(hours=2)
        door.is_open = True
        wait_until(lambda: edge.edge.spool.is_empty)
        assert texts(north) == [("before", 0), ("during", 0), ("during", 1)]
        with account(north.id):
            assert set(Reply.objects.filter(text="during").values_list("received_at", flat=True)) == {received_at}
            assert Arrival.objects.filter(state="quarantined").count() == 1
        wait_until(lambda: edge.post(key, "reply", reply(north, CLEO, "after")).status_code == 200 and len(texts(north)) == 4)


def test_with_neither_database_nor_spool_nothing_is_acknowledged(committed: World, tmp_path: Path) -> None:
    north, door = committed.north, Door()
    with serving(tmp_path / "spool", door=door, edge_limits=limits(spool_bytes=100)) as edge:
        key = north.secret("webhook_key")
        wait_until(lambda: edge.client.get("/readyz").status_code == 200)
        door.shut()
        wait_until(lambda: edge.post(key, "reply", reply(north, CLEO, "during")).status_code == 503)
        wait_until(lambda: edge.client.get("/readyz").status_code == 503)
        assert edge.client.get("/readyz").json() == {
            "ready": False,
            "database": False,
            "migrations_missing": 0,
            "spool": False,
            "lanes": 2,
        }
        assert edge.client.get("/healthz").status_code == 200
        door.is_open = True
        wait_until(lambda: edge.post(key, "reply", reply(north, CLEO, "after")).status_code == 200)
        wait_until(lambda: edge.client.get("/readyz").status_code == 200)
        assert texts(north) == [("after", 0)]


def test_a_server_that_hangs_is_left_for_the_spool_and_nothing_is_doubled_when_it_goes_on(committed: World, tmp_path: Path) -> None:
    north, door = committed.north, Door()
    with serving(tmp_path / "spool", door=door) as edge:
        key = north.secret("webhook_key")
        assert edge.post(key, "reply", reply(north, CLEO, "before")).status_code == 200
        hung = door.pids()
        _signal(hung, signal.SIGSTOP)
        try:
            assert edge.post(key, "reply", reply(north, CLEO, "during")).status_code == 200
            assert edge.edge.spool.size > 0
        finally:
            _signal(hung, signal.SIGCONT)
        wait_until(lambda: edge.edge.spool.is_empty)
        assert texts(north) == [("before", 0), ("during", 0)]


def _signal(pids: list[int], how: signal.Signals) -> None:
    for pid in pids:
        try:
            os.kill(pid, how)
        except (ProcessLookupError, PermissionError):
            pytest.skip("the database's processes are not ours to stop")


def test_many_at_once_are_batched_and_each_is_answered(committed: World, edge: Serving) -> None:
    north = committed.north
    key = north.secret("webhook_key")
    with connect("default") as db, ThreadPoolExecutor(20) as pool:
        db.execute("listen antiphon_written")
        sent = list(pool.map(lambda n: edge.post(key, "reply", reply(north, f"+3161{n:07}", f"r{n}")).status_code, range(200)))
        heard = list(db.notifies(timeout=30, stop_after=1))
    assert sent == [200] * 200
    assert len(texts(north)) == 200
    assert {told.payload for told in heard} == {str(north.id)}


def test_the_relay_is_woken_after_the_last_batch_also_when_they_come_close_together(committed: World, edge: Serving) -> None:
    north = committed.north
    key = north.secret("webhook_key")
    with connect("default") as db:
        db.execute("listen antiphon_written")
        for number in range(5):
            edge.post(key, "reply", reply(north, f"+3161{number:07}", "yes"))
            assert [told.payload for told in db.notifies(timeout=30, stop_after=1)] == [str(north.id)]


class Turns:
    """A lane whose batches are held until they are all in, so that their order can be seen."""

    def __init__(self, tmp_path: Path, *, die: bool = False) -> None:
        self.held, self.seen, self.died = threading.Event(), list[tuple[int, int]](), threading.Event()
        self.lane = Lane(
            name="lane-of-the-test",
            connect=self._connect if not die else _break,
            spool=Spool(tmp_path, limit_bytes=1_000_000_000),
            sources=dict,
            clock=clock.now,
            on_death=self.died.set,
        )

    def _connect(self) -> Database:
        self.held.wait(10)
        raise psycopg.OperationalError("none for this test")


def _break() -> Database:
    raise ZeroDivisionError


def test_accounts_take_turns_so_that_a_noisy_one_does_not_keep_a_quiet_one_waiting(committed: World, tmp_path: Path) -> None:
    north, south = committed.north, committed.south
    noisy, quiet = arrival(north, "reply", reply(north, CLEO, "noise")), arrival(south, "reply", reply(south, CLEO, "quiet"))

    async def order() -> list[int]:
        turns, loop, done = Turns(tmp_path), asyncio.get_running_loop(), list[int]()

        def put(one: Any) -> "asyncio.Future[bool]":
            answer: asyncio.Future[bool] = loop.create_future()
            answer.add_done_callback(lambda _: done.append(one.account_id))
            turns.lane.put(Waiting(one, answer))
            return answer

        answers = [put(noisy) for _ in range(3 * AT_MOST)] + [put(quiet)]
        turns.lane.start()
        turns.held.set()
        assert all(await asyncio.wait_for(asyncio.gather(*answers), 20))
        turns.lane.stop()
        await asyncio.to_thread(turns.lane.join, seconds=5.0)
        return done

    done = asyncio.run(order())
    assert done.index(south.id) <= AT_MOST
    assert len(done) == 3 * AT_MOST + 1


def test_a_lane_that_dies_takes_its_worker_with_it(tmp_path: Path) -> None:
    turns = Turns(tmp_path, die=True)
    turns.lane.start()
    assert turns.died.wait(5)
    turns.lane.join(seconds=5)
    assert not turns.lane.is_alive

"""Each loop's turn on a real database, and how turns are run: beside each other, again after a failure, woken by a notification."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from antiphon.accounts.models import MembershipSkill, Skill
from antiphon.conversations.models import Conversation
from antiphon.edge.doors import connect
from antiphon.edge.drain import spooled
from antiphon.edge.spool import Spool
from antiphon.events.models import Event
from antiphon.events.verbs import wake_relay
from antiphon.intake.models import Arrival, ArrivalKey, DeliveryReport, Notice, Reply
from antiphon.kit.db import account
from antiphon.metrics.models import Counter, CounterMove
from antiphon.metrics.recount import counter_differences
from antiphon.routing.models import Presence
from antiphon.routing.presence import set_presence
from antiphon.tasks import files, verbs
from antiphon.tasks.work import take_up
from antiphon.worker import across, loops
from antiphon.worker.loops import LOOPS, Loop
from antiphon.worker.running import Desk, Worker
from tests.edge.serving import notice, reply, wait_until
from tests.intake.taking import arrival, refusing, take
from tests.kit.world import CLEO, MIA, Tenant, World

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner", "jobs"])


@pytest.fixture
def desk(committed: World, tmp_path: Path) -> Iterator[Desk]:
    one = Desk(spool=tmp_path, now=committed.clock)
    yield one
    one.let_go()


def test_pending_arrivals_of_every_account_are_taken(committed: World, desk: Desk) -> None:
    with refusing("reply", "true"):
        for tenant in (committed.north, committed.south):
            take(tenant, [arrival(tenant, "reply", reply(tenant, phone, "yes")) for phone in (CLEO, MIA)])
    loops.retry_pending(desk)
    for tenant in (committed.north, committed.south):
        with account(tenant.id):
            assert Reply.objects.count() == 2
            assert set(Arrival.objects.values_list("state", flat=True)) == {"done"}


def test_spools_of_the_dead_are_drained_once_and_those_of_the_living_left(committed: World, desk: Desk) -> None:
    north = committed.north
    dead, living = Spool(desk.spool, limit_bytes=10**6), Spool(desk.spool, limit_bytes=10**6)
    dead.append([spooled(arrival(north, "reply", reply(north, CLEO, "from the dead")))])
    living.append([spooled(arrival(north, "reply", reply(north, MIA, "from the living")))])
    dead.close()
    for _ in range(2):
        loops.drain_left_behind(desk)
    with account(north.id):
        assert list(Reply.objects.values_list("text", "copies")) == [("from the dead", 0)]
    assert len(list(desk.spool.glob("*.spool"))) == 1
    living.close()
    loops.drain_left_behind(desk)
    with account(north.id):
        assert Reply.objects.count() == 2
    assert list(desk.spool.glob("*")) == []


def test_events_are_numbered(committed: World, desk: Desk) -> None:
    north = committed.north
    take(north, [arrival(north, "reply", reply(north, CLEO, "yes"))])
    loops.number_events(desk)
    with account(north.id):
        assert not Event.objects.filter(position=None).exists()
        assert Event.objects.filter(type="conversation.started").count() == 1


def test_what_was_counted_is_folded_in_every_account(committed: World, desk: Desk) -> None:
    for tenant in (committed.north, committed.south):
        take(tenant, [arrival(tenant, "reply", reply(tenant, CLEO, "yes"))])
        with account(tenant.id):
            assert (CounterMove.objects.count(), Counter.objects.count()) == (1, 0)
    loops.fold_counters(desk)
    for tenant in (committed.north, committed.south):
        with account(tenant.id) as db:
            assert (CounterMove.objects.count(), Counter.objects.filter(metric="replies", value=1).count()) == (0, 1)
            assert counter_differences(db, tenant.id) == []


def test_conversations_close_ten_minutes_after_an_opt_out_and_when_nobody_writes(committed: World, desk: Desk) -> None:
    north, clock = committed.north, committed.clock
    take(north, [arrival(north, "reply", reply(north, phone, "yes")) for phone in (CLEO, MIA)])
    at = clock.forward(minutes=1)
    take(north, [arrival(north, "reply", reply(north, CLEO, "stop", at=f"{at:%Y-%m-%dT%H:%M:%S}"))])
    clock.forward(minutes=9, seconds=59)
    loops.close_those_who_left(desk)
    assert states(north.id) == ["queued", "queued"]
    clock.forward(seconds=1)
    loops.close_those_who_left(desk)
    assert states(north.id) == ["closed by consumer", "queued"]
    with account(north.id):
        Conversation.objects.filter(state="queued").update(turn="consumer", last_at=clock())
        Skill.objects.update(auto_close_seconds=3600)
    clock.forward(minutes=59)
    loops.close_the_idle(desk)
    assert states(north.id) == ["closed by consumer", "queued"]
    clock.forward(minutes=1)
    loops.close_the_idle(desk)
    assert states(north.id) == ["closed by consumer", "closed by system"]


def states(account_id: int) -> list[str]:
    with account(account_id):
        found = Conversation.objects.values_list("state", "closed_by")
        return sorted(f"{state} by {by}" if by else state for state, by in found)


def test_queues_are_routed_the_silent_set_away_and_what_they_leave_alone_goes_back(committed: World, desk: Desk) -> None:
    north, south, clock = committed.north, committed.south, committed.clock
    take(north, [arrival(north, "reply", reply(north, CLEO, "yes"))])
    take(south, [arrival(south, "reply", reply(south, CLEO, "yes"))])
    loops.route_queues(desk)
    assert states(north.id) == ["queued"]
    online(north, "Ada")
    loops.route_queues(desk)
    assert (states(north.id), states(south.id)) == (["assigned"], ["queued"])
    with account(north.id):
        Skill.objects.update(return_seconds=300)
    for seconds, state in ((60, "online"), (1, "away"), (299, "away")):
        clock.forward(seconds=seconds)
        loops.set_the_silent_away(desk)
        loops.return_what_is_left_alone(desk)
        assert (presence(north.id), states(north.id)) == (state, ["assigned"])
    clock.forward(seconds=1)
    loops.return_what_is_left_alone(desk)
    loops.route_queues(desk)
    assert states(north.id) == ["queued"]
    online(north, "Ben")
    loops.route_queues(desk)
    assert states(north.id) == ["assigned"]


def test_nobody_waits_beside_a_free_agent_while_the_worker_runs(committed: World, tmp_path: Path) -> None:
    """A reply is given within a second of being told; a skill that nobody is told of, by the next look."""
    north = committed.north
    online(north, "Ben")
    route = next(loop for loop in LOOPS if loop.turn is loops.route_queues)
    worker = Worker([replace(route, every_seconds=3600)], spool=tmp_path, now=committed.clock)
    worker.start()
    time.sleep(1)
    take(north, [arrival(north, "reply", reply(north, CLEO, "yes"))])
    with connect("default") as db:
        wake_relay(db, north.id)
    wait_until(lambda: states(north.id) == ["assigned"], seconds=5)
    worker.stop()
    with account(north.id):
        Conversation.objects.update(skill=north.skills["sales"], state="queued", agent=None)
    worker = running(tmp_path, route)
    time.sleep(1)
    assert states(north.id) == ["queued"]
    with account(north.id):
        MembershipSkill.objects.create(account_id=north.id, membership=north.people["Ben"], skill=north.skills["sales"])
    wait_until(lambda: states(north.id) == ["assigned"], seconds=5)
    worker.stop()


def online(tenant: Tenant, name: str) -> None:
    person = tenant.people[name].pk
    set_presence(tenant.id, person, state="online", actor=f"membership:{person}", at=tenant.clock())


def presence(account_id: int) -> str:
    with account(account_id):
        return Presence.objects.get().state


def test_what_came_before_its_campaign_was_published_is_counted(committed: World, desk: Desk) -> None:
    north = committed.north
    take(north, [arrival(north, "notice", notice(north, CLEO))])
    north.campaign()
    with account(north.id):
        assert Notice.objects.get().counted_campaign_id is None
    loops.map_what_came_early(desk)
    with account(north.id):
        assert Notice.objects.get().counted_campaign_id == north.campaigns["Spring check-up"].pk


def test_reports_wait_a_week(committed: World, desk: Desk) -> None:
    north = committed.north
    report = {"messages": {"msg": {"to": CLEO, "reference": "r1", "received": "x", "status": {"code": "2", "errorCode": ""}}}}
    take(north, [arrival(north, "report", report)])
    committed.clock.forward(days=7)
    loops.give_up_on_reports(desk)
    assert waiting(north.id) == [True]
    committed.clock.forward(seconds=1)
    loops.give_up_on_reports(desk)
    assert waiting(north.id) == [False]


def waiting(account_id: int) -> list[bool]:
    with account(account_id):
        return list(DeliveryReport.objects.values_list("is_waiting", flat=True))


def test_dedupe_keys_are_kept_forty_days(committed: World, desk: Desk) -> None:
    north, south, clock = committed.north, committed.south, committed.clock
    take(north, [arrival(north, "reply", reply(north, CLEO, "old"))])
    take(south, [arrival(south, "reply", reply(south, CLEO, "old"))])
    clock.forward(days=1)
    take(north, [arrival(north, "reply", reply(north, CLEO, "young"))])
    clock.forward(days=39)
    loops.delete_old_keys(desk)
    assert (keys(north.id), keys(south.id)) == (2, 1)
    clock.forward(seconds=1)
    loops.delete_old_keys(desk)
    assert (keys(north.id), keys(south.id)) == (1, 0)


def keys(account_id: int) -> int:
    with account(account_id):
        return ArrivalKey.objects.count()


def test_partitions_are_made_ahead(committed: World, desk: Desk) -> None:
    committed.clock.forward(days=3650)
    loops.make_partitions(desk)
    months = {(committed.clock() + timedelta(days=days)).strftime("notice_%Y_%m") for days in (0, 35, 70)}
    found = {row[0] for row in desk.jobs.execute("select relname from pg_class where relname like 'notice\\_20__\\___'").fetchall()}
    assert months <= found


def test_a_loop_is_one_row_of_the_table() -> None:
    assert len({loop.name for loop in LOOPS}) == len(LOOPS)
    assert all(loop.turn.__doc__ and loop.every_seconds > 0 for loop in LOOPS)


def test_the_documentation_names_exactly_the_loops_there_are() -> None:
    page = (Path(__file__).parents[2] / "docs" / "reliability.md").read_text()
    table = page.partition("| loop | every |\n|---|---|\n")[2].partition("\n\n")[0]
    assert [line.split("|")[1].strip() for line in table.splitlines()] == [loop.name for loop in LOOPS]


@dataclass
class Seen:
    """What a loop of the test saw."""

    turns: int = 0


def running(tmp_path: Path, *rows: Loop) -> Worker:
    worker = Worker(rows, spool=tmp_path)
    worker.start()
    return worker


def test_a_turn_that_fails_comes_again_and_its_neighbours_go_on(committed: World, tmp_path: Path) -> None:  # noqa: ARG001 - a database
    bad, good = Seen(), Seen()

    def fail(desk: Desk) -> None:
        bad.turns += 1
        desk.jobs.execute("select 1")
        error: Exception = ZeroDivisionError() if bad.turns % 2 else psycopg.OperationalError("gone")
        raise error

    def go_on(_desk: Desk) -> None:
        good.turns += 1

    worker = running(tmp_path, Loop("bad", "one", 0.05, fail), Loop("good", "one", 0.05, go_on))
    wait_until(lambda: bad.turns > 3 and good.turns > 3)
    worker.stop()


def test_a_notification_brings_the_turn_at_once(committed: World, tmp_path: Path) -> None:  # noqa: ARG001 - as above
    turns: list[float] = []
    come = threading.Event()

    def turn(_desk: Desk) -> None:
        turns.append(time.monotonic())
        come.set()

    worker = running(tmp_path, Loop("woken", "one", 3600, turn, wakes_on="antiphon_test"))
    assert come.wait(5)
    with connect("jobs") as db:
        wait_until(lambda: _told(db, turns))
    worker.stop()
    assert len(turns) >= 2


def test_a_burst_of_notifications_is_one_turn_where_a_loop_rests(committed: World, tmp_path: Path) -> None:  # noqa: ARG001 - as above
    seen = {"rests": Seen(), "eager": Seen()}

    def turn_of(name: str) -> Callable[[Desk], None]:
        def turn(_desk: Desk) -> None:
            seen[name].turns += 1

        return turn

    rows = [
        Loop(name, name, 3600, turn_of(name), wakes_on="antiphon_test", rest_seconds=rest)
        for name, rest in (("rests", 30.0), ("eager", 0.0))
    ]
    worker = running(tmp_path, *rows)
    with connect("jobs") as db:
        wait_until(lambda: _told(db, [0.0] * seen["eager"].turns))
        wait_until(lambda: bool(db.execute("notify antiphon_test")) and seen["eager"].turns > 3)
    worker.stop()
    assert seen["rests"].turns == 1


def _told(db: Any, turns: list[float]) -> bool:
    db.execute("notify antiphon_test")
    time.sleep(0.1)
    return len(turns) >= 2


def test_files_of_long_work_go_when_their_time_is_over(committed: World, desk: Desk) -> None:
    north, clock = committed.north, committed.clock
    done, stopped = (verbs.begin(north.id, "relink", actor="membership:1", at=clock(), once=False) for _ in range(2))
    for task in (done, stopped):
        (files.made(north.id, task.pk) / "errors.csv").write_text("line\n")
    work = take_up(north.id, done.pk, at=clock())
    assert work
    assert work.finish({"file": "errors.csv"}, files_kept=timedelta(days=7))
    verbs.cancel(north.id, stopped.pk, at=clock())
    clock.forward(days=6, hours=23)
    loops.delete_expired_files(desk)
    assert [bool(files.file_of(north.id, task.pk, "errors.csv")) for task in (done, stopped)] == [True, True]
    clock.forward(hours=1)
    for _ in range(2):
        loops.delete_expired_files(desk)
        assert [files.folder(north.id, task.pk).exists() for task in (done, stopped)] == [False, False]
    assert across.tasks_expired(desk.jobs, at=clock(), stopped_before=clock()) == []

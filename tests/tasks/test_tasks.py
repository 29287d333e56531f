"""Long work: begun once, told of while it runs, left and found again, stopped, tried again, and never done by two at a time."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from antiphon.kit.problems import Conflict, Invalid, Missing
from antiphon.tasks import files, verbs
from antiphon.tasks.models import Task
from antiphon.tasks.work import Stopped, Work, take_up
from antiphon.worker import tasks
from tests.kit.world import Tenant

pytestmark = pytest.mark.django_db


def begun(tenant: Tenant, kind: str = "counting", **more: Any) -> Task:
    return verbs.begin(tenant.id, kind, actor="membership:1", at=tenant.clock(), **more)


def done_by(tenant: Tenant, task: Task, runner: Any, *, tries: int = 0) -> Task:
    tasks.run(tenant.id, task.pk, tries=tries, most=6, runners={"counting": runner})
    return verbs.find(tenant.id, task.pk)


def test_a_task_is_put_off_with_the_transaction_and_once_per_subject(north: Tenant, south: Tenant) -> None:
    first = begun(north, subject="campaign:1", arguments={"of": 3})
    assert begun(north, subject="campaign:1") == first
    others = [begun(north, subject="campaign:2"), begun(north, subject="campaign:1", once=False), begun(south, subject="campaign:1")]
    assert len({first.pk, *(task.pk for task in others)}) == 4
    jobs = ProcrastinateJob.objects.filter(task_name="run_task").values_list("args", flat=True)
    assert sorted(job["task_id"] for job in jobs) == sorted([first.pk, *(task.pk for task in others)])
    assert (first.state, first.arguments) == ("waiting", {"of": 3})


def test_what_is_over_may_begin_again(north: Tenant) -> None:
    first = done_by(north, begun(north), lambda _work: {"counted": 3})
    assert (first.state, first.result) == ("done", {"counted": 3})
    assert begun(north).pk != first.pk


def test_it_is_found_again_in_its_account_only(north: Tenant, south: Tenant) -> None:
    old = begun(north, subject="campaign:1", once=False)
    north.clock.forward(minutes=1)
    new = begun(north, subject="campaign:1", once=False)
    assert verbs.latest(north.id, "counting", "campaign:1") == new
    assert verbs.recent(north.id) == [new, old]
    assert verbs.recent(south.id) == []
    assert verbs.latest(south.id, "counting", "campaign:1") is None
    with pytest.raises(Missing):
        verbs.find(south.id, new.pk)


def test_a_runner_tells_how_far_it_is(north: Tenant) -> None:
    task = begun(north)
    seen: list[tuple[int, int | None]] = []

    def count(work: Work) -> dict[str, Any]:
        for done in range(100):
            work.tell(done, 100)
        now = verbs.find(north.id, task.pk)
        seen.append((now.done, now.total))
        work.tell(100, 100, counted=100)
        now = verbs.find(north.id, task.pk)
        seen.append((now.done, now.total))
        return work.kept | {"finished": True}

    assert done_by(north, task, count).result == {"counted": 100, "finished": True}
    assert seen == [(0, 100), (100, 100)]  # a hundred tells in no time are one statement


def test_a_failure_is_told_and_may_be_tried_again(north: Tenant) -> None:
    task = begun(north)

    def fail(_work: Work) -> dict[str, Any]:
        raise ZeroDivisionError

    failed = done_by(north, task, fail)
    assert (failed.state, failed.error) == ("failed", "ZeroDivisionError")
    verbs.again(north.id, task.pk, at=north.clock())
    assert ProcrastinateJob.objects.filter(task_name="run_task").count() == 2
    done = done_by(north, task, lambda _work: {})
    assert (done.state, done.error) == ("done", "")
    with pytest.raises(Conflict):
        verbs.again(north.id, task.pk, at=north.clock())


def test_a_refusal_is_told_in_its_own_words(north: Tenant) -> None:
    def refuse(_work: Work) -> dict[str, Any]:
        raise Invalid("no_value", "There is nothing to count.")

    assert done_by(north, begun(north), refuse).error == "There is nothing to count."


def test_without_a_database_it_is_tried_again_until_the_last_try(north: Tenant) -> None:
    def cut(_work: Work) -> dict[str, Any]:
        raise psycopg.OperationalError("gone")

    task = begun(north)
    with pytest.raises(psycopg.OperationalError):
        done_by(north, task, cut, tries=5)
    assert verbs.find(north.id, task.pk).state == "running"
    assert done_by(north, task, cut, tries=6).state == "failed"


def test_what_ends_the_worker_each_time_is_given_up(north: Tenant) -> None:
    failed = done_by(north, begun(north), lambda _work: {}, tries=7)
    assert (failed.state, failed.error) == ("failed", "the worker ended each time it did this")


def test_a_cancelled_task_stops_at_its_next_word(north: Tenant) -> None:
    task = begun(north)
    reached: list[str] = []

    def count(work: Work) -> dict[str, Any]:
        assert not work.is_cancelled()
        verbs.cancel(north.id, task.pk, at=north.clock())
        assert work.is_cancelled()
        reached.append("before")
        work.tell(1, 2)
        reached.append("after")
        return {}

    assert done_by(north, task, count).state == "cancelled"
    assert reached == ["before"]
    with pytest.raises(Conflict):
        verbs.cancel(north.id, task.pk, at=north.clock())


def test_a_waiting_task_that_is_cancelled_never_begins(north: Tenant) -> None:
    task = begun(north)
    verbs.cancel(north.id, task.pk, at=north.clock())
    begun_runners: list[Work] = []
    assert done_by(north, task, begun_runners.append).state == "cancelled"
    assert begun_runners == []


def test_a_worker_that_lost_its_task_writes_no_more(north: Tenant) -> None:
    task = begun(north)
    frozen, other = (take_up(north.id, task.pk, at=north.clock()) for _ in range(2))
    assert frozen
    assert other
    other.tell(5, 10)
    with pytest.raises(Stopped):
        frozen.tell(9, 10)
    assert frozen.is_cancelled()
    assert not frozen.finish({"counted": 9})
    assert not frozen.fail("late")
    assert other.finish({"counted": 10})
    assert verbs.find(north.id, task.pk).result == {"counted": 10}
    assert take_up(north.id, task.pk, at=north.clock()) is None


def test_who_takes_it_up_again_knows_what_was_kept(north: Tenant) -> None:
    task = begun(north)
    killed = take_up(north.id, task.pk, at=north.clock())
    assert killed
    killed.tell(3, 10, after="row 3")
    again = take_up(north.id, task.pk, at=north.clock())
    assert again
    assert (again.kept, again.attempt) == ({"after": "row 3"}, 2)


def test_files_are_a_task_s_own(north: Tenant) -> None:
    task = begun(north)
    (files.made(north.id, task.pk) / "errors.csv").write_text("line,message\n")
    assert files.file_of(north.id, task.pk, "errors.csv")
    for name in ("", ".", "..", "../errors.csv", f"../{task.pk}/errors.csv", str(Path("/etc/passwd")), "other.csv"):
        assert files.file_of(north.id, task.pk, name) is None
    finished = done_by(north, task, lambda _work: {"file": "errors.csv", "size": 13})
    assert finished.expires_at == north.clock() + timedelta(days=7)
    files.delete(north.id, task.pk)
    files.delete(north.id, task.pk)
    assert files.file_of(north.id, task.pk, "errors.csv") is None

"""Long work as those who ask for it see it: begin, find again, cancel, try again."""

from datetime import datetime
from pathlib import Path
from typing import Any

from antiphon.accounts.audit import audit
from antiphon.kit.db import Database, account, rows
from antiphon.kit.jobs import put_off
from antiphon.kit.problems import Conflict, Missing
from antiphon.tasks.files import file_of
from antiphon.tasks.models import Task

UNFINISHED = (Task.State.WAITING, Task.State.RUNNING)


def begin(
    account_id: int, kind: str, *, subject: str = "", arguments: dict[str, Any] | None = None, actor: str, at: datetime, once: bool = True
) -> Task:
    """Have the worker do this after the transaction commits, by the runner of this kind (`worker.tasks.RUNNERS`).

    With `once`, a task of this kind and subject that waits or runs already is returned instead. `arguments` is JSON; phone
    numbers and texts belong in files or tables, not there.
    """
    with account(account_id) as db:
        if once:
            _one_at_a_time(db, account_id, kind, subject)
            unfinished = Task.objects.filter(account_id=account_id, kind=kind, subject=subject, state__in=UNFINISHED).first()
            if unfinished:
                return unfinished
        made = Task.objects.create(
            account_id=account_id, kind=kind, subject=subject, arguments=arguments or {}, actor=actor, created_at=at, updated_at=at
        )
        put_off("run_task", account_id=account_id, task_id=made.pk)
    return made


def find(account_id: int, task_id: int) -> Task:
    """Return a task. Raises Missing."""
    with account(account_id):
        found = Task.objects.filter(account_id=account_id, pk=task_id).first()
    if found is None:
        raise Missing("not_found", "There is no such task in this account.")
    return found


def latest(account_id: int, kind: str, subject: str = "") -> Task | None:
    """Return the newest task of a kind for a subject, such as `campaign:5`."""
    with account(account_id):
        return Task.objects.filter(account_id=account_id, kind=kind, subject=subject).order_by("-created_at").first()


def recent(account_id: int, *, limit: int = 50) -> list[Task]:
    """Return the newest tasks of an account."""
    with account(account_id):
        return list(Task.objects.filter(account_id=account_id).order_by("-created_at", "-pk")[:limit])


def cancel(account_id: int, task_id: int, *, at: datetime) -> Task:
    """Stop a task that waits or runs; what it did until then stays. Raises Missing, Conflict."""
    return _turn(account_id, task_id, UNFINISHED, "this is over already", state=Task.State.CANCELLED, updated_at=at)


def again(account_id: int, task_id: int, *, at: datetime) -> Task:
    """Have a failed or cancelled task done again, from where it was if its runner kept that. Raises Missing, Conflict."""
    over = (Task.State.FAILED, Task.State.CANCELLED)
    with account(account_id):
        task = _turn(account_id, task_id, over, "only what failed or was cancelled", state=Task.State.WAITING, error="", updated_at=at)
        put_off("run_task", account_id=account_id, task_id=task_id)
    return task


def fetch(account_id: int, task: Task, *, actor: str, at: datetime) -> Path:
    """Return the file of a task's result; that it is fetched is told in the audit trail. Raises Missing."""
    name = str(task.result.get("file", "")) if task.state == Task.State.DONE else ""
    path = file_of(account_id, task.pk, name)
    if path is None or (task.expires_at and task.expires_at <= at):
        raise Missing("no_file", "There is no file: it is not made yet, nothing was found, or it expired. Ask for it again.")
    audit(account_id, actor=actor, action="file.downloaded", subject=f"task:{task.pk}", at=at, detail={"file": name})
    return path


def _turn(account_id: int, task_id: int, fitting: tuple[str, ...], why: str, **values: Any) -> Task:
    with account(account_id):
        task = Task.objects.select_for_update().filter(account_id=account_id, pk=task_id).first()
        if task is None:
            raise Missing("not_found", "There is no such task in this account.")
        if task.state not in fitting:
            raise Conflict("task_over", "This task is {state}: {why}.", state=task.state, why=why)
        for name, value in values.items():
            setattr(task, name, value)
        task.save(update_fields=list(values))
    return task


def _one_at_a_time(db: Database, account_id: int, kind: str, subject: str) -> None:
    """Let two who begin the same at once do so one after the other; the statement that looks comes after this one."""
    name = f"task {account_id} {kind} {subject}"
    rows(db, "select pg_advisory_xact_lock(hashtextextended(%(name)s::text, 0))", {"name": name})

"""Long work: what takes longer than a call waits for, begun elsewhere and followed here."""

from datetime import datetime
from typing import Any, Literal

from django.http import FileResponse, HttpRequest
from ninja import Router, Schema
from pydantic import ConfigDict

from antiphon.accounts.permissions import may
from antiphon.api.access import Caller, May, caller_of
from antiphon.api.lists import Page, PagingQuery, by_id
from antiphon.kit import clock
from antiphon.kit.problems import Missing
from antiphon.tasks import verbs
from antiphon.tasks.kinds import ACTIONS
from antiphon.tasks.models import Task

router = Router(tags=["tasks"])


class TaskOut(Schema):
    """Long work: `done` of `total` (null while that is not known), and when it is over what came of it, or why it stopped."""

    id: int
    kind: str
    subject: str
    state: str
    done: int
    total: int | None
    result: dict[str, Any]
    error: str
    created_at: datetime
    updated_at: datetime
    expires_at: datetime | None


FILE = {
    "responses": {
        200: {"description": "The file", "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
    }
}
"""What an operation that answers with a file says in the OpenAPI document."""


class TaskStateIn(Schema):
    """What is wanted of it: `cancelled` stops it, `waiting` has a failed or cancelled one done again, from where it was."""

    model_config = ConfigDict(extra="forbid")
    state: Literal["cancelled", "waiting"]


@router.get("tasks", response=Page[TaskOut], auth=May("tasks.read"), summary="List tasks")
def list_tasks(request: HttpRequest, paging: PagingQuery, kind: str = "", subject: str = "") -> dict[str, Any]:
    """Oldest first, of the kinds that the role may see."""
    caller = caller_of(request)
    seen = [name for name, action in ACTIONS.items() if may(caller.role, action)]
    found = Task.objects.filter(account_id=caller.account_id, kind__in=seen)
    found = found.filter(kind=kind) if kind else found
    return by_id(found.filter(subject=subject) if subject else found, paging, task_shown)


@router.get("tasks/{int:task_id}", response=TaskOut, auth=May("tasks.read"), summary="How far a task is")
def get_task(request: HttpRequest, task_id: int) -> dict[str, Any]:
    """Ask again every second or so; it goes on whether anybody asks or not."""
    return task_shown(_seen(caller_of(request), task_id))


@router.put("tasks/{int:task_id}/state", response=TaskOut, auth=May("tasks.read"), summary="Cancel a task, or try it again")
def set_task_state(request: HttpRequest, task_id: int, payload: TaskStateIn) -> dict[str, Any]:
    """What was done until a cancellation stays; 409 when it is over already, or does not need to be tried again."""
    caller = caller_of(request)
    _seen(caller, task_id)
    turn = verbs.cancel if payload.state == "cancelled" else verbs.again
    return task_shown(turn(caller.account_id, task_id, at=clock.now()))


@router.get("tasks/{int:task_id}/file", auth=May("tasks.read"), summary="Fetch the file of a task", openapi_extra=FILE)
def get_task_file(request: HttpRequest, task_id: int) -> FileResponse:
    """What `result.file` names, until `expires_at`; each fetch is in the audit trail. 404 while there is none, and afterwards."""
    caller = caller_of(request)
    return fetched(caller, _seen(caller, task_id))


def fetched(caller: Caller, task: Task) -> FileResponse:
    """Return the file of a task as an answer. Raises Missing."""
    path = verbs.fetch(caller.account_id, task, actor=caller.actor, at=clock.now())
    return FileResponse(path.open("rb"), as_attachment=True, filename=path.name)


def task_shown(task: Task) -> dict[str, Any]:
    """Return a task as the API shows it; while it is on its way there is no result yet."""
    same = ("kind", "subject", "state", "done", "total", "error", "created_at", "updated_at", "expires_at")
    result = task.result if task.state == Task.State.DONE else {}
    return {name: getattr(task, name) for name in same} | {"id": task.pk, "result": result}


def _seen(caller: Caller, task_id: int) -> Task:
    found = verbs.find(caller.account_id, task_id)
    if found.kind not in ACTIONS or not may(caller.role, ACTIONS[found.kind]):
        raise Missing("not_found", "There is no such task in this account.")
    return found

"""Exports of facts: begun, followed and fetched as on the page."""

from datetime import date, datetime
from typing import Any

from django.http import FileResponse, HttpRequest
from ninja import Router, Schema, Status
from pydantic import ConfigDict, Field

from antiphon.api.access import May, caller_of
from antiphon.api.lists import Page, PagingQuery, by_id
from antiphon.api.tasks import FILE, fetched
from antiphon.exports.facts import FACTS
from antiphon.exports.verbs import ask, asked, find
from antiphon.kit import clock
from antiphon.tasks.models import Task

router = Router(tags=["exports"])


class ExportIn(Schema):
    """Which facts of which days, both included, in UTC; a day is exported once it is over. Without `facts`, all of them."""

    model_config = ConfigDict(extra="forbid")
    since: date
    until: date
    facts: list[str] = Field(default_factory=lambda: list(FACTS))


class ExportOut(Schema):
    """An export: `done` of `total` files, and once it is done its `rows`, and the file unless there were none."""

    id: int
    facts: list[str]
    since: date
    until: date
    state: str
    done: int
    total: int | None
    rows: int | None
    file: str | None
    size: int | None
    error: str
    created_at: datetime
    updated_at: datetime
    expires_at: datetime | None


@router.post("exports", response={202: ExportOut}, auth=May("exports.write"), summary="Export facts")
def begin_export(request: HttpRequest, payload: ExportIn) -> Status[dict[str, Any]]:
    """Begins a task that writes a ZIP of Parquet files; the same asked for while it is under way is answered with that one."""
    caller = caller_of(request)
    begun = ask(caller.account_id, names=payload.facts, since=payload.since, until=payload.until, actor=caller.actor, at=clock.now())
    return Status(202, _shown(begun))


@router.get("exports", response=Page[ExportOut], auth=May("exports.write"), summary="List exports")
def list_exports(request: HttpRequest, paging: PagingQuery) -> dict[str, Any]:
    """Oldest first."""
    return by_id(asked(caller_of(request).account_id), paging, _shown)


@router.get("exports/{int:export_id}", response=ExportOut, auth=May("exports.write"), summary="How far an export is")
def get_export(request: HttpRequest, export_id: int) -> dict[str, Any]:
    """Ask again every second or so. It is cancelled, and tried again, as any task: `PUT tasks/{id}/state`."""
    return _shown(find(caller_of(request).account_id, export_id))


@router.get("exports/{int:export_id}/file", auth=May("exports.write"), summary="Fetch the file of an export", openapi_extra=FILE)
def get_export_file(request: HttpRequest, export_id: int) -> FileResponse:
    """The ZIP, until `expires_at`; each fetch is in the audit trail. 404 while there is none, and afterwards."""
    caller = caller_of(request)
    return fetched(caller, find(caller.account_id, export_id))


def _shown(task: Task) -> dict[str, Any]:
    same = ("state", "done", "total", "error", "created_at", "updated_at", "expires_at")
    result = task.result if task.state == Task.State.DONE else {}
    told = {name: task.arguments[name] for name in ("facts", "since", "until")}
    return (
        told
        | {name: getattr(task, name) for name in same}
        | {"id": task.pk}
        | {name: result.get(name) for name in ("rows", "file", "size")}
    )

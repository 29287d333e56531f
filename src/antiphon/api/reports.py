"""Saved reports: questions that are kept under a name, and their answers."""

from datetime import datetime
from typing import Any
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from ninja import Router, Schema, Status
from pydantic import ConfigDict, Field

from antiphon.accounts.models import Account
from antiphon.api.access import Caller, May, caller_of
from antiphon.api.changes import kept
from antiphon.api.lists import Page, PagingQuery, by_id
from antiphon.api.metrics import ItemOut, shown
from antiphon.kit import clock
from antiphon.kit.db import account
from antiphon.kit.problems import Invalid
from antiphon.metrics import saved
from antiphon.metrics.models import SavedReport
from antiphon.metrics.question import TIME, read
from antiphon.metrics.ranges import Grain, days
from antiphon.metrics.report import began, report
from antiphon.metrics.saved import Keeper

router = Router(tags=["metrics"])


class SavedOut(Schema):
    """A saved report; `query` is its address in the Analytics Builder, `owner` the person whose it is, null for the account's."""

    id: int
    name: str
    query: str
    is_shared: bool
    owner: int | None
    version: int
    created_at: datetime
    updated_at: datetime


class SavedIn(Schema):
    """A new report; `query` as the Analytics Builder's address has it."""

    model_config = ConfigDict(extra="forbid")
    name: str = Field(max_length=saved.LONGEST_NAME)
    query: str = Field(max_length=saved.LONGEST_QUERY)


class SavedChange(Schema):
    """What changes of a report; what is left out stays."""

    model_config = ConfigDict(extra="forbid")
    name: str = kept(max_length=saved.LONGEST_NAME)
    query: str = kept(max_length=saved.LONGEST_QUERY)


class ReportAnswerOut(Schema):
    """What a saved report says now: over time when it is by time, else per combination of dimensions; and totals."""

    items: list[ItemOut]
    totals: list[ItemOut]
    next: None
    start: datetime
    end: datetime
    grain: str
    time_zone: str


@router.get("reports", response=Page[SavedOut], auth=May("metrics.read"), summary="List saved reports")
def list_reports(request: HttpRequest, paging: PagingQuery) -> dict[str, Any]:
    """Those that are shared in the account; what a person keeps to themselves is not told."""
    caller = caller_of(request)
    return by_id(saved.visible(caller.account_id, _keeper(caller)), paging, _saved)


@router.post("reports", response={201: SavedOut}, auth=May("reports.write"), summary="Save a report")
def add_report(request: HttpRequest, payload: SavedIn) -> Status[dict[str, Any]]:
    """It is the account's: everybody who sees numbers finds it and may change it. Words that mean nothing are refused."""
    caller = caller_of(request)
    made = saved.save(
        caller.account_id, name=payload.name, query=_checked(payload.query), is_shared=True, keeper=_keeper(caller), at=clock.now()
    )
    return Status(201, _saved(made))


@router.get("reports/{int:report_id}", response=SavedOut, auth=May("metrics.read"), summary="Read a saved report")
def read_report(request: HttpRequest, report_id: int) -> dict[str, Any]:
    """The question; its answer is at `/answer`."""
    caller = caller_of(request)
    return _saved(saved.find(caller.account_id, report_id, _keeper(caller)))


@router.patch("reports/{int:report_id}", response=SavedOut, auth=May("reports.write"), summary="Change a saved report")
def edit_report(request: HttpRequest, report_id: int, payload: SavedChange) -> dict[str, Any]:
    """Only the account's own ones: what a person saved is theirs (409)."""
    caller = caller_of(request)
    changes = payload.dict(exclude_unset=True)
    if "query" in changes:
        changes["query"] = _checked(changes["query"])
    return _saved(saved.edit(caller.account_id, report_id, changes, keeper=_keeper(caller), at=clock.now()))


@router.delete("reports/{int:report_id}", response={204: None}, auth=May("reports.write"), summary="Remove a saved report")
def remove_report(request: HttpRequest, report_id: int) -> Status[None]:
    """Only the account's own ones: what a person saved is theirs (409)."""
    caller = caller_of(request)
    saved.remove(caller.account_id, report_id, keeper=_keeper(caller), at=clock.now())
    return Status(204, None)


@router.get("reports/{int:report_id}/answer", response=ReportAnswerOut, auth=May("metrics.read"), summary="Answer a saved report")
def answer_report(request: HttpRequest, report_id: int) -> dict[str, Any]:
    """Its days move along with today, in the account's time zone, as in the Analytics Builder."""
    caller = caller_of(request)
    question = saved.question_of(saved.find(caller.account_id, report_id, _keeper(caller)))
    zone = Account.objects.values_list("time_zone", flat=True).get(id=caller.account_id)
    is_by_time = TIME in question.by
    with account(caller.account_id) as db:
        since = began(db, caller.account_id, metrics=question.asked)
        first, last = question.days(
            today=clock.now().astimezone(ZoneInfo(zone)).date(), began=since and since.astimezone(ZoneInfo(zone)).date()
        )
        start, end = days(first, last, zone)
        found = report(
            db,
            caller.account_id,
            metrics=question.asked,
            by=question.dimensions,
            filters=dict(question.filters),
            start=start,
            end=end,
            grain=question.grain if is_by_time else Grain.TOTAL,
            time_zone=zone,
        )
    told = {"items": [shown(item) for item in found.items], "totals": [shown(item) for item in found.totals]}
    return told | {"next": None, "start": start, "end": end, "grain": found.grain, "time_zone": zone}


def _keeper(caller: Caller) -> Keeper:
    return Keeper(None, caller.actor)


def _saved(report: SavedReport) -> dict[str, Any]:
    return {name: getattr(report, name) for name in SavedOut.model_fields if name not in {"owner", "id"}} | {
        "id": report.pk,
        "owner": report.owner_id,
    }


def _checked(query: str) -> str:
    _question, left_out = read(parse_qs(query, keep_blank_values=True))
    if left_out:
        raise Invalid(
            "unknown_value", "These words of the query mean nothing: {listed}.", field="query", listed=", ".join(sorted(set(left_out)))
        )
    return query

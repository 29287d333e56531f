"""The audit trail, newest first."""

from datetime import datetime
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from ninja import Router, Schema

from antiphon.accounts.models import AuditEntry
from antiphon.api.access import May, caller_of
from antiphon.api.lists import Page, PagingQuery, page, read_cursor

router = Router(tags=["audit"])


class AuditEntryOut(Schema):
    """Who did what to what; `detail` differs by action, `changed` in it holds before and after by field."""

    id: int
    at: datetime
    actor: str
    action: str
    subject: str
    detail: dict[str, Any]


@router.get("audit", response=Page[AuditEntryOut], auth=May("audit.read"), summary="Read the audit trail")
def list_entries(request: HttpRequest, paging: PagingQuery, subject: str = "", action: str = "") -> dict[str, Any]:
    """All of it, or what happened to one subject (`skill:5`), or one action (`skill.edited`); newest first."""
    found = AuditEntry.objects.filter(account_id=caller_of(request).account_id)
    found = found.filter(subject=subject) if subject else found
    found = found.filter(action=action) if action else found
    if paging.cursor:
        at, last = read_cursor(paging.cursor, datetime.fromisoformat, int)
        found = found.filter(Q(at__lt=at) | Q(at=at, id__lt=last))
    rows = list(found.order_by("-at", "-id")[: paging.limit + 1])
    return page(rows[: paging.limit], rows, paging, key=lambda row: [row.at.isoformat(), row.pk])

"""Opt-outs of one consumer: standing instructions as the provider told them; newest first."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema

from antiphon.api.access import May, caller_of
from antiphon.api.lists import Page, PagingQuery, page, read_cursor
from antiphon.consumers.models import OptOut
from antiphon.kit import phones

router = Router(tags=["consumers"])


class OptOutOut(Schema):
    """An instruction: an opt-out, or the provider taking one back. In force: the newest of its scope is an opt-out, and is this one."""

    id: UUID
    is_out: bool
    is_in_force: bool
    scope: str
    source: int
    number: str | None
    how: str
    text: str
    at: datetime
    received_at: datetime
    conversation: UUID | None


@router.get("consumers/{phone}/opt-outs", response=Page[OptOutOut], auth=May("opt_outs.read"), summary="Opt-outs of a consumer")
def list_opt_outs(request: HttpRequest, phone: str, paging: PagingQuery) -> dict[str, Any]:
    """Empty for a number that never opted out, also for one we have never heard of."""
    account_id = caller_of(request).account_id
    of_consumer = OptOut.objects.filter(account_id=account_id, consumer__phone=phones.normalise(phone).value)
    every = list(of_consumer.order_by("-at", "-id")[:1000])
    newest: dict[tuple[Any, ...], UUID] = {}
    for one in every:
        newest.setdefault(_scope(one), one.id)
    if paging.cursor:
        after = read_cursor(paging.cursor, datetime.fromisoformat, UUID)
        every = [one for one in every if [one.at, one.id] < after]
    shown = [_shown(one, is_in_force=one.is_out and newest[_scope(one)] == one.id) for one in every[: paging.limit]]
    return page(shown, every[: paging.limit + 1], paging, key=lambda one: [one.at, one.id])


def _scope(one: OptOut) -> tuple[Any, ...]:
    return (one.scope, None if one.scope == "account" else one.source_id, one.number if one.scope == "number" else "")


def _shown(one: OptOut, *, is_in_force: bool) -> dict[str, Any]:
    same = ("id", "is_out", "scope", "how", "text", "at", "received_at")
    own = {"is_in_force": is_in_force, "source": one.source_id, "number": one.number or None, "conversation": one.conversation_id}
    return {name: getattr(one, name) for name in same} | own

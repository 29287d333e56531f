"""Relinking: conversations that began unlinked and that the rule would link now."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema, Status
from pydantic import ConfigDict

from antiphon.api.access import May, caller_of
from antiphon.api.tasks import TaskOut, task_shown
from antiphon.attribution.verbs import relinkable
from antiphon.campaigns.library import entry_point_in
from antiphon.campaigns.store import campaign_in
from antiphon.kit import clock
from antiphon.kit.db import account
from antiphon.kit.problems import Invalid
from antiphon.tasks.verbs import begin

router = Router(tags=["attribution"])
_MOST, _ASKED = 1_000, 10_000


class RelinkableOut(Schema):
    """A conversation, and the engagement that it would be linked to."""

    conversation: UUID
    engagement: int


class RelinkablesOut(Schema):
    """What would be linked; `complete` is false when there may be more."""

    items: list[RelinkableOut]
    complete: bool


class RelinkIn(Schema):
    """Whose conversations: a campaign's, or those that an entry point would find."""

    model_config = ConfigDict(extra="forbid")
    campaign: int | None = None
    entry_point: int | None = None


@router.get("relinkable", response=RelinkablesOut, auth=May("campaigns.write"), summary="Conversations that could be relinked")
def list_relinkable(request: HttpRequest, campaign: int | None = None, entry_point: int | None = None) -> dict[str, Any]:
    """The rule, asked again at the time of each reply, would link them now; of one campaign or entry point, or of all."""
    account_id = caller_of(request).account_id
    is_narrow = campaign is not None or entry_point is not None
    scope = _scope(account_id, campaign=campaign, entry_point=entry_point) if is_narrow else {}
    with account(account_id) as db:
        found = relinkable(db, account_id, **{f"{word}_id": thing for word, thing in scope.items()}, limit=_MOST, asked_at_most=_ASKED)
    items = [{"conversation": one, "engagement": engagement} for one, engagement in found.engagements.items()]
    return {"items": items, "complete": found.is_complete}


@router.post("relinkings", response={202: TaskOut}, auth=May("campaigns.write"), summary="Relink conversations")
def begin_relinking(request: HttpRequest, payload: RelinkIn) -> Status[dict[str, Any]]:
    """Begins a task; the one that is under way already is answered instead."""
    caller = caller_of(request)
    scope = _scope(caller.account_id, campaign=payload.campaign, entry_point=payload.entry_point)
    ((word, thing),) = scope.items()
    task = begin(caller.account_id, "relink", subject=f"{word}:{thing}", arguments=scope, actor=caller.actor, at=clock.now())
    return Status(202, task_shown(task))


def _scope(account_id: int, *, campaign: int | None, entry_point: int | None) -> dict[str, int]:
    """Return the one thing that is named. Raises Invalid, Missing."""
    if (campaign is None) == (entry_point is None):
        raise Invalid("one_scope", "Name a campaign, or an entry point.", field="campaign")
    if campaign is not None:
        return {"campaign": campaign_in(account_id, campaign).pk}
    return {"entry_point": entry_point_in(account_id, entry_point or 0).pk}

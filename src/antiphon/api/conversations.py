"""Conversations: finding them, reading one, and everything people do with them."""

import json
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Body, Query, Router, Schema, Status
from pydantic import ConfigDict, Field

from antiphon.accounts.models import Membership, Role
from antiphon.api.access import Caller, May, caller_of
from antiphon.api.lists import Page, Paging, PagingQuery, page, read_cursor
from antiphon.attribution.models import Decision
from antiphon.attribution.types import Verdict
from antiphon.consumers.models import Consumer
from antiphon.conversations import verbs
from antiphon.conversations.models import Answer, Conversation
from antiphon.conversations.types import Refused, State
from antiphon.kit import clock, phones
from antiphon.kit.db import Database, account, rows, sql
from antiphon.kit.problems import Invalid, Missing

router = Router(tags=["conversations"])
_HERE = "antiphon.api"
_LEADING = (Role.ADMINISTRATOR, Role.SUPERVISOR)
_FILTERS = ("campaign", "engagement", "entry_point", "source", "skill", "state", "verdict", "from", "to")


class AnsweredOut(Schema):
    """The broadcast text that the conversation answers."""

    id: UUID
    text: str
    external_campaign: str
    sent_at: datetime
    sender: str


class OutcomeOut(Schema):
    """What came of it."""

    goal_reached: bool
    value: float | None
    currency: str | None


class ConversationOut(Schema):
    """A conversation and what it is linked to; of one that is not linked, campaign, engagement and entry point are null."""

    id: UUID
    source: int
    phone: str
    state: str
    turn: str
    verdict: str
    campaign: int | None
    engagement: int | None
    engagement_version: int | None
    entry_point: int | None
    skill: int
    agent: int | None
    language: str
    note: str
    notice: AnsweredOut | None
    started_at: datetime
    due_at: datetime | None
    closed_at: datetime | None
    closed_by: str | None
    outcome: OutcomeOut | None


class Line(Schema):
    """One entry of a timeline. `status`: of notices and answers; `what`: of system lines, `actor` who did it."""

    kind: Literal["notice", "reply", "answer", "system"]
    id: UUID
    at: datetime
    text: str
    status: str | None = None
    reason: str | None = None
    sender: str | None = None
    external_campaign: str | None = None
    sent_at: datetime | None = None
    replied_at: datetime | None = None
    verdict: str | None = None
    media: list[Any] | None = None
    agent: int | None = None
    what: str | None = None
    actor: str | None = None


class DecisionOut(Schema):
    """The decision on the opening reply: how the notice was found, what was linked, and by which version of the rule."""

    reply: UUID
    notice: UUID | None
    found: str
    verdict: str
    campaign: int | None
    engagement: int | None
    engagement_version: int | None
    entry_point: int | None
    entry_point_kind: str | None
    rule_version: int
    decided_at: datetime


class ConversationWithTimeline(ConversationOut):
    """A conversation, all that was said, and why it is linked as it is."""

    timeline: list[Line]
    decision: DecisionOut | None
    is_linked_by_person: bool


class Filters(Schema):
    """What a list is narrowed to; times are of `started_at`, `to` is left out."""

    phone: str | None = None
    campaign: int | None = None
    engagement: int | None = None
    entry_point: int | None = None
    source: int | None = None
    skill: int | None = None
    state: Literal["queued", "assigned", "closed"] | None = None
    verdict: Verdict | None = None
    from_: datetime | None = Field(None, alias="from")
    to: datetime | None = None


class Acting(Schema):
    """Who acts: a person by membership; without it the key itself, if its role leads."""

    model_config = ConfigDict(extra="forbid")
    agent: int | None = None


class AnswerIn(Acting):
    """An answer. `agent` writes it; left out, the one who has the conversation."""

    text: str


class AnswerOut(Schema):
    """An answer and how far it got."""

    id: UUID
    conversation: UUID
    text: str
    status: str
    agent: int | None
    created_at: datetime


class OutcomeIn(Schema):
    """What came of it: the campaign's goal reached or not, and what it was worth."""

    model_config = ConfigDict(extra="forbid")
    goal_reached: bool
    value: Decimal | None = Field(None, ge=0, max_digits=14, decimal_places=2)
    currency: str = Field("", pattern="^([A-Z]{3})?$")


class ClosureIn(Acting):
    """A close, with what came of it."""

    outcome: OutcomeIn | None = None


class TransferIn(Acting):
    """Where it goes: to a skill's queue, to a person who has the skill (`to_agent`), or with neither back to its queue."""

    skill: int | None = None
    to_agent: int | None = None


class AssignmentIn(Schema):
    """Who has it from now on; null puts it back into its queue."""

    model_config = ConfigDict(extra="forbid")
    agent: int | None


class LinkIn(Acting):
    """What it is linked to by hand, null for nothing, and why."""

    engagement: int | None
    reason: str = Field(max_length=500)


class NextIn(Schema):
    """Who takes the next one."""

    model_config = ConfigDict(extra="forbid")
    agent: int


@router.get("conversations", response=Page[ConversationOut], auth=May("conversations.read"), summary="List conversations")
def list_conversations(request: HttpRequest, filters: Annotated[Filters, Query(...)], paging: PagingQuery) -> dict[str, Any]:
    """Newest first."""
    caller = caller_of(request)
    asked = filters.dict(by_alias=True)
    consumer = _consumer(caller.account_id, filters.phone) if filters.phone else None
    if filters.phone and consumer is None:
        return {"items": [], "next": None}
    with account(caller.account_id) as db:
        found = _rows(db, caller.account_id, paging, consumer=consumer, **{name: asked[name] for name in _FILTERS})
    return page([_shown(row) for row in found[: paging.limit]], found, paging, key=lambda row: [row.started_at, row.id])


@router.get(
    "conversations/{uuid:conversation_id}", response=ConversationWithTimeline, auth=May("conversations.read"), summary="One conversation"
)
def one_conversation(request: HttpRequest, conversation_id: UUID) -> dict[str, Any]:
    """With its timeline in order of receipt, and the decision on its opening reply."""
    return _whole(caller_of(request).account_id, conversation_id)


@router.post("conversations/{uuid:conversation_id}/answers", response={201: AnswerOut}, auth=May("conversations.answer"), summary="Answer")
def answer(request: HttpRequest, conversation_id: UUID, payload: AnswerIn) -> Status[dict[str, Any]]:
    """Stored, then sent in the background; answering a queued conversation takes it. Refused (409) after an opt-out."""
    caller = caller_of(request)
    actor = _actor(caller, conversation_id, payload.agent, is_taking=True)
    with account(caller.account_id) as db:
        made = verbs.answer(db, caller.account_id, conversation_id, agent_id=payload.agent, actor=actor, text=payload.text, at=clock.now())
    stored = Answer.objects.get(account_id=caller.account_id, id=made)
    shown = {"id": stored.id, "conversation": conversation_id, "text": stored.text, "status": stored.state}
    return Status(201, shown | {"agent": stored.agent_id, "created_at": stored.created_at})


@router.post(
    "conversations/{uuid:conversation_id}/closure",
    response={201: ConversationWithTimeline},
    auth=May("conversations.close"),
    summary="Close",
)
def close(request: HttpRequest, conversation_id: UUID, payload: Annotated[ClosureIn | None, Body(None)] = None) -> Status[dict[str, Any]]:
    """With what came of it; whoever closed it may take that back for two minutes."""
    caller, closing = caller_of(request), payload or ClosureIn()
    actor = _actor(caller, conversation_id, closing.agent)
    given = closing.outcome
    outcome = verbs.Outcome(is_goal_reached=given.goal_reached, amount=given.value, currency=given.currency) if given else None
    with account(caller.account_id) as db:
        verbs.close(db, caller.account_id, conversation_id, actor=actor, at=clock.now(), outcome=outcome, member_id=closing.agent)
    return Status(201, _whole(caller.account_id, conversation_id))


@router.delete(
    "conversations/{uuid:conversation_id}/closure",
    response=ConversationWithTimeline,
    auth=May("conversations.close"),
    summary="Take a close back",
)
def undo_close(request: HttpRequest, conversation_id: UUID, agent: int | None = None) -> dict[str, Any]:
    """By whoever closed it (name the same `agent`), within two minutes, while there is no newer conversation."""
    caller = caller_of(request)
    actor = _actor(caller, conversation_id, agent)
    with account(caller.account_id) as db:
        verbs.undo_close(db, caller.account_id, conversation_id, actor=actor, at=clock.now())
    return _whole(caller.account_id, conversation_id)


@router.post(
    "conversations/{uuid:conversation_id}/transfer",
    response=ConversationWithTimeline,
    auth=May("conversations.transfer"),
    summary="Transfer",
)
def transfer(request: HttpRequest, conversation_id: UUID, payload: TransferIn) -> dict[str, Any]:
    """To a skill's queue, or to a person who has the skill."""
    caller = caller_of(request)
    actor = _actor(caller, conversation_id, payload.agent)
    with account(caller.account_id) as db:
        verbs.transfer(
            db,
            caller.account_id,
            conversation_id,
            actor=actor,
            at=clock.now(),
            skill_id=payload.skill,
            agent_id=payload.to_agent,
        )
    return _whole(caller.account_id, conversation_id)


@router.delete(
    "conversations/{uuid:conversation_id}/transfer",
    response=ConversationWithTimeline,
    auth=May("conversations.transfer"),
    summary="Take a transfer back",
)
def undo_transfer(request: HttpRequest, conversation_id: UUID, agent: int | None = None) -> dict[str, Any]:
    """By whoever made it (name the same `agent`), within two minutes, while nobody has taken or answered it since."""
    caller = caller_of(request)
    with account(caller.account_id) as db:
        verbs.undo_transfer(db, caller.account_id, conversation_id, actor=_who(caller, agent), at=clock.now())
    return _whole(caller.account_id, conversation_id)


@router.put(
    "conversations/{uuid:conversation_id}/assignment",
    response=ConversationWithTimeline,
    auth=May("conversations.take"),
    summary="Assign, or put back into the queue",
)
def assign(request: HttpRequest, conversation_id: UUID, payload: AssignmentIn) -> dict[str, Any]:
    """A key of role agent takes what is queued; it gives back by a transfer that names neither skill nor person."""
    caller = caller_of(request)
    actor = caller.actor if payload.agent is None else _person(caller, payload.agent)
    with account(caller.account_id) as db:
        if caller.role in _LEADING:
            verbs.assign(db, caller.account_id, conversation_id, agent_id=payload.agent, actor=caller.actor, at=clock.now())
        elif payload.agent is None:
            raise Refused("not_yours", "A key of role agent takes conversations only: have a supervisor put this one back.")
        else:
            verbs.take(db, caller.account_id, conversation_id, agent_id=payload.agent, actor=actor, at=clock.now())
    return _whole(caller.account_id, conversation_id)


@router.put(
    "conversations/{uuid:conversation_id}/link",
    response=ConversationWithTimeline,
    auth=May("conversations.link"),
    summary="Link by hand",
)
def link(request: HttpRequest, conversation_id: UUID, payload: LinkIn) -> dict[str, Any]:
    """To any engagement of its source, or to none; the rule leaves it alone from then on."""
    caller = caller_of(request)
    actor = _actor(caller, conversation_id, payload.agent)
    with account(caller.account_id) as db:
        verbs.link(
            db,
            caller.account_id,
            conversation_id,
            engagement_id=payload.engagement,
            reason=payload.reason,
            actor=actor,
            at=clock.now(),
        )
    return _whole(caller.account_id, conversation_id)


@router.post(
    "skills/{int:skill_id}/next",
    response={200: ConversationWithTimeline, 204: None},
    auth=May("conversations.take"),
    summary="Take the next conversation of a queue",
)
def take_next(request: HttpRequest, skill_id: int, payload: NextIn) -> Status[dict[str, Any] | None]:
    """Due first, then older; 204 when nobody waits."""
    caller = caller_of(request)
    actor = _person(caller, payload.agent)
    with account(caller.account_id) as db:
        taken = verbs.take_next(db, caller.account_id, skill_id, agent_id=payload.agent, actor=actor, at=clock.now())
    return Status(204, None) if taken is None else Status(200, _whole(caller.account_id, taken))


def _actor(caller: Caller, conversation_id: UUID, agent: int | None, *, is_taking: bool = False) -> str:
    """Return who acts: the named person, else the key itself if it leads. A key of role agent acts for who has the conversation.

    Raises Invalid, Missing, Refused.
    """
    found = Conversation.objects.filter(account_id=caller.account_id, id=conversation_id).values("agent_id", "state").first()
    if found is None:
        raise Missing("not_found", "There is no such conversation in this account.")
    actor = caller.actor if agent is None else _person(caller, agent)
    if caller.role in _LEADING or (is_taking and found["state"] == State.QUEUED):
        return actor
    if agent is None and not is_taking:
        raise Invalid("agent_needed", "A key of role agent acts for a person: name the agent.", field="agent")
    if agent is not None and found["agent_id"] != agent:
        raise Refused(
            "not_yours", "This agent does not have the conversation: take it first, or use a key of role supervisor.", field="agent"
        )
    return actor


def _who(caller: Caller, agent: int | None) -> str:
    """Return who acts where it does not matter who has the conversation now. Raises Invalid, Missing."""
    if agent is None and caller.role not in _LEADING:
        raise Invalid("agent_needed", "A key of role agent acts for a person: name the agent.", field="agent")
    return caller.actor if agent is None else _person(caller, agent)


def _person(caller: Caller, agent: int) -> str:
    if not Membership.objects.filter(account_id=caller.account_id, id=agent, is_active=True).exists():
        raise Missing("not_found", "There is no agent {agent} in this account.", field="agent", agent=agent)
    return f"membership:{agent}"


def _consumer(account_id: int, phone: str) -> UUID | None:
    number = phones.normalise(phone).value
    return Consumer.objects.filter(account_id=account_id, phone=number).values_list("id", flat=True).first()


def _rows(db: Database, account_id: int, paging: Paging, **asked: Any) -> list[Any]:
    after_at, after_id = read_cursor(paging.cursor, datetime.fromisoformat, UUID) if paging.cursor else (None, None)
    none = dict.fromkeys(("id", "ids", "consumer", *_FILTERS))
    given = none | asked | {"account_id": account_id, "after_at": after_at, "after_id": after_id, "limit": paging.limit + 1}
    return rows(db, sql(_HERE, "conversations"), given)


def by_ids(db: Database, account_id: int, ids: Sequence[UUID]) -> list[dict[str, Any]]:
    """Return these conversations as lists show them, newest first."""
    return [_shown(row) for row in _rows(db, account_id, Paging(limit=max(1, len(ids))), ids=list(ids))] if ids else []


def _whole(account_id: int, conversation_id: UUID) -> dict[str, Any]:
    with account(account_id) as db:
        found = _rows(db, account_id, Paging(limit=1), id=conversation_id)
        if not found:
            raise Missing("not_found", "There is no such conversation in this account.")
        lines = rows(db, sql(_HERE, "timeline"), {"account_id": account_id, "id": conversation_id})
    decision = Decision.objects.filter(account_id=account_id, reply_id=found[0].opening_reply_id, superseded_at=None).first()
    return _shown(found[0]) | {
        "timeline": [_line(line) for line in lines],
        "decision": decision and _decision(decision),
        "is_linked_by_person": found[0].is_linked_by_person,
    }


def _shown(row: Any) -> dict[str, Any]:
    shown: dict[str, Any] = row._asdict()
    notice = {name: shown.pop(f"notice_{name}") for name in ("id", "text", "external_campaign", "sent_at", "sender")}
    outcome = json.loads(row.outcome) if row.outcome else None
    return shown | {"notice": notice if notice["id"] else None, "outcome": outcome, "closed_by": row.closed_by or None}


def _line(row: Any) -> dict[str, Any]:
    line = {name: getattr(row, name) for name in ("kind", "id", "at", "text")}
    if row.kind == "notice":
        return line | {name: getattr(row, name) for name in ("status", "sender", "external_campaign", "sent_at")}
    if row.kind == "reply":
        own = {"replied_at": row.sent_at, "media": json.loads(row.media), "verdict": row.verdict}
        return line | own | {"external_campaign": row.external_campaign or None}
    if row.kind == "answer":
        return line | {"status": row.status, "reason": row.reason or None, "agent": row.agent, "sender": row.sender}
    return line | {"what": row.what, "actor": row.actor, "agent": row.agent, "reason": row.reason or None}


def _decision(decision: Decision) -> dict[str, Any]:
    same = ("found", "verdict", "engagement_version", "rule_version", "decided_at")
    return {name: getattr(decision, name) for name in same} | {
        "reply": decision.reply_id,
        "notice": decision.notice_id,
        "campaign": decision.campaign_id,
        "engagement": decision.engagement_id,
        "entry_point": decision.entry_point_id,
        "entry_point_kind": decision.entry_point_kind or None,
    }

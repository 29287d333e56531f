"""Routing: who is there, who waits where, and moving several conversations at once."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import ConfigDict, Field

from antiphon.api.access import May, caller_of
from antiphon.api.lists import Page
from antiphon.conversations.moving import MOST, move
from antiphon.kit import clock
from antiphon.kit.db import account
from antiphon.kit.problems import Invalid
from antiphon.routing import overview
from antiphon.routing.presence import set_presence

router = Router(tags=["routing"])


class PresenceIn(Schema):
    """What is said of a person."""

    model_config = ConfigDict(extra="forbid")
    state: Literal["online", "away", "offline"]


class AgentOut(Schema):
    """A person who may be given conversations: are they there, how many are open, how many of those wait for them.

    `set_by` is the actor who said it: `membership:7`, `api_key:3`, or `system` after a minute of silence.
    """

    id: int
    name: str
    presence: str
    set_by: str | None
    since: datetime | None
    skills: list[int]
    capacity: int
    open: int
    waiting: int
    overdue: int
    last_assigned_at: datetime | None


class QueueOut(Schema):
    """The queue of a skill. `held` are with agents; of its `people` some are `online`, with `room` for so many more."""

    skill: int
    name: str
    waiting: int
    oldest: datetime | None
    overdue: int
    held: int
    people: int
    online: int
    room: int


class MoveIn(Schema):
    """What is moved where: to a person, to a skill's queue, or with neither back to their queues."""

    model_config = ConfigDict(extra="forbid")
    conversations: list[UUID] = Field(min_length=1, max_length=MOST)
    agent: int | None = None
    skill: int | None = None


class NotMoved(Schema):
    """Why one did not go."""

    code: str
    detail: str


class MovedOut(Schema):
    """What was moved, and why the others were not; what is there already is in neither."""

    moved: list[UUID]
    refused: list[NotMoved]


@router.get("agents", response=Page[AgentOut], auth=May("people.read"), summary="Who is there")
def list_agents(request: HttpRequest, skill: int | None = None) -> dict[str, Any]:
    """Everybody who may be given conversations, or those with a skill, by name: one page holds them all."""
    account_id = caller_of(request).account_id
    with account(account_id) as db:
        found = overview.agents(db, account_id, at=clock.now(), skill_id=skill)
    return {"items": [_agent(row) for row in found if row.has_skill], "next": None}


@router.get("queues", response=Page[QueueOut], auth=May("people.read"), summary="Who waits where")
def list_queues(request: HttpRequest) -> dict[str, Any]:
    """Every skill's queue, by name: one page holds them all."""
    account_id = caller_of(request).account_id
    with account(account_id) as db:
        return {"items": [_queue(row) for row in overview.queues(db, account_id, at=clock.now())], "next": None}


@router.put("people/{int:person_id}/presence", response=PresenceIn, auth=May("presence.own"), summary="Say that a person is there, or not")
def put_presence(request: HttpRequest, person_id: int, payload: PresenceIn) -> dict[str, str]:
    """Said again it is a sign of life: whoever is online and not heard for a minute is away. An open page is such a sign too."""
    caller = caller_of(request)
    set_presence(caller.account_id, person_id, state=payload.state, actor=caller.actor, at=clock.now())
    return {"state": payload.state}


@router.post("conversations/moves", response=MovedOut, auth=May("conversations.assign"), summary="Move several at once")
def move_conversations(request: HttpRequest, payload: MoveIn) -> dict[str, Any]:
    """Each that can go goes; ids of no conversation of the account are passed over."""
    caller = caller_of(request)
    if payload.agent is not None and payload.skill is not None:
        raise Invalid("one_destination", "Name an agent or a skill, not both.", field="skill")
    where = {"agent_id": payload.agent, "skill_id": payload.skill}
    moved = move(caller.account_id, payload.conversations, actor=caller.actor, at=clock.now(), **where)
    return {"moved": moved.ids, "refused": [{"code": one.code, "detail": one.message} for one in moved.refused]}


def _agent(row: Any) -> dict[str, Any]:
    same = ("id", "name", "since", "capacity", "open", "waiting", "overdue", "last_assigned_at")
    return {name: getattr(row, name) for name in same} | {"presence": row.state, "set_by": row.set_by or None, "skills": row.skill_ids}


def _queue(row: Any) -> dict[str, Any]:
    same = ("name", "waiting", "oldest", "overdue", "held", "people", "online", "room")
    return {name: getattr(row, name) for name in same} | {"skill": row.id}

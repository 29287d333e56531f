"""Routing: queued conversations go to the agents who are there, in the order and to whom `decide.route` says."""

from datetime import datetime
from typing import Any, Final

from antiphon.accounts.models import Role
from antiphon.accounts.permissions import may
from antiphon.events.types import Kind, NewEvent
from antiphon.events.verbs import record
from antiphon.kit.db import Database, columns, rows, run, sql
from antiphon.kit.ids import uuid7
from antiphon.metrics.verbs import counting

_HERE = "antiphon.routing"
_ACTOR = "system"
_AT_MOST = 200
ROLES: Final = [str(role) for role in Role if may(role, "conversations.take")]
"""Roles that may have conversations."""


def route(db: Database, account_id: int, *, at: datetime) -> int:
    """Give what waits to the agents who are there, in the transaction that `db` is in; return how many went.

    1. One router of the account at a time, then the agents who are online, locked; none in an account that does not route by itself.
    2. The heads of their queues, locked if nobody works on them; 3. who takes which. 4. Stored, told, counted.

    At most 200 of a queue at a time: call it again, in another transaction, until it returns 0.
    """
    given = chosen(db, account_id, at=at)
    if given:
        _store(db, account_id, given, at=at)
    return len(given)


def chosen(db: Database, account_id: int, *, at: datetime) -> list[Any]:
    """Return who takes what (`conversation_id`, `consumer_id`, `skill_id`, `agent_id`), everything that it depends on locked."""
    rows(db, sql(_HERE, "route_lock"), {"account": account_id})  # 1
    agents = [row.id for row in rows(db, sql(_HERE, "lock_agents"), {"account": account_id, "roles": ROLES})]
    if not agents:
        return []
    asked = {"account": account_id, "agents": agents}
    waiting = [row.id for row in rows(db, sql(_HERE, "lock_waiting"), asked | {"at_most": _AT_MOST})]  # 2
    return rows(db, sql(_HERE, "route"), asked | {"ids": waiting, "at": at}) if waiting else []  # 3


def _store(db: Database, account_id: int, given: list[Any], *, at: datetime) -> None:
    """Write down what was decided: one statement, whatever went."""
    steps = [uuid7(at) for _ in given]
    with counting(db, account_id) as tally:  # 4
        tally.changing("conversation", [one.conversation_id for one in given])
        taken = columns(given, "conversation_id", "agent_id")
        run(db, sql(_HERE, "assign"), {"account": account_id, "at": at, "step_id": steps, **taken})
        tally.added("step", steps)
        record(db, account_id, [_told(one, at=at) for one in given])


def _told(given: Any, *, at: datetime) -> NewEvent:
    content = {"conversation": str(given.conversation_id), "consumer": str(given.consumer_id), "actor": _ACTOR}
    content |= {"agent": given.agent_id, "skill": given.skill_id}
    return NewEvent(type=Kind.CONVERSATION_ASSIGNED, subject=f"conversation:{given.conversation_id}", time=at, content=content, at=at)

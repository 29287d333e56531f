"""Who waits where, and who is there to take them: what supervisors look at, on pages and by API."""

from datetime import datetime
from typing import Any

from antiphon.kit.db import Database, rows, sql
from antiphon.routing.verbs import ROLES

_HERE = "antiphon.routing"


def queues(db: Database, account_id: int, *, at: datetime) -> list[Any]:
    """Return every skill's queue: `waiting`, `oldest`, `overdue`, `held` by agents, and of its `people` the `online` with their `room`."""
    return rows(db, sql(_HERE, "queues"), {"account": account_id, "roles": ROLES, "at": at})


def agents(db: Database, account_id: int, *, at: datetime, skill_id: int | None = None) -> list[Any]:
    """Return everybody who may be given conversations or has some: presence, load, last assignment; `has_skill` of the one asked for."""
    return rows(db, sql(_HERE, "agents"), {"account": account_id, "roles": ROLES, "at": at, "skill": skill_id})

"""What waits in the queues, and what a conversation is linked to, in words."""

from dataclasses import dataclass
from datetime import datetime

from antiphon.kit.db import Database, rows, sql
from antiphon.workspace import times
from antiphon.workspace.access import Visit

_HERE = "antiphon.workspace"


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits for people who have a skill."""

    skill_id: int
    name: str
    waiting: int
    overdue: int
    oldest: str


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to choose, by its value and name."""

    value: str
    name: str


def queues(db: Database, visit: Visit, *, at: datetime) -> list[Queue]:
    """Return the queues that this person may take from: an agent's own skills, everybody else's all."""
    member = visit.membership_id if visit.role == "agent" else None
    found = rows(db, sql(_HERE, "queues"), {"account": visit.account_id, "member": member, "at": at})
    return [Queue(row.id, row.name, row.waiting, row.overdue, _since(row.oldest, at=at)) for row in found]


def _since(oldest: datetime | None, *, at: datetime) -> str:
    return times.span((at - oldest).total_seconds()) if oldest else ""


def link_name(campaign: str | None, engagement: str | None) -> str:
    """Return what a conversation is linked to; an engagement named like its campaign is not said twice."""
    return campaign or "" if campaign == engagement or not engagement else f"{campaign} › {engagement}"  # noqa: RUF001 - the mark of a path

"""An agent's own conversations by urgency, and the queues to take the next one from: the first column of the workspace."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from antiphon.events.changes import desk_of
from antiphon.kit.db import Database, rows, sql
from antiphon.workspace import times, words
from antiphon.workspace.access import Visit
from antiphon.workspace.pages.conversations import Queue, queues
from antiphon.workspace.words import Word

_HERE = "antiphon.workspace"
IDLE = timedelta(hours=24)
"""How long nobody has written before a conversation that waits for its consumer is called idle."""


@dataclass(frozen=True, slots=True)
class Row:
    """A conversation of one's own; the text is the newest of either side, unread while its agent has not opened it since they wrote."""

    id: UUID
    who: str
    phone: str
    text: str
    is_ours: bool
    trouble: str | Promise
    verdict: Word
    campaign: str
    language: str
    is_waiting: bool
    is_unread: bool
    due: str
    due_state: str
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Group:
    """Conversations of equal urgency."""

    name: str
    icon: str
    state: str
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class MinePage:
    """An agent's own conversations, with the queues below them."""

    groups: list[Group]
    queues: list[Queue]
    current: UUID | None
    may_take: bool
    capacity: int
    topic: str
    ticket: str = ""

    @property
    def count(self) -> int:
        """Return how many conversations the agent has."""
        return sum(len(group.rows) for group in self.groups)

    @property
    def waiting(self) -> int:
        """Return how many of them wait for the agent."""
        return sum(row.is_waiting for group in self.groups for row in group.rows)

    @property
    def first(self) -> UUID | None:
        """Return the most urgent one."""
        return self.groups[0].rows[0].id if self.groups else None

    @property
    def next_queue(self) -> int | None:
        """Return the queue to take the next one from: the one with the most overdue, then the first where somebody waits."""
        waiting = [queue for queue in self.queues if queue.waiting]
        return max(waiting, key=lambda queue: queue.overdue).skill_id if waiting else None


@dataclass(frozen=True, slots=True)
class GotoPage:
    """What one may go to by name."""

    conversations: list[Row]


def goto_page(db: Database, visit: Visit, *, at: datetime) -> GotoPage:
    """Return the person's open conversations; the places are those of the navigation."""
    if not visit.may("conversations.take"):
        return GotoPage([])
    return GotoPage([row for group in _mine(db, visit, at=at) for row in group.rows])


def mine_page(db: Database, visit: Visit, *, current: UUID | None, at: datetime, ticket: str = "") -> MinePage:
    """Return an agent's conversations, grouped by urgency, and the queues."""
    return MinePage(
        groups=_mine(db, visit, at=at),
        queues=queues(db, visit, at=at),
        current=current,
        may_take=visit.may("conversations.take"),
        capacity=visit.capacity,
        topic=desk_of(visit.membership_id),
        ticket=ticket,
    )


def _mine(db: Database, visit: Visit, *, at: datetime) -> list[Group]:
    found = rows(db, sql(_HERE, "mine"), {"account": visit.account_id, "agent": visit.membership_id})
    return _groups([_row(row, at=at) for row in found], at=at)


def _row(row: Any, *, at: datetime) -> Row:
    waits = row.turn == "agent" and row.due_at is not None
    is_ours = row.answered_at is not None and row.answered_at >= row.last_at
    return Row(
        id=row.id,
        who=row.consumer,
        phone=row.phone,
        text=row.answer if is_ours else row.last_text,
        is_ours=is_ours,
        trouble=_trouble(row, is_ours=is_ours),
        verdict=words.VERDICTS[row.verdict],
        campaign=row.campaign or "",
        language=row.language,
        is_waiting=waits,
        is_unread=row.is_unread,
        due=times.due(row.due_at, now=at) if waits else times.span((at - row.last_at).total_seconds()),
        due_state=times.due_state(row.due_at, now=at) if waits else "",
        last_at=row.last_at,
    )


def _trouble(row: Any, *, is_ours: bool) -> str | Promise:
    if row.leaving_at is not None:
        return _("Opted out")
    return words.DELIVERY[row.answer_state].text if is_ours and row.answer_state in {"failed", "unknown"} else ""


def _groups(found: Sequence[Row], *, at: datetime) -> list[Group]:
    """Return the urgent first; groups without conversations are left out."""
    late = [row for row in found if row.due_state == "late"]
    soon = [row for row in found if row.due_state == "soon"]
    turn = [row for row in found if row.is_waiting and not row.due_state]
    rest = [row for row in found if not row.is_waiting and at - row.last_at < IDLE]
    idle = [row for row in found if not row.is_waiting and at - row.last_at >= IDLE]
    every = [
        Group(str(words.OVERDUE), "alarm", "late", late),
        Group(str(words.DUE_SOON), "clock", "soon", soon),
        Group(str(words.YOUR_TURN), "message-2", "", turn),
        Group(str(words.THEIR_TURN), "hourglass", "", rest),
        Group(str(words.IDLE), "zzz", "", idle),
    ]
    return [group for group in every if group.rows]

"""The supervisor's page: who waits where, who is there to take them, and the open conversations by urgency."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from antiphon.kit.db import Database, rows, sql
from antiphon.routing import overview
from antiphon.workspace import times, words
from antiphon.workspace.access import Visit
from antiphon.workspace.pages.conversations import link_name
from antiphon.workspace.words import Word

_HERE = "antiphon.workspace"
_PAGE = 50
_LAST = datetime.max.replace(tzinfo=UTC)
SHOWN = {"open": gettext_lazy("All open"), "waiting": gettext_lazy("Waiting in a queue"), "overdue": gettext_lazy("Overdue")}


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the order of urgency: where the next page of conversations begins."""

    due_at: datetime
    started_at: datetime
    id: UUID

    def __str__(self) -> str:
        return f"{self.due_at.isoformat()}~{self.started_at.isoformat()}~{self.id}"


@dataclass(frozen=True, slots=True)
class Filters:
    """What the page is narrowed to; the query of its address."""

    show: str = "open"
    skill: int | None = None
    agent: int | None = None
    after: Place | None = None

    @property
    def are_set(self) -> bool:
        """Return whether anything is narrowed."""
        return self.show != "open" or self.skill is not None or self.agent is not None

    @property
    def query(self) -> str:
        """Return the query of the address of these filters, without the place in the list."""
        given = {"show": "" if self.show == "open" else self.show, "skill": self.skill, "agent": self.agent}
        return urlencode({name: value for name, value in given.items() if value})

    def query_of(self, **changes: Any) -> str:
        """Return the query of these filters with some of them changed."""
        return replace(self, after=None, **changes).query


@dataclass(frozen=True, slots=True)
class QueueRow:
    """The queue of a skill."""

    id: int
    name: str
    waiting: int
    oldest: str
    overdue: int
    held: int
    people: int
    online: int
    room: int
    query: str
    is_chosen: bool

    @property
    def trouble(self) -> str:
        """Return why those who wait here go on waiting, as far as people are the reason."""
        if not self.waiting or self.room:
            return ""
        if not self.people:
            return _("nobody has this skill")
        return _("nobody is online") if not self.online else _("everybody is full")


@dataclass(frozen=True, slots=True)
class AgentRow:
    """An agent: are they there, what do they have, what of it waits for them."""

    id: int
    name: str
    skills: str
    word: Word
    since: str
    is_silent: bool
    may_take: bool
    open: int
    capacity: int
    waiting: int
    overdue: int
    last: str
    query: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class TalkRow:
    """An open conversation."""

    id: UUID
    who: str
    phone: str
    text: str
    link: str
    verdict: Word
    skill: str
    agent: str
    is_queued: bool
    is_leaving: bool
    due: str
    due_state: str
    is_checked: bool


@dataclass(frozen=True, slots=True)
class Unmoved:
    """What was chosen in a form that was refused, and why."""

    error: str = ""
    field: str = ""
    to: str = ""


@dataclass(frozen=True, slots=True)
class Tab:
    """One choice of which conversations are shown."""

    query: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Destination:
    """Where conversations may be moved."""

    id: int
    name: str
    is_wanted: bool


@dataclass(frozen=True, slots=True)
class SupervisorPage:
    """Queues, agents and open conversations."""

    at: datetime
    filters: Filters
    lead: str
    is_automatic: bool
    queues: list[QueueRow]
    agents: list[AgentRow]
    talks: list[TalkRow]
    next_place: Place | None
    tabs: list[tuple[Tab, str | Promise]]
    destinations: list[Destination]
    skills: list[Destination]
    presences: dict[str, Word]
    refused: Unmoved
    ticket: str

    @property
    def skill_name(self) -> str:
        """Return the name of the skill that the page is narrowed to."""
        return next((queue.name for queue in self.queues if queue.is_chosen), "")

    @property
    def agent_name(self) -> str:
        """Return the name of the agent that the page is narrowed to."""
        return next((agent.name for agent in self.agents if agent.is_chosen), "")


def supervisor_page(
    db: Database,
    visit: Visit,
    filters: Filters,
    *,
    at: datetime,
    ticket: str,
    checked: Collection[UUID] = (),
    refused: Unmoved | None = None,
) -> SupervisorPage:
    """Return the page, with these conversations chosen."""
    queues = [_queue(row, filters, at=at) for row in overview.queues(db, visit.account_id, at=at)]
    found = overview.agents(db, visit.account_id, at=at, skill_id=filters.skill)
    agents = [_agent(row, filters, at=at) for row in found if row.has_skill or row.id == filters.agent]
    problem = refused or Unmoved()
    talks = rows(db, sql(_HERE, "supervised"), _asked(visit, filters, at=at))
    return SupervisorPage(
        at=at,
        filters=filters,
        lead=_lead(queues, agents),
        is_automatic=visit.is_automatic,
        queues=queues,
        agents=agents,
        talks=[_talk(row, at=at, checked=checked) for row in talks[:_PAGE]],
        next_place=_place(talks[_PAGE - 1]) if len(talks) > _PAGE else None,
        tabs=[(Tab(filters.query_of(show=value), value == filters.show), name) for value, name in SHOWN.items()],
        destinations=[Destination(row.id, row.name, problem.to == f"agent:{row.id}") for row in found if row.may_take],
        skills=[Destination(row.id, row.name, problem.to == f"skill:{row.id}") for row in queues],
        presences=words.PRESENCE,
        refused=problem,
        ticket=ticket,
    )


def _asked(visit: Visit, filters: Filters, *, at: datetime) -> dict[str, Any]:
    after = filters.after
    return {
        "account": visit.account_id,
        "skill": filters.skill,
        "agent": filters.agent,
        "is_queued": filters.show == "waiting",
        "due_before": at if filters.show == "overdue" else None,
        "after_due": after and after.due_at,
        "after_at": after and after.started_at,
        "after": after and after.id,
        "limit": _PAGE + 1,
    }


def _place(row: Any) -> Place:
    return Place(row.due_at or _LAST, row.started_at, row.id)


def _lead(queues: Sequence[QueueRow], agents: Sequence[AgentRow]) -> str:
    waiting = sum(queue.waiting for queue in queues)
    online = sum(agent.word.state == "online" for agent in agents)
    people = ngettext("%(online)d of %(count)d agent is online.", "%(online)d of %(count)d agents are online.", len(agents))
    said = ngettext("%(count)d conversation waits.", "%(count)d conversations wait.", waiting) if waiting else _("Nobody waits.")
    return f"{said % {'count': waiting} if waiting else said} {people % {'online': online, 'count': len(agents)}}"


def _queue(row: Any, filters: Filters, *, at: datetime) -> QueueRow:
    return QueueRow(
        id=row.id,
        name=row.name,
        waiting=row.waiting,
        oldest=_ago(row.oldest, at=at),
        overdue=row.overdue,
        held=row.held,
        people=row.people,
        online=row.online,
        room=row.room,
        query=filters.query_of(skill=None if row.id == filters.skill else row.id),
        is_chosen=row.id == filters.skill,
    )


def _agent(row: Any, filters: Filters, *, at: datetime) -> AgentRow:
    return AgentRow(
        id=row.id,
        name=row.name,
        skills=", ".join(row.skills),
        word=words.PRESENCE[row.state],
        since=_ago(row.since, at=at),
        is_silent=row.state == "away" and row.set_by == "system",
        may_take=row.may_take,
        open=row.open,
        capacity=row.capacity,
        waiting=row.waiting,
        overdue=row.overdue,
        last=_ago(row.last_assigned_at, at=at),
        query=filters.query_of(agent=None if row.id == filters.agent else row.id),
        is_chosen=row.id == filters.agent,
    )


def _talk(row: Any, *, at: datetime, checked: Collection[UUID]) -> TalkRow:
    waits = row.due_at is not None and row.leaving_at is None
    return TalkRow(
        id=row.id,
        who=row.consumer,
        phone=row.phone,
        text=row.last_text,
        link=link_name(row.campaign, row.engagement),
        verdict=words.VERDICTS[row.verdict],
        skill=row.skill,
        agent=row.agent or "",
        is_queued=row.state == "queued",
        is_leaving=row.leaving_at is not None,
        due=times.due(row.due_at, now=at) if waits else "",
        due_state=times.due_state(row.due_at, now=at) if waits else "",
        is_checked=row.id in checked,
    )


def _ago(since: datetime | None, *, at: datetime) -> str:
    return times.span((at - since).total_seconds()) if since else ""

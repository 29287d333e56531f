"""The list of conversations that anybody may look through, and what waits in the queues."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from antiphon.accounts.models import Skill
from antiphon.campaigns.models import Campaign
from antiphon.kit import phones
from antiphon.kit.db import Database, rows, sql
from antiphon.workspace import times, words
from antiphon.workspace.access import Visit
from antiphon.workspace.words import Word

_HERE = "antiphon.workspace"
_PAGE = 50
STATES = {"open": ["queued", "assigned"], "queued": ["queued"], "assigned": ["assigned"], "closed": ["closed"], "all": None}


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; the query of its address."""

    state: str = "open"
    skill: int | None = None
    campaign: int | None = None
    verdict: str = ""
    phone: str = ""
    is_mine: bool = False
    after: UUID | None = None

    @property
    def are_set(self) -> bool:
        """Return whether anything but the state is narrowed."""
        return bool(self.skill or self.campaign or self.verdict or self.phone or self.is_mine)


@dataclass(frozen=True, slots=True)
class Row:
    """A conversation in a list."""

    id: UUID
    who: str
    phone: str
    text: str
    verdict: Word
    campaign: str
    link: str
    skill: str
    agent: str
    language: str
    state: Word
    is_waiting: bool
    due: str
    due_state: str
    started_at: datetime
    last_at: datetime


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
    """One value of a filter."""

    value: str
    name: str


@dataclass(frozen=True, slots=True)
class ListPage:
    """The list of conversations with its filters."""

    at: datetime
    filters: Filters
    rows: list[Row]
    next_id: UUID | None
    skills: list[Choice]
    campaigns: list[Choice]
    verdicts: list[Choice]
    queues: list[Queue]
    query: str
    ticket: str
    may_take: bool


def listed(db: Database, visit: Visit, filters: Filters, *, at: datetime) -> list[Row]:
    """Return one more than a page of the conversations that the filters leave."""
    found = rows(db, sql(_HERE, "listed"), {**_asked(visit, filters), "limit": _PAGE + 1})
    return [_row(row, at=at) for row in found]


def list_page(db: Database, visit: Visit, filters: Filters, *, at: datetime, query: str, ticket: str) -> ListPage:
    """Return the list with its filters and the queues."""
    found = listed(db, visit, filters, at=at)
    campaigns = Campaign.objects.filter(account_id=visit.account_id).exclude(state="draft").order_by("name").values_list("id", "name")
    skills = Skill.objects.filter(account_id=visit.account_id, removed_at=None).order_by("name").values_list("id", "name")
    return ListPage(
        at=at,
        filters=filters,
        rows=found[:_PAGE],
        next_id=found[_PAGE - 1].id if len(found) > _PAGE else None,
        skills=[Choice(str(key), name) for key, name in skills],
        campaigns=[Choice(str(key), name) for key, name in campaigns],
        verdicts=[Choice(key, str(word.text)) for key, word in words.VERDICTS.items()],
        queues=queues(db, visit, at=at),
        query=query,
        ticket=ticket,
        may_take=visit.may("conversations.take"),
    )


def queues(db: Database, visit: Visit, *, at: datetime) -> list[Queue]:
    """Return the queues that this person may take from: an agent's own skills, everybody else's all."""
    member = visit.membership_id if visit.role == "agent" else None
    found = rows(db, sql(_HERE, "queues"), {"account": visit.account_id, "member": member, "at": at})
    return [Queue(row.id, row.name, row.waiting, row.overdue, _since(row.oldest, at=at)) for row in found]


def _since(oldest: datetime | None, *, at: datetime) -> str:
    return times.span((at - oldest).total_seconds()) if oldest else ""


def _asked(visit: Visit, filters: Filters) -> dict[str, Any]:
    return {
        "account": visit.account_id,
        "states": STATES[filters.state],
        "skill": filters.skill,
        "agent": visit.membership_id if filters.is_mine else None,
        "campaign": filters.campaign,
        "verdict": filters.verdict or None,
        "phone": phones.normalise(filters.phone).value if filters.phone else None,
        "after": filters.after,
    }


def _row(row: Any, *, at: datetime) -> Row:
    waits = row.turn == "agent" and row.state != "closed" and row.due_at is not None
    return Row(
        id=row.id,
        who=row.consumer,
        phone=row.phone,
        text=row.last_text,
        verdict=words.VERDICTS[row.verdict],
        campaign=row.campaign or "",
        link=link_name(row.campaign, row.engagement),
        skill=row.skill,
        agent=row.agent or "",
        language=row.language,
        state=words.CONVERSATION[row.state],
        is_waiting=waits,
        due=times.due(row.due_at, now=at) if waits else times.span((at - row.last_at).total_seconds()),
        due_state=times.due_state(row.due_at, now=at) if waits else "",
        started_at=row.started_at,
        last_at=row.last_at,
    )


def link_name(campaign: str | None, engagement: str | None) -> str:
    """Return what a conversation is linked to; an engagement named like its campaign is not said twice."""
    return campaign or "" if campaign == engagement or not engagement else f"{campaign} › {engagement}"  # noqa: RUF001 - the mark of a path

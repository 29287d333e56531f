"""One conversation: its timeline, what it answers, what may be done with it now."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from antiphon.accounts.models import CannedAnswer, Skill
from antiphon.campaigns.models import Engagement
from antiphon.conversations.reading import read
from antiphon.kit import segments
from antiphon.kit.db import Database, rows, sql
from antiphon.routing import overview
from antiphon.workspace import times, words
from antiphon.workspace.access import Visit
from antiphon.workspace.pages.beside import Beside, OptOut, beside, outcome_of
from antiphon.workspace.pages.conversations import Choice, link_name
from antiphon.workspace.pages.timeline import Timeline, timeline
from antiphon.workspace.pages.workspace import MinePage, mine_page
from antiphon.workspace.words import Word

_HERE = "antiphon.workspace"
_UNDO_SECONDS = 120
_AT_HAND = 3


@dataclass(frozen=True, slots=True)
class Doing:
    """What this person may do with the conversation now."""

    take: bool
    answer: bool
    transfer: bool
    close: bool
    undo: bool
    link: bool


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed into a form that was refused, and why; or what an address puts into a form, without an error."""

    form: str = ""
    error: str = ""
    field: str = ""
    text: str = ""
    skill: str = ""
    agent: str = ""
    outcome: str = ""
    value: str = ""
    currency: str = ""
    engagement: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Canned:
    """A text to insert."""

    id: int
    shortcut: str
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Before:
    """The consumer's conversation before this one, and when it began."""

    id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class TalkPage:
    """One conversation and what stands beside it; `lists` when this person has a list of their own before it."""

    at: datetime
    id: UUID
    consumer_id: UUID
    who: str
    phone: str
    source: str
    source_trouble: str
    number: str
    language: str
    state: Word
    is_mine: bool
    is_open: bool
    agent: str
    skill: str
    due: str
    due_at: datetime | None
    due_state: str
    goal: str | Promise
    has_goal: bool
    engagement_id: int | None
    closed: str | Promise
    closed_at: datetime | None
    outcome: str
    may: Doing
    skills: list[Choice]
    agents: list[Choice]
    engagements: list[Choice]
    before: Before | None
    timeline: Timeline
    beside: Beside
    canned: list[Canned]
    mine: MinePage | None
    lists: bool
    typed: Typed
    ticket: str = ""
    alphabet: str = segments.BASIC + segments.EXTENDED
    extended: str = segments.EXTENDED

    @property
    def consumer_topic(self) -> str:
        """Return the topic of what is told about the consumer."""
        return f"consumer:{self.consumer_id}"

    @property
    def opt_out(self) -> OptOut | None:
        """Return the opt-out that stands against an answer."""
        found = self.beside.opt_out
        return found if found and found.blocks else None

    @property
    def shows_composer(self) -> bool:
        """Return whether this person may write an answer now."""
        return self.may.answer and self.opt_out is None


def talk_page(
    db: Database,
    visit: Visit,
    conversation_id: UUID,
    *,
    at: datetime,
    typed: Typed | None = None,
    ticket: str = "",
    is_part: bool = False,
) -> TalkPage | None:
    """Return the page of one conversation, or None when the account has no such; `is_part` leaves out the list before it."""
    talk = _read(db, visit, conversation_id)
    if talk is None:
        return None
    if talk.state == "assigned" and talk.agent_id == visit.membership_id and not talk.is_read:
        read(db, visit.account_id, talk.id, agent_id=visit.membership_id, until=talk.last_at)
    has_list = not is_part and visit.may("conversations.take")
    mine = mine_page(db, visit, current=talk.id, at=at, ticket=ticket) if has_list else None
    return _page(db, visit, talk, at=at, typed=typed or Typed(), ticket=ticket, mine=mine)


def _read(db: Database, visit: Visit, conversation_id: UUID) -> Any:
    return next(iter(rows(db, sql(_HERE, "talk"), {"account": visit.account_id, "id": conversation_id})), None)


def _page(db: Database, visit: Visit, talk: Any, *, at: datetime, typed: Typed, ticket: str, mine: MinePage | None) -> TalkPage:
    is_mine = talk.agent_id == visit.membership_id and talk.state != "closed"
    waits = talk.turn == "agent" and talk.state != "closed" and talk.due_at is not None
    may = _doing(visit, talk, is_mine=is_mine, at=at)
    return TalkPage(
        at=at,
        id=talk.id,
        consumer_id=talk.consumer_id,
        who=talk.consumer,
        phone=talk.phone,
        source=talk.source,
        source_trouble=_trouble(talk),
        number=talk.last_to_number,
        language=words.language(talk.language),
        state=words.CONVERSATION["yours" if is_mine and talk.state == "assigned" else talk.state],
        is_mine=is_mine,
        is_open=talk.state != "closed",
        agent=talk.agent or "",
        skill=talk.skill,
        due=times.due(talk.due_at, now=at) if waits else "",
        due_at=talk.due_at if waits else None,
        due_state=times.due_state(talk.due_at, now=at) if waits else "",
        goal=words.GOALS.get(talk.goal_kind, ""),
        has_goal=talk.goal_kind not in {None, "", "conversation"},
        engagement_id=talk.engagement_id,
        closed=_closed(talk),
        closed_at=talk.closed_at,
        outcome=outcome_of(talk.outcome),
        may=may,
        skills=_skills(visit, talk) if may.transfer else [],
        agents=_agents(db, visit, talk, at=at) if may.transfer else [],
        engagements=_engagements(visit, talk) if may.link else [],
        before=Before(talk.before_id, talk.before_at) if talk.before_id else None,
        timeline=timeline(db, visit.account_id, talk, membership_id=visit.membership_id, at=at),
        beside=beside(db, visit, talk, may_link=may.link, at=at),
        canned=canned(visit, talk)[:_AT_HAND] if may.answer else [],
        mine=mine,
        lists=visit.may("conversations.take"),
        typed=typed,
        ticket=ticket,
    )


def _doing(visit: Visit, talk: Any, *, is_mine: bool, at: datetime) -> Doing:
    """Say what may be done: what the role allows, and what the conversation's state leaves."""
    is_open, leads = talk.state != "closed", visit.may("conversations.assign")
    acts = is_open and (is_mine or leads)
    closed_lately = talk.closed_at is not None and (at - talk.closed_at).total_seconds() < _UNDO_SECONDS
    return Doing(
        take=talk.state == "queued" and visit.may("conversations.take"),
        answer=is_open and visit.may("conversations.answer") and (is_mine or talk.state == "queued"),
        transfer=acts and visit.may("conversations.transfer"),
        close=acts and visit.may("conversations.close"),
        undo=closed_lately and talk.closed_by_membership_id == visit.membership_id,
        link=acts and visit.may("conversations.link"),
    )


def _trouble(talk: Any) -> str:
    if talk.disconnected_at is not None:
        return _("%(source)s is disconnected: answers cannot be sent.") % {"source": talk.source}
    if talk.paused_at is not None:
        return _("%(source)s is paused: answers cannot be sent until it is resumed.") % {"source": talk.source}
    return ""


def _closed(talk: Any) -> str | Promise:
    if talk.closed_by == "agent" and talk.closer:
        return _("Closed by %(name)s") % {"name": talk.closer}
    return words.CLOSED_BY.get(talk.closed_by, "")


def _skills(visit: Visit, talk: Any) -> list[Choice]:
    found = Skill.objects.filter(account_id=visit.account_id, removed_at=None).exclude(id=talk.skill_id)
    return [Choice(str(key), name) for key, name in found.order_by("name").values_list("id", "name")]


def _agents(db: Database, visit: Visit, talk: Any, *, at: datetime) -> list[Choice]:
    """Return who else has the skill, whether they are there and what they have: a transfer to who has no room is refused."""
    found = overview.agents(db, visit.account_id, at=at, skill_id=talk.skill_id)
    return [Choice(str(row.id), _standing(row)) for row in found if row.has_skill and row.may_take and row.id != talk.agent_id]


def _standing(row: Any) -> str:
    presence = str(words.PRESENCE[row.state].text).lower()
    told = {"name": row.name, "presence": presence, "open": row.open, "capacity": row.capacity}
    return _("%(name)s, %(presence)s, %(open)d of %(capacity)d") % told


def _engagements(visit: Visit, talk: Any) -> list[Choice]:
    found = Engagement.objects.filter(account_id=visit.account_id, source_id=talk.source_id, removed_at=None).exclude(
        campaign__state__in=["draft", "archived"]
    )
    names = found.order_by("campaign__name", "number").values_list("id", "campaign__name", "name")
    return [Choice(str(key), link_name(campaign, name)) for key, campaign, name in names if key != talk.engagement_id]


def canned(visit: Visit, talk: Any) -> list[Canned]:
    """Return the texts to insert here: of the conversation's skill and language, or of any; what fits closest first."""
    spoken = {talk.language.lower(), talk.language.partition("-")[0].lower(), ""}
    found = CannedAnswer.objects.filter(Q(skill=None) | Q(skill_id=talk.skill_id), account_id=visit.account_id)
    fitting = [one for one in found if one.language.lower() in spoken]
    fitting.sort(key=lambda one: (one.language == "", one.skill_id is None, one.shortcut))
    return [Canned(one.pk, one.shortcut, one.name, one.text) for one in fitting]


def canned_here(db: Database, visit: Visit, conversation_id: UUID) -> list[Canned] | None:
    """Return the texts to insert in a conversation, or None when the account has no such conversation."""
    talk = _read(db, visit, conversation_id)
    return None if talk is None else canned(visit, talk)

"""One conversation: its timeline, what it answers, what may be done with it now."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from antiphon.accounts.models import Membership, Skill
from antiphon.campaigns.models import Engagement
from antiphon.kit.db import Database, rows, sql
from antiphon.workspace import times, words
from antiphon.workspace.access import Visit
from antiphon.workspace.pages.conversations import Choice, MinePage, link_name, mine_page
from antiphon.workspace.pages.timeline import Timeline, timeline
from antiphon.workspace.words import Word

_HERE = "antiphon.workspace"
_UNDO_SECONDS = 120


@dataclass(frozen=True, slots=True)
class OptOut:
    """A consumer's standing instruction not to be messaged."""

    how: str | Promise
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier conversation of the same consumer."""

    id: UUID
    at: datetime
    name: str
    end: str | Promise


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
    """What was typed into a form that was refused, and why; nothing typed is lost."""

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
class TalkPage:
    """One conversation and what stands beside it."""

    at: datetime
    id: UUID
    who: str
    phone: str
    source: str
    source_trouble: str
    number: str
    is_foreign_number: bool
    language: str
    state: Word
    is_mine: bool
    is_open: bool
    agent: str
    skill: str
    skill_id: int
    due: str
    due_at: datetime | None
    due_state: str
    note: str
    note_version: int | None
    verdict: Word
    campaign: str
    campaign_id: int | None
    engagement: str
    engagement_id: int | None
    frame: str
    goal: str | Promise
    has_goal: bool
    closed: str | Promise
    closed_at: datetime | None
    outcome: str
    opt_out: OptOut | None
    may: Doing
    skills: list[Choice]
    agents: list[Choice]
    engagements: list[Choice]
    earlier: list[Earlier]
    timeline: Timeline
    mine: MinePage
    typed: Typed
    ticket: str = ""

    @property
    def shows_composer(self) -> bool:
        """Return whether this person may write an answer now."""
        return self.may.answer and self.opt_out is None


def talk_page(
    db: Database, visit: Visit, conversation_id: UUID, *, at: datetime, typed: Typed | None = None, ticket: str = ""
) -> TalkPage | None:
    """Return the page of one conversation, or None when the account has no such conversation."""
    talk = next(iter(rows(db, sql(_HERE, "talk"), {"account": visit.account_id, "id": conversation_id})), None)
    return None if talk is None else _page(db, visit, talk, at=at, typed=typed or Typed(), ticket=ticket)


def _page(db: Database, visit: Visit, talk: Any, *, at: datetime, typed: Typed, ticket: str) -> TalkPage:
    is_mine = talk.agent_id == visit.membership_id and talk.state != "closed"
    waits = talk.turn == "agent" and talk.state != "closed" and talk.due_at is not None
    opt_out = _opt_out(db, visit, talk)
    return TalkPage(
        at=at,
        id=talk.id,
        who=talk.consumer,
        phone=talk.phone,
        source=talk.source,
        source_trouble=_trouble(talk),
        number=talk.last_to_number,
        is_foreign_number=talk.last_to_number not in json.loads(talk.numbers or "[]"),
        language=words.language(talk.language),
        state=words.CONVERSATION["yours" if is_mine and talk.state == "assigned" else talk.state],
        is_mine=is_mine,
        is_open=talk.state != "closed",
        agent=talk.agent or "",
        skill=talk.skill,
        skill_id=talk.skill_id,
        due=times.due(talk.due_at, now=at) if waits else "",
        due_at=talk.due_at if waits else None,
        due_state=times.due_state(talk.due_at, now=at) if waits else "",
        note=talk.note,
        note_version=talk.engagement_version,
        verdict=words.VERDICTS[talk.verdict],
        campaign=talk.campaign or "",
        campaign_id=talk.campaign_id,
        engagement=talk.engagement or "",
        engagement_id=talk.engagement_id,
        frame=_frame(talk, at=at),
        goal=words.GOALS.get(talk.goal_kind, ""),
        has_goal=talk.goal_kind not in {None, "", "conversation"},
        closed=words.CLOSED_BY.get(talk.closed_by, ""),
        closed_at=talk.closed_at,
        outcome=_outcome(talk.outcome),
        opt_out=opt_out,
        may=_doing(visit, talk, is_mine=is_mine, at=at),
        skills=_skills(visit, talk),
        agents=_agents(visit, talk),
        engagements=_engagements(visit, talk),
        earlier=_earlier(db, visit, talk),
        timeline=timeline(db, visit.account_id, talk, membership_id=visit.membership_id, at=at),
        mine=mine_page(db, visit, current=talk.id, at=at),
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
        return _("%(source)s is paused: answers wait until it is resumed.") % {"source": talk.source}
    return ""


def _frame(talk: Any, *, at: datetime) -> str:
    if not talk.campaign_id:
        return ""
    today = times.today_in(talk.time_zone, now=at)
    left = times.frame_left(talk.starts_on, talk.ends_on, today=today)
    return ", ".join(part for part in (times.frame(talk.starts_on, talk.ends_on, today=today), left) if part)


def _opt_out(db: Database, visit: Visit, talk: Any) -> OptOut | None:
    """Return the newest opt-out in force that reaches this source and number."""
    asked = {"account": visit.account_id, "consumer": talk.consumer_id, "source": talk.source_id, "number": talk.last_to_number}
    in_force = [row for row in rows(db, sql(_HERE, "opt_outs"), asked) if row.is_out]
    newest = max(in_force, key=lambda row: row.at, default=None)
    if newest is None or newest.at <= talk.last_replied_at:
        return None
    return OptOut(words.OPT_OUTS.get(newest.how, newest.how), newest.text, newest.at)


def _outcome(stored: str | None) -> str:
    outcome = json.loads(stored) if stored else None
    if not outcome:
        return ""
    if not outcome.get("goal_reached", outcome.get("reached")):
        return _("Goal not reached")
    value = " ".join(str(part) for part in (outcome.get("value"), outcome.get("currency")) if part)
    return _("Goal reached, %(value)s") % {"value": value} if value else _("Goal reached")


def _skills(visit: Visit, talk: Any) -> list[Choice]:
    found = Skill.objects.filter(account_id=visit.account_id, removed_at=None).exclude(id=talk.skill_id)
    return [Choice(str(key), name) for key, name in found.order_by("name").values_list("id", "name")]


def _agents(visit: Visit, talk: Any) -> list[Choice]:
    """Return who else has the skill."""
    found = Membership.objects.filter(account_id=visit.account_id, is_active=True, membershipskill__skill_id=talk.skill_id)
    return [Choice(str(key), name) for key, name in found.exclude(id=talk.agent_id or 0).order_by("name").values_list("id", "name")]


def _engagements(visit: Visit, talk: Any) -> list[Choice]:
    found = Engagement.objects.filter(account_id=visit.account_id, source_id=talk.source_id).exclude(
        campaign__state__in=["draft", "archived"]
    )
    names = found.order_by("campaign__name", "number").values_list("id", "campaign__name", "name")
    return [Choice(str(key), link_name(campaign, name)) for key, campaign, name in names if key != talk.engagement_id]


def _earlier(db: Database, visit: Visit, talk: Any) -> list[Earlier]:
    found: Sequence[Any] = rows(db, sql(_HERE, "earlier"), {"account": visit.account_id, "consumer": talk.consumer_id, "id": talk.id})
    return [Earlier(row.id, row.started_at, row.campaign or _("Not linked"), _end(row)) for row in found]


def _end(row: Any) -> str | Promise:
    if row.state != "closed":
        return words.CONVERSATION[row.state].text
    return _outcome(row.outcome) or words.CLOSED_BY.get(row.closed_by, "")

"""One consumer: what reached them lately, whether they may be messaged, and everything between them and the account, by lists."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from antiphon.consumers import reading
from antiphon.consumers.reading import RECENTLY, List
from antiphon.conversations.models import Conversation
from antiphon.conversations.types import State
from antiphon.kit.db import Database
from antiphon.kit.problems import Problem
from antiphon.workspace import words
from antiphon.workspace.access import Visit
from antiphon.workspace.fields import Field, Form, form
from antiphon.workspace.pages.beside import local_time, outcome_of
from antiphon.workspace.pages.conversations import link_name
from antiphon.workspace.words import Word

_PAGE = 50
NAMES: dict[List, str | Promise] = {
    List.CONVERSATIONS: lazy("Conversations"),
    List.NOTICES: lazy("Broadcasts"),
    List.REPLIES: lazy("Replies"),
    List.OPT_OUTS: lazy("Opt-outs"),
    List.CONVERSIONS: lazy("Conversions"),
}
_NONE: dict[List, str | Promise] = {
    List.CONVERSATIONS: lazy("No conversation yet. One starts when they reply."),
    List.NOTICES: lazy("No broadcast reached them that we were told of."),
    List.REPLIES: lazy("They have not replied."),
    List.OPT_OUTS: lazy("They never opted out."),
    List.CONVERSIONS: lazy("They have not reached a goal yet."),
}
_OPTED_IN = Word(lazy("Taken back"), "circle-check", "online")
_OPTED_OUT = Word(lazy("Opted out"), "ban", "late")


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a list: when, what it belongs to, what was said or done, and in which state it is."""

    at: datetime
    about: str
    text: str
    detail: str = ""
    state: Word | None = None
    conversation_id: UUID | None = None
    campaign_id: int | None = None


@dataclass(frozen=True, slots=True)
class Recent:
    """What reached a consumer lately by one campaign, or by an external campaign that none claims."""

    name: str
    campaign_id: int | None
    notices: str
    last_at: datetime


@dataclass(frozen=True, slots=True)
class OptOut:
    """An opt-out in force: how it was said, and what it reaches."""

    how: str
    text: str
    scope: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Tab:
    """One list to look at."""

    what: str
    name: str
    is_here: bool


@dataclass(frozen=True, slots=True)
class ConsumerPage:
    """A consumer, and one list of what there is between them and the account."""

    at: datetime
    id: UUID
    who: str
    phone: str
    known_since: datetime
    erased_at: datetime | None
    may_copy: bool
    may_erase: bool
    local_time: str
    opt_outs: list[OptOut]
    recent: list[Recent]
    tabs: list[Tab]
    what: str
    name: str
    lines: list[Line]
    nothing: str
    older: str
    ticket: str


def consumer_page(
    db: Database, visit: Visit, consumer_id: UUID, what: List, *, after: tuple[datetime, UUID] | None, at: datetime, ticket: str
) -> ConsumerPage | None:
    """Return the page, or None if the account has no such consumer."""
    found = reading.consumer(db, visit.account_id, consumer_id)
    if found is None:
        return None
    rows = reading.listed(db, visit.account_id, consumer_id, what, after=after, limit=_PAGE)
    last = rows[_PAGE - 1] if len(rows) > _PAGE else None
    return ConsumerPage(
        at=at,
        id=found.id,
        who=found.name,
        phone=found.phone,
        known_since=found.created_at,
        erased_at=found.erased_at,
        may_copy=visit.may("consumers.copy"),
        may_erase=visit.may("consumers.erase") and found.erased_at is None,
        local_time=local_time(found.phone, at=at),
        opt_outs=[_in_force(one) for one in reading.in_force(db, visit.account_id, consumer_id)],
        recent=[_recent(one) for one in reading.contacted(db, visit.account_id, consumer_id, since=at - RECENTLY)],
        tabs=[Tab(key, str(name), key is what) for key, name in NAMES.items()],
        what=what,
        name=str(NAMES[what]),
        lines=[_LINES[what](row) for row in rows[:_PAGE]],
        nothing=str(_NONE[what]) if not after else _("Nothing older."),
        older=f"{last.at.isoformat()}_{last.id}" if last else "",
        ticket=ticket if not after else "",
    )


@dataclass(frozen=True, slots=True)
class ErasurePage:
    """What erasing a consumer means for this one."""

    id: UUID
    who: str
    phone: str
    open_count: int
    is_opted_out: bool
    form: Form


def erasure_page(
    db: Database, visit: Visit, consumer_id: UUID, *, posted: QueryDict | None = None, refused: Problem | None = None
) -> ErasurePage | None:
    """Return the page, or None for one who is not in the account, or erased."""
    found = reading.consumer(db, visit.account_id, consumer_id)
    if found is None or found.erased_at:
        return None
    talks = Conversation.objects.filter(account_id=visit.account_id, consumer_id=consumer_id).exclude(state=State.CLOSED)
    asked = Field(
        "confirmation", _("Last four digits of the number"), help=_("Type them to erase this consumer."), is_first=True,
        inputmode="numeric", longest=20,
    )  # fmt: skip
    return ErasurePage(
        id=found.id,
        who=found.name,
        phone=found.phone,
        open_count=talks.count(),
        is_opted_out=bool(reading.in_force(db, visit.account_id, consumer_id)),
        form=form(asked, posted=posted, refused=refused),
    )


def _in_force(row: Any) -> OptOut:
    return OptOut(str(words.OPT_OUTS.get(row.how, row.how)), row.text, _scope(row), row.at)


def _scope(row: Any) -> str:
    if row.scope == "account":
        return _("every text of this account")
    if row.scope == "number" and row.number:
        return _("texts from %(number)s") % {"number": row.number}
    return _("texts of %(source)s") % {"source": row.source}


def _recent(row: Any) -> Recent:
    name = row.campaign or (_("external campaign %(id)s") % {"id": row.external_campaign} if row.external_campaign else _("no campaign ID"))
    notices = ngettext("%(count)d notice", "%(count)d notices", row.notices) % {"count": row.notices}
    return Recent(name, row.campaign_id, notices, row.last_at)


def _conversation(row: Any) -> Line:
    about = link_name(row.campaign, row.engagement) or str(words.VERDICTS[row.verdict].text)
    end = outcome_of(row.outcome) or (str(words.CLOSED_BY.get(row.closed_by, "")) if row.state == "closed" else row.agent or "")
    return Line(row.at, about, row.text, ", ".join(part for part in (row.skill, end) if part), words.CONVERSATION[row.state], row.id)


def _notice(row: Any) -> Line:
    about = row.campaign or (row.external_campaign or _("no campaign ID"))
    why = str(words.REASONS.get(row.reason, row.reason))
    state = words.DELIVERY.get(row.state) if row.state != "unknown" else None
    return Line(row.at, about, row.text, why or row.source, state, campaign_id=row.campaign_id)


def _reply(row: Any) -> Line:
    return Line(row.at, row.campaign or "", row.text, row.source, words.VERDICTS[row.verdict], row.conversation_id, row.campaign_id)


def _opt_out(row: Any) -> Line:
    how = str(words.OPT_OUTS.get(row.how, row.how)) if row.is_out else _("the provider says so")
    state = _OPTED_OUT if row.is_out else _OPTED_IN
    return Line(row.at, _scope(row), row.text, how, state, row.conversation_id, row.campaign_id)


def _conversion(row: Any) -> Line:
    value = " ".join(str(part) for part in (row.amount, row.currency) if part)
    detail = _("taken back") if row.taken_back_at else row.own_id
    return Line(row.at, row.campaign or "", " ".join((str(words.GOALS.get(row.kind, row.kind)), value)), detail, None, row.conversation_id)


_LINES: dict[List, Callable[[Any], Line]] = {
    List.CONVERSATIONS: _conversation,
    List.NOTICES: _notice,
    List.REPLIES: _reply,
    List.OPT_OUTS: _opt_out,
    List.CONVERSIONS: _conversion,
}

"""Conversations found by anything: what was looked for, the rows of one page, and how many there are."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from antiphon.accounts.models import Membership, Skill
from antiphon.campaigns.models import Campaign, Engagement, EntryPoint
from antiphon.kit.db import Database, rows, sql
from antiphon.kit.problems import Invalid
from antiphon.providers.models import Source
from antiphon.search import verbs
from antiphon.search.verbs import OPEN, Found, Sought
from antiphon.workspace import times, words
from antiphon.workspace.access import Visit
from antiphon.workspace.fields import Field, Form, Option, form
from antiphon.workspace.forms import identifier, number
from antiphon.workspace.pages.conversations import link_name
from antiphon.workspace.words import Word

_HERE = "antiphon.workspace"
_PAGE = 50
_MOST_OPTIONS = 500
STATES: dict[str, tuple[str | Promise, tuple[str, ...]]] = {
    "": (lazy("Any"), ()),
    "open": (lazy("Open"), OPEN),
    "queued": (lazy("Queued"), ("queued",)),
    "assigned": (lazy("Assigned"), ("assigned",)),
    "closed": (lazy("Closed"), ("closed",)),
}
OUTCOMES = {"reached": lazy("Goal reached"), "missed": lazy("Goal not reached"), "none": lazy("None given")}
_NUMBERED = ("skill", "agent", "campaign", "engagement", "entry_point", "source")
_FIRST = ("text", "phone", "state")


@dataclass(frozen=True, slots=True)
class Asked:
    """What conversations are looked for by, as the address and the session have it. `kept` names what the session keeps.

    A phone number, and a text with one in it, stand in no address: the session keeps them, the address says where.
    """

    text: str = ""
    phone: str = ""
    state: str = ""
    skill: int | None = None
    agent: int | None = None
    campaign: int | None = None
    engagement: int | None = None
    entry_point: int | None = None
    source: int | None = None
    verdict: str = ""
    outcome: str = ""
    overdue: bool = False
    since: date | None = None
    until: date | None = None
    kept: str = ""
    after: UUID | None = None

    @property
    def is_narrow(self) -> bool:
        """Return whether anything is looked for at all."""
        return replace(self, kept="", after=None) != Asked()


@dataclass(frozen=True, slots=True)
class Row:
    """A conversation that was found. `quoted` are the words that it was found by, in pieces: text, and whether it is one of them."""

    id: UUID
    who: str
    phone: str
    text: str
    quoted: list[tuple[str, bool]]
    verdict: Word
    campaign: str
    link: str
    skill: str
    agent: str
    state: Word
    is_waiting: bool
    due: str
    due_state: str
    last_at: datetime


@dataclass(frozen=True, slots=True)
class SearchPage:
    """What was looked for, and what was found."""

    at: datetime
    first: list[Field]
    further: list[Field]
    is_further: bool
    error: str
    rows: list[Row]
    count: str
    is_narrow: bool
    is_refused: bool
    is_forgotten: bool
    behind: str
    query: str
    next_query: str
    may_export: bool
    ticket: str


def asked_of(given: QueryDict, visit: Visit, *, kept: Mapping[str, str] | None = None) -> Asked:
    """Return what an address or a form asks; what does not fit is left out. `kept` is what the session keeps of it."""
    known = {"text": given.get("text", ""), "phone": given.get("phone", "")} | dict(kept or {})
    state, verdict, outcome = given.get("state", ""), given.get("verdict", ""), given.get("outcome", "")
    numbered = {name: number(given.get(name, "")) for name in _NUMBERED}
    if given.get("mine") == "1":
        numbered["agent"] = visit.membership_id
    return Asked(
        text=known["text"].replace("\0", "").strip()[:200],
        phone=known["phone"].replace("\0", "").strip()[:40],
        state=state if state in STATES else "",
        verdict=verdict if verdict in words.VERDICTS else "",
        outcome=outcome if outcome in OUTCOMES else "",
        overdue=given.get("overdue") == "1",
        since=_day(given.get("since", "")),
        until=_day(given.get("until", "")),
        kept=given.get("kept", "")[:32],
        after=identifier(given.get("after", "")),
        **numbered,
    )


def query_of(asked: Asked, *, after: UUID | None = None) -> str:
    """Return the query of an address: everything that was asked but what the session keeps."""
    given: dict[str, Any] = {"kept": asked.kept} if asked.kept else {"text": asked.text}
    given |= {"state": asked.state, "verdict": asked.verdict, "outcome": asked.outcome, "overdue": "1" if asked.overdue else ""}
    given |= {name: getattr(asked, name) for name in _NUMBERED}
    given |= {"since": asked.since, "until": asked.until, "after": after}
    return urlencode({name: str(value) for name, value in given.items() if value not in {None, ""}})


def sought(asked: Asked, zone: str) -> Sought:
    """Return the question to the index: days are the account's, the last one included."""
    here = ZoneInfo(zone)
    return Sought(
        text=asked.text,
        phone=asked.phone,
        states=STATES[asked.state][1],
        verdict=asked.verdict,
        outcome=asked.outcome,
        is_overdue=asked.overdue,
        since=datetime.combine(asked.since, time.min, tzinfo=here) if asked.since else None,
        until=datetime.combine(asked.until + timedelta(days=1), time.min, tzinfo=here) if asked.until else None,
        **{name: getattr(asked, name) for name in _NUMBERED},
    )


def search_page(
    db: Database, visit: Visit, asked: Asked, *, at: datetime, ticket: str, refused: Invalid | None = None, is_forgotten: bool = False
) -> SearchPage:
    """Return what was found. With `refused` nothing was looked for, and the reason stands beside its field."""
    found = Found([], 0, is_more=False, has_next=False)
    if refused is None:
        found = verbs.find(db, visit.account_id, sought(asked, visit.time_zone), after=asked.after, limit=_PAGE, at=at)
    shown = _form(visit, asked, refused)
    return SearchPage(
        at=at,
        first=[shown.fields[name] for name in _FIRST],
        further=[one for name, one in shown.fields.items() if name not in _FIRST],
        is_further=replace(asked, text="", phone="", state="").is_narrow,
        error=shown.error,
        rows=listed(db, visit, found.ids, text=asked.text, at=at),
        count=_count(found) if found.ids and not asked.after else "",
        is_narrow=asked.is_narrow,
        is_refused=refused is not None,
        is_forgotten=is_forgotten,
        behind=_behind(verbs.behind(db, visit.account_id)),
        query=query_of(asked),
        next_query=query_of(asked, after=found.ids[-1]) if found.has_next else "",
        may_export=visit.may("conversations.export"),
        ticket=ticket if not (asked.text or asked.phone or asked.after) else "",
    )


def _count(found: Found) -> str:
    if found.is_more:
        return _("More than %(count)s conversations") % {"count": f"{found.count:,}"}
    return ngettext("%(count)d conversation", "%(count)d conversations", found.count) % {"count": found.count}


def _behind(events: int) -> str:
    if not events:
        return ""
    told = ngettext("The search is %(count)s change behind:", "The search is %(count)s changes behind:", events) % {"count": f"{events:,}"}
    return f"{told} {_('the newest replies and answers are found in a moment.')}"


def listed(db: Database, visit: Visit, ids: Sequence[UUID], *, text: str, at: datetime) -> list[Row]:
    """Return the rows of these conversations, newest first, with the words that were looked for."""
    if not ids:
        return []
    quoted = _quoted(db, visit, ids, text) if text else {}
    return [_row(row, quoted.get(row.id, []), at=at) for row in verbs.listed(db, visit.account_id, ids)]


def _quoted(db: Database, visit: Visit, ids: Sequence[UUID], text: str) -> dict[UUID, list[tuple[str, bool]]]:
    query = verbs.text_query(db, visit.account_id, text)
    asked = {"account": visit.account_id, "ids": list(ids), "query": query, "any": query if "!" in query else query.replace(" & ", " | ")}
    return {row.id: list(_pieces(row.quoted)) for row in rows(db, sql(_HERE, "quoted"), asked)}


def _pieces(quoted: str) -> Iterable[tuple[str, bool]]:
    """Take apart what PostgreSQL marked: a word that was found stands between two signs that no text has."""
    for piece in quoted.split("\x02"):
        word, mark, rest = piece.rpartition("\x03")
        yield word, bool(mark)
        yield rest, False


def _row(row: Any, quoted: list[tuple[str, bool]], *, at: datetime) -> Row:
    waits = row.turn == "agent" and row.state != "closed" and row.due_at is not None
    return Row(
        id=row.id,
        who=row.consumer,
        phone=row.phone,
        text=row.last_text,
        quoted=[(piece, is_hit) for piece, is_hit in quoted if piece],
        verdict=words.VERDICTS[row.verdict],
        campaign=row.campaign or "",
        link=link_name(row.campaign, row.engagement),
        skill=row.skill,
        agent=row.agent or "",
        state=words.CONVERSATION[row.state],
        is_waiting=waits,
        due=times.due(row.due_at, now=at) if waits else "",
        due_state=times.due_state(row.due_at, now=at) if waits else "",
        last_at=row.last_at,
    )


def _form(visit: Visit, asked: Asked, refused: Invalid | None) -> Form:
    fields = (
        Field("text", _("Words"), kind="search", value=asked.text, may_be_empty=True, longest=200),
        Field("phone", _("Phone, any part"), kind="search", value=asked.phone, may_be_empty=True, longest=40, inputmode="tel"),
        _select("state", _("State"), asked.state, [(key, name) for key, (name, _states) in STATES.items()]),
        _any("campaign", _("Campaign"), asked.campaign, _named(Campaign, visit, "name")),
        _any("engagement", _("Engagement"), asked.engagement, _named(Engagement, visit, "name")),
        _any("entry_point", _("Entry point"), asked.entry_point, _named(EntryPoint, visit, "value")),
        _any("source", _("Source"), asked.source, _named(Source, visit, "name")),
        _any("skill", _("Skill"), asked.skill, _named(Skill, visit, "name")),
        _any("agent", _("Agent"), asked.agent, _named(Membership, visit, "name")),
        _any("verdict", _("Verdict"), asked.verdict, [(key, word.text) for key, word in words.VERDICTS.items()]),
        _any("outcome", _("Outcome"), asked.outcome, list(OUTCOMES.items())),
        Field("since", _("Began from"), kind="date", value=asked.since.isoformat() if asked.since else "", may_be_empty=True),
        Field("until", _("Until"), kind="date", value=asked.until.isoformat() if asked.until else "", may_be_empty=True),
        Field("overdue", _("Overdue now"), kind="check", value="1" if asked.overdue else ""),
    )
    shown = form(*fields)
    if refused is None:
        return shown
    fields_by_name = dict(shown.fields)
    fields_by_name[refused.field] = replace(fields_by_name[refused.field], error=refused.message, is_first=True)
    return Form(fields_by_name)


def _select(name: str, label: str, value: str, options: Sequence[tuple[Any, Any]]) -> Field:
    return Field(name, label, kind="select", value=value, options=[Option(str(key), str(shown)) for key, shown in options])


def _any(name: str, label: str, value: int | str | None, options: Sequence[tuple[Any, Any]]) -> Field:
    return _select(name, label, "" if value is None else str(value), [("", _("Any")), *options])


def _named(model: Any, visit: Visit, name: str) -> list[tuple[Any, Any]]:
    """Return the account's things of a kind by name, removed ones too: conversations go on being found by them."""
    return list(model.objects.filter(account_id=visit.account_id).order_by(name, "id").values_list("id", name)[:_MOST_OPTIONS])


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None

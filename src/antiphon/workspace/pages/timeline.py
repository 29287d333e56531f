"""A conversation's timeline: broadcast texts, replies with what they answer, answers with their delivery, what happened."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from antiphon.kit.db import Database, rows, sql
from antiphon.workspace import times, words
from antiphon.workspace.pages.conversations import link_name
from antiphon.workspace.words import Word

_HERE = "antiphon.workspace"
_A_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Broadcast:
    """A broadcast text that the consumer got; `at` is when it was heard of, `sent_at` only where that was at another minute."""

    id: UUID
    at: datetime
    sent_at: datetime | None
    name: str
    sender: str
    text: str
    delivery: Word | None
    is_inferred: bool
    kind: str = "notice"


@dataclass(frozen=True, slots=True)
class Reply:
    """A consumer's text; `answering` names the broadcast it answers, `elsewhere` the engagement that it alone would be linked to.

    `media` are addresses, "" for one that is no web address.
    """

    id: UUID
    at: datetime
    text: str
    media: list[str]
    answering: str
    after: str
    elsewhere: str
    elsewhere_id: int | None
    mentions_stop: bool
    notice_id: UUID | None
    kind: str = "reply"


@dataclass(frozen=True, slots=True)
class Sent:
    """An answer and how far it got."""

    id: UUID
    at: datetime
    text: str
    agent: str
    delivery: Word
    delivered_at: datetime | None
    reason: str | Promise
    advice: str | Promise
    is_uncertain: bool
    is_under_way: bool
    may_be_repeated: bool
    kind: str = "answer"


@dataclass(frozen=True, slots=True)
class System:
    """Something that happened to the conversation."""

    id: UUID
    at: datetime
    icon: str
    text: str
    has_why: bool = False
    kind: str = "system"


Entry = Broadcast | Reply | Sent | System


@dataclass(frozen=True, slots=True)
class Day:
    """The entries of one day; without a name where it goes on from the block before."""

    name: str
    entries: list[Entry]


@dataclass(frozen=True, slots=True)
class Block:
    """What is drawn together: from a broadcast text to the reply that answers it, or what stands alone."""

    days: list[Day]
    is_exchange: bool = False

    @property
    def last(self) -> Entry:
        """Return its last entry."""
        return self.days[-1].entries[-1]


@dataclass(frozen=True, slots=True)
class Timeline:
    """Everything, in order of receipt."""

    blocks: list[Block] = field(default_factory=list)
    is_under_way: bool = False


def timeline(db: Database, account_id: int, talk: Any, *, membership_id: int, at: datetime) -> Timeline:
    """Return the timeline of a conversation, as the statement `talk` read it."""
    asked = {"account": account_id, "id": talk.id, "source": talk.source_id, "consumer": talk.consumer_id}
    asked |= {"from": talk.started_at, "to": talk.closed_at or at}
    notices = rows(db, sql(_HERE, "timeline_notices"), asked)
    replies = rows(db, sql(_HERE, "timeline_replies"), asked)
    sent = [_sent(row, talk=talk, membership_id=membership_id) for row in rows(db, sql(_HERE, "timeline_answers"), asked)]
    entries: list[Entry] = [
        *(_broadcast(row) for row in notices),
        *_replies(replies, talk=talk, notices={row.id: row for row in notices}),
        *sent,
        *(_opt_out(row) for row in rows(db, sql(_HERE, "timeline_opt_outs"), asked)),
        *_systems(rows(db, sql(_HERE, "timeline_steps"), asked), talk=talk, membership_id=membership_id),
    ]
    return Timeline(_blocks(sorted(entries, key=_order), at=at), is_under_way=any(one.is_under_way for one in sent))


_QUEUES = {"queued", "returned", "transferred"}
_BY = {"closed", "transferred", "reopened"}
_RANK = {"notice": 0, "system": 1, "reply": 2, "answer": 3}


def _order(entry: Entry) -> tuple[datetime, int, bool, bytes]:
    """Sort by time; at one instant the text before what it started, the start before what happened then."""
    is_start = isinstance(entry, System) and entry.has_why
    return entry.at, _RANK[entry.kind], not is_start, entry.id.bytes


def _broadcast(row: Any) -> Broadcast:
    name = row.campaign or (_("Campaign %(id)s") % {"id": row.external_campaign} if row.external_campaign else _("A broadcast"))
    known = row.state if row.state in {"sent", "failed", "delivered", "read"} else ""
    is_elsewhere = abs(row.received_at - row.sent_at) >= _A_MINUTE
    return Broadcast(
        id=row.id,
        at=row.received_at,
        sent_at=row.sent_at if is_elsewhere else None,
        name=name,
        sender=row.sender,
        text=row.text,
        delivery=words.DELIVERY.get(known),
        is_inferred=row.reference_is_inferred,
    )


def _replies(found: Sequence[Any], *, talk: Any, notices: dict[UUID, Any]) -> Iterable[Reply]:
    answered = None
    for row in found:
        notice = notices.get(row.notice_id) if row.notice_id != answered else None
        answered = row.notice_id or answered
        differs = row.engagement_id is not None and row.engagement_id != talk.engagement_id and talk.state != "closed"
        yield Reply(
            id=row.id,
            at=row.received_at,
            text=row.text,
            media=[_link(str(one[0] if isinstance(one, list) else one)) for one in json.loads(row.media or "[]")],
            answering=_broadcast(notice).name if notice else "",
            after=times.span((row.replied_at - notice.sent_at).total_seconds()) if notice else "",
            elsewhere=link_name(row.campaign, row.engagement) if differs else "",
            elsewhere_id=row.engagement_id if differs else None,
            mentions_stop=row.mentions_stop,
            notice_id=notice.id if notice else None,
        )


def _link(url: str) -> str:
    """Return an address that may be followed, "" for any other: consumers choose what comes here."""
    return url if url.lower().startswith(("https://", "http://")) else ""


def _sent(row: Any, *, talk: Any, membership_id: int) -> Sent:
    is_troubled = row.state in {"failed", "unknown"}
    return Sent(
        id=row.id,
        at=row.created_at,
        text=row.text,
        agent=_("You") if row.agent_id == membership_id else row.agent or _("An agent"),
        delivery=words.DELIVERY[row.state],
        delivered_at=row.state_at if row.state in {"delivered", "read"} else None,
        reason=words.REASONS.get(row.reason, row.reason) if row.state == "failed" else "",
        advice=words.NEXT_STEPS.get(row.reason, "") if row.state == "failed" else "",
        is_uncertain=row.state == "unknown",
        is_under_way=row.state == "dispatching",
        may_be_repeated=is_troubled and talk.state != "closed" and talk.agent_id == membership_id,
    )


def _systems(found: Sequence[Any], *, talk: Any, membership_id: int) -> Iterable[System]:
    yield System(talk.id, talk.started_at, "link" if talk.engagement_id else "unlink", _start(talk), has_why=True)
    queued_at: datetime | None = talk.started_at
    for row in found:
        icon, text = _step(row, waited=row.at - queued_at if queued_at else None, membership_id=membership_id)
        yield System(row.id, row.at, icon, text)
        queued_at = None if row.to_agent_id else row.at if row.kind in _QUEUES else queued_at


def _opt_out(row: Any) -> System:
    if not row.is_out:
        return System(row.id, row.received_at, "check", _("The provider took the opt-out back"))
    said = _("The consumer opted out, %(how)s") % {"how": words.OPT_OUTS.get(row.how, row.how)}
    return System(row.id, row.received_at, "ban", f"{said}: “{row.text}”" if row.text else said)


def _start(talk: Any) -> str:
    linked = {
        "linked_by_campaign_id": _("by campaign ID"),
        "linked_by_phone_number": _("by phone number"),
        "set_by_person": _("by a person"),
    }
    if talk.engagement_id and talk.verdict in linked:
        return _("Conversation started, linked to %(name)s %(how)s.") % {
            "name": link_name(talk.campaign, talk.engagement),
            "how": linked[talk.verdict],
        }
    return _("Conversation started. %(verdict)s.") % {"verdict": words.VERDICTS[talk.verdict].text}


def _step(row: Any, *, waited: timedelta | None, membership_id: int) -> tuple[str, str]:
    by = _("you") if row.actor == f"membership:{membership_id}" else row.by
    said = {
        "assigned": ("user-check", _assigned(row, waited=waited, membership_id=membership_id)),
        "queued": ("hourglass", _("Back to the queue of %(skill)s") % {"skill": row.to_skill}),
        "returned": ("hourglass", _("Back to the queue of %(skill)s") % {"skill": row.to_skill}),
        "transferred": ("arrows-exchange", _transferred(row, membership_id=membership_id)),
        "linked": ("link", _("Linked to %(name)s by hand") % {"name": link_name(row.campaign, row.engagement)}),
        "closed": ("circle-check", _("Closed")),
        "reopened": ("rotate-clockwise", _("Close undone")),
    }
    icon, text = said.get(row.kind, ("info-circle", row.kind))
    if row.kind == "linked" and row.engagement_id is None:
        icon, text = "unlink", _("Link taken off by hand")
    if by and row.kind in _BY:
        text = _("%(what)s by %(who)s") % {"what": text, "who": by}
    return icon, f"{text}: {row.detail}" if row.detail else text


def _assigned(row: Any, *, waited: timedelta | None, membership_id: int) -> str:
    agent = _("you") if row.to_agent_id == membership_id else row.to_agent
    if waited is None or not row.to_skill:
        return _("Went to %(agent)s") % {"agent": agent}
    named = {"span": times.span(waited.total_seconds()), "skill": row.to_skill, "agent": agent}
    return _("Waited %(span)s in %(skill)s, then went to %(agent)s") % named


def _transferred(row: Any, *, membership_id: int) -> str:
    agent = _("you") if row.to_agent_id == membership_id else row.to_agent
    if row.to_skill and row.from_skill and row.to_skill != row.from_skill:
        said = _("Transferred from %(old)s to %(new)s") % {"old": row.from_skill, "new": row.to_skill}
        return _("%(what)s, to %(agent)s") % {"what": said, "agent": agent} if agent else said
    return _("Transferred to %(agent)s") % {"agent": agent} if agent else _("Put back into the queue")


def _blocks(entries: Sequence[Entry], *, at: datetime) -> list[Block]:
    """Draw each broadcast text together with the first reply that answers it, and what lies between."""
    blocks: list[Block] = []
    start = 0
    for index, entry in enumerate(entries):
        call = _call_of(entry, entries[start:index])
        if call is None:
            continue
        blocks += _plain(entries[start : start + call], at=at, before=entries[:start])
        blocks.append(Block(_days(entries[start + call : index + 1], at=at, before=entries[: start + call]), is_exchange=True))
        start = index + 1
    return blocks + _plain(entries[start:], at=at, before=entries[:start])


def _call_of(entry: Entry, since: Sequence[Entry]) -> int | None:
    """Return where the broadcast text that this reply answers stands among the entries before it."""
    if not isinstance(entry, Reply) or entry.notice_id is None:
        return None
    return next((index for index, one in enumerate(since) if one.id == entry.notice_id), None)


def _plain(entries: Sequence[Entry], *, at: datetime, before: Sequence[Entry]) -> list[Block]:
    return [Block(_days(entries, at=at, before=before))] if entries else []


def _days(entries: Sequence[Entry], *, at: datetime, before: Sequence[Entry]) -> list[Day]:
    """Return the entries by day; a day that goes on from the block before keeps its name to itself."""
    last = timezone.localtime(before[-1].at).date() if before else None
    found = [(date, list(group)) for date, group in groupby(entries, key=lambda entry: timezone.localtime(entry.at).date())]
    return [Day("" if date == last else times.day(group[0].at, now=at), group) for date, group in found]

"""What stands beside a conversation: the note, what it answers, the verdict, the consumer. The preview of an engagement shows the same."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import phonenumbers
from django.utils import dateformat
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from phonenumbers.timezone import time_zones_for_number

from antiphon.kit.db import Database, rows, sql
from antiphon.providers.registry import adapter_of
from antiphon.workspace import times, words
from antiphon.workspace.access import Visit
from antiphon.workspace.words import Word

_HERE = "antiphon.workspace"
_NOWHERE = "Etc/Unknown"


@dataclass(frozen=True, slots=True)
class OptOut:
    """A consumer's standing instruction not to be messaged; `blocks` when it stands against an answer now."""

    how: str | Promise
    text: str
    at: datetime
    scope: str | Promise
    blocks: bool


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier conversation of the same consumer."""

    id: UUID
    at: datetime
    name: str
    end: str | Promise


@dataclass(frozen=True, slots=True)
class Beside:
    """The side panel. A preview leaves out what only a stored conversation has: `id`, the consumer, opt-out, earlier ones."""

    at: datetime
    skill: str
    language: str
    source: str
    number: str
    verdict: Word
    because: str = ""
    is_foreign_number: bool = False
    note: str = ""
    note_version: int | None = None
    campaign: str = ""
    campaign_id: int | None = None
    engagement: str = ""
    frame: str = ""
    goal: str | Promise = ""
    entry_point: str = ""
    entry_point_icon: str = ""
    id: UUID | None = None
    consumer_id: UUID | None = None
    who: str = ""
    phone: str = ""
    local_time: str = ""
    may_link: bool = False
    opt_out: OptOut | None = None
    earlier: list[Earlier] = field(default_factory=list)


def beside(db: Database, visit: Visit, talk: Any, *, may_link: bool, at: datetime) -> Beside:
    """Return the side panel of a conversation, as the statement `talk` read it."""
    return Beside(
        at=at,
        skill=talk.skill,
        language=words.language(talk.language),
        source=talk.source,
        number=talk.last_to_number,
        verdict=words.VERDICTS[talk.verdict],
        because=because(talk),
        is_foreign_number=is_foreign_number(talk),
        note=talk.note,
        note_version=talk.engagement_version,
        campaign=talk.campaign or "",
        campaign_id=talk.campaign_id,
        engagement=talk.engagement or "",
        frame=_frame(talk, at=at),
        goal=words.GOALS.get(talk.goal_kind, ""),
        entry_point=talk.entry_point or "",
        entry_point_icon=words.ENTRY_POINTS.get(talk.entry_point_kind, ""),
        id=talk.id,
        consumer_id=talk.consumer_id,
        who=talk.consumer,
        phone=talk.phone,
        local_time=local_time(talk.phone, at=at),
        may_link=may_link,
        opt_out=_opt_out(db, visit, talk),
        earlier=_earlier(db, visit, talk),
    )


def is_foreign_number(talk: Any) -> bool:
    """Return whether the number that answers leave from is not in the source's list."""
    return talk.last_to_number not in json.loads(talk.numbers or "[]")


def because(talk: Any) -> str:
    """Return the verdict in one sentence, from what is stored; every candidate stands on the page that says why."""
    broadcast = _("broadcast %(id)s") % {"id": talk.external_campaign} if talk.external_campaign else _("a broadcast")
    named = {"broadcast": broadcast, "engagement": talk.engagement or "", "entry_point": talk.entry_point or ""}
    if talk.verdict == "linked_by_campaign_id":
        return _("The reply answers %(broadcast)s, and %(engagement)s claims that ID.") % named
    if talk.verdict == "linked_by_phone_number":
        return _("%(engagement)s claims %(entry_point)s.") % named
    if talk.verdict == "out_of_frame":
        return _("What claims %(broadcast)s was not running when the reply came.") % named
    if talk.verdict == "no_entry_point":
        return _("The reply answers %(broadcast)s, which no live engagement claims.") % named
    if talk.verdict == "set_by_person":
        return _("The rule leaves it alone from now on.")
    return _("No broadcast reached this consumer lately, and no live engagement claims the number replied to.")


def local_time(phone: str, *, at: datetime) -> str:
    """Return the clock where a number is at home, with its city; nothing when its region spans zones that differ now."""
    try:
        zones = [zone for zone in time_zones_for_number(phonenumbers.parse(phone, None)) if zone != _NOWHERE]
    except phonenumbers.NumberParseException:
        return ""
    if not zones or len({at.astimezone(ZoneInfo(zone)).utcoffset() for zone in zones}) > 1:
        return ""
    return _("%(clock)s in %(city)s") % {
        "clock": dateformat.format(at.astimezone(ZoneInfo(zones[0])), "H:i"),
        "city": times.zone_city(zones[0]),
    }


def _frame(talk: Any, *, at: datetime) -> str:
    if not talk.campaign_id:
        return ""
    today = times.today_in(talk.time_zone, now=at)
    left = times.frame_left(talk.starts_on, talk.ends_on, today=today)
    return ", ".join(part for part in (times.frame(talk.starts_on, talk.ends_on, today=today), left) if part)


def _opt_out(db: Database, visit: Visit, talk: Any) -> OptOut | None:
    """Return the instruction in force, and whether it stands against an answer: the rule of the statement that stores one."""
    asked = {"account": visit.account_id, "consumer": talk.consumer_id, "source": talk.source_id, "number": talk.last_to_number}
    newest = next(iter(rows(db, sql(_HERE, "opt_out"), asked)), None)
    if newest is None or not newest.is_out:
        return None
    blocks = newest.at >= talk.last_replied_at or adapter_of(talk.app).capabilities.blocks_everything_after_opt_out
    scope = {"number": _("texts from %(number)s") % {"number": talk.last_to_number}, "account": _("every text of this account")}
    said = scope.get(newest.scope, _("texts of %(source)s") % {"source": talk.source})
    return OptOut(words.OPT_OUTS.get(newest.how, newest.how), newest.text, newest.at, said, blocks)


def outcome_of(stored: str | None) -> str:
    """Return what came of a conversation, as its outcome is stored."""
    outcome = json.loads(stored) if stored else None
    if not outcome:
        return ""
    if not outcome.get("goal_reached", outcome.get("reached")):
        return _("Goal not reached")
    value = " ".join(str(part) for part in (outcome.get("value"), outcome.get("currency")) if part)
    return _("Goal reached, %(value)s") % {"value": value} if value else _("Goal reached")


def _earlier(db: Database, visit: Visit, talk: Any) -> list[Earlier]:
    found: Sequence[Any] = rows(db, sql(_HERE, "earlier"), {"account": visit.account_id, "consumer": talk.consumer_id, "id": talk.id})
    return [Earlier(row.id, row.started_at, row.campaign or _("Not linked"), _end(row)) for row in found]


def _end(row: Any) -> str | Promise:
    if row.state != "closed":
        return words.CONVERSATION[row.state].text
    return outcome_of(row.outcome) or words.CLOSED_BY.get(row.closed_by, "")

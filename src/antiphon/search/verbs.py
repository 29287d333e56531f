"""Asking the index: what people look for, read once, and the conversations that fit it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from antiphon.kit.db import Database, rows, sql
from antiphon.kit.problems import Invalid

FRESH = 500
"""Events past the index that a search still looks at itself, so that it finds what happened a moment ago."""
COUNTED = 1000
"""How far a search counts; what is beyond is "more than"."""
LEAST_DIGITS = 3
OPEN = ("queued", "assigned")


@dataclass(frozen=True, slots=True)
class Sought:
    """What conversations are looked for by; None, "" and False are anything. `phone` is any part of a number, as a person types it."""

    text: str = ""
    phone: str = ""
    states: tuple[str, ...] = ()
    skill: int | None = None
    agent: int | None = None
    campaign: int | None = None
    engagement: int | None = None
    entry_point: int | None = None
    source: int | None = None
    verdict: str = ""
    outcome: str = ""
    is_overdue: bool = False
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """Ids, newest first: at most what was asked for. `count` counts all that fit, up to `COUNTED`; `is_more` when there are more."""

    ids: list[UUID]
    count: int
    is_more: bool
    has_next: bool


def find(db: Database, account_id: int, sought: Sought, *, after: UUID | None = None, limit: int = 50, at: datetime) -> Found:
    """Return the conversations that fit, newest first, from the one after `after`.

    Raises Invalid when the text has no word in it, or the phone number fewer than three digits.
    """
    found = rows(db, sql(__package__, "find"), question(db, account_id, sought, after=after, limit=max(COUNTED, limit) + 1, at=at))
    ids = [row.id for row in found]
    return Found(ids[:limit], min(len(ids), COUNTED), is_more=len(ids) > COUNTED, has_next=len(ids) > limit)


def listed(db: Database, account_id: int, ids: Sequence[UUID]) -> list[Any]:
    """Return conversations as a list shows them, newest first."""
    return rows(db, sql(__package__, "listed"), {"account": account_id, "ids": list(ids)})


def question(db: Database, account_id: int, sought: Sought, *, after: UUID | None = None, limit: int, at: datetime) -> dict[str, Any]:
    """Return what the statement `find` is given. Raises Invalid as `find` does."""
    asked = _asked(account_id, sought, at=at) | {"query": _query(db, account_id, sought), "fresh": FRESH, "limit": limit}
    (place,) = rows(db, sql(__package__, "place"), {"account": account_id, "id": after}) if after else [None]
    return asked | {"after_at": place.started_at if place else None, "after_id": place.id if place else None}


def behind(db: Database, account_id: int) -> int:
    """Return how many events the index does not know of that a search does not look at itself either."""
    (found,) = rows(db, sql(__package__, "behind"), {"account": account_id})
    return max(0, int(found.behind) - FRESH)


def digits_of(phone: str) -> str:
    """Return the digits that a number must have in it: `+31 6 11`, `0031 6 11` and `06 11` all find +3161112345.

    What leads out of a country or a town is left out, unless hardly anything would be left.
    """
    digits = re.sub(r"\D", "", phone, flags=re.ASCII)
    rest = digits.removeprefix("00") if digits.startswith("00") else digits.removeprefix("0")
    return rest if len(rest) >= LEAST_DIGITS else digits


def _asked(account_id: int, sought: Sought, *, at: datetime) -> dict[str, Any]:
    return {
        "account": account_id,
        "digits": digits_of(sought.phone) or None,
        "states": list(sought.states) or None,
        "skill": sought.skill,
        "agent": sought.agent,
        "campaign": sought.campaign,
        "engagement": sought.engagement,
        "entry_point": sought.entry_point,
        "source": sought.source,
        "verdict": sought.verdict or None,
        "outcome": sought.outcome or None,
        "overdue_at": at if sought.is_overdue else None,
        "since": sought.since,
        "until": sought.until,
    }


def _query(db: Database, account_id: int, sought: Sought) -> str | None:
    """Return the question to the index, which names the account; None when nothing is asked that the index is quicker at."""
    marked = [" | ".join(f"'@{account_id}{mark}'" for mark in any_of) for any_of in [*_marks(sought), *_number(sought.phone)]]
    if not sought.text:
        return " & ".join(f"({part})" for part in marked) or None
    return " & ".join([*(f"({part})" for part in marked or [f"'@{account_id}'"]), f"({text_query(db, account_id, sought.text)})"])


def text_query(db: Database, account_id: int, text: str) -> str:
    """Return the question that a text is. Raises Invalid when there is no word in it."""
    (found,) = rows(db, sql(__package__, "query"), {"account": account_id, "typed": text[:400]})
    if found.query is None:
        raise Invalid("no_words", "Type at least one word: signs and pictures are not searched for.", field="text")
    return str(found.query)


def _number(phone: str) -> list[list[str]]:
    if not phone:
        return []
    digits = digits_of(phone)
    if len(digits) < LEAST_DIGITS:
        raise Invalid("few_digits", "Type at least three digits of the number.", field="phone")
    return [[f"#{digits[place : place + 3]}"] for place in range(len(digits) - 2)]


def _marks(sought: Sought) -> list[list[str]]:
    """Return the marks that conversations must have, one of each list; search_entry_of() writes them, each behind its account."""
    linked = ("skill", "source", "agent", "campaign", "engagement", "entry_point")
    marks = [[f"&{name}{getattr(sought, name):d}"] for name in linked if getattr(sought, name) is not None]
    states = OPEN if sought.is_overdue and not sought.states else sought.states
    marks += [[f"={state}" for state in states]] if states else []
    marks += [[f"?{sought.verdict}"]] if sought.verdict else []
    return marks + ([[f"!{sought.outcome}"]] if sought.outcome else [])

"""Lists as files hold them: their columns, each with the value that programs read, and the rows, a part at a time."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as lazy

from antiphon.metrics.behind import Behind

MOST = 50_000
"""Rows of a file that is made while somebody waits; a longer one is long work."""

Value = str | int | float | bool | Decimal | datetime | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column: what programs call it, what people do, and its value of a row; `is_personal` when it tells of consumers."""

    key: str
    title: str | Promise
    value: Callable[[Any], Value]
    is_personal: bool = False


def columns_of(asked: Behind) -> list[Column]:
    """Return the columns of what stands behind a number, those that may be told."""
    return [column for column in BEHIND[asked.kind] if asked.is_open or not column.is_personal]


def _plain(key: str, title: Promise) -> Column:
    return Column(key, title, lambda row: getattr(row, key) or "")


def _at(title: Promise) -> Column:
    return Column("at", title, lambda row: row.at)


def _delivery(row: Any) -> str:
    return f"failed {row.reason}".strip() if row.state == "failed" else str(row.state)


def _seconds(row: Any) -> float | None:
    return max(0.0, row.seconds_to_reply or 0.0) if row.is_first_reply else None


_PHONE = Column("phone", lazy("Phone"), lambda row: row.phone or "", is_personal=True)
_TEXT = Column("text", lazy("Text"), lambda row: row.text or "", is_personal=True)
_ENGAGEMENT = _plain("engagement", lazy("Engagement"))
_VERDICT = _plain("verdict", lazy("Verdict"))
_CONVERSATION = Column("conversation", lazy("Conversation"), lambda row: str(row.conversation_id or ""), is_personal=True)
_NOTICES = [
    _at(lazy("Sent")),
    _PHONE,
    _TEXT,
    _plain("external_campaign", lazy("Campaign ID")),
    _plain("sender", lazy("From")),
    _ENGAGEMENT,
    Column("delivery", lazy("Delivery"), _delivery),
]
BEHIND: Mapping[str, Sequence[Column]] = {
    "notices": _NOTICES,
    "unmapped": [column for column in _NOTICES if column is not _ENGAGEMENT],
    "replies": [
        _at(lazy("Replied")),
        _PHONE,
        _TEXT,
        _ENGAGEMENT,
        _VERDICT,
        Column("time_to_reply", lazy("Time to reply (s)"), _seconds),
        _CONVERSATION,
    ],
    "conversations": [
        _at(lazy("Started")),
        _PHONE,
        _TEXT,
        _ENGAGEMENT,
        _VERDICT,
        _plain("skill", lazy("Skill")),
        _plain("agent", lazy("Agent")),
        _plain("state", lazy("State")),
        _CONVERSATION,
    ],
    "opt_outs": [_at(lazy("Opted out")), _PHONE, _TEXT, _ENGAGEMENT, _plain("how", lazy("How"))],
    "goals": [
        _at(lazy("Reached")),
        _PHONE,
        _ENGAGEMENT,
        _VERDICT,
        Column("goal", lazy("Goal"), lambda row: row.kind),
        _plain("own_id", lazy("Own ID")),
        _plain("currency", lazy("Currency")),
        Column("value", lazy("Value"), lambda row: row.amount),
    ],
}
"""What stands behind a number, by what the list is of."""


def _outcome(name: str) -> Callable[[Any], Value]:
    return lambda row: json.loads(row.outcome or "{}").get(name)


def _amount(row: Any) -> Decimal | None:
    value = json.loads(row.outcome or "{}").get("value")
    return None if value in (None, "") else Decimal(str(value))


CONVERSATIONS: Sequence[Column] = [
    Column("id", lazy("Conversation"), lambda row: str(row.id)),
    Column("started_at", lazy("Started"), lambda row: row.started_at),
    _PHONE,
    Column("name", lazy("Name"), lambda row: row.consumer or "", is_personal=True),
    _plain("state", lazy("State")),
    _VERDICT,
    _plain("campaign", lazy("Campaign")),
    _ENGAGEMENT,
    _plain("entry_point", lazy("Entry point")),
    _plain("source", lazy("Source")),
    _plain("skill", lazy("Skill")),
    _plain("agent", lazy("Agent")),
    _plain("language", lazy("Language")),
    Column("last_text", lazy("Last said"), lambda row: row.last_text or "", is_personal=True),
    Column("last_at", lazy("Last said at"), lambda row: row.last_at),
    Column("closed_at", lazy("Closed"), lambda row: row.closed_at),
    _plain("closed_by", lazy("Closed by")),
    Column("goal_reached", lazy("Goal reached"), _outcome("goal_reached")),
    Column("value", lazy("Value"), _amount),
    Column("currency", lazy("Currency"), _outcome("currency")),
]
"""Conversations that were found."""

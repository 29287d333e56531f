"""What was found as a file: CSV as it is, or safe for spreadsheets."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from antiphon.kit.db import Database, rows, sql
from antiphon.workspace.access import Visit
from antiphon.workspace.pages.analytics_files import harmless

MOST = 50_000
"""Conversations in one file; more are narrowed by days first."""
_AT_ONCE = 1000
_HEADS = (
    "id", "started_at", "phone", "name", "state", "verdict", "campaign", "engagement", "entry_point", "source", "skill", "agent",
    "language", "last_text", "last_at", "closed_at", "closed_by", "goal_reached", "value", "currency",
)  # fmt: skip


def as_csv(db: Database, visit: Visit, ids: Sequence[UUID], *, is_for_spreadsheets: bool) -> bytes:
    """Return these conversations as CSV: exact, or with formulas made harmless and a byte order mark, for Excel."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(_HEADS)
    safe: Callable[[str], str] = harmless if is_for_spreadsheets else str
    writer.writerows([safe(cell) for cell in cells] for cells in _cells(db, visit, ids))
    return text.getvalue().encode("utf-8-sig" if is_for_spreadsheets else "utf-8")


def _cells(db: Database, visit: Visit, ids: Sequence[UUID]) -> Iterator[list[str]]:
    for start in range(0, len(ids), _AT_ONCE):
        found = rows(db, sql("antiphon.workspace", "listed"), {"account": visit.account_id, "ids": list(ids[start : start + _AT_ONCE])})
        for row in found:
            outcome = json.loads(row.outcome or "{}")
            yield [_plain(value) for value in _values(row, outcome)]


def _values(row: Any, outcome: dict[str, Any]) -> Iterable[Any]:
    yield from (row.id, row.started_at, row.phone, row.consumer, row.state, row.verdict, row.campaign, row.engagement, row.entry_point)
    yield from (row.source, row.skill, row.agent, row.language, row.last_text, row.last_at, row.closed_at, row.closed_by)
    yield from (outcome.get("goal_reached"), outcome.get("value"), outcome.get("currency"))


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.isoformat() if isinstance(value, datetime) else str(value)

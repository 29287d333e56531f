"""Arrivals in quarantine, and one of them as it came in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.functional import Promise

from antiphon.kit.db import Database, rows, sql
from antiphon.workspace import words
from antiphon.workspace.access import Visit

_HERE = "antiphon.workspace"
_PAGE = 50


@dataclass(frozen=True, slots=True)
class ArrivalRow:
    """An arrival in the list."""

    id: UUID
    received_at: datetime
    source: str
    kind: str | Promise
    reason: str
    size: int


@dataclass(frozen=True, slots=True)
class QuarantinePage:
    """The list."""

    at: datetime
    rows: list[ArrivalRow]
    next_id: UUID | None


@dataclass(frozen=True, slots=True)
class ArrivalPage:
    """One arrival: `body` is its text, or a listing of its bytes where it is none."""

    at: datetime
    id: UUID
    received_at: datetime
    source: str
    kind: str | Promise
    reason: str
    attempts: int
    is_quarantined: bool
    body: str
    is_text: bool
    size: int
    headers: str
    query: str


def quarantine_page(db: Database, visit: Visit, *, after: UUID | None, at: datetime) -> QuarantinePage:
    """Return a page of what is in quarantine."""
    found = rows(db, sql(_HERE, "quarantined"), {"account": visit.account_id, "after": after, "limit": _PAGE + 1})
    listed = [_row(row) for row in found[:_PAGE]]
    return QuarantinePage(at, listed, listed[-1].id if len(found) > _PAGE else None)


def arrival_page(db: Database, visit: Visit, arrival_id: UUID, *, at: datetime) -> ArrivalPage | None:
    """Return one arrival, or None when the account has no such arrival."""
    row = next(iter(rows(db, sql(_HERE, "arrival"), {"account": visit.account_id, "id": arrival_id})), None)
    if row is None:
        return None
    body, is_text = _readable(bytes(row.body))
    return ArrivalPage(
        at=at,
        id=row.id,
        received_at=row.received_at,
        source=row.source,
        kind=words.HOOKS.get(row.kind, row.kind),
        reason=row.reason,
        attempts=row.attempts,
        is_quarantined=row.state == "quarantined",
        body=body,
        is_text=is_text,
        size=len(row.body),
        headers=row.headers,
        query=row.query,
    )


def _row(row: Any) -> ArrivalRow:
    return ArrivalRow(row.id, row.received_at, row.source, words.HOOKS.get(row.kind, row.kind), row.reason, row.bytes)


def _readable(body: bytes) -> tuple[str, bool]:
    """Return a body as text if it is text, else its bytes, sixteen a line."""
    try:
        return body.decode("utf-8"), True
    except UnicodeDecodeError:
        lines = (body[start : start + 16] for start in range(0, min(len(body), 16_384), 16))
        return "\n".join(f"{line.hex(' '):<48} {_shown(line)}" for line in lines), False


def _shown(line: bytes) -> str:
    return "".join(chr(byte) if 32 <= byte < 127 else "·" for byte in line)  # noqa: PLR2004 - printable ASCII

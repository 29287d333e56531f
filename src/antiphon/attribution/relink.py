"""Conversations that the rule would link now: offered for relinking, never relinked silently."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from antiphon.attribution import store
from antiphon.attribution.types import Outcome, Question
from antiphon.kit.db import Database, rows, sql

_BATCH = 500
_FIRST = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Relinkable:
    """Conversations offered for relinking, with the engagement that each would be linked to; there may be more if not complete."""

    engagements: dict[UUID, int]
    is_complete: bool

    @property
    def conversation_ids(self) -> list[UUID]:
        """Return the conversations, in order of id."""
        return list(self.engagements)

    def __len__(self) -> int:
        return len(self.engagements)


def relinkable(db: Database, account_id: int, *, campaign_id: int | None, limit: int) -> Relinkable:
    """Ask the rule again for every unlinked conversation that lies in a live frame, until `limit` are found."""
    found: dict[UUID, int] = {}
    for conversation_id, outcome in _asked_again(db, account_id, campaign_id):
        if outcome.engagement_id is None or campaign_id not in (None, outcome.campaign_id):
            continue
        if len(found) == limit:
            return Relinkable(found, is_complete=False)
        found[conversation_id] = outcome.engagement_id
    return Relinkable(found, is_complete=True)


def _asked_again(db: Database, account_id: int, campaign_id: int | None) -> Iterator[tuple[UUID, Outcome]]:
    after = _FIRST
    while batch := _next(db, account_id, campaign_id, after):
        after = batch[-1].conversation_id
        outcomes = store.decisions(db, account_id, [_question(row) for row in batch])
        yield from zip((row.conversation_id for row in batch), outcomes, strict=True)


def _next(db: Database, account_id: int, campaign_id: int | None, after: UUID) -> list[Any]:
    parameters = {"account_id": account_id, "campaign_id": campaign_id, "after": after, "limit": _BATCH}
    return rows(db, sql(__package__, "relinkable"), parameters)


def _question(row: Any) -> Question:
    return Question(row.consumer_id, row.source_id, row.replied_at, row.to_key, row.campaign_key, row.reference)

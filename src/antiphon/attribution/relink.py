"""Conversations that the rule would link now: offered for relinking, never relinked silently."""

from collections.abc import Iterator, Sequence
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
    """Conversations offered for relinking, each with what it would be linked to; there may be more if not complete."""

    outcomes: dict[UUID, Outcome]
    is_complete: bool

    @property
    def conversation_ids(self) -> list[UUID]:
        """Return the conversations, in order of id."""
        return list(self.outcomes)

    @property
    def engagements(self) -> dict[UUID, int]:
        """Return the engagement that each would be linked to."""
        return {one: outcome.engagement_id for one, outcome in self.outcomes.items() if outcome.engagement_id is not None}

    def __len__(self) -> int:
        return len(self.outcomes)


def relinkable(
    db: Database, account_id: int, *, campaign_id: int | None, entry_point_id: int | None, limit: int, asked_at_most: int | None
) -> Relinkable:
    """Ask the rule again for every unlinked conversation that lies in a live frame, until `limit` are found or so many asked about."""
    found: dict[UUID, Outcome] = {}
    for number, (conversation_id, outcome) in enumerate(_asked_again(db, account_id, campaign_id)):
        if len(found) == limit or number == asked_at_most:
            return Relinkable(found, is_complete=False)
        if _is_wanted(outcome, campaign_id, entry_point_id):
            found[conversation_id] = outcome
    return Relinkable(found, is_complete=True)


def outcomes_of(db: Database, account_id: int, conversation_ids: Sequence[UUID]) -> dict[UUID, Outcome]:
    """Return what the rule would link these to now; those that are linked meanwhile, or would not be, are left out."""
    batch = _next(db, account_id, None, _FIRST, limit=len(conversation_ids), ids=list(conversation_ids))
    asked = store.decisions(db, account_id, [_question(row) for row in batch]) if batch else []
    found = zip((row.conversation_id for row in batch), asked, strict=True)
    return {conversation_id: outcome for conversation_id, outcome in found if outcome.engagement_id is not None}


def _is_wanted(outcome: Outcome, campaign_id: int | None, entry_point_id: int | None) -> bool:
    if outcome.engagement_id is None:
        return False
    return campaign_id in (None, outcome.campaign_id) and entry_point_id in (None, outcome.entry_point_id)


def _asked_again(db: Database, account_id: int, campaign_id: int | None) -> Iterator[tuple[UUID, Outcome]]:
    after = _FIRST
    while batch := _next(db, account_id, campaign_id, after, limit=_BATCH, ids=None):
        after = batch[-1].conversation_id
        outcomes = store.decisions(db, account_id, [_question(row) for row in batch])
        yield from zip((row.conversation_id for row in batch), outcomes, strict=True)


def _next(db: Database, account_id: int, campaign_id: int | None, after: UUID, *, limit: int, ids: list[UUID] | None) -> list[Any]:
    parameters = {"account_id": account_id, "campaign_id": campaign_id, "after": after, "limit": limit, "ids": ids}
    return rows(db, sql(__package__, "relinkable"), parameters)


def _question(row: Any) -> Question:
    return Question(row.consumer_id, row.source_id, row.replied_at, row.to_key, row.campaign_key, row.reference)

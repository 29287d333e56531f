"""Conversations in the database: loaded under their consumers' locks, stored and changed in sets."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from antiphon.conversations.types import Present
from antiphon.kit.db import Database, columns, rows, run, sql

_HERE = "antiphon.conversations"

_CHANGED = (
    "id", "turn", "skill_id", "first_skill_id", "language", "note", "verdict", "campaign_id", "engagement_id", "engagement_version",
    "entry_point_id", "notice_id", "goal_kind", "opening_reply_id", "opening_replied_at", "opening_dedupe_key", "started_at",
    "last_replied_at", "last_to_number", "last_text", "last_at", "waiting_since", "due_at",
)  # fmt: skip


def present(db: Database, account_id: int, *, pairs: Iterable[tuple[int, UUID]], ids: Iterable[UUID]) -> list[Present]:
    """Return the open conversation of every (source, consumer) pair that has one, and these others by id."""
    who, others = list(pairs), list(ids)
    if not who and not others:
        return []
    found = rows(
        db,
        sql(_HERE, "present"),
        {
            "account": account_id,
            "source_id": [source for source, _ in who],
            "consumer_id": [consumer for _, consumer in who],
            "ids": others,
        },
    )
    return [Present(*row) for row in found]


def update(db: Database, account_id: int, conversations: Sequence[Present]) -> None:
    """Store what replies changed of conversations."""
    if conversations:
        interactive = ("interactive_at", "interactive_skill_id", "interactive_agent_id")
        run(db, sql(_HERE, "update"), {"account": account_id, **columns(conversations, *_CHANGED, *interactive)})


def targets(db: Database, account_id: int) -> dict[int, int]:
    """Return the response target of every skill, in seconds."""
    return {row.id: row.response_target_seconds for row in rows(db, sql(_HERE, "targets"), {"account": account_id})}

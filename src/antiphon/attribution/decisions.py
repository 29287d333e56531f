"""Decisions in the database: the one in force per reply, older ones kept as history."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from antiphon.attribution.types import RULE_VERSION, Outcome
from antiphon.kit.db import Database, columns, run, sql
from antiphon.kit.ids import uuid7

_HERE = "antiphon.attribution"


def supersede_decisions(db: Database, account_id: int, outcomes: Sequence[tuple[UUID, Outcome]], *, at: datetime) -> None:
    """Store a new decision per (reply, outcome); the one that the reply had becomes history."""
    if outcomes:
        run(db, sql(_HERE, "supersede"), {"account": account_id, "reply_ids": [reply_id for reply_id, _ in outcomes], "at": at})
        decided = [outcome for _, outcome in outcomes]
        named = columns(decided, "notice_id", "engagement_id", "engagement_version", "campaign_id", "entry_point_id", "entry_point_kind")
        words = {name: [str(value) for value in values] for name, values in columns(decided, "found", "verdict").items()}
        given = {"id": [uuid7(at) for _ in outcomes], "reply_id": [reply_id for reply_id, _ in outcomes]}
        run(db, sql(_HERE, "store_decisions"), {"account": account_id, "rule_version": RULE_VERSION, "at": at, **named, **words, **given})

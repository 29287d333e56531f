"""One consumer as a whole: what they were sent, what they wrote, what came of it; lists by keyset, newest first."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from antiphon.kit.db import Database, rows, sql

RECENTLY = timedelta(days=7)


class List(StrEnum):
    """What there are lists of; the word is the address of each."""

    CONVERSATIONS = "conversations"
    NOTICES = "notices"
    REPLIES = "replies"
    OPT_OUTS = "opt-outs"
    CONVERSIONS = "conversions"


_STATEMENTS = {
    List.CONVERSATIONS: "list_conversations",
    List.NOTICES: "list_notices",
    List.REPLIES: "list_replies",
    List.OPT_OUTS: "list_opt_outs",
    List.CONVERSIONS: "list_conversions",
}


def consumer(db: Database, account_id: int, consumer_id: UUID) -> Any | None:
    """Return `id`, `phone`, `name`, `created_at` and `erased_at` of a consumer; None if the account has none such."""
    return next(iter(rows(db, sql(__package__, "one"), {"account": account_id, "consumer": consumer_id})), None)


def in_force(db: Database, account_id: int, consumer_id: UUID) -> Sequence[Any]:
    """Return the opt-outs in force, one for each scope, newest first."""
    return rows(db, sql(__package__, "in_force"), {"account": account_id, "consumer": consumer_id})


def contacted(db: Database, account_id: int, consumer_id: UUID, *, since: datetime) -> Sequence[Any]:
    """Return what was sent to a consumer since then: `campaign_id` and `campaign`, else `external_campaign`; `notices`, `last_at`."""
    return rows(db, sql(__package__, "contacted"), {"account": account_id, "consumer": consumer_id, "since": since})


def listed(
    db: Database, account_id: int, consumer_id: UUID, what: List, *, after: tuple[datetime, UUID] | None = None, limit: int
) -> Sequence[Any]:
    """Return one more than `limit` rows of a list, newest first; each has `at` and `id`, which the next page goes on after."""
    asked = {"account": account_id, "consumer": consumer_id, "limit": limit + 1}
    asked |= {"after_at": after[0] if after else None, "after_id": after[1] if after else None}
    return rows(db, sql(__package__, _STATEMENTS[what]), asked)

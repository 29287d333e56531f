"""Everything that is known of one consumer, as one document: for them, when they ask for it."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from antiphon.accounts.audit import audit
from antiphon.consumers import reading
from antiphon.kit.db import account, rows, sql
from antiphon.kit.problems import Missing

LISTS = {
    "notices": "copy_notices",
    "replies": "copy_replies",
    "answers": "copy_answers",
    "conversations": "copy_conversations",
    "opt_outs": "copy_opt_outs",
    "conversions": "copy_conversions",
    "test_texts": "copy_test_texts",
}
"""Each list of the document and the statement that reads it."""


def copy_out(account_id: int, consumer_id: UUID, *, actor: str, at: datetime) -> dict[str, Any]:
    """Return what is known of a consumer: `consumer`, and every list of `LISTS`, oldest first; kept in the audit trail.

    Raises Missing.
    """
    with account(account_id) as db:
        found = reading.consumer(db, account_id, consumer_id)
        if found is None:
            raise Missing("not_found", "There is no such consumer in this account.")
        given = {"account": account_id, "consumer": consumer_id, "phone": found.phone}
        lists = {name: [row._asdict() for row in rows(db, sql(__package__, statement), given)] for name, statement in LISTS.items()}
        audit(account_id, actor=actor, action="consumer.copied", subject=f"consumer:{consumer_id}", at=at)
    return {"copied_at": at, "consumer": found._asdict(), **lists}


def as_json(document: dict[str, Any]) -> str:
    """Return the document as JSON to be read by people too."""
    return json.dumps(document, default=_plain, ensure_ascii=False, indent=2)


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)

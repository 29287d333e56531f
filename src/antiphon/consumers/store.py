"""Consumers: made and locked, so that one consumer's facts never cross, whichever process has them."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from antiphon.kit.db import Database, rows, run, sql
from antiphon.kit.ids import uuid7

_HERE = "antiphon.consumers"


def lock_phones(db: Database, account_id: int, phones: Iterable[str], *, at: datetime) -> None:
    """Lock the consumer of every phone until the transaction ends; unknown phones become consumers."""
    wanted = sorted(set(phones))
    run(db, sql(_HERE, "lock"), {"account": account_id, "phones": wanted, "ids": [uuid7(at) for _ in wanted], "at": at})


def lock_consumers(db: Database, account_id: int, ids: Iterable[UUID]) -> None:
    """Lock these consumers, in phone order."""
    rows(db, sql(_HERE, "lock_by_id"), {"account": account_id, "ids": list(set(ids))})


def judge(db: Database, account_id: int, ids: Iterable[UUID], *, at: datetime) -> None:
    """Judge from stored instants whether consumers who have opt-outs leave their open conversations.

    They do if their newest opt-out in scope is at or after their latest reply: it is their turn, and the worker closes it later.
    """
    wanted = list(set(ids))
    if wanted:
        rows(db, sql(_HERE, "judge"), {"account": account_id, "consumer_ids": wanted, "at": at})

"""What spans accounts: the one place where the worker looks for work in all of them, as the jobs role; the work itself is done in each."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from antiphon.kit.db import Database, rows, run, sql
from antiphon.routing.verbs import ROLES

_HERE = "antiphon.worker"


def accounts_with_pending_arrivals(db: Database, *, at: datetime) -> list[int]:
    """Return the accounts with arrivals that the line must try again by now."""
    return _accounts(db, "accounts_pending", at=at)


def accounts_with_unmapped_facts(db: Database) -> list[int]:
    """Return the accounts with facts that late mapping may have to count."""
    return _accounts(db, "accounts_unmapped")


def accounts_with_moves(db: Database) -> list[int]:
    """Return the accounts whose counters have moves to be folded."""
    return _accounts(db, "accounts_with_moves")


def accounts_with_somebody_waiting(db: Database) -> list[int]:
    """Return the accounts that route by themselves and have a queued conversation that an agent could take now."""
    return _accounts(db, "accounts_waiting", roles=ROLES)


def accounts_with_silent_agents(db: Database, *, before: datetime) -> list[int]:
    """Return the accounts where somebody is online who has not been heard since this instant."""
    return _accounts(db, "accounts_silent", before=before)


def accounts_left_alone(db: Database, *, at: datetime) -> list[int]:
    """Return the accounts where conversations wait for an agent who is away for longer than a skill allows."""
    return _accounts(db, "accounts_left_alone", at=at)


def conversations_left(db: Database, *, before: datetime) -> list[tuple[int, UUID]]:
    """Return open conversations whose consumer has been leaving since before this instant."""
    return _pairs(db, "conversations_left", before=before)


def conversations_idle(db: Database, *, at: datetime) -> list[tuple[int, UUID]]:
    """Return open conversations that their skill's auto-close says are over."""
    return _pairs(db, "conversations_idle", at=at)


def answers_stuck(db: Database, *, before: datetime) -> list[tuple[int, UUID]]:
    """Return answers stored before this instant that no job sends."""
    return _pairs(db, "answers_stuck", before=before)


def tasks_expired(db: Database, *, at: datetime, stopped_before: datetime) -> list[tuple[int, int]]:
    """Return tasks whose files are due to be deleted: expired, or of tasks that were stopped before this instant."""
    return [(row.account_id, row.id) for row in rows(db, sql(_HERE, "tasks_expired"), {"at": at, "before": stopped_before})]


def tell_deleted(db: Database, account_id: int, task_id: int) -> None:
    """Keep that a task's files are gone."""
    run(db, sql(_HERE, "tasks_deleted"), {"account": account_id, "id": task_id})


def give_up_on_reports(db: Database, *, before: datetime) -> int:
    """Let delivery reports received before this instant wait no more."""
    return run(db, sql(_HERE, "reports_given_up"), {"before": before})


def make_partitions(db: Database, *, at: datetime, ahead: timedelta) -> int:
    """Make the monthly partitions from this month to the last one that `ahead` reaches; return how many were missing."""
    (made,) = rows(db, sql(_HERE, "partitions_ahead"), {"first": at.date(), "last": (at + ahead).date()})
    return int(made.made)


def delete_old_keys(db: Database, *, before: datetime, at_most: int) -> Iterator[int]:
    """Delete dedupe keys of arrivals received before this instant, a batch per step, until none is left."""
    while deleted := run(db, sql(_HERE, "keys_deleted"), {"before": before, "limit": at_most}):
        yield deleted


def _accounts(db: Database, statement: str, **parameters: Any) -> list[int]:
    return [row.account_id for row in rows(db, sql(_HERE, statement), parameters)]


def _pairs(db: Database, statement: str, **parameters: Any) -> list[tuple[int, UUID]]:
    return [(row.account_id, row.id) for row in rows(db, sql(_HERE, statement), parameters)]

"""Makes arrivals durable: one transaction per account and batch, run again after a deadlock, one by one when the batch cannot be."""

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

import psycopg
import structlog
from msgspec.structs import replace

from antiphon.intake.arrivals import AlreadyStored, Arrived, LineFailed, Sources, known, store_whole
from antiphon.kit.db import Database, lane_account, run
from antiphon.kit.failures import reason, where

_log = structlog.get_logger(__name__)
_TRIES = 5
_AGAIN = (psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure, AlreadyStored)


def make_durable(
    db: Database, account_id: int, batch: Sequence[Arrived], *, sources: Sources, at: datetime, may_be_known: bool = False
) -> set[UUID]:
    """Take the arrivals of one account in and commit; return those that cannot be stored at all (none, short of a bug).

    Raises psycopg.OperationalError when the database is away or busy: the arrivals belong in the spool.
    """

    def once(some: Sequence[Arrived]) -> None:
        _commit(db, account_id, some, sources=sources, at=at, may_be_known=may_be_known)

    try:
        once(batch)
    except psycopg.OperationalError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever one arrival of the batch causes, the others are not to blame
        _log.warning("batch_refused", account=account_id, size=len(batch), reason=reason(error), where=where(error))
        return {one.id for one in batch if not _alone(one, once)}
    return set()


def _commit(db: Database, account_id: int, batch: Sequence[Arrived], *, sources: Sources, at: datetime, may_be_known: bool) -> None:
    """Run the transaction until it commits: a deadlock, or the end of another that had the same arrivals, costs another try.

    Where the line fails, everything is rolled back and the arrivals are stored once more, pending.
    """
    failure = ""
    for left in reversed(range(_TRIES)):
        try:
            with lane_account(db, account_id):
                seen = known(db, account_id, [one.id for one in batch]) if may_be_known else set()
                fresh = [one for one in batch if one.id not in seen]
                if fresh:
                    store_whole(db, account_id, fresh, sources=sources, at=at, failure=failure)
        except LineFailed as failed:
            failure = str(failed)
        except _AGAIN:
            if not left:
                raise
        except psycopg.errors.CheckViolation:
            if not left:
                raise
            _make_partitions(db, batch)
        else:
            return


def _make_partitions(db: Database, batch: Sequence[Arrived]) -> None:
    """Make the partitions of these arrivals, which the worker should have made long ago."""
    days = [one.received_at.date() for one in batch]
    run(db, "select ensure_partitions(%(first)s::date, %(last)s::date)", {"first": min(days), "last": max(days)})


def _alone(one: Arrived, once: Callable[[Sequence[Arrived]], None]) -> bool:
    """Store one arrival by itself; if its facts stand in the way, store it raw, in quarantine; return whether it is stored."""
    for attempt in (one, replace(one, parsed=[], reason="it could not be stored as what it says")):
        try:
            once([attempt])
        except psycopg.OperationalError:
            raise
        except Exception as error:  # noqa: BLE001 - as above, and the next attempt keeps the raw arrival
            _log.error("arrival_refused", account=one.account_id, arrival=str(one.id), reason=reason(error), where=where(error))
        else:
            return True
    return False

"""Folding: moves that transactions left beside the counters are added to them, many at a time, by one at a time."""

from antiphon.kit.db import Database, rows, run, sql

AT_ONCE = 200
"""Rows of moves, each of one transaction, folded by one statement."""


def fold(db: Database, account_id: int) -> int:
    """Add an account's moves to its counters, and return how many rows of them there were. Needs its own transaction.

    What readers see does not change: they read counters and moves together, in one snapshot. Whoever comes second waits.
    """
    lock(db, account_id)
    (found,) = rows(db, sql(__package__, "fold"), {"account_id": account_id, "limit": AT_ONCE})
    return int(found.folded)


def lock(db: Database, account_id: int) -> None:
    """Keep others from folding or repairing the account's counters until the transaction ends; nobody else waits for this."""
    run(db, sql(__package__, "lock"), {"account_id": account_id})

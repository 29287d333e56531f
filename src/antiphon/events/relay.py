"""Numbering: committed events get their positions, which are all that readers follow.

Ids and `written` cannot be followed: a transaction that drew a low number may commit after one that drew a high number, and a reader
past the high one would never see it. So one relay per account at a time gives positions to what is committed, in the order of `written`.
"""

from antiphon.kit.db import Database, rows, run, sql

BATCH = 5000
"""Events numbered by one statement."""


def number(db: Database, account_id: int) -> int:
    """Give the account's committed events their positions, tell the streams, return how many there were. Needs its own transaction."""
    run(db, sql(__package__, "relay_lock"), {"account_id": account_id})
    total = 0
    while True:
        (found,) = rows(db, sql(__package__, "number"), {"account_id": account_id, "limit": BATCH})
        total += int(found.numbered)
        if found.numbered < BATCH:
            return total


def waiting(db: Database) -> list[int]:
    """Return the accounts that have events without a position; for a connection that sees every account."""
    return [row.account_id for row in rows(db, sql(__package__, "waiting"))]

"""Keeping the index: beside the line, from events in the order of their positions, so that it goes on where it stopped."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from antiphon.kit.db import Database, account, rows, run, sql

AT_ONCE = 1000
"""Events read in one turn."""


def index_next(db: Database, account_id: int) -> bool:
    """Index what the next events are about; return whether there may be more. Needs its own transaction."""
    run(db, sql(__package__, "index_lock"), {"account": account_id})
    (newer,) = rows(db, sql(__package__, "newer"), {"account": account_id, "limit": AT_ONCE})
    if newer.position is None:
        return False
    index(db, account_id, newer.ids)
    run(db, sql(__package__, "store_position"), {"account": account_id, "position": newer.position})
    return bool(newer.read == AT_ONCE)


def index(db: Database, account_id: int, ids: Sequence[UUID]) -> int:
    """Write what these conversations are found by, as they are now; return how many entries that changed."""
    return run(db, sql(__package__, "store"), {"account": account_id, "ids": list(ids)}) if ids else 0


def rebuild(account_id: int) -> Iterator[tuple[int, int]]:
    """Write every entry of an account again, a batch to a transaction; yield how many conversations were seen and entries changed so far.

    What happens meanwhile is indexed as always; nothing is lost from what can be found at any moment.
    """
    seen = changed = 0
    after: UUID | None = None
    while True:
        with account(account_id) as db:
            run(db, sql(__package__, "index_lock"), {"account": account_id})
            ids = [row.id for row in rows(db, sql(__package__, "following"), {"account": account_id, "after": after, "limit": AT_ONCE})]
            changed += index(db, account_id, ids)
            changed += 0 if ids else run(db, sql(__package__, "strays"), {"account": account_id})
        seen += len(ids)
        yield seen, changed
        if not ids:
            return
        after = ids[-1]


def accounts_behind(db: Database) -> list[int]:
    """Return the accounts whose index has events to read; for a connection that sees every account."""
    return [row.account_id for row in rows(db, sql(__package__, "accounts_behind"))]

"""Who was erased and comes again: numbers known by keyed hashes, so that nothing of before comes back (docs/adr/erasure.md)."""

import hashlib
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any
from uuid import UUID

from antiphon.config.env import current
from antiphon.config.secret import secret_key
from antiphon.kit.db import Database, rows, run, sql

_HEX, _LETTERS = "0123456789abcdef", "bcdfghjklmnpqrst"
_SPELT = str.maketrans(_HEX, _LETTERS)
_LENGTH = 12


def mark_of(account_id: int, phone: str) -> bytes:
    """Return the keyed hash of a number: 16 bytes, nothing without the site's secret key, and of no use in another account."""
    return hashlib.blake2b(phone.encode(), digest_size=16, key=_key(), salt=account_id.to_bytes(16, "big")).digest()


@cache
def _key() -> bytes:
    return hashlib.blake2b(secret_key(current()).encode(), digest_size=32, person=b"antiphon erased").digest()


def stand_in(consumer_id: UUID) -> str:
    """Return what stands in the place of an erased consumer's number: letters only, so that no part of a number finds it."""
    return "erased " + consumer_id.hex[-_LENGTH:].translate(_SPELT)


def come_again(db: Database, account_id: int, phones: Iterable[str]) -> dict[str, Any]:
    """Return which of these numbers were erased, each with its latest erasure.

    `erased_at`; `stand_in`: what the erased consumer is called; `consumer_id`: who has the number now, if anybody; `is_bare`:
    nothing was stored of that one since.
    """
    wanted = sorted(set(phones))
    given = {"phone": wanted, "mark": [mark_of(account_id, phone) for phone in wanted]}
    return {row.phone: row for row in rows(db, sql(__package__, "come_again"), {"account": account_id, **given})}


def carry_opt_outs(db: Database, account_id: int, people: Mapping[str, UUID]) -> int:
    """Let these consumers (by number) have the opt-outs that their numbers had before they were erased; return how many."""
    given = {"mark": [mark_of(account_id, phone) for phone in people], "consumer_id": list(people.values())}
    return run(db, sql(__package__, "carry_opt_outs"), {"account": account_id, **given})


def take_back(db: Database, account_id: int, ids: Iterable[UUID]) -> None:
    """Delete consumers who were made for nothing but facts of before their number was erased."""
    run(db, sql(__package__, "take_back"), {"account": account_id, "ids": list(ids)})

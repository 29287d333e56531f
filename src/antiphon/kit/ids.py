"""Identifiers: UUIDv7 whose time is given (PostgreSQL 16 and Python before 3.14 have none)."""

import os
import random
import time
from datetime import UTC, datetime
from functools import lru_cache
from uuid import UUID, SafeUUID

import msgspec

# Ids need to be different, not secret: asking the kernel for each takes longer than all the rest (keys and tokens do ask).
_chance = random.Random()  # noqa: S311 - as above
os.register_at_fork(after_in_child=_chance.seed)
_FREE = (1 << 80) - 1 & ~((0xF << 76) | (0x3 << 62))
_VERSION_7 = (0x7 << 76) | (0x2 << 62)
_UNKNOWN = SafeUUID.unknown
_set_int, _set_safe = UUID.__dict__["int"].__set__, UUID.__dict__["is_safe"].__set__


def uuid7(at: datetime | None = None) -> UUID:
    """Return a UUIDv7 whose 48-bit time is `at` (default: now), the rest random: fact tables partition by it."""
    made = UUID.__new__(UUID)
    # Its own __init__ looks for what kind of argument it was given, for longer than all the rest takes.
    _set_int(made, _head(at) | (_chance.getrandbits(80) & _FREE))
    _set_safe(made, _UNKNOWN)
    return made


def _head(at: datetime | None) -> int:
    if at is None:
        return _headed(time.time_ns() // 1_000_000)
    return _began(at) if at.tzinfo is UTC else _headed(int(at.timestamp() * 1000))


@lru_cache(maxsize=1024)  # what one webhook brings has six ids of one instant; UTC only: elsewhere the two 2:30s of a night are equal
def _began(at: datetime) -> int:
    return _headed(int(at.timestamp() * 1000))


def _headed(millis: int) -> int:
    return (millis << 80) | _VERSION_7


def began_at(made: UUID) -> datetime:
    """Return the instant that a UUIDv7 was made with, to the millisecond below."""
    return datetime.fromtimestamp((made.int >> 80) / 1000, tz=UTC)


def text(id: UUID) -> str:  # noqa: A002 - what it is
    """Return an id as text: what `str` does, in a third of the time."""
    return msgspec.json.encode(id)[1:-1].decode()


def reference() -> str:
    """Return 32 random hexadecimal digits: the reference of an answer (CM allows 1 to 32 alphanumerics)."""
    return os.urandom(16).hex()


def secret() -> str:
    """Return a URL-safe secret of 192 random bits: webhook keys, notice tokens, API keys."""
    return os.urandom(24).hex()

"""Identifiers: UUIDv7 whose time is given (PostgreSQL 16 and Python before 3.14 have none)."""

import os
import random
import time
from datetime import datetime
from uuid import UUID, SafeUUID

# Ids need to be different, not secret: asking the kernel for each takes longer than all the rest (keys and tokens do ask).
_chance = random.Random()  # noqa: S311 - as above
os.register_at_fork(after_in_child=_chance.seed)
_FREE = ~((0xF << 76) | (0x3 << 62))
_VERSION_7 = (0x7 << 76) | (0x2 << 62)


def uuid7(at: datetime | None = None) -> UUID:
    """Return a UUIDv7 whose 48-bit time is `at` (default: now), the rest random: fact tables partition by it."""
    millis = time.time_ns() // 1_000_000 if at is None else int(at.timestamp() * 1000)
    made = UUID.__new__(UUID)
    # Its own __init__ looks for what kind of argument it was given, for longer than all the rest takes.
    object.__setattr__(made, "int", ((millis << 80) | _chance.getrandbits(80)) & _FREE | _VERSION_7)
    object.__setattr__(made, "is_safe", SafeUUID.unknown)
    return made


def reference() -> str:
    """Return 32 random hexadecimal digits: the reference of an answer (CM allows 1 to 32 alphanumerics)."""
    return os.urandom(16).hex()


def secret() -> str:
    """Return a URL-safe secret of 192 random bits: webhook keys, notice tokens, API keys."""
    return os.urandom(24).hex()

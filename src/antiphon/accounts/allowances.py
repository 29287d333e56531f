"""Allowances: how often something may be done, per account, key or person, counted in the database by every process alike.

An allowance is a bucket: it holds as much as is allowed in its time, fills up evenly, and each time takes one out. What is refused takes
nothing. The table is unlogged: spending costs one short statement and no write to the log, and a crash fills every bucket.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from antiphon.config.env import current
from antiphon.kit.db import Database, rows, sql
from antiphon.kit.problems import TooMany

_MINUTE, _HOUR = 60, 3600


@dataclass(frozen=True, slots=True)
class Allowance:
    """So many times within so many seconds, under a name; none at all means as often as one likes."""

    name: str
    most: int
    seconds: int


def calls_of(account_id: int, key_id: int) -> tuple[Allowance, ...]:
    """Return what a call of the API takes from: its key's allowance and its account's."""
    settings = current()
    return (
        Allowance(f"account {account_id}", settings.account_calls_per_minute, _MINUTE),
        Allowance(f"key {key_id}", settings.key_calls_per_minute, _MINUTE),
    )


def exports_of(account_id: int) -> tuple[Allowance, ...]:
    """Return what an export takes from."""
    return (Allowance(f"exports {account_id}", current().exports_per_hour, _HOUR),)


def spend(db: Database, allowances: Sequence[Allowance], *, at: datetime) -> None:
    """Take one from each. Raises TooMany, which says after how many seconds there is one again."""
    limited = sorted((one for one in allowances if one.most), key=lambda one: one.name)
    given = {
        "name": [one.name for one in limited],
        "most": [one.most for one in limited],
        "per_second": [one.most / one.seconds for one in limited],
        "at": at,
    }
    if not limited or len(rows(db, sql(__package__, "spend"), given)) == len(limited):
        return
    (found,) = rows(db, sql(__package__, "wait"), given)
    seconds = max(1, ceil(found.seconds))
    raise TooMany("too_many", "This is more than is allowed at a time: try again in {seconds} seconds.", seconds=seconds)

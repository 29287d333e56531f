"""Recounting: the counters against the facts they count, and what facts store of each other against the rules.

A fact and the moves of its counters are stored in one transaction, so that in any one snapshot they agree: neither comparing nor a
repair, which leaves a move of its own, keeps anybody from counting (docs/adr/counters.md).
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from antiphon.kit.db import Database, rows, run, sql
from antiphon.kit.ids import uuid7
from antiphon.metrics.folding import lock
from antiphon.metrics.verbs import KEY

CHECKS = {
    "check_first_replies": "reply",
    "check_decisions": "reply",
    "check_counted_replies": "reply",
    "check_strays": "reply",
    "check_openings": "conversation",
    "check_links": "conversation",
    "check_handled": "conversation",
    "check_told": "conversation",
    "check_told_replies": "reply",
}
"""Each statement that looks for stored results that break their rule, and what its rows are."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A counter that keeps something else than the facts contribute: both as (count, total)."""

    metric: str
    bucket: datetime
    under: dict[str, object]
    held: tuple[int, Decimal]
    kept: tuple[int, Decimal]

    def __str__(self) -> str:
        under = " ".join(f"{name}={value}" for name, value in self.under.items() if value not in (0, "", "none"))
        held, kept = (f"{count} ({total:f})" if total else f"{count}" for count, total in (self.held, self.kept))
        return f"counter {self.metric} at {self.bucket:%Y-%m-%d %H:%M} [{under}]: counted {kept}, stored facts say {held}"


def differences(db: Database, account_id: int) -> list[str]:
    """Return what disagrees in an account, one line each; nothing when counters and stored results are right."""
    return [str(difference) for difference in counter_differences(db, account_id)] + broken_rules(db, account_id)


def counter_differences(db: Database, account_id: int) -> list[Difference]:
    """Return the counters that differ from the facts, in the order of their key."""
    found = rows(db, sql(__package__, "counter_differences"), {"account_id": account_id})
    return [
        Difference(
            metric=row.metric,
            bucket=row.bucket,
            under={name: getattr(row, name) for name in KEY[2:]},
            held=(row.held, row.held_total),
            kept=(row.kept, row.kept_total),
        )
        for row in found
    ]


def held_since(db: Database, account_id: int) -> dict[str, datetime]:
    """Return since when facts are all held, by kind: earlier quarters of an hour have counters only, and are not compared."""
    return {row.kind: row.kept_from for row in rows(db, sql(__package__, "held_since"), {"account_id": account_id})}


def broken_rules(db: Database, account_id: int) -> list[str]:
    """Return the stored results that break their rule: first replies, verdicts, links, openings, first answers, events."""
    lines = []
    for name, what in CHECKS.items():
        lines += [f"{what} {row.id} {row.says}" for row in rows(db, sql(__package__, name), {"account_id": account_id})]
    return lines


def repair(db: Database, account_id: int) -> list[Difference]:
    """Set the counters to what the facts say, and return what differed. Two repairs of one account wait for each other."""
    lock(db, account_id)
    found = counter_differences(db, account_id)
    if found:
        run(db, sql(__package__, "repair"), {"account_id": account_id, "id": uuid7()})
    return found

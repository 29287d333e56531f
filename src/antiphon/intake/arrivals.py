"""Arrivals: webhooks stored as they came in, sorted into new facts and copies, the new ones taken down the line.

The one way in, for webhooks, drained spools and other tries alike; each call is one account, inside one transaction.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any
from uuid import UUID

import msgspec
import psycopg
from msgspec.structs import replace

from antiphon.consumers.store import lock_phones
from antiphon.intake import line
from antiphon.intake.copies import Copy, Key, Owner, Sorted, keys_by_first, sort_out
from antiphon.intake.erased import copies_without_erased
from antiphon.intake.normalise import KeyedFact, LineFact, facts_of
from antiphon.intake.types import Facts, InstructionFact, NoticeFact, ReplyFact
from antiphon.kit.db import Database, columns, rows, run, sql
from antiphon.kit.failpoints import reach
from antiphon.kit.failures import reason
from antiphon.providers.protocol import Hook, Malformed, Parsed, SourceSettings
from antiphon.providers.registry import adapter_of

_HERE = "antiphon.intake"
Sources = Mapping[int, SourceSettings]


class LineFailed(Exception):  # noqa: N818 - reads as what happened
    """The line failed on this batch, for the reason it says: nothing of the transaction may stay; store the batch again as pending."""


class AlreadyStored(Exception):  # noqa: N818 - reads as what it is
    """One of these arrivals is stored: the spool gave again what had been committed. Leave out what is `known`, and try again."""


class Arrived(msgspec.Struct, gc=False):
    """One webhook request, verified and parsed. `reason` says why it cannot be parsed, else ''."""

    id: UUID
    account_id: int
    source: SourceSettings
    kind: str
    received_at: datetime
    headers: str
    query: str
    body: bytes
    parsed: list[Parsed]
    reason: str = ""


def arrived(hook: Hook, *, arrival_id: UUID, source: SourceSettings, headers: str) -> Arrived:
    """Verify and parse one webhook; what cannot be parsed is an arrival with a reason. Raises Forbidden."""
    try:
        parsed, reason = adapter_of(source.app).parse(hook, source=source), ""
    except Malformed as malformed:
        parsed, reason = [], str(malformed) or "malformed"
    return Arrived(arrival_id, source.account_id, source, hook.kind, hook.received_at, headers, hook.query, hook.body, parsed, reason)


def store(db: Database, account_id: int, batch: Sequence[Arrived], *, sources: Sources, at: datetime) -> None:
    """Take the arrivals of one account in, inside a transaction that is about more: if the line fails, they stay, pending.

    Raises what `store_whole` raises, but for LineFailed.
    """
    try:
        with db.transaction():
            store_whole(db, account_id, batch, sources=sources, at=at)
    except LineFailed as failed:
        store_whole(db, account_id, batch, sources=sources, at=at, failure=str(failed))


def store_whole(db: Database, account_id: int, batch: Sequence[Arrived], *, sources: Sources, at: datetime, failure: str = "") -> None:
    """Take the arrivals of one account in, inside one transaction that the caller commits before it acknowledges.

    1. Store them raw; what cannot be understood is quarantined, and says why.
    2. Claim the keys of their facts: a fact that owns all of its keys is new, any other is a copy.
    3. Take the new facts down the line; or, when that failed before (`failure`), leave their arrivals pending.
    4. Count the copies on the facts they are copies of.

    Raises LineFailed, upon which the caller rolls back and calls again with its reason: a savepoint would cost every batch what
    only one that fails needs. Raises psycopg.OperationalError when the database is gone, or chose this transaction to end a
    deadlock; AlreadyStored.
    """
    batch = sorted(batch, key=attrgetter("received_at"))
    facts, reasons = _understand(batch)
    found = _store_raw(db, account_id, batch, facts, reasons=reasons)
    reach("arrivals.stored")
    if found.copies:
        _lock_everyone(db, account_id, found, at=at)
    if failure:
        pending = [one.arrival_id for one, _ in found.fresh]
        run(db, sql(_HERE, "arrivals_pend"), {"account": account_id, "id": pending, "reason": failure})
    elif found.fresh:
        _take_down(db, account_id, found, sources=sources, at=at)
    count_copies(db, account_id, found.copies)


def take(db: Database, account_id: int, facts: Sequence[KeyedFact], *, sources: Sources, at: datetime) -> Sorted:
    """Take facts that come without a webhook (uploads) in, inside the caller's transaction; return which were new.

    The facts come in order of receipt; whatever the line raises is the caller's.
    """
    found = claim(db, account_id, facts)
    if found.copies:
        _lock_everyone(db, account_id, found, at=at)
    if found.fresh:
        line.take(db, account_id, gathered(found.fresh), sources=sources, at=at)
    count_copies(db, account_id, found.copies)
    return found


def _understand(batch: Sequence[Arrived]) -> tuple[list[KeyedFact], list[str]]:
    facts: list[KeyedFact] = []
    reasons = []
    for one in batch:
        found, odd = facts_of(one.parsed, arrival_id=one.id, received_at=one.received_at, source=one.source)
        facts += found
        reasons.append(one.reason or odd)
    return facts, reasons


def _store_raw(db: Database, account_id: int, batch: Sequence[Arrived], facts: Sequence[KeyedFact], *, reasons: Sequence[str]) -> Sorted:
    given = columns(batch, "id", "kind", "received_at", "headers", "query", "body")
    given |= {"arrival_source_id": [one.source.id for one in batch], "reason": list(reasons)}
    states = ["quarantined" if reason else "done" for reason in reasons]
    claimed = keys_by_first(facts)
    try:
        stored = rows(db, sql(_HERE, "arrivals_store"), {"account": account_id, "state": states, **given, **_key_columns(claimed)})
    except psycopg.errors.UniqueViolation:
        raise AlreadyStored from None
    return _sorted_out(db, account_id, facts, claimed=claimed, written=stored[0].keys)


def known(db: Database, account_id: int, ids: Sequence[UUID]) -> set[UUID]:
    """Return which of these arrivals are stored already."""
    return {row.id for row in rows(db, sql(_HERE, "arrivals_known"), {"account": account_id, "id": list(ids)})}


def claim(db: Database, account_id: int, facts: Sequence[KeyedFact]) -> Sorted:
    """Claim the keys of facts in order of receipt, and tell the new ones from the copies."""
    if not facts:
        return Sorted()
    claimed = keys_by_first(facts)
    written = run(db, sql(_HERE, "keys_claim"), {"account": account_id, **_key_columns(claimed)})
    return _sorted_out(db, account_id, facts, claimed=claimed, written=written)


def _sorted_out(db: Database, account_id: int, facts: Sequence[KeyedFact], *, claimed: dict[Key, Owner], written: int) -> Sorted:
    """Tell new facts from copies; `written`: how many of the keys that they claimed were free."""
    if written == sum([len(one.keys) for one in facts]):
        return Sorted(fresh=[(one, one.fact.id) for one in facts])
    owners = claimed if written == len(claimed) else _owners(db, account_id, claimed)
    found = sort_out(facts, claimed=claimed, owners=owners)
    if found.brought:
        run(db, sql(_HERE, "keys_point"), {"account": account_id, **_key_columns(found.brought)})
    return found


def _key_columns(owned: Mapping[Key, Owner]) -> dict[str, list[Any]]:
    return {
        "source_id": [source_id for source_id, _ in owned],
        "key": [key for _, key in owned],
        **columns(list(owned.values()), "arrival_id", "fact_id"),
    }


def _owners(db: Database, account_id: int, keys: Iterable[Key]) -> dict[Key, Owner]:
    asked = list(keys)
    given = {"source_id": [source_id for source_id, _ in asked], "key": [key for _, key in asked]}
    found = rows(db, sql(_HERE, "keys_owners"), {"account": account_id, **given})
    return {(row.source_id, bytes(row.key)): Owner(row.arrival_id, row.fact_id) for row in found}


def _lock_everyone(db: Database, account_id: int, found: Sorted, *, at: datetime) -> None:
    """Lock the consumers of copies with those of new facts, all in phone order, before either is touched."""
    found.copies = copies_without_erased(db, account_id, found.copies)
    lock_phones(db, account_id, {one.fact.phone for one, _ in found.fresh} | {copy.phone for copy in found.copies}, at=at)


def _take_down(db: Database, account_id: int, found: Sorted, *, sources: Sources, at: datetime) -> None:
    """Take the new facts down the line. Raises LineFailed, or what ends the transaction whatever its batch."""
    try:
        line.take(db, account_id, gathered(found.fresh), sources=sources, at=at)
        reach("line.taken")
    except Exception as error:
        if ends_transaction(db, error):
            raise
        raise LineFailed(why(error)) from error


def ends_transaction(db: Database, error: Exception) -> bool:
    """Tell whether an error on the line leaves nothing of the transaction to go on with, or asks to run it again."""
    return db.closed or db.broken or isinstance(error, psycopg.errors.DeadlockDetected | psycopg.errors.SerializationFailure)


def why(error: Exception) -> str:
    """Return a reason to keep with an arrival."""
    return f"the line failed: {reason(error)}"


def gathered(fresh: Iterable[tuple[KeyedFact, UUID]]) -> Facts:
    """Return new facts as the line takes them, each under its id."""
    facts = Facts()
    for one, fact_id in fresh:
        fact = one.fact if one.fact.id is fact_id or one.fact.id == fact_id else replace(one.fact, id=fact_id)
        _list_of(facts, fact).append(fact)
    return facts


def _list_of(facts: Facts, fact: LineFact) -> list[Any]:
    if isinstance(fact, NoticeFact):
        return facts.notices
    if isinstance(fact, ReplyFact):
        return facts.replies
    return facts.instructions if isinstance(fact, InstructionFact) else facts.reports


_COUNTED_ON = {
    "notice": ("copies_of_notice",),
    "reply": ("copies_of_reply", "copies_of_opt_out"),
    "report": ("copies_of_report",),
    "opt_out": ("copies_of_opt_out",),
    "opt_in": ("copies_of_opt_out",),
}


def count_copies(db: Database, account_id: int, copies: Sequence[Copy]) -> None:
    """Count copies on their facts; their consumers are locked already."""
    for kind, group in groupby(sorted(copies, key=attrgetter("kind")), key=attrgetter("kind")):
        numbers = Counter(copy.fact_id for copy in group)
        for name in _COUNTED_ON[kind]:
            run(db, sql(_HERE, name), {"account": account_id, "id": list(numbers), "number": list(numbers.values())})

"""What comes of consumers who were erased: facts of before the erasure bring nothing back, later ones start anew (docs/adr/erasure.md)."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from antiphon.consumers.erased import carry_opt_outs, come_again, take_back
from antiphon.consumers.store import lock_phones
from antiphon.intake.copies import Copy
from antiphon.intake.normalise import LineFact
from antiphon.intake.types import Facts, NoticeFact, ReplyFact, ReportFact
from antiphon.kit.db import Database, rows, run, sql
from antiphon.kit.ids import began_at

_HERE = "antiphon.intake"


def without_erased(db: Database, account_id: int, facts: Facts, *, at: datetime) -> Facts | None:
    """Return the facts of a batch without what erased consumers may not get back; None when nobody in it was erased.

    1. What came in, or happened by its provider's word, before the erasure is the erased consumer's: stored under what stands in
       the place of the number, without its words; a reply of before is left out. The arrivals that brought it are emptied.
    2. A delivery report is of before, too, while nothing was stored of the number since.
    3. Anything later is a new consumer's, who has the opt-outs of the one before.
    """
    again = come_again(db, account_id, {fact.phone for fact in facts.all()})
    if not again:
        return None
    noticed = {fact.phone for fact in facts.notices if fact.phone in again and not _is_of_before(fact, again[fact.phone])}
    old = [fact for fact in facts.all() if fact.phone in again and _is_of_before(fact, again[fact.phone], noticed=noticed)]
    empty_arrivals(db, account_id, [fact.arrival_id for fact in old if fact.arrival_id])
    left = _facts(facts, {fact.id for fact in old}, again)
    phones = {fact.phone for fact in left.all()}
    lock_phones(db, account_id, [again[fact.phone].stand_in for fact in old], at=at)
    take_back(db, account_id, [one.consumer_id for one in again.values() if one.is_bare and one.phone not in phones])
    carry_opt_outs(db, account_id, {one.phone: one.consumer_id for one in again.values() if one.phone in phones})
    return left


def _is_of_before(fact: LineFact, known: Any, *, noticed: Iterable[str] = ()) -> bool:
    erased_at: datetime = known.erased_at
    if fact.received_at <= erased_at:
        return True
    if isinstance(fact, ReportFact):
        return bool(known.is_bare) and fact.phone not in noticed
    if isinstance(fact, NoticeFact):
        return not fact.sent_at_is_receipt and fact.sent_at <= erased_at
    return (fact.replied_at if isinstance(fact, ReplyFact) else fact.at) <= erased_at


def _facts(facts: Facts, old: set[UUID], again: dict[str, Any]) -> Facts:
    def stored(these: Sequence[Any], **emptied: str) -> list[Any]:
        return [replace(fact, phone=again[fact.phone].stand_in, **emptied) if fact.id in old else fact for fact in these]

    return Facts(
        notices=stored(facts.notices, text=""),
        replies=[fact for fact in facts.replies if fact.id not in old],
        reports=stored(facts.reports, detail=""),
        instructions=stored(facts.instructions, text=""),
    )


def copies_without_erased(db: Database, account_id: int, copies: Sequence[Copy]) -> list[Copy]:
    """Return copies as they are counted: those of an erased consumer's facts under what stands in for the number, arrivals emptied."""
    again = come_again(db, account_id, {copy.phone for copy in copies})
    if not again:
        return list(copies)
    asked = [copy.fact_id for copy in copies if copy.phone in again]
    stored = {row.id for row in rows(db, sql(_HERE, "facts_stored"), {"account": account_id, "id": asked})}
    old = {
        copy.fact_id
        for copy in copies
        if copy.phone in again and (copy.fact_id not in stored or began_at(copy.fact_id) <= again[copy.phone].erased_at)
    }
    empty_arrivals(db, account_id, [copy.arrival_id for copy in copies if copy.fact_id in old])
    return [replace(copy, phone=again[copy.phone].stand_in) if copy.fact_id in old else copy for copy in copies]


def empty_arrivals(db: Database, account_id: int, ids: Iterable[UUID]) -> None:
    """Empty what came in, of these arrivals; that something came stays."""
    run(db, sql(_HERE, "arrivals_empty"), {"account": account_id, "id": list(ids)})

"""The line: from the provider's words to an agent's queue. If you read one function of Antiphon, read `take`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from antiphon.attribution.decisions import supersede_decisions
from antiphon.attribution.types import Outcome
from antiphon.attribution.verbs import attribute
from antiphon.consumers.store import judge, lock_phones
from antiphon.events.verbs import record
from antiphon.intake.converse import converse
from antiphon.intake.erased import without_erased
from antiphon.intake.notices import store_notices
from antiphon.intake.opt_outs import late_opt_outs, move_opt_outs, question_of_instruction, store_opt_outs
from antiphon.intake.passage import Passage
from antiphon.intake.replies import (
    Attributed,
    attributed,
    late_facts,
    late_replies,
    question_of_reply,
    question_of_row,
    store_replies,
    tell_replies,
)
from antiphon.intake.reports import match_reports
from antiphon.intake.types import Facts
from antiphon.kit.db import Database, rows, sql
from antiphon.metrics.verbs import Tally, counting
from antiphon.providers.protocol import SourceSettings


def take(db: Database, account_id: int, facts: Facts, *, sources: Mapping[int, SourceSettings], at: datetime) -> None:
    """Take the fresh facts of one account down the whole line, in the transaction that `db` is in.

    1. Everyone in the batch is a consumer, locked, in phone order; who was erased gets nothing of before back.
    2. Notices are stored, counted under what claims them.
    3. Delivery reports find what they report on, or wait.
    4. New replies and opt-outs, and stored ones that a late fact reaches, are attributed.
    5. Every reply gets its conversation; a conversation follows its opening reply.
    6. Replies, with their decisions and the conversations they start, and opt-outs are stored.
    7. Conversations of consumers with opt-outs are judged: does the consumer leave?
    8. What happened is told, 9. and counted.

    Statements per batch, never per fact. Raises what the database raises; nothing of the batch is then stored.
    """
    with counting(db, account_id) as tally:  # 9: at the end of the block
        lock_phones(db, account_id, [fact.phone for fact in facts.all()], at=at)  # 1
        known = _known(db, account_id, facts)
        if known.are_some_erased and (left := without_erased(db, account_id, facts, at=at)) is not None:
            facts, known = left, _known(db, account_id, left)
        passage = _passage(known, db, account_id, tally=tally, at=at, sources=sources)
        store_notices(passage, facts.notices)  # 2
        match_reports(passage, facts.reports, facts.notices)  # 3
        results = _attribute(passage, facts, known)  # 4
        started = converse(passage, results.replies, known=known.with_replies)  # 5
        store_replies(passage, results.replies, started=started, known=known.with_replies)  # 6
        supersede_decisions(db, account_id, results.superseding, at=at)
        store_opt_outs(passage, facts.instructions, results.instructions)
        move_opt_outs(passage, results.late_opt_outs, results.late_opt_out_outcomes)
        judge(db, account_id, {*known.with_opt_outs, *(known.people[fact.phone] for fact in facts.instructions)}, at=at)  # 7
        tell_replies(passage, results.replies)
        record(db, account_id, passage.events, wakes_relay=False)  # 8


@dataclass(frozen=True, slots=True)
class _Known:
    """Who is in the batch, by phone; who has replies, per source, and who opt-outs: what most batches need not look for.

    And what conversations take from skills and sources.
    """

    people: dict[str, UUID]
    targets: dict[int, int]
    defaults: dict[int, tuple[int, str]]
    with_replies: set[tuple[int, UUID]]
    with_opt_outs: set[UUID]
    are_some_erased: bool
    are_some_ignored: bool
    are_reports_waiting: bool

    def has_replies(self, source_id: int, consumer_id: UUID) -> bool:
        """Tell whether a consumer has stored replies on a source."""
        return (source_id, consumer_id) in self.with_replies

    def has_opt_outs(self, _source_id: int, consumer_id: UUID) -> bool:
        """Tell whether a consumer has stored opt-outs."""
        return consumer_id in self.with_opt_outs


def _known(db: Database, account_id: int, facts: Facts) -> _Known:
    pairs = {(fact.source_id, fact.phone) for fact in facts.all()}
    asked = {"source_id": [source_id for source_id, _ in pairs], "phone": [phone for _, phone in pairs]}
    found = rows(db, sql("antiphon.intake", "history"), {"account": account_id, **asked})
    taken_from = [row for row in found if row.phone is None]
    return _Known(
        {row.phone: row.consumer_id for row in found if row.phone is not None},
        {row.skill_id: row.target_seconds for row in taken_from if row.source_id is None},
        {row.source_id: (row.skill_id, row.language) for row in taken_from if row.source_id is not None},
        {(row.source_id, row.consumer_id) for row in found if row.has_replies},
        {row.consumer_id for row in found if row.has_opt_outs},
        any(row.are_some_erased for row in found),
        any(row.are_some_ignored for row in found),
        any(row.are_reports_waiting for row in found),
    )


def _passage(known: _Known, db: Database, account_id: int, *, tally: Tally, at: datetime, sources: Mapping[int, SourceSettings]) -> Passage:
    return Passage(
        db,
        account_id,
        tally,
        at,
        sources,
        people=known.people,
        targets=known.targets,
        defaults=known.defaults,
        are_some_ignored=known.are_some_ignored,
        are_reports_waiting=known.are_reports_waiting,
    )


@dataclass(frozen=True, slots=True)
class _Results:
    """What attribution said. `replies`: new ones, and stored ones whose decision changed (`superseding`: what is decided now)."""

    replies: list[Attributed]
    superseding: list[tuple[UUID, Outcome]]
    instructions: list[Outcome]
    late_opt_outs: list[Any]
    late_opt_out_outcomes: list[Outcome]


def _attribute(passage: Passage, facts: Facts, known: _Known) -> _Results:
    people = passage.people
    late = late_replies(passage, late_facts(passage, facts, known.has_replies)) if known.with_replies else []
    opted = late_opt_outs(passage, late_facts(passage, facts, known.has_opt_outs)) if known.with_opt_outs else []
    questions = [
        *(question_of_reply(fact, people[fact.phone]) for fact in facts.replies),
        *(question_of_row(row, row.replied_at) for row in late),
        *(question_of_instruction(fact, people[fact.phone]) for fact in facts.instructions),
        *(question_of_row(row, row.at) for row in opted),
    ]
    outcomes = iter(attribute(passage.db, passage.account_id, questions, at=passage.at))
    new = [attributed(fact, next(outcomes), consumer_id=people[fact.phone]) for fact in facts.replies]
    again = [attributed(row, next(outcomes), consumer_id=row.consumer_id) for row in late]
    changed = [reply for reply in again if reply.is_changed]
    said = [next(outcomes) for _ in facts.instructions]
    return _Results([*new, *changed], [(reply.id, reply.outcome) for reply in changed], said, opted, list(outcomes))

"""Opt-outs on the line: stored with the notice they answer; conversations judged from stored instants, never from order."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from antiphon.attribution.types import Outcome, Question
from antiphon.events.types import Kind
from antiphon.intake.decide import under_notice
from antiphon.intake.notices import counted_columns
from antiphon.intake.passage import Passage
from antiphon.intake.types import InstructionFact
from antiphon.kit.db import columns, sql

_HERE = "antiphon.consumers"


def question_of_instruction(fact: InstructionFact, consumer_id: UUID) -> Question:
    """Return what attribution is asked about a new opt-out: which notice it answers at its instant."""
    return Question(
        consumer_id=consumer_id,
        source_id=fact.source_id,
        replied_at=fact.at,
        to_key=fact.to_key,
        campaign_key=fact.campaign_key,
        reference=fact.reference,
        answers_us=fact.answers_us,
    )


def late_opt_outs(passage: Passage, reaching: dict[str, list[Any]] | None) -> list[Any]:
    """Return the stored opt-outs that the batch's facts reach."""
    return passage.rows(sql(_HERE, "late_opt_outs"), **reaching) if reaching else []


def store_opt_outs(passage: Passage, instructions: Sequence[InstructionFact], outcomes: Sequence[Outcome]) -> None:
    """Store opt-outs and reversals of the batch; `outcomes` are their attributions, in the same order."""
    if not instructions:
        return
    passage.run(
        sql(_HERE, "store_opt_outs"),
        **columns(
            instructions, "id", "arrival_id", "source_id", "is_out", "scope", "number", "how", "text", "at", "received_at", "dedupe_key",
            "to_key",
        ),
        consumer_id=[passage.people[fact.phone] for fact in instructions],
        campaign_key=[outcome.campaign_key for outcome in outcomes],
        reference=["" if fact.answers_us else fact.reference for fact in instructions],
        notice_id=[outcome.notice_id for outcome in outcomes],
        **counted_columns([under_notice(outcome) for outcome in outcomes]),
    )  # fmt: skip
    passage.tally.added("opt_out", [fact.id for fact in instructions])
    for fact, outcome in zip(instructions, outcomes, strict=True):
        passage.tell(
            Kind.CONSUMER_OPTED_OUT if fact.is_out else Kind.CONSUMER_OPTED_IN, f"consumer:{passage.people[fact.phone]}",
            fact.at, fact.received_at, consumer=str(passage.people[fact.phone]), source=fact.source_id, scope=fact.scope, how=fact.how,
            notice=str(outcome.notice_id) if outcome.notice_id else None,
        )  # fmt: skip


def move_opt_outs(passage: Passage, late: Sequence[Any], outcomes: Sequence[Outcome]) -> None:
    """Opt-outs that a late notice reaches answer it from now on, and are counted where it is."""
    moved = [(row, outcome) for row, outcome in zip(late, outcomes, strict=True) if row.notice_id != outcome.notice_id]
    if moved:
        passage.tally.changing("opt_out", [row.id for row, _ in moved])
        passage.run(
            sql(_HERE, "move_opt_outs"),
            id=[row.id for row, _ in moved],
            notice_id=[outcome.notice_id for _, outcome in moved],
            **counted_columns([under_notice(outcome) for _, outcome in moved]),
        )

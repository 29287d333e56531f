"""The set-based statements of attribution: questions in as arrays, answers out in the order asked."""

from collections.abc import Sequence
from typing import Any

from antiphon.attribution.types import Claim, Found, Outcome, Question, Unclaimed, Verdict
from antiphon.kit.db import Database, columns, rows, sql


def decisions(db: Database, account_id: int, questions: Sequence[Question]) -> list[Outcome]:
    """Return the outcome of each question, in their order. A question of a source that is not the account's raises LookupError."""
    found = rows(db, sql(__package__, "attribute"), parameters(account_id, questions))
    if len(found) != len(questions):
        message = "a question names a source that the account does not have"
        raise LookupError(message)
    return [_outcome(row) for row in found]


def parameters(account_id: int, questions: Sequence[Question]) -> dict[str, Any]:
    """Return the parameters of `attribute.sql`: one array per column."""
    asked = columns(questions, "consumer_id", "source_id", "replied_at", "to_key", "campaign_key", "reference", "answers_us")
    return {"account_id": account_id, **asked}


def claims(db: Database, account_id: int, unclaimed: Sequence[Unclaimed]) -> list[Claim | None]:
    """Return what each fact is counted under, in their order; None is unmapped."""
    asked = columns(unclaimed, "source_id", "campaign_key", "number_key", "at")
    found = rows(db, sql(__package__, "claims"), {"account_id": account_id, **asked})
    return [None if row.engagement_id is None else Claim(*row) for row in found]


def _outcome(row: Any) -> Outcome:  # noqa: ANN401 - a named tuple of the statement's columns
    return Outcome(**row._asdict() | {"found": Found(row.found), "verdict": Verdict(row.verdict)})

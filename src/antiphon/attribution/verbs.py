"""What other steps may ask of attribution: decide replies, tell what facts are counted under, explain, try out."""

from collections.abc import Sequence
from datetime import datetime

from antiphon.attribution import store
from antiphon.attribution.types import Claim, Outcome, Question, Unclaimed
from antiphon.kit.db import Database


def attribute(db: Database, account_id: int, questions: Sequence[Question], *, at: datetime) -> list[Outcome]:  # noqa: ARG001
    """Decide which engagement each reply belongs to, with the configuration in force; same order as asked.

    Reads notices, answers and configuration as this transaction sees them, and stores nothing. `at` is the instant that
    the caller stores as `decided_at`. Raises LookupError for a source that is not the account's.
    """
    return store.decisions(db, account_id, questions) if questions else []


def claims(db: Database, account_id: int, unclaimed: Sequence[Unclaimed]) -> list[Claim | None]:
    """Return what each notice, or reply without notice, is counted under; same order as asked, None is unmapped."""
    return store.claims(db, account_id, unclaimed) if unclaimed else []

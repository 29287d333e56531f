"""What other steps may ask of attribution: decide replies, tell what facts are counted under, explain, try out."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from antiphon.attribution import explain as explanations
from antiphon.attribution import relink, store
from antiphon.attribution.explain import Explanation
from antiphon.attribution.relink import Relinkable
from antiphon.attribution.types import Claim, Outcome, Question, Unclaimed
from antiphon.kit.db import Database


def attribute(db: Database, account_id: int, questions: Sequence[Question], *, at: datetime) -> list[Outcome]:  # noqa: ARG001 - see below
    """Decide which engagement each reply belongs to, with the configuration in force; same order as asked.

    Reads notices, answers and configuration as this transaction sees them, and stores nothing. `at` is the instant that
    the caller stores as `decided_at`. Raises LookupError for a source that is not the account's.
    """
    return store.decisions(db, account_id, questions) if questions else []


def claims(db: Database, account_id: int, unclaimed: Sequence[Unclaimed]) -> list[Claim | None]:
    """Return what each notice, or reply without notice, is counted under; same order as asked, None is unmapped."""
    return store.claims(db, account_id, unclaimed) if unclaimed else []


def explain(db: Database, account_id: int, reply_id: UUID) -> Explanation:
    """Say why a reply is linked as it is: every notice and candidate with its own reason, as of `decided_at`.

    `reply_id` may be a conversation's id: its opening reply is explained. Raises `kit.problems.Missing`.
    """
    return explanations.of_reply(db, account_id, reply_id)


def dry_run(
    db: Database,
    account_id: int,
    *,
    source_id: int,
    phone: str,
    to: str | None = None,
    external_campaign: str = "",
    replied_at: datetime | None = None,
    at: datetime,
) -> Explanation:
    """Say what a reply of this phone number would be linked to; nothing is stored, and the number may be unknown.

    `to` is the number replied to (None: the source's first), `replied_at` is `at` unless given. Raises `kit.problems.Missing`.
    """
    when = replied_at or at
    return explanations.of_nobody(
        db, account_id, source_id=source_id, phone=phone, to=to, external_campaign=external_campaign, replied_at=when, at=at
    )


def relinkable(
    db: Database,
    account_id: int,
    *,
    campaign_id: int | None = None,
    entry_point_id: int | None = None,
    limit: int = 10_000,
    asked_at_most: int | None = None,
) -> Relinkable:
    """Return the unlinked conversations that the rule would link now, at their own `replied_at`; of one campaign or entry point, or of all.

    `asked_at_most` bounds how many unlinked ones are looked at: a page cannot wait for all of them.
    """
    return relink.relinkable(
        db, account_id, campaign_id=campaign_id, entry_point_id=entry_point_id, limit=limit, asked_at_most=asked_at_most
    )


def relinkable_now(db: Database, account_id: int, conversation_ids: Sequence[UUID]) -> dict[UUID, Outcome]:
    """Return what the rule would link each of these to; who changes them has locked their consumers."""
    return relink.outcomes_of(db, account_id, conversation_ids)

"""Counting: what changed facts contribute is taken out before and put in after, in their own transaction."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from antiphon.kit.db import Database, columns, rows, run, sql

KINDS = ("notice", "reply", "opt_out", "conversation", "answer", "step", "conversion")
"""Kinds of facts that contribute: the `fact_kind` of the view `contribution`."""

KEY = (
    "metric", "bucket", "campaign_type", "campaign_id", "engagement_id", "entry_point_id", "source_id", "skill_id",
    "language", "verdict", "agent_id", "closed_by", "band", "currency",
)  # fmt: skip

_LOWEST, _HIGHEST = UUID(int=0), UUID(int=2**128 - 1)


class Tally:
    """The facts that one transaction adds or changes, and what they contributed before."""

    def __init__(self, db: Database, account_id: int, *, slot: int) -> None:
        """Begin with nothing touched."""
        self._db, self._account_id, self._slot = db, account_id, slot
        self._touched: dict[str, set[UUID]] = {kind: set() for kind in KINDS}
        self._taken: list[Any] = []

    def added(self, kind: str, ids: Iterable[UUID]) -> None:
        """Remember facts that are new in this transaction."""
        self._touched[kind].update(ids)

    def changing(self, kind: str, ids: Iterable[UUID]) -> None:
        """Take out what facts contribute now; call it before they are changed. Facts already touched are left alone."""
        fresh = set(ids) - self._touched[kind]
        if fresh:
            self._taken += rows(self._db, sql(__package__, "contributed"), self._parameters({kind: fresh}))
            self._touched[kind] |= fresh

    def relinking(self, conversation_ids: Iterable[UUID]) -> None:
        """Take out conversations with all that is counted under their link: call it before a link changes."""
        ids = list(conversation_ids)
        hanging = rows(self._db, sql(__package__, "hanging"), {"account_id": self._account_id, "ids": ids})
        self.changing("conversation", ids)
        for kind in ("answer", "step", "conversion"):
            self.changing(kind, [row.id for row in hanging if row.kind == kind])

    def settle(self) -> None:
        """Put in what every touched fact contributes now, less what was taken out, in one ordered upsert."""
        if any(self._touched.values()):
            taken = columns(self._taken, *KEY, "value", "total")
            run(self._db, sql(__package__, "settle"), self._parameters(self._touched) | {"slot": self._slot} | taken)

    def _parameters(self, touched: dict[str, set[UUID]]) -> dict[str, Any]:
        ids = {kind: list(touched.get(kind, ())) for kind in KINDS}
        notices = ids["notice"]
        bounds = {"first_notice": min(notices, default=_HIGHEST), "last_notice": max(notices, default=_LOWEST)}
        return {"account_id": self._account_id, **ids, **bounds}


@contextmanager
def counting(db: Database, account_id: int, *, slot: int) -> Iterator[Tally]:
    """Count what the block adds and changes, at its end, in its transaction.

    `slot` (0 to 15) is the writer's: writers of different slots never wait for each other. Hold the consumers' and conversations'
    locks before; an exception counts nothing, since it takes the transaction with it.
    """
    tally = Tally(db, account_id, slot=slot)
    yield tally
    tally.settle()

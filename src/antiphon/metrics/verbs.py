"""Counting: what changed facts contribute is taken out before and put in after, in their own transaction."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from antiphon.kit.db import Database, rows, run, sql
from antiphon.kit.ids import uuid7
from antiphon.metrics.contributions import MICROS, QUARTER_SECONDS, Key, quarter

KINDS = ("notice", "reply", "opt_out", "conversation", "answer", "step", "conversion")
"""Kinds of facts that contribute: the `fact_kind` of the view `contribution`."""

KEY = (
    "metric", "bucket", "campaign_type", "campaign_id", "engagement_id", "entry_point_id", "source_id", "skill_id",
    "language", "verdict", "agent_id", "closed_by", "band", "currency",
)  # fmt: skip

_LOWEST, _HIGHEST = UUID(int=0), UUID(int=2**128 - 1)


class Tally:
    """The facts that one transaction adds or changes, and by how much the counters move."""

    def __init__(self, db: Database, account_id: int) -> None:
        """Begin with nothing touched."""
        self._db, self._account_id = db, account_id
        self._touched: dict[str, set[UUID]] = {kind: set() for kind in KINDS}
        self._moves: defaultdict[Key, list[int]] = defaultdict(lambda: [0, 0])

    def added(self, kind: str, ids: Iterable[UUID]) -> None:
        """Remember facts that are new in this transaction: what they contribute is read at its end."""
        self._touched[kind].update(ids)

    def contributed(self, contributions: Iterable[tuple[Key, int]]) -> None:
        """Put in what facts contribute that are new and stored, and whose contributions are known; `added` is not told of them."""
        for key, micros in contributions:
            move = self._moves[key]
            move[0] += 1
            move[1] += micros

    def changing(self, kind: str, ids: Iterable[UUID]) -> None:
        """Take out what facts contribute now; call it before they are changed. Facts already touched are left alone."""
        fresh = set(ids) - self._touched[kind]
        if fresh:
            self._read({kind: fresh}, sign=-1)
            self._touched[kind] |= fresh

    def relinking(self, conversation_ids: Iterable[UUID]) -> None:
        """Take out conversations with all that is counted under their link: call it before a link changes."""
        ids = list(conversation_ids)
        hanging = rows(self._db, sql(__package__, "hanging"), {"account_id": self._account_id, "ids": ids})
        self.changing("conversation", ids)
        for kind in ("answer", "step", "conversion"):
            self.changing(kind, [row.id for row in hanging if row.kind == kind])

    def settle(self) -> None:
        """Put in what every touched fact contributes now, and store by how much the counters move: one row for all of it."""
        if any(self._touched.values()):
            self._read(self._touched, sign=1)
        moves = [(key, move) for key, move in self._moves.items() if move[0] or move[1]]
        if moves:
            columns: list[list[Any]] = [list(column) for column in zip(*(key for key, _ in moves), strict=True)]
            given = dict(zip(KEY, columns, strict=True))
            given["bucket"] = [_bucket(number) for number in given["bucket"]]
            given |= {"value": [move[0] for _, move in moves], "total": [f"{move[1]}e-6" if move[1] else 0 for _, move in moves]}
            run(self._db, sql(__package__, "move"), {"account_id": self._account_id, "id": uuid7(), **given})

    def _read(self, touched: dict[str, set[UUID]], *, sign: int) -> None:
        for row in rows(self._db, sql(__package__, "contributed"), self._parameters(touched)):
            move = self._moves[row[0], quarter(row[1]), *row[2:14]]
            move[0] += sign * row.value
            move[1] += sign * int(row.total * MICROS)

    def _parameters(self, touched: dict[str, set[UUID]]) -> dict[str, Any]:
        ids = {kind: list(touched.get(kind, ())) for kind in KINDS}
        notices = ids["notice"]
        bounds = {"first_notice": min(notices, default=_HIGHEST), "last_notice": max(notices, default=_LOWEST)}
        return {"account_id": self._account_id, **ids, **bounds}


@lru_cache(maxsize=4096)
def _bucket(number: int) -> datetime:
    return datetime.fromtimestamp(number * QUARTER_SECONDS, UTC)


@contextmanager
def counting(db: Database, account_id: int) -> Iterator[Tally]:
    """Count what the block adds and changes, at its end, in its transaction.

    Writers never wait for each other: each appends its moves. Hold the consumers' and conversations' locks before; an exception
    counts nothing, since it takes the transaction with it.
    """
    tally = Tally(db, account_id)
    yield tally
    tally.settle()

"""What stands behind a number of a campaign's report: the notices, replies, conversations, opt-outs or goals that it counts."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from antiphon.kit.db import Database, rows, sql
from antiphon.metrics.dictionary import METRICS

UNMAPPED = "unmapped"
LISTS = {
    "sent": "notices",
    "delivered": "notices",
    "failed": "notices",
    UNMAPPED: "unmapped",
    "replies": "replies",
    "responders": "replies",
    "conversations_started": "conversations",
    "handled": "conversations",
    "interactive": "conversations",
    "abandoned": "conversations",
    "opt_outs": "opt_outs",
    "goals": "goals",
    "goal_value": "goals",
}
"""The metrics that have a list, and the statement that reads it."""


@dataclass(frozen=True, slots=True)
class Behind:
    """Whose number, of when (`start <= t < end`), narrowed to what. Numbers, names and texts of consumers only if `is_open`."""

    campaign: int
    metric: str
    start: datetime
    end: datetime
    zone: str
    engagement: int | None = None
    entry_point: int | None = None
    source: int | None = None
    verdict: str | None = None
    currency: str | None = None
    hour_of_week: int | None = None
    is_open: bool = False

    @property
    def kind(self) -> str:
        """Return what the list is of."""
        return LISTS[self.metric]

    def written(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return asdict(self) | {"start": self.start.isoformat(), "end": self.end.isoformat()}

    @classmethod
    def read(cls, written: Mapping[str, Any]) -> "Behind":
        """Return what was written."""
        return cls(**{**written, **{name: datetime.fromisoformat(written[name]) for name in ("start", "end")}})


def behind(db: Database, account_id: int, asked: Behind, *, after: UUID | None = None, limit: int) -> list[Any]:
    """Return rows of a list, newest first, those after the one of id `after`."""
    counted = "sent" if asked.metric == UNMAPPED else METRICS[asked.metric].stored
    place = {"account": account_id, "after": after, "limit": limit}
    return rows(db, sql(__package__, f"behind_{asked.kind}"), asdict(asked) | {"metric": counted} | place)

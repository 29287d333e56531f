"""What every step of the line is given: the transaction, the account, the time, and who is in the batch."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from antiphon.events.types import Kind, NewEvent
from antiphon.kit.db import Database, rows, run
from antiphon.metrics.verbs import Tally
from antiphon.providers.protocol import SourceSettings


@dataclass(slots=True)
class Passage:
    """One batch of one account on its way down the line. `people` maps phones to consumers, all locked.

    `targets` are the response targets of every skill, in seconds; `defaults` the skill and language of each source of the batch.
    Whether external campaigns of the account are ignored, and whether reports wait: most of the time neither, and nobody need look which.
    """

    db: Database
    account_id: int
    tally: Tally
    at: datetime
    sources: Mapping[int, SourceSettings]
    people: Mapping[str, UUID] = field(default_factory=dict)
    targets: Mapping[int, int] = field(default_factory=dict)
    defaults: Mapping[int, tuple[int, str]] = field(default_factory=dict)
    are_some_ignored: bool = True
    are_reports_waiting: bool = True
    events: list[NewEvent] = field(default_factory=list)

    def rows(self, statement: str, **parameters: Any) -> list[Any]:
        """Run a statement of this account."""
        return rows(self.db, statement, {"account": self.account_id, **parameters})

    def run(self, statement: str, **parameters: Any) -> int:
        """Run a statement of this account for what it changes."""
        return run(self.db, statement, {"account": self.account_id, **parameters})

    def tell(self, kind: str, subject: str, time: datetime, received_at: datetime, /, **content: Any) -> None:
        """Note an event, to be recorded with the rest of the batch."""
        self.events.append(NewEvent(type=kind, subject=subject, time=time, content=content, at=received_at))

    def tell_of(self, id: UUID, kind: Kind, subject: str, time: datetime, received_at: datetime, /, **content: Any) -> None:  # noqa: A002 - what it is
        """Note the event that tells of the beginning of something; it takes its id, since a thing begins once."""
        self.events.append(NewEvent(kind, subject, time, content, received_at, id))

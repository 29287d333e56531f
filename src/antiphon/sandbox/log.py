"""The sandbox's record of every message it was offered and every webhook it sent: what tests and people judge by."""

from collections import deque
from datetime import datetime
from itertools import islice

import msgspec

ENTRIES_KEPT = 200_000


class Entry(msgspec.Struct, frozen=True):
    """One message offered to the send API (`received`) or one attempt of a webhook (`sent`). No tokens, no words."""

    id: int
    at: datetime
    direction: str
    kind: str
    number: str
    reference: str
    status: int
    outcome: str
    attempt: int = 1
    seconds: float = 0.0


class Log:
    """The latest entries, oldest first."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=ENTRIES_KEPT)
        self._last = 0

    def next_id(self) -> int:
        """Return the id of the entry to come."""
        self._last += 1
        return self._last

    def put(self, entry: Entry) -> None:
        """Keep an entry."""
        self._entries.append(entry)

    def after(self, last: int, *, limit: int, kind: str = "", direction: str = "", reference: str = "") -> list[Entry]:
        """Return the entries after an id, those of one kind, direction or reference where named."""
        found = (
            entry
            for entry in self._entries
            if entry.id > last and kind in {"", entry.kind} and direction in {"", entry.direction} and reference in {"", entry.reference}
        )
        return list(islice(found, limit))

    def latest(self, count: int) -> list[Entry]:
        """Return the newest entries, newest first."""
        return list(islice(reversed(self._entries), count))

"""When each webhook of a source was last heard or refused: remembered in memory, written now and then, never on the way of a request."""

from collections import defaultdict
from datetime import datetime
from typing import Any

from antiphon.events.verbs import touch
from antiphon.kit.db import Database, lane_account, run, sql
from antiphon.providers.protocol import topic

Name = tuple[int, int, str]


class Heard:
    """The last instants per account, source and kind since they were last written."""

    def __init__(self) -> None:
        self._heard: dict[Name, datetime] = {}
        self._refused: dict[Name, datetime] = {}

        self._told: set[Name] = set()

    @property
    def has_news(self) -> bool:
        """Tell whether something waits that was never written by this process: somebody may be watching for its first webhook."""
        return any(name not in self._told for name in [*self._heard, *self._refused])

    def __bool__(self) -> bool:
        return bool(self._heard or self._refused)

    def heard(self, account_id: int, source_id: int, kind: str, *, at: datetime) -> None:
        """Remember that a webhook came and proved itself."""
        self._heard[account_id, source_id, kind] = at

    def refused(self, account_id: int, source_id: int, kind: str, *, at: datetime) -> None:
        """Remember that a webhook came with a proof that does not hold."""
        self._refused[account_id, source_id, kind] = at

    def write(self, db: Database) -> None:
        """Write what was heard since the last time; what cannot be written is remembered further."""
        heard, self._heard = self._heard, {}
        refused, self._refused = self._refused, {}
        by_account: dict[int, set[Name]] = defaultdict(set)
        for name in heard.keys() | refused.keys():
            by_account[name[0]].add(name)
        try:
            for account_id, names in by_account.items():
                _write(db, account_id, sorted(names), heard, refused)
                self._told |= names
        except Exception:
            self._heard = heard | self._heard
            self._refused = refused | self._refused
            raise


def _write(db: Database, account_id: int, names: list[Name], heard: dict[Name, datetime], refused: dict[Name, datetime]) -> None:
    given: dict[str, Any] = {
        "account": account_id,
        "source_id": [source_id for _, source_id, _ in names],
        "kind": [kind for _, _, kind in names],
        "heard_at": [heard.get(name) for name in names],
        "refused_at": [refused.get(name) for name in names],
    }
    with lane_account(db, account_id):
        run(db, sql("antiphon.edge", "heard"), given)
        for source_id in set(given["source_id"]):
            touch(db, account_id, topic(source_id))

"""What the edge knows of sources: settings by webhook key, kept fresh by NOTIFY, kept at all while the database is away."""

import json
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import structlog

from antiphon.kit.db import Database, rows, sql
from antiphon.providers.protocol import SourceSettings
from antiphon.providers.registry import ADAPTERS
from antiphon.providers.stop_words import all_of

_log = structlog.get_logger(__name__)
CHANNEL = "antiphon_config"
_FULL_LOOK_SECONDS = 60.0
_LISTEN_SECONDS = 1.0
_SILENT_SECONDS = 4.0


@dataclass(frozen=True, slots=True)
class Known:
    """One source as stored: its settings with every token there ever was, and its secrets with the instants they expire."""

    settings: SourceSettings
    is_connected: bool
    webhook_keys: tuple[tuple[str, datetime | None], ...]
    notice_tokens: tuple[tuple[str, datetime | None], ...]

    def settings_at(self, at: datetime) -> SourceSettings:
        """Return the settings with the notice tokens that are valid at `at`."""
        valid = tuple(token for token, expires_at in self.notice_tokens if expires_at is None or at < expires_at)
        return self.settings if valid == self.settings.notice_tokens else replace(self.settings, notice_tokens=valid)


def load(db: Database, *, accounts: Iterable[int] | None = None) -> list[Known]:
    """Return every source (of these accounts), connected or not, through a connection of the jobs role."""
    wanted = None if accounts is None else list(accounts)
    found = rows(db, sql("antiphon.edge", "sources"), {"accounts": wanted})
    return [_known(row) for row in found if row.app in ADAPTERS]


def settings_by_id(known: Iterable[Known]) -> dict[int, SourceSettings]:
    """Return settings by source, as the line and other tries take them."""
    return {one.settings.id: one.settings for one in known}


def _known(row: Any) -> Known:
    secrets = json.loads(row.secrets)
    keys, tokens = (
        tuple((secret["value"], _instant(secret["expires"])) for secret in secrets if secret["kind"] == kind)
        for kind in ("webhook_key", "notice_token")
    )
    stop_words = json.loads(row.stop_words) if row.stop_words else None
    settings = SourceSettings(
        account_id=row.account_id,
        id=row.id,
        app=row.app,
        product_token=row.product_token,
        notice_tokens=tuple(token for token, _ in tokens),
        numbers=tuple(json.loads(row.numbers)),
        campaign_grouping=row.campaign_grouping,
        home_region=row.home_region or None,
        stop_words=ADAPTERS[row.app].default_stop_words if stop_words is None else all_of(stop_words),
        look_back=timedelta(days=row.look_back_days),
        notice_tolerance=timedelta(minutes=row.notice_tolerance_minutes),
    )
    return Known(settings, row.is_connected, keys, tokens)


def _instant(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What is known at one time: settings by webhook key, with the instant it expires, and all settings by source."""

    by_key: Mapping[str, tuple[SourceSettings, datetime | None]]
    by_id: Mapping[int, SourceSettings]


def snapshot(known: Iterable[Known], *, at: datetime) -> Snapshot:
    """Return what webhooks are answered by; keys of disconnected sources are not in it."""
    known = list(known)
    by_key = {key: (one.settings_at(at), expires_at) for one in known if one.is_connected for key, expires_at in one.webhook_keys}
    return Snapshot(by_key, settings_by_id(known))


class Sources:
    """A thread that listens for changes of configuration and keeps a snapshot; reading it never waits."""

    def __init__(self, *, connect: Callable[[], Database], clock: Callable[[], datetime]) -> None:
        self._connect = connect
        self._clock = clock
        self._known: dict[tuple[int, int], Known] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._live, name="sources", daemon=True)
        self.current = Snapshot({}, {})
        self.is_loaded = threading.Event()
        self._reached_at = -_SILENT_SECONDS

    @property
    def is_reachable(self) -> bool:
        """Tell whether the database answered a moment ago; a server that hangs does not."""
        return time.monotonic() - self._reached_at < _SILENT_SECONDS

    def start(self) -> None:
        """Begin to listen; `is_loaded` is set once everything was read."""
        self._thread.start()

    def stop(self) -> None:
        """Stop listening."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join(_SILENT_SECONDS)

    def find(self, key: str, *, at: datetime) -> SourceSettings | None:
        """Return the settings behind a webhook key that is valid at `at`."""
        found = self.current.by_key.get(key)
        if found is None or (found[1] is not None and at >= found[1]):
            return None
        return found[0]

    def expired(self, key: str, *, at: datetime) -> SourceSettings | None:
        """Return the settings behind a webhook key that was valid and is not any more, of a source that is connected."""
        found = self.current.by_key.get(key)
        return found[0] if found is not None and found[1] is not None and at >= found[1] else None

    def _live(self) -> None:
        while not self._stop.is_set():
            try:
                with self._connect() as db:
                    self._listen(db)
            except Exception as error:  # noqa: BLE001 - without its listener an edge would serve stale settings for ever
                if not isinstance(error, psycopg.Error):
                    _log.exception("sources_failed")
                self._reached_at = -_SILENT_SECONDS
                self._stop.wait(0.5)

    def _listen(self, db: Database) -> None:
        db.execute(f"listen {CHANNEL}")
        looked = -_FULL_LOOK_SECONDS
        while not self._stop.is_set():
            if time.monotonic() - looked >= _FULL_LOOK_SECONDS:
                self._look(db, None)
                looked = time.monotonic()
            changed = {int(told.payload) for told in db.notifies(timeout=_LISTEN_SECONDS, stop_after=1) if told.payload.isdecimal()}
            if changed:
                self._look(db, changed)
            db.execute("select 1")
            self._reached_at = time.monotonic()

    def _look(self, db: Database, accounts: set[int] | None) -> None:
        found = {(one.settings.account_id, one.settings.id): one for one in load(db, accounts=accounts)}
        kept = {} if accounts is None else {name: one for name, one in self._known.items() if name[0] not in accounts}
        self._known = kept | found
        self.current = snapshot(self._known.values(), at=self._clock())
        self._reached_at = time.monotonic()
        self.is_loaded.set()

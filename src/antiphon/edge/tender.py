"""The tender: one thread beside the lanes that drains this process's spool and writes who was heard."""

import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime

import psycopg
import structlog

from antiphon.edge.drain import drain
from antiphon.edge.heard import Heard
from antiphon.edge.spool import Spool
from antiphon.kit.db import Database
from antiphon.kit.failures import reason, where
from antiphon.providers.protocol import SourceSettings

_log = structlog.get_logger(__name__)
_TURN_SECONDS = 0.5
_HEARD_SECONDS = 3.0


class Tender:
    """Tends what requests do not wait for, on a connection of its own."""

    def __init__(
        self,
        *,
        connect: Callable[[], Database],
        spool: Spool,
        heard: Heard,
        sources: Callable[[], Mapping[int, SourceSettings]],
        clock: Callable[[], datetime],
    ) -> None:
        self._connect = connect
        self._spool = spool
        self._heard = heard
        self._sources = sources
        self._clock = clock
        self._db: Database | None = None
        self._wrote_at = time.monotonic()
        self._is_ending = threading.Event()
        self._thread = threading.Thread(target=self._live, name="tender", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Write the last words and end; the spool keeps what is in it."""
        self._is_ending.set()
        self._thread.join(5.0)

    def _live(self) -> None:
        while not self._is_ending.wait(_TURN_SECONDS):
            self._carefully(self._turn)
        self._carefully(self._write_heard)
        self._let_go()

    def _carefully(self, work: Callable[[], None]) -> None:
        try:
            work()
        except psycopg.OperationalError:
            self._let_go()
        except Exception as error:  # noqa: BLE001 - the spool must be drained by the next turn, whatever this one met
            _log.error("tender_failed", reason=reason(error), where=where(error))
            self._let_go()

    def _turn(self) -> None:
        if not self._spool.is_empty:
            self._drain()
        if self._heard.has_news or time.monotonic() - self._wrote_at >= _HEARD_SECONDS:
            self._write_heard()

    def _drain(self) -> None:
        db = self._reach()
        for segment in self._spool.seal():
            if not drain(db, segment, sources=self._sources(), clock=self._clock):
                return
            self._spool.drained(segment)

    def _write_heard(self) -> None:
        self._wrote_at = time.monotonic()
        if self._heard:
            self._heard.write(self._reach())

    def _reach(self) -> Database:
        self._db = self._db or self._connect()
        return self._db

    def _let_go(self) -> None:
        if self._db is not None:
            self._db.close()
        self._db = None

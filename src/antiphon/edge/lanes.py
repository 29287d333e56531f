"""Lanes: threads that take waiting webhooks into the database, many in one transaction; a lane never dies silently."""

import asyncio
import os
import queue
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import psycopg
import structlog

from antiphon.edge.drain import spooled
from antiphon.edge.spool import Spool, SpoolFull
from antiphon.edge.turns import Turns
from antiphon.events.verbs import wake_relay
from antiphon.intake.arrivals import Arrived
from antiphon.intake.durable import make_durable
from antiphon.kit.db import Database
from antiphon.kit.failpoints import reach
from antiphon.kit.failures import reason, where
from antiphon.measures import counting
from antiphon.providers.protocol import SourceSettings

_log = structlog.get_logger(__name__)
_RECONNECT_SECONDS = 1.0
_FIRST_PLAN_SECONDS, _PLAN_SECONDS = 0.125, 60.0
_WAKE_SECONDS = 0.05


@dataclass(slots=True)
class Waiting:
    """A webhook whose request waits for an answer: True once it is durable, False when nothing could take it."""

    arrived: Arrived
    answer: "asyncio.Future[bool]"


class Lane:
    """One thread with one connection. It takes whatever waits, at most 500 of one account at a time, accounts sharing it fairly."""

    def __init__(
        self,
        *,
        name: str,
        connect: Callable[[], Database],
        spool: Spool,
        sources: Callable[[], Mapping[int, SourceSettings]],
        clock: Callable[[], datetime],
        on_death: Callable[[], None],
    ) -> None:
        self._connect = connect
        self._spool = spool
        self._sources = sources
        self._clock = clock
        self._on_death = on_death
        self._coming: queue.SimpleQueue[Waiting | None] = queue.SimpleQueue()
        self._turns: Turns[Waiting] = Turns()
        self._db: Database | None = None
        self._try_again_at = 0.0
        self._plan_at, self._plan_wait = 0.0, _FIRST_PLAN_SECONDS
        self._untold: set[int] = set()
        self._told_at = 0.0
        self._is_ending = False
        self._way = "database"
        self._busy_since: float | None = None
        self._thread = threading.Thread(target=self._live, name=name, daemon=True)

    @property
    def is_alive(self) -> bool:
        """Tell whether its thread runs."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Begin to take webhooks."""
        self._thread.start()

    def put(self, waiting: Waiting) -> None:
        """Leave a webhook with the lane; called by the event loop's thread."""
        self._coming.put(waiting)

    def stop(self) -> None:
        """Take what still waits, then end. `join` waits for that."""
        self._coming.put(None)

    def join(self, *, seconds: float) -> None:
        """Wait for the end of the thread."""
        self._thread.join(seconds)

    def cut_if_hung(self, *, seconds: float) -> bool:
        """Break the connection of a batch that has waited longer than this for the database; its webhooks go to the spool.

        A server that is stopped, not dead, answers no time-out of its own.
        """
        since, db = self._busy_since, self._db
        if since is None or db is None or time.monotonic() - since < seconds:
            return False
        with suppress(OSError, psycopg.Error), socket.socket(fileno=os.dup(db.fileno())) as wire:
            wire.shutdown(socket.SHUT_RDWR)
        return True

    def _live(self) -> None:
        try:
            self._reach()
            while batch := self._next():
                self._take(batch)
        except BaseException as error:  # noqa: BLE001 - whatever ended this lane must end its worker
            _log.critical("lane_died", reason=reason(error), where=where(error))
            self._on_death()
        finally:
            if self._db is not None:
                self._db.close()

    def _next(self) -> list[Waiting]:
        """Return what waits of the account whose turn it is; wait while nothing does; nothing at all is the end."""
        while True:
            self._gather()
            if self._turns:
                return self._turns.take()
            if self._is_ending:
                return []

    def _gather(self) -> None:
        """Sort what has come by account; wait for something only when nothing is left."""
        must_wait = not self._turns and not self._is_ending
        with suppress(queue.Empty):
            while True:
                one = self._coming.get() if must_wait else self._coming.get_nowait()
                must_wait = False
                if one is None:
                    self._is_ending = True
                else:
                    self._turns.put(one.arrived.account_id, one)

    def _take(self, batch: Sequence[Waiting]) -> None:
        reach("lane.taken")
        began = self._busy_since = time.monotonic()
        try:
            refused = self._make_durable([waiting.arrived for waiting in batch])
        finally:
            self._busy_since = None
        reach("lane.committed")
        loop = batch[0].answer.get_loop()
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(_answer, batch, refused)
        reach("lane.answered")
        lag = (self._clock() - batch[0].arrived.received_at).total_seconds()
        counting.batch(self._way, size=len(batch), seconds=time.monotonic() - began, lag_seconds=lag)
        self._untold.add(batch[0].arrived.account_id)
        self._wake_relay()

    def _wake_relay(self) -> None:
        """Have the events of batches numbered at once; after their requests are answered, because they need not wait for that.

        While more waits, not after every batch: another transaction costs as much as storing six replies.
        """
        is_more = bool(self._turns) or not self._coming.empty()
        if self._db is None or (is_more and time.monotonic() - self._told_at < _WAKE_SECONDS):
            return
        self._busy_since = self._told_at = time.monotonic()
        try:
            while self._untold:
                wake_relay(self._db, self._untold.pop())
        except psycopg.OperationalError as error:
            self._lose(error)
        finally:
            self._busy_since = None

    def _make_durable(self, batch: Sequence[Arrived]) -> set[UUID]:
        """Store a batch in the database, else in the spool; return what neither took."""
        self._way = "database"
        db = self._db or self._reach()
        if db is not None:
            try:
                self._plan_again(db)
                return make_durable(db, batch[0].account_id, batch, sources=self._sources(), at=self._clock())
            except psycopg.OperationalError as error:
                self._lose(error)
        self._way = "spool"
        try:
            self._spool.append(map(spooled, batch))
        except SpoolFull:
            self._way = "refused"
            _log.error("spool_full", refused=len(batch))
            return {one.id for one in batch}
        return set()

    def _plan_again(self, db: Database) -> None:
        """Have statements planned anew, seldom: soon after connecting, then at twice the interval, at last once a minute.

        A plan made while a table was empty may take an index that only names the account, and reads all of it once it has grown.
        """
        if time.monotonic() >= self._plan_at:
            db.execute("discard plans")
            self._plan_wait = min(_PLAN_SECONDS, 2 * self._plan_wait)
            self._plan_at = time.monotonic() + self._plan_wait

    def _reach(self) -> Database | None:
        """Connect, but not more often than once a second: meanwhile the spool is quicker than another try."""
        if time.monotonic() < self._try_again_at:
            return None
        try:
            self._db = self._connect()
            self._plan_at, self._plan_wait = 0.0, _FIRST_PLAN_SECONDS
        except psycopg.OperationalError:
            self._try_again_at = time.monotonic() + _RECONNECT_SECONDS
        return self._db

    def _lose(self, error: Exception) -> None:
        """Let go of a broken connection; one that only had to wait too long for a lock or a statement is kept."""
        _log.warning("lane_failed", reason=type(error).__name__)
        if self._db is None or not (self._db.broken or self._db.closed):
            return
        self._db.close()
        self._db = None
        self._try_again_at = time.monotonic() + _RECONNECT_SECONDS


def _answer(batch: Sequence[Waiting], refused: set[UUID]) -> None:
    """Let the requests of a batch go on; runs in the event loop's thread, once per batch."""
    for waiting in batch:
        if not waiting.answer.done():
            waiting.answer.set_result(waiting.arrived.id not in refused)

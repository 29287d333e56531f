"""Runs loops: a thread per name, connections that are made again when they break, a turn that fails is tried again."""

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

import psycopg
import structlog
from django.db import OperationalError, close_old_connections, connections

from antiphon.edge.doors import connect
from antiphon.kit import clock
from antiphon.kit.db import Database
from antiphon.kit.failures import reason, where
from antiphon.measures import counting

_log = structlog.get_logger(__name__)
_PAUSE_SECONDS = 1.0
_JOIN_SECONDS = 20.0
_STATEMENT_SECONDS = 120


class Row(Protocol):
    """What a row of the table of loops says."""

    @property
    def name(self) -> str:
        """Return what it does."""

    @property
    def thread(self) -> str:
        """Return the thread it runs in."""

    @property
    def every_seconds(self) -> float:
        """Return how often its turn comes."""

    @property
    def turn(self) -> Callable[["Desk"], None]:
        """Return one turn."""

    @property
    def wakes_on(self) -> str:
        """Return the channel whose notifications bring its turn at once, or ''."""

    @property
    def rest_seconds(self) -> float:
        """Return how long after a turn a notification brings no other."""


class Desk:
    """What a turn works with: connections of the jobs role and of the application's, opened when first used."""

    def __init__(self, *, spool: Path, now: Callable[[], datetime] = clock.now) -> None:
        self.spool = spool
        self.now = now
        self._ending = threading.Event()
        self._open: dict[str, Database] = {}
        self._heard: set[str] = set()

    @property
    def is_ending(self) -> bool:
        """Tell whether the worker is stopping: leave the rest for the next one."""
        return self._ending.is_set()

    @property
    def jobs(self) -> Database:
        """Return the connection that sees every account, in autocommit."""
        return self._through("jobs")

    @property
    def app(self) -> Database:
        """Return the connection that works in one account at a time."""
        return self._through("default")

    def _through(self, alias: str) -> Database:
        if alias not in self._open:
            self._open[alias] = connect(alias, connect_seconds=5, statement_seconds=_STATEMENT_SECONDS)
        return self._open[alias]

    def told(self, channels: Sequence[str], *, seconds: float) -> set[str]:
        """Wait for a notification on these channels, and return the ones that had any."""
        for channel in channels:
            if channel not in self._heard:
                self.jobs.execute(f'listen "{channel}"')
                self._heard.add(channel)
        return {told.channel for told in self.jobs.notifies(timeout=seconds, stop_after=1)}

    def let_go(self) -> None:
        """Close the connections; the next use opens new ones."""
        for db in self._open.values():
            db.close()
        self._open, self._heard = {}, set()

    def end(self) -> None:
        """Tell turns to stop."""
        self._ending.set()

    def rest(self, seconds: float) -> None:
        """Wait, unless the end comes sooner."""
        self._ending.wait(seconds)


class Worker:
    """The threads of the loops."""

    def __init__(self, loops: Sequence[Row], *, spool: Path, now: Callable[[], datetime] = clock.now) -> None:
        by_thread: dict[str, list[Row]] = defaultdict(list)
        for loop in loops:
            by_thread[loop.thread].append(loop)
        self._desks = [Desk(spool=spool, now=now) for _ in by_thread]
        self._threads = [
            threading.Thread(target=_live, args=(rows, desk), name=f"loops-{name}", daemon=True)
            for (name, rows), desk in zip(by_thread.items(), self._desks, strict=True)
        ]

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End, each thread after the turn it is in."""
        for desk in self._desks:
            desk.end()
        for thread in self._threads:
            thread.join(_JOIN_SECONDS)


def _live(loops: Sequence[Row], desk: Desk) -> None:
    """Give each loop its turn when it is due; wait for the next one that is, or for a notification."""
    due, rested = dict.fromkeys(range(len(loops)), 0.0), dict.fromkeys(range(len(loops)), 0.0)
    while not desk.is_ending:
        for number, loop in enumerate(loops):
            if due[number] <= time.monotonic() and not desk.is_ending:
                _turn(loop, desk)
                due[number] = time.monotonic() + loop.every_seconds
                rested[number] = time.monotonic() + loop.rest_seconds
        woken = _wait(loops, desk, until=min(due.values()))
        due |= {number: rested[number] for number, loop in enumerate(loops) if loop.wakes_on and loop.wakes_on in woken}
    desk.let_go()
    connections.close_all()


def _turn(loop: Row, desk: Desk) -> None:
    began, ended = time.monotonic(), "done"
    try:
        loop.turn(desk)
    except (psycopg.OperationalError, OperationalError) as error:
        ended = "cut_short"
        _log.warning("turn_cut_short", loop=loop.name, reason=type(error).__name__)
        desk.let_go()
    except Exception as error:  # noqa: BLE001 - one loop's trouble is not another's
        ended = "failed"
        _log.error("turn_failed", loop=loop.name, reason=reason(error), where=where(error))
        desk.let_go()
    finally:
        close_old_connections()
        counting.turn(loop.name, ended=ended, seconds=time.monotonic() - began)


def _wait(loops: Sequence[Row], desk: Desk, *, until: float) -> set[str]:
    """Wait until an instant of the monotonic clock or a notification; return the channels that were notified."""
    channels = sorted({loop.wakes_on for loop in loops if loop.wakes_on})
    seconds = min(_PAUSE_SECONDS, max(0.0, until - time.monotonic()))
    if not channels:
        desk.rest(seconds)
        return set()
    try:
        return desk.told(channels, seconds=seconds)
    except psycopg.Error:
        desk.let_go()
        desk.rest(_PAUSE_SECONDS)
        return set(channels)

"""Whether this process may be sent requests: asked by whoever balances the load, and by `up` before it says where the site is."""

import asyncio
import time
from collections.abc import Callable, Sequence

import msgspec
import psycopg

from antiphon.config.migrations import applied, missing
from antiphon.edge.lanes import Lane
from antiphon.edge.replies import Reply, reply
from antiphon.edge.sources import Sources
from antiphon.edge.spool import Spool
from antiphon.kit.db import Database

_LOOK_AGAIN_SECONDS = 5.0


class Readiness:
    """Ready: every lane lives, sources are known, no migration is known to be missing, and database or spool can take a webhook."""

    def __init__(self, *, lanes: Sequence[Lane], sources: Sources, spool: Spool, connect: Callable[[], Database]) -> None:
        self._lanes, self._sources, self._spool, self._connect = lanes, sources, spool, connect
        self._missing = 0
        self._is_migrated = False
        self._look_at = 0.0

    async def told(self) -> Reply:
        """Return what is ready, and 503 when that is not enough."""
        database = self._sources.is_reachable
        if database and not self._is_migrated:
            await asyncio.to_thread(self._look)
        spool = await asyncio.to_thread(self._spool.is_writable)
        lanes = sum(lane.is_alive for lane in self._lanes)
        is_whole = lanes == len(self._lanes) and self._sources.is_loaded.is_set() and not self._missing
        is_ready = is_whole and (database or spool)
        told = {"ready": is_ready, "database": database, "migrations_missing": self._missing, "spool": spool, "lanes": lanes}
        return reply(200 if is_ready else 503, msgspec.json.encode(told), content_type="application/json")

    def _look(self) -> None:
        """Compare the database's migrations with ours, until none is missing: none ever goes away under a running site."""
        if time.monotonic() < self._look_at:
            return
        self._look_at = time.monotonic() + _LOOK_AGAIN_SECONDS
        try:
            with self._connect() as db:
                self._missing = len(missing(applied(db)))
        except psycopg.OperationalError:
            return
        self._is_migrated = not self._missing

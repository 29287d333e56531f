"""The edge: webhooks in, durable before they are answered. A raw ASGI application beside Django."""

import asyncio
import gc
import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

import msgspec
import structlog

from antiphon.config.env import Environment, current
from antiphon.config.protocols import Receive, Scope, Send
from antiphon.edge.doors import connect
from antiphon.edge.heard import Heard
from antiphon.edge.lanes import Lane, Waiting
from antiphon.edge.live import hub
from antiphon.edge.readiness import Readiness
from antiphon.edge.replies import FORBIDDEN, NOT_FOUND, NOT_POST, OK, RECEIVED, TOO_LARGE, TOO_SLOW, UNAVAILABLE, Reply
from antiphon.edge.sources import Sources
from antiphon.edge.spool import Spool
from antiphon.edge.tender import Tender
from antiphon.intake.arrivals import Arrived, arrived
from antiphon.kit import clock
from antiphon.kit.db import Database
from antiphon.kit.ids import uuid7
from antiphon.kit.keys import clean
from antiphon.measures import counting
from antiphon.measures.page import counts_of
from antiphon.providers.protocol import Forbidden, Hook, HookKind, SourceSettings

_log = structlog.get_logger(__name__)
_KINDS: dict[str, HookKind] = {kind.value: kind for kind in HookKind}
_PARTS = 4
_NOT_KEPT = frozenset(
    b"host connection content-length accept accept-encoding user-agent cookie authorization transfer-encoding x-request-id".split()
)
_HUNG_SECONDS = 12.0
_LANE_STATEMENT_SECONDS = 10
_WATCH_SECONDS = 0.5
_LATE = 0.0
_LOAD_SECONDS = 5.0


class _Refused(Exception):  # noqa: N818 - carries the answer
    def __init__(self, reply: Reply) -> None:
        super().__init__()
        self.reply = reply


class _Gone(Exception):  # noqa: N818 - the client left before its body was whole
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one edge allows itself and its clients."""

    lanes: int
    body_bytes: int
    body_seconds: float
    spool_bytes: int
    hung_seconds: float = _HUNG_SECONDS

    @classmethod
    def of(cls, environment: Environment) -> "Limits":
        """Return the limits that the settings name."""
        return cls(
            lanes=environment.lanes,
            body_bytes=environment.body_limit_bytes,
            body_seconds=environment.body_seconds,
            spool_bytes=environment.spool_limit_bytes,
        )


class Edge:
    """The edge of one process: sources, lanes, spool, and the thread that tends them."""

    def __init__(
        self,
        *,
        limits: Limits,
        spool_folder: Path,
        door: Callable[..., Database] = connect,
        now: Callable[[], datetime] = clock.now,
        on_death: Callable[[], None] = lambda: os._exit(70),
    ) -> None:
        self._limits = limits
        self._door = door
        self._now = now
        self.spool = Spool(spool_folder, limit_bytes=limits.spool_bytes)
        self.sources = Sources(connect=partial(door, "jobs"), clock=now)
        self.heard = Heard()
        self.lanes = [self._lane(number, on_death=on_death) for number in range(limits.lanes)]
        self._tender = Tender(
            connect=partial(door, "default"), spool=self.spool, heard=self.heard, sources=lambda: self.sources.current.by_id, clock=now
        )
        self._readiness = Readiness(lanes=self.lanes, sources=self.sources, spool=self.spool, connect=partial(door, "jobs"))
        self._watch: asyncio.Task[None] | None = None
        self._reading: dict[asyncio.Task[Any], float] = {}

    def _lane(self, number: int, *, on_death: Callable[[], None]) -> Lane:
        return Lane(
            name=f"lane-{number}",
            connect=partial(self._door, "default", statement_seconds=_LANE_STATEMENT_SECONDS),
            spool=self.spool,
            sources=lambda: self.sources.current.by_id,
            clock=self._now,
            on_death=on_death,
        )

    async def start(self) -> None:
        """Start everything; with the database away, webhooks are refused with 503 until their sources have been read once."""
        self.sources.start()
        for lane in self.lanes:
            lane.start()
        self._tender.start()
        self._watch = asyncio.create_task(self._watch_over())
        await asyncio.to_thread(self.sources.is_loaded.wait, _LOAD_SECONDS)

    async def stop(self) -> None:
        """Take what still waits, then end every thread; called after the last answer."""
        for lane in self.lanes:
            lane.stop()
        for lane in self.lanes:
            await asyncio.to_thread(lane.join, seconds=self._limits.hung_seconds + 1)
        if self._watch is not None:
            self._watch.cancel()
        await asyncio.to_thread(self._tender.stop)
        await asyncio.to_thread(self.sources.stop)
        self.spool.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        path = scope["path"]
        try:
            if path.startswith("/hooks/"):
                told = await self._hook(path, scope, receive)
            elif path == "/healthz":
                told = OK
            else:
                told = await self._readiness.told() if path == "/readyz" else NOT_FOUND
        except _Refused as refused:
            told = refused.reply
            counting.hook_refused(told.start["status"])
        except _Gone:
            return
        await send(told.start)
        await send(told.body)

    async def _hook(self, path: str, scope: Scope, receive: Receive) -> Reply:
        """Answer one webhook.

        1. Its key names the source, its last part the kind.
        2. The whole body, within its limits.
        3. The adapter verifies and parses it.
        4. A lane makes it durable; only then it is acknowledged, in the provider's own way.
        """
        at = self._now()
        source, kind = self._addressed(path, scope, at=at)
        body = await self._body(scope, receive)
        one = self._verified(source, kind, body, scope, at=at)
        answer: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self.lanes[self._lane_of(one)].put(Waiting(one, answer))
        return RECEIVED[source.app] if await answer else UNAVAILABLE

    def _addressed(self, path: str, scope: Scope, *, at: datetime) -> tuple[SourceSettings, HookKind]:
        parts = path.split("/")
        source = self.sources.find(parts[2], at=at) if len(parts) == _PARTS else None
        if source is None:
            self._remember_expired(parts, at=at)
            raise _Refused(NOT_FOUND if self.sources.is_loaded.is_set() else UNAVAILABLE)
        kind = _KINDS.get(parts[3])
        if kind is None:
            raise _Refused(NOT_FOUND)
        if scope["method"] != "POST":
            raise _Refused(NOT_POST)
        return source, kind

    def _remember_expired(self, parts: list[str], *, at: datetime) -> None:
        """Have the source's page say that somebody still calls an address that has ended."""
        kind = _KINDS.get(parts[3]) if len(parts) == _PARTS else None
        ended = self.sources.expired(parts[2], at=at) if kind else None
        if ended and kind:
            self.heard.refused(ended.account_id, ended.id, kind, at=at)

    async def _body(self, scope: Scope, receive: Receive) -> bytes:
        """Return the whole body. Raises _Refused when it is too large or too slow, _Gone when the client leaves."""
        for name, value in scope["headers"]:
            if name == b"content-length" and (not value.isdigit() or int(value[:20]) > self._limits.body_bytes):
                raise _Refused(TOO_LARGE)
        reader: Any = asyncio.current_task()
        self._reading[reader] = time.monotonic() + self._limits.body_seconds
        try:
            return await self._read(receive)
        except asyncio.CancelledError:
            if self._reading[reader] != _LATE:
                raise
            reader.uncancel()
            raise _Refused(TOO_SLOW) from None
        finally:
            del self._reading[reader]

    async def _read(self, receive: Receive) -> bytes:
        body = b""
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise _Gone
            body += bytes(message.get("body", b""))
            if len(body) > self._limits.body_bytes:
                raise _Refused(TOO_LARGE)
            if not message.get("more_body", False):
                return body

    def _verified(self, source: SourceSettings, kind: HookKind, body: bytes, scope: Scope, *, at: datetime) -> Arrived:
        """Return the webhook, verified and parsed. Raises _Refused when it does not prove itself."""
        headers, written = _kept(tuple([(name, value) for name, value in scope["headers"] if name not in _NOT_KEPT]))
        query = clean(scope["query_string"].decode("latin-1"))
        hook = Hook(kind, body, headers, query, at)
        try:
            one = arrived(hook, arrival_id=uuid7(at), source=source, headers=written)
        except Forbidden:
            self.heard.refused(source.account_id, source.id, kind, at=at)
            raise _Refused(FORBIDDEN) from None
        self.heard.heard(source.account_id, source.id, kind, at=at)
        return one

    def _lane_of(self, one: Arrived) -> int:
        """Return a lane by account and the first fact's consumer, so that lanes seldom wait for each other's locks."""
        phone = getattr(one.parsed[0], "phone", "") if one.parsed else ""
        return hash((one.account_id, phone[-8:])) % len(self.lanes)

    async def _watch_over(self) -> None:
        while True:
            await asyncio.sleep(_WATCH_SECONDS)
            self._stop_late_readers()
            counting.edge_now(lanes=sum(lane.is_alive for lane in self.lanes), streams=hub().open_count)
            for lane in self.lanes:
                if lane.cut_if_hung(seconds=self._limits.hung_seconds):
                    _log.error("lane_cut", seconds=self._limits.hung_seconds)

    def _stop_late_readers(self) -> None:
        """Interrupt who waits for a body that did not come in time: one look at all, since a timer for each costs 4 microseconds."""
        now = time.monotonic()
        for reader in [reader for reader, until in self._reading.items() if _LATE < until < now]:
            self._reading[reader] = _LATE
            reader.cancel()


@lru_cache(maxsize=256)  # a provider sends the same ones each time, but for those that are not kept
def _kept(headers: tuple[tuple[bytes, bytes], ...]) -> tuple[Mapping[str, str], str]:
    """Return headers as adapters read them, and as they are stored."""
    named = {name.decode("latin-1"): value.decode("latin-1") for name, value in headers}
    return MappingProxyType(named), msgspec.json.encode(named).decode()


class _Site:
    """The edge of this process, from the server's start-up to its end."""

    edge: Edge | None = None


async def startup() -> None:
    """Start the edge of this web worker. Raises what keeps it from starting; the worker must then end."""
    environment = current()
    if environment.is_measured and not counting.begin(counts_of(environment.home), part="web"):
        _log.error("nothing_counted", part="web")
    # Lanes wait for the interpreter as often as for the database: 5 ms, the default, would be most of an answer's time.
    sys.setswitchinterval(0.0005)
    # What the start has made stays: the collector need not walk it again while webhooks wait.
    gc.collect()
    gc.freeze()
    # What a webhook makes is gone by itself once it is answered: the collector would walk over it ten times a batch.
    gc.set_threshold(50_000, 20, 20)
    _Site.edge = Edge(limits=Limits.of(environment), spool_folder=environment.home / "spool")
    await _Site.edge.start()


async def shutdown() -> None:
    """End the edge, after the last answer."""
    if _Site.edge is not None:
        await _Site.edge.stop()
        _Site.edge = None


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one request to the edge of this web worker."""
    edge: Any = _Site.edge
    await edge(scope, receive, send)

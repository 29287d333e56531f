"""An edge over real HTTP for one test: its own lanes, spool and port, in a thread of the test's process."""

import asyncio
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.embed import Server

from antiphon.edge.app import Edge, Limits
from antiphon.edge.doors import connect
from tests.kit.world import Tenant


def limits(**given: Any) -> Limits:
    """Return limits fit for a test."""
    return Limits(**({"lanes": 2, "body_bytes": 262_144, "body_seconds": 1.0, "spool_bytes": 16_777_216, "hung_seconds": 2.0} | given))


class Serving:
    """A running edge and a client of it."""

    def __init__(self, folder: Path, *, edge_limits: Limits | None = None, door: Callable[..., Any] = connect) -> None:
        self.deaths: list[str] = []
        self.folder = folder
        self._limits, self._door = edge_limits or limits(), door
        self.port = _free_port()
        self._started = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=20)

    def start(self) -> "Serving":
        """Serve; returns when the first request is answered."""
        self._thread.start()
        assert self._started.wait(10)
        wait_until(lambda: _answers(self.client))
        return self

    def stop(self) -> None:
        """End as production does: last answers first, then the lanes."""
        self.client.close()
        self._loop.call_soon_threadsafe(self._server.stop)
        self._thread.join(20)
        assert not self._thread.is_alive()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        self.edge = Edge(limits=self._limits, spool_folder=self.folder, door=self._door, on_death=lambda: self.deaths.append("lane"))
        await self.edge.start()
        self._server = Server(self.edge, port=self.port, interface=Interfaces.ASGINL, log_level=LogLevels.error, websockets=False)
        self._started.set()
        await self._server.serve()
        await self.edge.stop()

    def post(self, key: str, kind: str, body: Any) -> httpx.Response:
        """Send one webhook."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.client.post(f"/hooks/{key}/{kind}", content=content, headers={"content-type": "application/json"})


@contextmanager
def serving(folder: Path, **given: Any) -> Iterator[Serving]:
    """Serve for a while."""
    one = Serving(folder, **given).start()
    try:
        yield one
    finally:
        one.stop()


def reply(tenant: Tenant, phone: str, text: str, *, at: str = "2026-03-24T10:41:00", groupings: list[str] | None = None) -> dict[str, Any]:
    """Return a reply as CM sends it."""
    return {
        "from": {"number": phone.replace("+", "00"), "name": ""},
        "to": {"number": tenant.number.replace("+", "00")},
        "message": {"text": text, "media": {"mediaUri": "", "contentType": "", "title": ""}},
        "reference": "",
        "groupings": groupings or ["", "", ""],
        "timeUtc": at,
        "channel": "SMS",
    }


def notice(tenant: Tenant, phone: str, *, campaign: str = "C1", text: str = "Time for your spring check-up. Reply yes.") -> dict[str, Any]:
    """Return an MT webhook as CM sends it."""
    return {
        "webhooktoken": tenant.secret("notice_token"),
        "from": tenant.number.replace("+", "00"),
        "to": phone.replace("+", "00"),
        "body": text,
        "customGrouping": campaign,
        "customGrouping2": "",
        "customGrouping3": "",
    }


def wait_until(holds: Callable[[], object], *, seconds: float = 60.0) -> None:
    """Wait until something holds; fail when it does not."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.02)


def _answers(client: httpx.Client) -> bool:
    try:
        return client.get("/healthz").status_code == 200
    except httpx.TransportError:
        return False


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])

"""A site of its own for the tests of outages: its database can be stopped, its web workers killed."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psycopg

from antiphon.embedded.places import Places
from antiphon.embedded.server import Server
from antiphon.embedded.use import embedded

_QUICK = {"max_connections": "60"}
_SEED = """
import django, json
django.setup()
from datetime import UTC, datetime
from tests.kit.clock import Clock
from tests.kit.world import build
north = build(Clock(datetime.now(UTC))).north
print(json.dumps({"account": north.id, "key": north.secret("webhook_key"), "number": north.number}))
"""


@dataclass
class Site:
    """Database, web workers and worker on one home."""

    home: Path
    server: Server
    port: int
    seeded: dict[str, Any] = field(default_factory=dict)
    programs: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    @property
    def hook(self) -> str:
        return f"http://127.0.0.1:{self.port}/hooks/{self.seeded['key']}/reply"

    @property
    def spool(self) -> Path:
        return self.home / "spool"

    def run(self, *words: str) -> str:
        return subprocess.run([sys.executable, *words], env=_environment(self.home), check=True, capture_output=True, text=True).stdout

    def start(self, *words: str) -> "subprocess.Popen[bytes]":
        with (self.home / f"program-{len(self.programs)}.log").open("wb") as log:
            self.programs.append(subprocess.Popen([sys.executable, *words], env=_environment(self.home), stdout=log, stderr=log))
        return self.programs[-1]

    def rows(self, query: str) -> list[Any]:
        with psycopg.connect(host=str(Places(self.home).socket_folder()), user="antiphon_owner", dbname="antiphon") as db:
            return db.execute(query.encode()).fetchall()


def _environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANTIPHON_", "DATABASE_URL"))}
    ours = {"ANTIPHON_HOME": str(home), "DJANGO_SETTINGS_MODULE": "antiphon.config.settings", "PYTHONPATH": str(Path.cwd())}
    return kept | ours


@contextmanager
def site(home: Path) -> Iterator[Site]:
    """Run a site for a while."""
    with embedded(home, options=_QUICK, patience_seconds=0) as server:
        assert server is not None
        made = Site(home, server, _free_port())
        made.run("-m", "antiphon.cli.main", "migrate")
        made.seeded = json.loads(made.run("-c", _SEED).splitlines()[-1])
        flags = [
            "--interface=asgi",
            f"--port={made.port}",
            "--workers=2",
            "--respawn-failed-workers",
            "--respawn-interval=0.5",
            "--loop=uvloop",
        ]
        try:
            made.start("-m", "granian", *flags, "--log-level=warning", "antiphon.config.asgi:application")
            made.start("-m", "antiphon.cli.work")
            until(lambda: _is_ready(made.port), seconds=30)
            yield made
        finally:
            for program in made.programs:
                program.terminate()
            for program in made.programs:
                program.wait(30)


def until(holds: Any, *, seconds: float) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.05)


def _is_ready(port: int) -> bool:
    with suppress(httpx.TransportError):
        return httpx.get(f"http://127.0.0.1:{port}/readyz").status_code == 200
    return False


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Provider:
    """Sends replies as a provider does: what is not answered 200 is sent again; the ledger holds what was."""

    def __init__(self, site: Site, *, threads: int, each: int) -> None:
        self._site = site
        self._each = each
        self.ledger: set[str] = set()
        self.refused = 0
        self._threads = [threading.Thread(target=self._send, args=(number,), daemon=True) for number in range(threads)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def join(self, *, seconds: float) -> None:
        end = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))
            assert not thread.is_alive()

    def _send(self, sender: int) -> None:
        with httpx.Client(timeout=20) as client:
            for number in range(self._each):
                self._send_until_taken(client, sender, number)

    def _send_until_taken(self, client: httpx.Client, sender: int, number: int) -> None:
        text = f"reply {sender} {number}"
        body: dict[str, Any] = {"from": {"number": f"00316{sender:04}{number % 50:04}"}, "to": {"number": self._site.seeded["number"]}}
        body |= {"message": {"text": text}, "timeUtc": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime()), "reference": text}
        for _ in range(200):
            try:
                if client.post(self._site.hook, json=body).status_code == 200:
                    self.ledger.add(text)
                    return
            except httpx.TransportError:
                pass
            self.refused += 1
            time.sleep(0.1)

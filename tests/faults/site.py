"""A site of its own for faults: its database can be stopped or frozen, its web workers and its worker killed."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psycopg

from antiphon.cli import parts
from antiphon.config.env import read
from antiphon.embedded.places import Places
from antiphon.embedded.server import Server
from antiphon.embedded.use import embedded
from antiphon.kit import failpoints

_OPTIONS = {"max_connections": "80", "shared_buffers": "16MB", "max_wal_size": "64MB", "min_wal_size": "32MB"}
_SEED = """
import django, json, sys
django.setup()
from datetime import UTC, datetime
from antiphon.accounts.models import Membership
from antiphon.routing.presence import set_presence
from antiphon.webhooks import verbs as webhooks
from tests.kit.clock import Clock
from tests.kit.world import build
clock = Clock(datetime.now(UTC))
north = build(clock).north
north.campaign(frame=("2026-01-01", None))
north.person("Eva", skills=("care", "sales"))
Membership.objects.filter(id=north.people["Eva"].id).update(capacity=30000)
set_presence(north.id, north.people["Eva"].id, state="online", actor="command", at=clock())
for name, (url, kind) in json.loads(sys.argv[1]).items():
    webhooks.create(north.id, name=name, url=url, kinds=[kind], actor="command", at=clock())
told = {"account": north.id, "hook": north.secret("webhook_key"), "token": north.secret("notice_token"), "number": north.number,
        "eva": north.people["Eva"].id, "api": north.key()}
print(json.dumps(told))
"""


Webhooks = dict[str, tuple[str, str]]
"""Webhooks out by name: where they go, and which kind of event."""


@dataclass
class Site:
    """Database, web workers and worker on one home; what dies is started again, as the supervisor does, but without a pause."""

    home: Path
    server: Server
    port: int
    environ: dict[str, str]
    seeded: dict[str, Any] = field(default_factory=dict)
    programs: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)
    _is_ending: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def hook(self, kind: str) -> str:
        return f"{self.url}/hooks/{self.seeded['hook']}/{kind}"

    @property
    def spool(self) -> Path:
        return self.home / "spool"

    @property
    def segments(self) -> list[Path]:
        return list(self.spool.glob("*.spool")) if self.spool.exists() else []

    def run(self, *words: str) -> str:
        """Run a program of the site to its end."""
        done = subprocess.run([sys.executable, *words], env=self.environ, check=False, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout

    def rows(self, query: str) -> list[Any]:
        """Ask the database as the owner, who sees every account."""
        with self.connect() as db:
            return db.execute(query.encode()).fetchall()

    def connect(self) -> "psycopg.Connection[Any]":
        folder = str(Places(self.home).socket_folder())
        return psycopg.connect(host=folder, user="antiphon_owner", dbname="antiphon", connect_timeout=3, autocommit=True)

    def begin(self) -> None:
        """Start the programs, and keep them."""
        environment = read(self.environ)
        commands = {"web": list(parts.web(environment).command), "worker": list(parts.worker().command)}
        for name, command in commands.items():
            self._start(name, command)
        threading.Thread(target=self._keep, args=(commands,), daemon=True).start()

    def _start(self, name: str, command: Sequence[str]) -> None:
        with (self.home / f"{name}.log").open("ab") as log:
            self.programs[name] = subprocess.Popen(command, env=self.environ, stdout=log, stderr=log)

    def _keep(self, commands: dict[str, list[str]]) -> None:
        while not self._is_ending.wait(0.1):
            for name, command in commands.items():
                if self.programs[name].poll() is not None and not self._is_ending.is_set():
                    self._start(name, command)

    def end(self) -> None:
        """End the programs, frozen ones too."""
        self._is_ending.set()
        for program in self.programs.values():
            program.send_signal(signal.SIGCONT)
            program.terminate()
        for program in self.programs.values():
            try:
                program.wait(30)
            except subprocess.TimeoutExpired:
                program.kill()
                program.wait(10)

    def web_workers(self) -> list[int]:
        return children(self.programs["web"].pid)

    def database_pids(self) -> list[int]:
        """Return the postmaster and its processes."""
        return [self.server.pid, *children(self.server.pid)] if self.server.pid else []

    def arm(self, name: str, how: str = "kill") -> Path:
        """Arm a failpoint; its file is gone when it has struck."""
        return failpoints.arm(Path(self.environ["ANTIPHON_FAILPOINTS"]), name, how)

    def start_another_worker(self) -> "subprocess.Popen[bytes]":
        """Start a worker beside the one there is; the caller ends it."""
        with (self.home / "other.log").open("ab") as log:
            return subprocess.Popen(list(parts.worker().command), env=self.environ, stdout=log, stderr=log)

    def hear_from_eva(self) -> None:
        """Have the one who takes whatever waits there, as a page of hers does by being open."""
        with self.connect() as db:
            db.execute("update presence set state = 'online', seen_at = now()")

    def let_leases_end(self) -> None:
        """Let the time pass for which webhooks out stay with a worker that was killed."""
        with self.connect() as db:
            db.execute("update webhook_delivery set leased_until = null where state = 'waiting'")

    def is_ready(self) -> bool:
        with suppress(httpx.TransportError):
            return httpx.get(f"{self.url}/readyz", timeout=2).status_code == 200
        return False


def children(pid: int) -> list[int]:
    """Return the processes that a process started and that live."""
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*"):
        with suppress(OSError):
            found += [int(child) for child in (task / "children").read_text().split()]
    return [child for child in found if _lives(child)]


def _lives(pid: int) -> bool:
    """Tell whether a process is there and is no zombie."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    return False


@contextmanager
def site(home: Path, *, provider: str = "http://127.0.0.1:9", webhooks: Webhooks | None = None, **settings: str) -> Iterator[Site]:
    """Run a site for a while; `settings` are of its environment."""
    with embedded(home, options=_OPTIONS, patience_seconds=0) as server:
        assert server is not None
        port = _free_port()
        made = Site(home, server, port, _environment(home, port, provider) | settings)
        Path(made.environ["ANTIPHON_FAILPOINTS"]).mkdir(exist_ok=True)
        made.run("-m", "antiphon.cli.main", "migrate")
        made.seeded = json.loads(made.run("-c", _SEED, json.dumps(webhooks or {})).splitlines()[-1])
        try:
            made.begin()
            until(made.is_ready, seconds=60)
            yield made
        finally:
            made.end()


def _environment(home: Path, port: int, provider: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANTIPHON_", "DATABASE_URL"))}
    ours = {"ANTIPHON_HOME": str(home), "DJANGO_SETTINGS_MODULE": "antiphon.config.settings", "PYTHONPATH": str(Path.cwd())}
    ours |= {"ANTIPHON_PORT": str(port), "ANTIPHON_CM_URL": provider, "ANTIPHON_FAILPOINTS": str(home / "failpoints")}
    return kept | ours | {"ANTIPHON_WEBHOOK_NETWORKS": "127.0.0.0/8", "ANTIPHON_LOG_LEVEL": "warning", "ANTIPHON_STOP_SECONDS": "5"}


def until(holds: Callable[[], object], *, seconds: float = 30.0, what: str = "it") -> float:
    """Wait until something holds; return how long that took; fail when it does not come about."""
    began = time.monotonic()
    while not holds():
        assert time.monotonic() < began + seconds, f"{what} did not come about in {seconds:g} s"
        time.sleep(0.05)
    return time.monotonic() - began


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])

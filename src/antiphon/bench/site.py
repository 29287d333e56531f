"""A scratch site for benchmarks: its own home, database and ports, never the data in use."""

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from antiphon.cli.database import parameters, ready
from antiphon.cli.parts import web, worker
from antiphon.config.env import Environment, current, default_home
from antiphon.embedded.errors import UnusableError
from antiphon.kit.db import Database

_START_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Seeded:
    """What a seeded site has: an account, its source, and the paths of its webhooks."""

    account_id: int
    source_id: int
    number: str
    notice_token: str
    hooks: dict[str, str]


@contextmanager
def scratch(home: Path | None) -> Iterator[Environment]:
    """Have a migrated scratch site; `home` keeps it for the next run. Raises UnusableError for the home in use."""
    with ExitStack() as stack:
        folder = home or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="antiphon-bench-", ignore_cleanup_errors=True)))
        if folder.resolve() == default_home(os.environ).resolve():
            message = "bench wants a home of its own: name another folder with --home"
            raise UnusableError(message)
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("DATABASE_URL", "ANTIPHON_APP_DATABASE_URL", "ANTIPHON_JOBS_DATABASE_URL"):
            os.environ.pop(name, None)
        os.environ |= {"ANTIPHON_HOME": str(folder), "ANTIPHON_PORT": str(free_port()), "ANTIPHON_LOG_LEVEL": "warning"}
        current.cache_clear()
        stack.enter_context(ready(current()))
        yield current()


@contextmanager
def serving(environment: Environment, *, application: str | None = None) -> Iterator[int]:
    """Serve the site, or another application with the very same server and flags; give the port."""
    port = free_port()
    part = web(replace(environment, port=port))
    command = [*part.command[:-1], application] if application else part.command
    # Standard output is for figures.
    with subprocess.Popen(command, env={**os.environ, "ANTIPHON_PORT": str(port)}, stdout=sys.stderr) as server:
        try:
            _wait(port, until_gone=server)
            yield port
        finally:
            server.terminate()
            server.wait(timeout=120)


@contextmanager
def working() -> Iterator[int]:
    """Run the worker beside the site, as `antiphon up` does; give its process id."""
    with subprocess.Popen(worker().command, env={**os.environ}, stdout=sys.stderr) as running:
        try:
            yield running.pid
        finally:
            running.terminate()
            running.wait(timeout=120)


def free_port() -> int:
    """Return a port that nobody has on the loopback."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(port: int, *, until_gone: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and until_gone.poll() is None:
        with suppress(urllib.error.URLError, ConnectionError, TimeoutError):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2).close()
            return
        time.sleep(0.05)
    message = "the server did not start"
    raise UnusableError(message)


@contextmanager
def as_owner(environment: Environment) -> Iterator[Database]:
    """Connect as the owner, without a limit on how long a statement may take."""
    import psycopg  # noqa: PLC0415 - as late as the rest of what only benchmarks need

    given = parameters(environment, "owner")
    with psycopg.connect(**{**given, "options": "-c statement_timeout=0 -c lock_timeout=0"}, autocommit=True) as db:
        yield db


def progress(text: str) -> None:
    """Say what is going on, on standard error: standard output is for figures."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def median(values: Sequence[float]) -> float:
    """Return the middle one."""
    return sorted(values)[len(values) // 2]

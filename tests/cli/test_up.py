"""A whole site under one command: it answers, survives what is killed, and leaves nothing behind."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")


class Site:
    """A site on ports and a home of its own."""

    def __init__(self, home: Path) -> None:
        self.port = _free_port()
        self.told = home.with_name("told")
        settings = {"ANTIPHON_HOME": str(home), "ANTIPHON_PORT": str(self.port), "ANTIPHON_STOP_SECONDS": "10"}
        with self.told.open("wb") as told:
            self.supervisor = subprocess.Popen(
                [sys.executable, "-m", "antiphon.cli.main", "up"],
                cwd=ROOT,
                env={"PATH": "/usr/bin:/bin"} | settings,
                stderr=told,
            )

    def get(self, path: str) -> int | None:
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)) as connection:
            try:
                connection.request("GET", path)
                return connection.getresponse().status
            except (OSError, http.client.HTTPException):
                return None

    def children(self) -> dict[int, str]:
        """Return everything that descends from the supervisor: id and command line. Ids wrap: a child's may be below its parent's."""
        running = list(_running())
        found: dict[int, str] = {}
        parents = {self.supervisor.pid}
        while parents:
            below = {pid: command for pid, parent, command in running if parent in parents}
            found |= below
            parents = set(below)
        return found

    def pid_of(self, word: str) -> int:
        return next(pid for pid, command in self.children().items() if word in command)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path / "home")
    try:
        assert until(lambda: site.get("/readyz") == 200), site.told.read_text()
        yield site
    finally:
        if site.supervisor.poll() is None:
            site.supervisor.terminate()
        site.supervisor.wait(60)


def until(is_so: Callable[[], bool], *, seconds: float = 180) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if is_so():
            return True
        time.sleep(0.1)
    return False


def test_it_answers_survives_kills_and_stops_cleanly(site: Site) -> None:
    assert site.get("/accounts/login/") == 200
    assert site.get("/static/vendor/htmx.js") == 200

    for word in ("bin/postgres", "antiphon.cli.work", "granian"):
        before = site.pid_of(word)
        os.kill(before, signal.SIGKILL)
        assert until(lambda word=word, before=before: any(word in c and p != before for p, c in site.children().items())), word  # type: ignore[misc]
        assert until(lambda: site.get("/readyz") == 200), word

    everything = site.children()
    site.supervisor.terminate()
    assert site.supervisor.wait(60) == 0
    told = site.told.read_text()
    assert f"antiphon: ready at http://localhost:{site.port}\n" in told
    assert "the database ended by itself; starting it again" in told
    assert gone(everything)


def test_when_it_is_killed_nothing_stays_behind(site: Site) -> None:
    everything = site.children()
    assert len(everything) >= 4
    site.supervisor.kill()
    assert until(lambda: gone(everything)), [pid for pid in everything if Path(f"/proc/{pid}").exists()]
    assert site.get("/healthz") is None


def gone(pids: dict[int, str]) -> bool:
    return not any(pid in pids and command == pids[pid] for pid, _, command in _running())


def _running() -> Iterator[tuple[int, int, str]]:
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = (folder / "stat").read_text().rpartition(")")[2].split()[1]
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if command:
            yield int(folder.name), int(parent), command


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])

"""Keeps the parts of a site running: starts, watches, starts again with back-off, stops in order."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import FrameType

from antiphon.cli.errors import FailedError
from antiphon.embedded.errors import UnusableError
from antiphon.embedded.server import Server
from antiphon.kit.parent import ending_with_parent

_LOOK_SECONDS = 0.1
_BRIEF_SECONDS = 60
_LONGEST_PAUSE_SECONDS = 30


@dataclass(slots=True)
class Part:
    """A program that belongs to the site. Parts stop in the order of `stage`: what takes in work first."""

    name: str
    command: Sequence[str]
    stage: int = 1
    most_brief_lives: int = 5
    child: "subprocess.Popen[bytes] | None" = None
    started_at: float = 0
    start_after: float = 0
    brief_lives: int = 0


@dataclass(slots=True)
class Supervisor:
    """Runs parts, and the embedded server if it is ours, until it is told to stop. For the main thread."""

    parts: Sequence[Part]
    stop_seconds: float
    server: Server | None = None
    on_look: Callable[[], None] = lambda: None
    first_pause_seconds: float = 0.5
    is_stopping: bool = field(default=False, init=False)

    def run(self) -> int:
        """Run until SIGTERM or SIGINT; return 0. Raises `FailedError` when a part cannot live."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._told_to_stop)
        try:
            while not self.is_stopping:
                self._look()
                time.sleep(_LOOK_SECONDS)
        finally:
            self._stop()
        return 0

    def _told_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        self.is_stopping = True

    def _look(self) -> None:
        self._tend_server()
        for part in self.parts:
            if part.child is None:
                self._start_when_due(part)
            elif part.child.poll() is not None:
                self._mourn(part)
        self.on_look()

    def _tend_server(self) -> None:
        if self.server is None or self.server.is_alive():
            return
        say("the database ended by itself; starting it again")
        try:
            self.server.tend()
        except UnusableError as error:
            say(f"{error}; trying again")
            time.sleep(1)

    def _start_when_due(self, part: Part) -> None:
        if time.monotonic() < part.start_after:
            return
        part.started_at = time.monotonic()
        part.child = subprocess.Popen(
            part.command,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=ending_with_parent(signal.SIGTERM),  # noqa: PLW1509 - prctl only
        )

    def _mourn(self, part: Part) -> None:
        """Let a dead part live again after a pause that doubles with each brief life; give up on one that cannot live."""
        lived = time.monotonic() - part.started_at
        part.brief_lives = part.brief_lives + 1 if lived < _BRIEF_SECONDS else 0
        code = part.child.returncode if part.child else 0
        part.child = None
        if part.brief_lives >= part.most_brief_lives:
            message = f"{part.name} ended {part.brief_lives} times just after it was started (code {code}); its last words are above"
            raise FailedError(message)
        pause = min(self.first_pause_seconds * 2**part.brief_lives, _LONGEST_PAUSE_SECONDS)
        part.start_after = time.monotonic() + pause
        say(f"{part.name} ended by itself (code {code}); starting it again in {pause:g} s")

    def _stop(self) -> None:
        for stage in sorted({part.stage for part in self.parts}):
            children = [part.child for part in self.parts if part.stage == stage and part.child is not None]
            for child in children:
                child.terminate()
            deadline = time.monotonic() + self.stop_seconds
            for child in children:
                _wait_or_kill(child, deadline)


def _wait_or_kill(child: "subprocess.Popen[bytes]", deadline: float) -> None:
    try:
        child.wait(max(0.1, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def refuse_taken_port(host: str, port: int, *, setting: str) -> None:
    """Raise `FailedError` when the port cannot be listened on."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            why = "is in use" if isinstance(error, OSError) and error.errno == 98 else f"cannot be used ({error})"  # noqa: PLR2004 - EADDRINUSE
            message = f"port {port} on {host} {why}: stop what uses it, or set {setting} to another"
            raise FailedError(message) from None


def answers(host: str, port: int, path: str) -> bool:
    """Return whether a GET of this path is answered with 200."""
    connection = http.client.HTTPConnection("127.0.0.1" if host in {"0.0.0.0", "::"} else host, port, timeout=2)  # noqa: S104 - compared only
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def say(line: str) -> None:
    """Tell the person at the terminal, or the journal."""
    print(f"antiphon: {line}", file=sys.stderr, flush=True)

"""How a command comes by the embedded server: the one that runs already, else its own for as long as it lasts."""

import fcntl
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from antiphon.embedded.errors import UnusableError
from antiphon.embedded.places import Places, state_lines
from antiphon.embedded.server import Server

_PAUSE_SECONDS = 0.1
_STATUS_LINE = 7


@contextmanager
def embedded(
    home: Path,
    *,
    account: str | None = None,
    start_seconds: float = 600,
    patience_seconds: float | None = None,
    options: Mapping[str, str] | None = None,
) -> Iterator[Server | None]:
    """Have an embedded server on `home` for the block.

    Yields the `Server` if it is ours to tend, None if another command runs it. At the end, ours waits up to
    `patience_seconds` (None: as long as it takes) for commands that use it, then stops.
    """
    places = Places(_made(home))
    with _opened(places.owner_lock) as mine, _opened(places.users_lock) as shared:
        if not _owns_or_joins(places, mine, shared, time.monotonic() + start_seconds):
            yield None
            return
        server = Server(places, account=account, start_seconds=start_seconds, options=options)
        try:
            server.start()
            yield server
            _wait_for_users(shared, patience_seconds)
        finally:
            server.stop()


def is_ready(places: Places) -> bool:
    """Return whether a server runs on these places and accepts connections."""
    lines = state_lines(places.pid_file)
    return len(lines) > _STATUS_LINE and lines[_STATUS_LINE].strip() == "ready" and _runs(int(lines[0]))


def _owns_or_joins(places: Places, mine: IO[bytes], shared: IO[bytes], deadline: float) -> bool:
    """Return True when the server is ours to start, False once another command's is ready and we are counted in."""
    while time.monotonic() < deadline:
        if _locks(mine, fcntl.LOCK_EX):
            return True
        if is_ready(places) and _locks(shared, fcntl.LOCK_SH):
            return False
        time.sleep(_PAUSE_SECONDS)
    message = f"another Antiphon holds {places.home}, and its database is not ready"
    raise UnusableError(message)


def _wait_for_users(shared: IO[bytes], patience_seconds: float | None) -> None:
    deadline = None if patience_seconds is None else time.monotonic() + patience_seconds
    while not _locks(shared, fcntl.LOCK_EX) and (deadline is None or time.monotonic() < deadline):
        time.sleep(_PAUSE_SECONDS)


def _locks(file: IO[bytes], how: int) -> bool:
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _made(home: Path) -> Path:
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        message = f"{home} cannot be made ({error.strerror}): set ANTIPHON_HOME to a folder of yours"
        raise UnusableError(message) from None
    return home


def _opened(lock: Path) -> IO[bytes]:
    try:
        return lock.open("ab")
    except OSError as error:
        message = f"{lock} cannot be written ({error.strerror}): set ANTIPHON_HOME to a folder of yours"
        raise UnusableError(message) from None

"""Failpoints: named places of the code where a test ends, freezes or fails the process that comes by. Off unless a setting names a folder.

A test arms a failpoint by writing a file of its name into the folder; what the file says is done once, by the first who comes by.
"""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

NAMES = (
    "lane.taken",
    "arrivals.stored",
    "line.taken",
    "lane.committed",
    "lane.answered",
    "spool.written",
    "spool.synced",
    "drain.committed",
    "retry.taken",
    "events.numbered",
    "counters.folded",
    "queue.routed",
    "answer.claimed",
    "answer.called",
    "webhook.leased",
    "webhook.called",
)
"""Every failpoint, in the order in which a webhook meets them; then the worker's."""


class Struck(RuntimeError):  # noqa: N818 - reads as what happened
    """A failpoint was told to fail."""


_folder: Path | None = None


def watch(folder: str | Path | None) -> None:
    """Look for armed failpoints in this folder from now on, or (None) nowhere."""
    global _folder  # noqa: PLW0603 - one per process is the point
    _folder = Path(folder) if folder else None


def reach(name: str) -> None:
    """Come by a failpoint: nothing, unless a test armed it."""
    if _folder is not None:
        _strike(_folder / name)


def arm(folder: Path, name: str, how: str = "kill") -> Path:
    """Arm a failpoint: `kill`, `stop` (SIGSTOP), `fail`, or a number of seconds to sleep. Return its file, gone once it has struck."""
    if name not in NAMES:
        raise ValueError(name)
    unseen = folder / f".{name}"
    unseen.write_text(how)
    return unseen.rename(folder / name)


def _strike(armed: Path) -> None:
    try:
        how = armed.read_text()
        armed.unlink()
    except OSError:
        return
    _DEEDS.get(how, lambda: time.sleep(float(how)))()


def _fail() -> None:
    raise Struck


_DEEDS: dict[str, Callable[[], None]] = {
    "kill": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "stop": lambda: os.kill(os.getpid(), signal.SIGSTOP),
    "fail": _fail,
}

"""Ends a process when the one that started it ends, however that one ended (Linux)."""

import ctypes
import os
import signal
import sys
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1


def ending_with_parent(how: signal.Signals) -> Callable[[], None] | None:
    """Return what a child does first (`preexec_fn`): ask for this signal at our death, leave if we are dead already.

    The kernel looks at the *thread* that starts the child: start children from the main thread.
    """
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl
    parent = os.getpid()

    def ask() -> None:
        prctl(_PR_SET_PDEATHSIG, how, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return ask


def end_with_parent(how: signal.Signals = signal.SIGTERM) -> None:
    """Ask the kernel for a signal to ourselves at our parent's death; for a worker that its server forked or spawned."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, how, 0, 0, 0)

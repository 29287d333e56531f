"""Ends this process when the one that started it ends, however that one ended (Linux)."""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def end_with_parent(how: signal.Signals = signal.SIGTERM) -> None:
    """Ask the kernel for a signal at the parent's death; leave at once if it is dead already."""
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, how, 0, 0, 0)
    if os.getppid() == 1 and os.environ.get("ANTIPHON_PARENT", "1") != "1":
        raise SystemExit(1)

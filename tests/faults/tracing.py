"""What a web worker asks the kernel for, in order: a webhook must be durable before the answer leaves."""

import re
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults.site import until

STRACE = shutil.which("strace")
_CALLS = "trace=fsync,fdatasync,sendto,sendmsg,recvfrom,recvmsg,write,writev"
_CALL = re.compile(r"^(?P<thread>\d+) +(?:<\.\.\. )?(?P<name>\w+)")
_MARKS = (
    ("a", re.compile(r"HTTP/1\.1 200")),
    ("c", re.compile(r"COMMIT\\0Z")),
    ("w", re.compile(r"write\(\d+<[^>]*\.spool>")),
    ("s", re.compile(r"fsync\(\d+<[^>]*\.spool>\)\s*= 0")),
)


@contextmanager
def traced(pids: Sequence[int], file: Path) -> Iterator[None]:
    """Trace processes for the block, all their threads into one file in the order of the calls' ends."""
    assert STRACE
    who = [word for pid in pids for word in ("-p", str(pid))]
    tracer = subprocess.Popen([STRACE, "-f", "-y", "-s", "4096", "-e", _CALLS, "-o", str(file), *who], stderr=subprocess.DEVNULL)
    try:
        until(lambda: tracer.poll() is not None or all(_is_traced(pid) for pid in pids), what="the tracer")
        if tracer.poll() is not None:
            pytest.skip("no process may be traced here")
        yield
        time.sleep(0.2)
    finally:
        tracer.terminate()
        tracer.wait(10)


def _is_traced(pid: int) -> bool:
    threads = [path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/status")]
    return all("TracerPid:\t0" not in status for status in threads)


def order(trace: str, text: str) -> str:
    """Return what became of a webhook.

    `q` its text goes to the database, `c` that is committed, `w` the spool is written, `s` it is synced, `a` a request is answered 200.
    """
    seen, carrier = "", ""
    for line in trace.splitlines():
        found = _CALL.match(line)
        if found and found["name"].startswith("send") and text in line:
            seen, carrier = f"{seen}q", found["thread"]
        for mark, pattern in _MARKS:
            if found and pattern.search(line) and (mark != "c" or found["thread"] == carrier) and (mark != "a" or "recv" not in line[:40]):
                seen += mark
    return seen


def is_durable_first(seen: str) -> bool:
    """Tell whether the first answer came after a commit of what was sent to the database, or after the sync of what was spooled."""
    before = seen.partition("a")[0]
    return "a" in seen and ("c" in before.partition("q")[2] or "s" in before.partition("w")[2])

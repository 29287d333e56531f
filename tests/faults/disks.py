"""Full disks: a site on small file systems of its own where root may mount them, else one whose spool has a small limit."""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx

from antiphon.embedded.errors import UnusableError
from tests.faults.battery import Field, refused
from tests.faults.load import reply
from tests.faults.site import Site, until

_DATA, _SPOOL = "700m", "1m"
LIMIT = {"ANTIPHON_SPOOL_LIMIT_BYTES": "1048576"}
"""The smallest spool that may be set, for a site whose disks are large."""


def can_mount() -> bool:
    """Tell whether small file systems can be made here."""
    return os.geteuid() == 0 and Path("/bin/mount").exists()


@contextmanager
def small(home: Path) -> Iterator[bool]:
    """Put a home and its spool on file systems of their own, small ones; tell whether that could be done."""
    mounted: list[Path] = []
    try:
        for folder, size, mode in ((home, _DATA, "0711"), (home / "spool", _SPOOL, "0700")):
            folder.mkdir(parents=True, exist_ok=True)
            command = ["mount", "-t", "tmpfs", "-o", f"size={size},mode={mode}", "tmpfs", str(folder)]
            if not can_mount() or subprocess.run(command, check=False, capture_output=True).returncode:
                break
            mounted.append(folder)
        yield len(mounted) == 2
    finally:
        for folder in reversed(mounted):
            subprocess.run(["umount", "-l", str(folder)], check=False)


def spool_full(field: Field) -> None:
    """Refuse the database until the spool is full: nothing is acknowledged any more; then it comes back."""
    with refused(field.site):
        until(lambda: answered(field.site) == httpx.codes.SERVICE_UNAVAILABLE, seconds=120, what="a full spool")
        time.sleep(1)
        assert httpx.get(f"{field.site.url}/readyz", timeout=5).status_code == httpx.codes.SERVICE_UNAVAILABLE


def answered(site: Site) -> int:
    """Return what a large webhook is answered."""
    text = "x" * 20_000
    with suppress(httpx.TransportError):
        return httpx.post(site.hook("reply"), json=reply(site, "0031633333333", f"{text} {time.time()}"), timeout=30).status_code
    return 0


def database_disk_full(field: Field) -> None:
    """Fill the database's disk until nothing can be stored there, or it ends by itself; make room, and start it if it has ended."""
    ballast = field.site.home / "ballast"
    with ballast.open("wb") as file, suppress(OSError):
        while True:
            file.write(b"\0" * 65_536)
            file.flush()
    try:
        until(lambda: field.site.segments, seconds=120, what="a spool, for want of room")
        time.sleep(3)
    finally:
        ballast.unlink()
    until(lambda: _started(field.site), seconds=60, what="the database's return")


def _started(site: Site) -> bool:
    try:
        site.server.tend()
    except UnusableError:
        return False
    return True

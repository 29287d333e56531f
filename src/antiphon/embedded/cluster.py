"""Makes a data folder, whole or not at all, and says whether one is usable."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from antiphon.embedded.account import ServerAccount
from antiphon.embedded.binaries import MAJOR
from antiphon.embedded.errors import UnusableError
from antiphon.embedded.places import Places, make_private

DATABASE = "antiphon"
SUPERUSER = "postgres"
ROLES = ("antiphon_owner", "antiphon_app", "antiphon_jobs")

_HBA = "local all all peer map=antiphon\n"
_CONFIGURATION = """
# Antiphon's defaults, written once: yours to change.
shared_buffers = 256MB
max_connections = 200
max_wal_size = 2GB
random_page_cost = 1.1
autovacuum_naptime = 15s
timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
"""


def ensure(places: Places, *, account: ServerAccount, binaries: Path) -> None:
    """Make the data folder if there is none; raise `UnusableError` on one that is incomplete or of another version."""
    if places.cluster.exists():
        _refuse_unusable(places.cluster)
        return
    _make(places.unfinished, account=account, binaries=binaries)
    places.unfinished.rename(places.cluster)


def where(folder: Path, account: ServerAccount) -> str:
    """Return the folder's name for a program whose working folder it is.

    Another account may be unable to enter the folders above; a working folder it was given needs no way down to it.
    """
    return "/proc/self/cwd" if account.is_other and Path("/proc/self/cwd").exists() else str(folder)


def _refuse_unusable(cluster: Path) -> None:
    version_file = cluster / "PG_VERSION"
    if not version_file.is_file() or not (cluster / "global" / "pg_control").is_file():
        message = f"{cluster} is not a complete PostgreSQL data folder: move it away to begin anew, or put a backup in its place"
        raise UnusableError(message)
    found = version_file.read_text(encoding="ascii").strip()
    if found != MAJOR:
        message = f"{cluster} was made by PostgreSQL {found}, this Antiphon brings {MAJOR}: dump it with {found} and restore it here"
        raise UnusableError(message)


def _make(folder: Path, *, account: ServerAccount, binaries: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)
    make_private(folder, uid=account.uid, gid=account.gid)
    options = ["--username", SUPERUSER, "--auth", "peer", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-instructions"]
    _run([str(binaries / "initdb"), "--pgdata", where(folder, account), *options], folder=folder, account=account)
    _write(folder / "pg_hba.conf", _HBA)
    _write(folder / "pg_ident.conf", _identities(account))
    with (folder / "postgresql.conf").open("a", encoding="utf-8") as configuration:
        configuration.write(_CONFIGURATION)
    alone = [str(binaries / "postgres"), "--single", "-D", where(folder, account), "postgres"]
    _run(alone, folder=folder, account=account, text=_roles())


def _identities(account: ServerAccount) -> str:
    people = dict.fromkeys((account.name, "root") if account.is_other else (account.name,))
    return "".join(f'antiphon "{person}" {role}\n' for person in people for role in (*ROLES, SUPERUSER))


def _roles() -> str:
    made = [f"create role {role} login nosuperuser nobypassrls nocreatedb nocreaterole;" for role in ROLES]
    return "\n".join([*made, f"create database {DATABASE} owner {ROLES[0]};", ""])


def _write(path: Path, text: str) -> None:
    """Rewrite a file of the cluster in place: it keeps its owner and mode."""
    path.write_text(text, encoding="utf-8")


def _run(command: Sequence[Path | str], *, folder: Path, account: ServerAccount, text: str = "") -> None:
    environment = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
    ended = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        input=text,
        text=True,
        capture_output=True,
        check=False,
        user=account.switch_uid,
        group=account.switch_gid,
        extra_groups=account.switch_groups,
    )
    if ended.returncode or "ERROR:" in ended.stderr or "FATAL:" in ended.stderr:
        reason = (ended.stderr.strip() or ended.stdout.strip()).splitlines()[-1:]
        message = f"the database folder could not be made in {folder}: {' '.join(reason)}"
        raise UnusableError(message)

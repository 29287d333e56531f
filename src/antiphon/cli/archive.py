"""The file that `antiphon backup` writes: a tar of a manifest with checksums, the database, the spool, the secret key."""

import hashlib
import json
import os
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from antiphon.cli.database import parameters
from antiphon.cli.errors import FailedError
from antiphon.config.env import Environment
from antiphon.embedded.binaries import client

MANIFEST, DUMP, KEY, SPOOL = "manifest.json", "database.dump", "secret-key", "spool"
FORMAT = 1


def postgresql(environment: Environment, program: str, *words: str) -> None:
    """Run a client program of PostgreSQL as the owner of the tables. Raises FailedError with its last line."""
    door = parameters(environment, "owner")
    named = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE"}
    given = {name: str(door[key]) for key, name in named.items() if door.get(key)}
    passed = {f"PG{key.upper()}": str(door[key]) for key in ("sslmode", "sslrootcert", "sslcert", "sslkey") if door.get(key)}
    done = subprocess.run(
        [str(client(program)), *words],
        env={"PATH": os.environ.get("PATH", ""), "PGCONNECT_TIMEOUT": str(environment.connect_seconds)} | given | passed,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        said = done.stderr.strip().splitlines() or ["it said nothing"]
        message = f"{program} failed: {next((line for line in said if 'error:' in line), said[-1])}"
        raise FailedError(message)


def packed(folder: Path, target: Path, manifest: dict[str, Any]) -> None:
    """Write the folder's files and their checksums into one file; whole and on disk, or not at all. Raises FailedError."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    sums = {path.relative_to(folder).as_posix(): _checksum(path) for path in files}
    (folder / MANIFEST).write_text(json.dumps(manifest | {"format": FORMAT, "sha256": sums}, indent=2))
    part = target.with_name(f"{target.name}.part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            with tarfile.open(fileobj=file, mode="w") as tar:
                for path in [folder / MANIFEST, *files]:
                    tar.add(path, arcname=path.relative_to(folder).as_posix(), recursive=False)
            file.flush()
            os.fsync(file.fileno())
        with unpacked(part):
            part.rename(target)
    except OSError as error:
        part.unlink(missing_ok=True)
        message = f"{target} cannot be written: {error.strerror}"
        raise FailedError(message) from None


@contextmanager
def unpacked(source: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Give a backup's files in a folder, each compared with its checksum, and its manifest. Raises FailedError."""
    with TemporaryDirectory(prefix=".antiphon-", dir=source.absolute().parent) as place:
        folder = Path(place)
        try:
            with tarfile.open(source) as tar:
                tar.extractall(folder, filter="data")
            manifest = json.loads((folder / MANIFEST).read_text())
        except (OSError, tarfile.TarError, ValueError) as error:
            message = f"{source} is not a backup of Antiphon, or is damaged: {error}"
            raise FailedError(message) from None
        _compare(source, folder, manifest)
        yield folder, manifest


def _compare(source: Path, folder: Path, manifest: dict[str, Any]) -> None:
    if manifest.get("format") != FORMAT:
        message = f"{source} has format {manifest.get('format')}: use the Antiphon that wrote it, or a newer one"
        raise FailedError(message)
    found = {path.relative_to(folder).as_posix(): _checksum(path) for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST}
    damaged = sorted(name for name in manifest["sha256"].keys() | found.keys() if manifest["sha256"].get(name) != found.get(name))
    if damaged:
        message = f"{source} is damaged: {', '.join(damaged[:3])} differ from what was written"
        raise FailedError(message)


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

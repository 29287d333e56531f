"""`antiphon backup`: one file that holds everything a site needs to come back."""

import argparse
import shutil
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from tempfile import TemporaryDirectory

from antiphon.cli.archive import DUMP, KEY, SPOOL, packed, postgresql
from antiphon.cli.database import opened, pending
from antiphon.cli.errors import FailedError
from antiphon.config.env import Environment, current


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("file", type=Path, help="where to write; an existing file is never overwritten")
    parser.epilog = (
        "The site may run meanwhile: the database is read as of one instant. The file holds phone numbers, texts\n"
        "and secrets: it is made with mode 0600; keep it so. Bring it back with: antiphon restore FILE"
    )


def run(options: argparse.Namespace) -> int:
    """Write the backup, read it again, say how large it is."""
    target = options.file.absolute()
    if target.exists():
        message = f"{target} exists: name a new file"
        raise FailedError(message)
    if not target.parent.is_dir():
        message = f"{target.parent} is not a folder"
        raise FailedError(message)
    environment = current()
    with opened(environment), TemporaryDirectory(prefix=".antiphon-", dir=target.parent) as place:
        if missing := pending(environment):
            message = f"the database lacks {len(missing)} migrations: run antiphon migrate first"
            raise FailedError(message)
        packed(_gathered(environment, Path(place)), target, _manifest())
    print(f"{target}: {target.stat().st_size / 1_048_576:.1f} MiB, written and read again")
    return 0


def _manifest() -> dict[str, str]:
    return {"antiphon": metadata.version("antiphon"), "at": datetime.now(UTC).isoformat(timespec="seconds")}


def _gathered(environment: Environment, folder: Path) -> Path:
    """Copy the spool first: what is drained meanwhile is then in both, which is one copy too many and never one too few."""
    spool = environment.home / "spool"
    if spool.is_dir():
        (folder / SPOOL).mkdir()
        for segment in sorted(spool.glob("*.spool")):
            shutil.copyfile(segment, folder / SPOOL / segment.name)
    if (environment.home / KEY).is_file():
        shutil.copyfile(environment.home / KEY, folder / KEY)
    _dump(environment, folder)
    return folder


def _dump(environment: Environment, folder: Path) -> None:
    """Read the database as its owner, under the policy that shows the owner every account."""
    words = ("--format=custom", "--no-owner", "--enable-row-security", "--lock-wait-timeout=60s")
    postgresql(environment, "pg_dump", *words, f"--file={folder / DUMP}")

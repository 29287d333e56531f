"""`antiphon restore`: a site comes back from one file, into an empty home or database."""

import argparse
import shutil
from pathlib import Path

from antiphon.cli.archive import DUMP, KEY, SPOOL, postgresql, unpacked
from antiphon.cli.database import connected, ensure_roles, migrate, opened, pending
from antiphon.cli.errors import FailedError
from antiphon.config.env import Environment, current


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("file", type=Path, help="what antiphon backup wrote")
    parser.add_argument("--check", action="store_true", help="change nothing: only compare the file with its checksums")
    parser.epilog = (
        "An answer that was waiting to be sent when the backup was made may have been sent since: it comes back as\n"
        "unknown, and only a person sends it again."
    )


def run(options: argparse.Namespace) -> int:
    """Compare the file with its checksums, bring it in, say from when it is."""
    environment = current()
    with unpacked(options.file) as (folder, manifest):
        if not options.check:
            _bring_in(environment, folder)
        print(f"{options.file}: of {manifest['at']}, {'whole' if options.check else 'restored'}")
    return 0


def _bring_in(environment: Environment, folder: Path) -> None:
    """Key first, database in one transaction, spool last: it is drained when the site starts."""
    with opened(environment):
        _refuse_used(environment)
        _bring_key(environment, folder)
        with connected(environment, "owner") as db:
            ensure_roles(db, environment)
        words = ("--no-owner", "--enable-row-security", "--exit-on-error", "--single-transaction")
        postgresql(environment, "pg_restore", *words, f"--dbname={_name(environment)}", str(folder / DUMP))
        _hold_answers(environment)
        if pending(environment):
            migrate(environment)
    (environment.home / SPOOL).mkdir(mode=0o700, exist_ok=True)
    for segment in sorted((folder / SPOOL).glob("*.spool")):
        shutil.copyfile(segment, environment.home / SPOOL / segment.name)


def _refuse_used(environment: Environment) -> None:
    with connected(environment, "owner") as db:
        used = db.execute("select count(*) from pg_tables where schemaname = 'public'").fetchone()
    if used and used[0]:
        message = "this database holds tables: restore into an empty one (a new ANTIPHON_HOME, or a new database in DATABASE_URL)"
        raise FailedError(message)


def _bring_key(environment: Environment, folder: Path) -> None:
    """Keep a key that is there: it may be the one that other hosts use."""
    target = environment.home / KEY
    if (folder / KEY).is_file() and not target.exists():
        target.touch(mode=0o600)
        target.write_bytes((folder / KEY).read_bytes())


def _hold_answers(environment: Environment) -> None:
    """Keep waiting answers from being sent a second time: the worker finds them claimed, and long ago."""
    with connected(environment, "owner") as db:
        db.execute("update answer set attempted_at = created_at where state = 'dispatching' and attempted_at is null")


def _name(environment: Environment) -> str:
    with connected(environment, "owner") as db:
        return str(db.info.dbname)

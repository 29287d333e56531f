"""`antiphon migrate`: brings the database to this version."""

import argparse

from antiphon.cli.database import migrate, opened, pending
from antiphon.cli.errors import FailedError
from antiphon.config.env import current


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 if a migration is missing")


def run(options: argparse.Namespace) -> int:
    """Make the roles that are missing, apply what is missing, say what was done."""
    environment = current()
    with opened(environment):
        missing = pending(environment)
        if options.check and missing:
            message = f"{len(missing)} migrations are missing, the first is {missing[0]}: run antiphon migrate"
            raise FailedError(message)
        if not options.check:
            migrate(environment)
        print(f"{len(missing)} migrations applied" if missing else "nothing to do")
    return 0

"""`antiphon export`: facts as Parquet files, in a folder that grows by a day a day."""

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, date, timedelta
from pathlib import Path

from antiphon.cli.errors import FailedError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("folder", type=Path, help="where to write: FOLDER/<facts>/account=<id>/day=<date>/facts.parquet")
    parser.add_argument("--account", metavar="NAME", help="one account; default: every account, one after the other")
    parser.add_argument("--since", type=date.fromisoformat, metavar="DAY", help="first day, UTC; default: when the account began")
    parser.add_argument("--until", type=date.fromisoformat, metavar="DAY", help="last day, UTC; default: yesterday")
    parser.add_argument("--facts", metavar="NAMES", help="which, with commas between; default: all of them")
    parser.add_argument("--again", action="store_true", help="write days again that are there already")
    parser.epilog = (
        "Days that are there are left alone, so it goes on where it was stopped, and a daily run adds a day.\n"
        "The columns stand in docs/exports.md. Needs the extra: pip install 'antiphon[parquet]'"
    )


def run(options: argparse.Namespace) -> int:
    """Write what is missing and say how much it was."""
    from antiphon.exports.facts import FACTS  # noqa: PLC0415 - after Django's set-up
    from antiphon.exports.verbs import export, parts  # noqa: PLC0415 - as above
    from antiphon.kit import clock  # noqa: PLC0415 - as above
    from antiphon.kit.problems import Problem  # noqa: PLC0415 - as above

    names = [name.strip() for name in options.facts.split(",")] if options.facts else list(FACTS)
    at = clock.now()
    until = options.until or at.astimezone(UTC).date() - timedelta(days=1)
    try:
        for account_id, name, began_on in _accounts(options.account):
            since = options.since or min(began_on, until)
            chosen = parts(names, since=since, until=until, at=at)
            counts = [count for _part, count in export(options.folder, account_id, chosen, is_again=options.again)]
            sys.stdout.write(f"{name}: {sum(counts):,} rows to {sum(1 for count in counts if count)} files, {since} to {until}\n")
    except Problem as problem:
        raise FailedError(problem.message) from None
    return 0


def _accounts(name: str | None) -> Sequence[tuple[int, str, date]]:
    from antiphon.accounts.models import Account  # noqa: PLC0415 - after Django's set-up

    found = Account.objects.order_by("id").values_list("id", "name", "created_at")
    chosen = [(number, named, began_at.astimezone(UTC).date()) for number, named, began_at in found if name in (None, named)]
    if name is not None and not chosen:
        message = f"there is no account named {name}"
        raise FailedError(message)
    return chosen

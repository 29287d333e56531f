"""`antiphon reindex`: writes again what conversations are found by."""

import argparse
import sys

from antiphon.cli.errors import FailedError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--account", metavar="NAME", help="one account; default: every account, one after the other")
    parser.epilog = (
        "The index follows what happens by itself, so this is for after a repair of the database, a change of its\n"
        "dictionaries, or a doubt. The site may run: a thousand conversations are written at a time, and found all the while."
    )


def run(options: argparse.Namespace) -> int:
    """Write every entry again; say how many there are and how many were wrong."""
    from antiphon.search.indexing import rebuild  # noqa: PLC0415 - after Django's set-up

    for account_id, name in _accounts(options.account):
        *_, (seen, changed) = rebuild(account_id)
        sys.stdout.write(f"{name}: {seen:,} conversations, {changed:,} entries were written or deleted\n")
    return 0


def _accounts(name: str | None) -> list[tuple[int, str]]:
    from antiphon.accounts.models import Account  # noqa: PLC0415 - after Django's set-up

    found = [row for row in Account.objects.order_by("id").values_list("id", "name") if name in (None, row[1])]
    if name is not None and not found:
        message = f"there is no account named {name}"
        raise FailedError(message)
    return found

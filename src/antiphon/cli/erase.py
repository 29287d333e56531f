"""`antiphon erase`: erases one consumer, and looks through everything for what is left before it ends."""

import argparse
import sys

from antiphon.cli.asking import ACTOR, account_named, in_one_line
from antiphon.cli.errors import FailedError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("number", help="the number, as +31612345678; or the consumer's id")
    parser.add_argument("--account", required=True, metavar="NAME")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.epilog = (
        "There is no undo. Number, name and texts go, from everywhere; rows and counts stay; an opt-out still holds.\n"
        "Erase the number at the provider too. docs/operations/privacy.md says what stays and why."
    )


def run(options: argparse.Namespace) -> int:
    """Ask, erase, say how much was emptied."""
    from antiphon.kit import clock  # noqa: PLC0415 - after Django's set-up
    from antiphon.privacy.erasing import erase, sweep  # noqa: PLC0415 - as above
    from antiphon.privacy.finding import find_consumer  # noqa: PLC0415 - as above

    account_id = account_named(options.account).id
    with in_one_line():
        consumer = find_consumer(account_id, options.number)
        if not options.yes and not _is_sure(consumer.phone):
            raise FailedError("nothing was erased")
        erase(account_id, consumer.id, actor=ACTOR, at=clock.now())
        emptied = sweep(account_id, consumer.id, at=clock.now())
    sys.stdout.write(f"erased; {emptied} other places that held the number were emptied. The consumer's id stays: {consumer.id}\n")
    return 0


def _is_sure(phone: str) -> bool:
    sys.stderr.write(f"Type the last four digits of {phone} to erase this consumer for ever: ")
    sys.stderr.flush()
    return sys.stdin.readline().strip() == phone[-4:]

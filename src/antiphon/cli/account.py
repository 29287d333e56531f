"""`antiphon account`: makes and lists accounts."""

import argparse

from antiphon.cli.asking import ACTOR, in_one_line
from antiphon.kit import clock


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    what = parser.add_subparsers(dest="what", required=True, metavar="create|list")
    create = what.add_parser("create", help="make an account with one skill, General")
    create.add_argument("name", metavar="NAME")
    create.add_argument("--time-zone", default="Europe/Amsterdam", help="its days (Europe/Amsterdam)")
    create.add_argument("--home-region", default="", metavar="NL", help="reads numbers with a single leading 0; left out, none is guessed")
    what.add_parser("list", help="list accounts: number, name, time zone")
    parser.epilog = "Next: antiphon app enable cm --account NAME, then antiphon user create EMAIL --account NAME --role administrator."


def run(options: argparse.Namespace) -> int:
    """Make an account and print its number, or list them."""
    return _list() if options.what == "list" else _create(options)


def _create(options: argparse.Namespace) -> int:
    from antiphon.accounts.verbs import create_account  # noqa: PLC0415 - after Django's set-up

    with in_one_line():
        made = create_account(options.name, time_zone=options.time_zone, home_region=options.home_region, actor=ACTOR, at=clock.now())
    print(f"account {made.name}: {made.id}")
    return 0


def _list() -> int:
    from antiphon.accounts.models import Account  # noqa: PLC0415 - as above

    for found in Account.objects.order_by("id"):
        print(f"{found.id}\t{found.name}\t{found.time_zone}")
    return 0

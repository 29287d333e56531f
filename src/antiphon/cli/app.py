"""`antiphon app`: what the operator makes available to accounts."""

import argparse

from antiphon.cli.asking import ACTOR, account_named, in_one_line
from antiphon.cli.errors import FailedError
from antiphon.kit import clock


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    what = parser.add_subparsers(dest="what", required=True, metavar="enable|list")
    enable = what.add_parser("enable", help="make an app available to an account; its administrator then connects it")
    enable.add_argument("app", metavar="APP", help="cm")
    enable.add_argument("--account", required=True, metavar="NAME")
    listed = what.add_parser("list", help="list apps, and whether an account has them")
    listed.add_argument("--account", required=True, metavar="NAME")
    parser.epilog = "Connecting a source installs the app: under Data sources, or by POST /api/v1/sources."


def run(options: argparse.Namespace) -> int:
    """Enable, or list."""
    return _list(options) if options.what == "list" else _enable(options)


def _enable(options: argparse.Namespace) -> int:
    from antiphon.accounts.verbs import enable_app  # noqa: PLC0415 - after Django's set-up
    from antiphon.providers.registry import ADAPTERS  # noqa: PLC0415 - as above

    if options.app not in ADAPTERS:
        raise FailedError(f"there is no app {options.app!r}; there are: {', '.join(ADAPTERS)}")
    with in_one_line():
        enable_app(account_named(options.account).id, options.app, actor=ACTOR, at=clock.now())
    print(f"{options.app} is available to {options.account}")
    return 0


def _list(options: argparse.Namespace) -> int:
    from antiphon.accounts.models import AppGrant  # noqa: PLC0415 - after Django's set-up
    from antiphon.kit.db import account  # noqa: PLC0415 - as above
    from antiphon.providers.registry import ADAPTERS  # noqa: PLC0415 - as above

    account_id = account_named(options.account).id
    with account(account_id):
        grants = {grant.app: grant for grant in AppGrant.objects.filter(account_id=account_id)}
    for app, adapter in ADAPTERS.items():
        grant = grants.get(app)
        state = "not available" if grant is None else "installed" if grant.installed_at else "available"
        print(f"{app}\t{adapter.title}\t{state}")
    return 0

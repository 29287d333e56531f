"""`antiphon apikey`: makes, lists and revokes API keys."""

import argparse

from antiphon.cli.asking import ACTOR, account_named, in_one_line
from antiphon.cli.user import ROLES
from antiphon.kit import clock


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    what = parser.add_subparsers(dest="what", required=True, metavar="create|list|revoke")
    create = what.add_parser("create", help="make a key; its secret is the last line, shown this once")
    create.add_argument("--account", required=True, metavar="NAME")
    create.add_argument("--role", required=True, choices=ROLES)
    create.add_argument("--name", default="", help="what it is for")
    listed = what.add_parser("list", help="list keys: number, first characters, role, name, last used")
    listed.add_argument("--account", required=True, metavar="NAME")
    revoke = what.add_parser("revoke", help="end a key at once")
    revoke.add_argument("key", type=int, metavar="NUMBER")
    revoke.add_argument("--account", required=True, metavar="NAME")
    parser.epilog = (
        "For scripts: KEY=$(antiphon apikey create --account NAME --role administrator | tail -n 1). Documentation: /api/v1/docs."
    )


def run(options: argparse.Namespace) -> int:
    """Make, list or revoke."""
    return {"create": _create, "list": _list, "revoke": _revoke}[options.what](options)


def _create(options: argparse.Namespace) -> int:
    from antiphon.accounts.verbs import create_api_key  # noqa: PLC0415 - after Django's set-up

    with in_one_line():
        made = create_api_key(account_named(options.account).id, role=options.role, name=options.name, actor=ACTOR, at=clock.now())
    print(f"key {made.key.id} of role {options.role}; send it as Authorization: Bearer")
    print(made.secret)
    return 0


def _list(options: argparse.Namespace) -> int:
    from antiphon.accounts.models import ApiKey  # noqa: PLC0415 - after Django's set-up

    for key in ApiKey.objects.filter(account=account_named(options.account), revoked_at=None).order_by("id"):
        used = key.last_used_at.isoformat(timespec="minutes") if key.last_used_at else "never used"
        print(f"{key.id}\t{key.prefix}…\t{key.role}\t{key.name}\t{used}")
    return 0


def _revoke(options: argparse.Namespace) -> int:
    from antiphon.accounts.verbs import revoke_api_key  # noqa: PLC0415 - after Django's set-up

    with in_one_line():
        revoke_api_key(account_named(options.account).id, options.key, actor=ACTOR, at=clock.now())
    print(f"key {options.key} is revoked")
    return 0

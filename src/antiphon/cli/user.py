"""`antiphon user`: adds people to accounts."""

import argparse
import secrets

from antiphon.cli.asking import ACTOR, account_named, in_one_line
from antiphon.cli.errors import FailedError
from antiphon.kit import clock

ROLES = ("administrator", "campaign_manager", "supervisor", "agent", "analyst")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    what = parser.add_subparsers(dest="what", required=True, metavar="create|list")
    create = what.add_parser("create", help="add a person; who is known already keeps their password")
    create.add_argument("email", metavar="EMAIL")
    create.add_argument("--account", required=True, metavar="NAME")
    create.add_argument("--role", required=True, choices=ROLES)
    create.add_argument("--skills", default="", metavar="A,B", help="names of skills, with commas; a new name makes a skill")
    create.add_argument("--name", default="", help="as others see them (the first part of the e-mail address)")
    create.add_argument("--password", metavar="WORDS", help="at least 12 characters; left out, one is made and printed last")
    listed = what.add_parser("list", help="list people: number, e-mail address, role, name")
    listed.add_argument("--account", required=True, metavar="NAME")
    parser.epilog = "A person's number is what the API calls agent."


def run(options: argparse.Namespace) -> int:
    """Add a person, or list them."""
    return _list(options) if options.what == "list" else _create(options)


def _create(options: argparse.Namespace) -> int:
    from antiphon.accounts.models import User  # noqa: PLC0415 - after Django's set-up
    from antiphon.accounts.verbs import create_person  # noqa: PLC0415 - as above

    account_id = account_named(options.account).id
    is_known = User.objects.filter(email=options.email.strip().lower()).exists()
    if is_known and options.password:
        raise FailedError(f"{options.email} signs in already and keeps their password: leave --password out")
    password = None if is_known else options.password or secrets.token_urlsafe(12)
    with in_one_line():
        person = create_person(
            account_id,
            email=options.email,
            name=options.name or options.email.partition("@")[0],
            role=options.role,
            skills=_skills(account_id, options.skills),
            password=password,
            actor=ACTOR,
            at=clock.now(),
        )
    print(f"{options.email}: {person.role} of {options.account}, number {person.id}")
    if password and not options.password:
        print(f"password: {password}")
    return 0


def _skills(account_id: int, names: str) -> list[int]:
    """Return the skills of these names, made where they are missing."""
    from antiphon.accounts.models import Skill  # noqa: PLC0415 - after Django's set-up
    from antiphon.accounts.verbs import create_skill  # noqa: PLC0415 - as above
    from antiphon.kit.db import account  # noqa: PLC0415 - as above

    wanted = list(dict.fromkeys(name.strip() for name in names.split(",") if name.strip()))
    with account(account_id):
        known = {skill.name: skill.id for skill in Skill.objects.filter(account_id=account_id, removed_at=None)}
        return [known[name] if name in known else create_skill(account_id, name=name, actor=ACTOR, at=clock.now()).id for name in wanted]


def _list(options: argparse.Namespace) -> int:
    from antiphon.accounts.models import Membership  # noqa: PLC0415 - after Django's set-up

    people = Membership.objects.filter(account=account_named(options.account)).select_related("user")
    for person in people.order_by("id"):
        print(f"{person.id}\t{person.user.email}\t{person.role}\t{person.name}")
    return 0

"""`antiphon recount`: compares the counters with the stored facts, and sets them right."""

import argparse
import sys
from datetime import datetime

from antiphon.cli.errors import FailedError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--check", action="store_true", help="change nothing: print what differs, exit 1 if anything does")
    parser.add_argument("--account", metavar="NAME", help="one account; default: every account, one after the other")
    parser.epilog = (
        "Counters move in the transaction of the facts they count, so a difference is a fault: report it.\n"
        "The command also looks for stored results that break their rule (first replies, links, openings,\n"
        "first answers, events); those it prints and never changes."
    )


def run(options: argparse.Namespace) -> int:
    """Print each difference; exit 1 if something is not right at the end."""
    left = 0
    for account_id, name in _accounts(options.account):
        set_right, wrong = _recounted(account_id, is_check=options.check)
        _say(*(f"{name}: set right: {line}" for line in set_right), *(f"{name}: {line}" for line in wrong))
        held = _held_since(account_id)
        _say(*(f"{name}: compared since {since:%Y-%m-%d %H:%M} UTC, from when all {kind} are held" for kind, since in held))
        left += len(wrong)
    _say(f"{left} differences" if left else "counters and stored results are right")
    return 1 if left else 0


def _accounts(name: str | None) -> list[tuple[int, str]]:
    from antiphon.accounts.models import Account  # noqa: PLC0415 - after Django's set-up

    found = Account.objects.order_by("id").values_list("id", "name")
    chosen = [row for row in found if name in (None, row[1])]
    if name is not None and not chosen:
        message = f"there is no account named {name}"
        raise FailedError(message)
    return chosen


def _recounted(account_id: int, *, is_check: bool) -> tuple[list[str], list[str]]:
    """Return what was set right, and what is wrong; as long as it takes."""
    from antiphon.kit import db as doors  # noqa: PLC0415 - as above
    from antiphon.metrics import recount  # noqa: PLC0415 - as above

    with doors.account(account_id) as db:
        doors.run(db, "select set_config('statement_timeout', '0', true), set_config('lock_timeout', '0', true)")
        if is_check:
            return [], recount.differences(db, account_id)
        return [str(difference) for difference in recount.repair(db, account_id)], recount.broken_rules(db, account_id)


def _held_since(account_id: int) -> list[tuple[str, datetime]]:
    from antiphon.kit import db as doors  # noqa: PLC0415 - after Django's set-up
    from antiphon.metrics import recount  # noqa: PLC0415 - as above

    with doors.account(account_id) as db:
        return list(recount.held_since(db, account_id).items())


def _say(*lines: str) -> None:
    sys.stdout.writelines(f"{line}\n" for line in lines)

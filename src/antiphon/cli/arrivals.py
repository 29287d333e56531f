"""`antiphon arrivals`: lists quarantined webhooks, and takes stored ones down the line again."""

import argparse
import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from antiphon.cli.errors import FailedError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    what = parser.add_subparsers(dest="what", required=True, metavar="quarantine|replay")
    listed = what.add_parser("quarantine", help="list arrivals that could not be taken, newest first, with the reason")
    listed.add_argument("--account", required=True, metavar="NAME")
    listed.add_argument("--limit", type=int, default=50, help="at most this many (50)")
    listed.add_argument("--json", action="store_true", help="one JSON object a line")
    again = what.add_parser("replay", help="take quarantined arrivals again: after an update, or a change of the source's settings")
    again.add_argument("--account", required=True, metavar="NAME")
    again.add_argument("arrivals", nargs="*", metavar="ID", help="the arrivals to take again; none: all of the account")
    parser.epilog = "Replaying is safe: what is stored is not stored twice. `replay` exits 1 when an arrival is in quarantine again."


def run(options: argparse.Namespace) -> int:
    """List, or replay."""
    account_id = _account(options.account)
    if options.what == "quarantine":
        return _list(account_id, limit=options.limit, as_json=options.json)
    return _replay(account_id, [_id(given) for given in options.arrivals] or None)


def _account(name: str) -> int:
    from antiphon.accounts.models import Account  # noqa: PLC0415 - after Django's set-up

    found = Account.objects.filter(name=name).first()
    if found is None:
        raise FailedError(f"there is no account {name!r}")
    return int(found.id)


def _id(given: str) -> UUID:
    try:
        return UUID(given)
    except ValueError:
        raise FailedError(f"{given!r} is not the id of an arrival") from None


def _list(account_id: int, *, limit: int, as_json: bool) -> int:
    from antiphon.intake.replay import quarantined  # noqa: PLC0415 - after Django's set-up
    from antiphon.kit.db import account  # noqa: PLC0415 - as above

    with account(account_id) as db:
        found = quarantined(db, account_id, limit=limit)
    for arrival in found:
        print(json.dumps(_shown(arrival)) if as_json else _line(arrival))
    if not found and not as_json:
        print("Nothing is in quarantine.")
    return 0


def _shown(arrival: Any) -> dict[str, object]:
    return {
        "id": str(arrival.id),
        "source": arrival.source_id,
        "kind": arrival.kind,
        "received_at": arrival.received_at.isoformat(),
        "attempts": arrival.attempts,
        "bytes": arrival.size,
        "reason": arrival.reason,
    }


def _line(arrival: Any) -> str:
    return f"{arrival.id}  {arrival.received_at:%Y-%m-%d %H:%M:%S}  {arrival.kind:<8}  {arrival.size:>7} bytes  {arrival.reason}"


def _replay(account_id: int, ids: Sequence[UUID] | None) -> int:
    """Requeue them and take them at once, without waiting for the worker; a worker that is quicker has done the same."""
    from antiphon.edge.doors import connect  # noqa: PLC0415 - after Django's set-up
    from antiphon.edge.sources import load, settings_by_id  # noqa: PLC0415 - as above
    from antiphon.intake.replay import requeue, retry_next, still_quarantined  # noqa: PLC0415 - as above
    from antiphon.kit import clock  # noqa: PLC0415 - as above
    from antiphon.kit.db import account  # noqa: PLC0415 - as above

    with account(account_id) as db:
        chosen = requeue(db, account_id, ids)
    with connect("jobs") as jobs:
        sources = settings_by_id(load(jobs, accounts=[account_id]))
    with connect("default") as db:
        while retry_next(db, account_id, sources=sources, at=clock.now()):
            pass
    with account(account_id) as db:
        left = still_quarantined(db, account_id, chosen)
    print(f"{len(chosen)} taken again, {len(chosen) - len(left)} passed or wait for another try, {len(left)} in quarantine again.")
    return 1 if left else 0

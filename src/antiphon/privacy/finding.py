"""Finding the consumer that somebody asks about: by number, however it is written, or by id."""

from uuid import UUID

from antiphon.accounts.models import Account
from antiphon.consumers.models import Consumer
from antiphon.kit.db import account
from antiphon.kit.phones import normalise
from antiphon.kit.problems import Missing


def find_consumer(account_id: int, named: str) -> Consumer:
    """Return the consumer of a number or of an id. Raises Missing."""
    with account(account_id):
        region = Account.objects.values_list("home_region", flat=True).get(id=account_id)
        known = Consumer.objects.filter(account_id=account_id)
        by_id = _identifier(named)
        found = (known.filter(id=by_id) if by_id else known.filter(phone=normalise(named, home_region=region or None).value)).first()
    if found is None:
        raise Missing("not_found", "There is no consumer of that number in this account.")
    return found


def _identifier(named: str) -> UUID | None:
    try:
        return UUID(named)
    except ValueError:
        return None

"""How long an account keeps each kind of fact: read and changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max

from antiphon.accounts import inputs, stamps
from antiphon.accounts.audit import audit
from antiphon.kit.db import account
from antiphon.kit.problems import Invalid
from antiphon.privacy.kinds import KINDS
from antiphon.privacy.models import Retention
from antiphon.providers.models import Source

LONGEST_DAYS = 36_500


@dataclass(frozen=True, slots=True)
class Keeping:
    """One kind of an account: for how many days, None for ever; `kept_from`: since when all of it is held, None for everything."""

    kind: str
    days: int | None
    kept_from: datetime | None


def retention(account_id: int) -> list[Keeping]:
    """Return how long every kind is kept, in the order of `KINDS`."""
    with account(account_id):
        stored = {row.kind: row for row in Retention.objects.filter(account_id=account_id)}
    return [
        Keeping(kind, stored[kind].days if kind in stored else kept.default, stored[kind].kept_from if kind in stored else None)
        for kind, kept in KINDS.items()
    ]


def retention_values(account_id: int) -> dict[str, int | None]:
    """Return the days of every kind: what a form of it shows."""
    return {one.kind: one.days for one in retention(account_id)}


def keep_for(
    account_id: int, changes: Mapping[str, int | str | None], *, actor: str, at: datetime, expected: str | None = None
) -> list[Keeping]:
    """Change for how many days kinds are kept, None or '' for ever; what is left out stays. Raises Invalid, Overtaken."""
    with account(account_id):
        list(Retention.objects.select_for_update().filter(account_id=account_id))
        before = retention_values(account_id)
        stamps.check(expected, before)
        after = before | {kind: _days(account_id, kind, days) for kind, days in changes.items()}
        for kind in [kind for kind in KINDS if after[kind] != before[kind]]:
            Retention.objects.update_or_create(account_id=account_id, kind=kind, defaults={"days": after[kind]})
        if changed := stamps.difference(before, after):
            subject = f"account:{account_id}"
            audit(account_id, actor=actor, action="retention.changed", subject=subject, at=at, detail={"changed": changed})
    return retention(account_id)


def _days(account_id: int, kind: str, days: int | str | None) -> int | None:
    if kind not in KINDS:
        raise Invalid("unknown_kind", "Nothing called {kind} is kept for a time: {known}.", field=kind, kind=kind, known=", ".join(KINDS))
    kept = KINDS[kind]
    if days is None or days == "":
        if kept.most is not None:
            raise Invalid("not_for_ever", "This is kept for at most {most} days.", field=kind, most=kept.most)
        return None
    least = max(kept.least, _longest_look_back(account_id)) if kind == "notices" else kept.least
    return inputs.whole(days, field=kind, least=least, most=kept.most or LONGEST_DAYS)


def _longest_look_back(account_id: int) -> int:
    """Return how far back replies look for the notice they answer: one that is gone cannot be found."""
    found = Source.objects.filter(account_id=account_id, disconnected_at=None).aggregate(days=Max("look_back_days"))
    return int(found["days"] or 0)


def days_of(account_id: int, kind: str) -> int | None:
    """Return for how many days an account keeps a kind; None for ever."""
    return retention_values(account_id)[kind]

"""What a whole-line test looks at afterwards: counters, events, the one conversation there is."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Sum

from antiphon.conversations.models import Conversation
from antiphon.events.models import Event
from antiphon.intake.models import Notice
from antiphon.kit.db import account
from antiphon.metrics.folding import fold
from antiphon.metrics.models import Counter
from tests.kit.world import Tenant

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def at(day: int, hour: int = 12, minute: int = 0, second: int = 0, month: int = 3) -> datetime:
    """Return an instant of 2026 in Amsterdam."""
    return datetime(2026, month, day, hour, minute, second, tzinfo=AMSTERDAM).astimezone(UTC)


def only(tenant: Tenant) -> Conversation:
    """Return the one conversation there is."""
    return Conversation.objects.get(account_id=tenant.id)


def answered(tenant: Tenant) -> Notice:
    """Return the notice that the one conversation there is answers."""
    notice_id = only(tenant).notice_id
    assert notice_id
    return Notice.objects.get(account_id=tenant.id, id=notice_id)


def fold_all(tenant: Tenant) -> None:
    """Fold what has been counted into the counters, as the worker does."""
    with account(tenant.id) as db:
        while fold(db, tenant.id):
            pass


def counted(tenant: Tenant, **under: Any) -> dict[str, int]:
    """Return what each metric counts, under dimensions if they are named."""
    fold_all(tenant)
    sums = Counter.objects.filter(account_id=tenant.id, **under).values_list("metric").annotate(Sum("value"))
    return {metric: number for metric, number in sums if number}


def measured(tenant: Tenant, metric: str) -> list[tuple[datetime, int, float]]:
    """Return a metric's counters that are not zero: their quarter of an hour, count and total."""
    fold_all(tenant)
    found = Counter.objects.filter(account_id=tenant.id, metric=metric).exclude(value=0).order_by("bucket", "band")
    return [(row.bucket, row.value, float(row.total)) for row in found]


def told(tenant: Tenant, *prefixes: str) -> list[str]:
    """Return the kinds of the events told, in order, of the subjects that begin so."""
    found = Event.objects.filter(account_id=tenant.id).order_by("written").values_list("type", "subject")
    return [kind for kind, subject in found if kind != "source.connected" and (not prefixes or subject.startswith(prefixes))]


def content(tenant: Tenant, kind: str) -> dict[str, Any]:
    """Return what the one event of a kind says."""
    found: dict[str, Any] = Event.objects.get(account_id=tenant.id, type=kind).content
    return found

"""What campaigns came to: sums of counters, per campaign and engagement."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from antiphon.kit.db import Database
from antiphon.metrics.report import report
from antiphon.workspace import draw

_METRICS = {
    "sent": "sent",
    "delivered": "delivered",
    "failed": "failed",
    "replies": "replies",
    "responders": "responders",
    "conversations_started": "conversations",
    "handled": "handled",
    "goals": "goals",
}
_FIRST, _LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Numbers:
    """The counts of a campaign, an engagement, or all of an account."""

    sent: int = 0
    delivered: int = 0
    failed: int = 0
    replies: int = 0
    responders: int = 0
    conversations: int = 0
    handled: int = 0
    goals: int = 0

    def plus(self, other: "Numbers") -> "Numbers":
        """Return both together."""
        return Numbers(*(getattr(self, name) + getattr(other, name) for name in Numbers.__dataclass_fields__))

    @property
    def delivered_as_told(self) -> int | None:
        """Return the delivered, or None while no report has come: unknown is not zero."""
        return self.delivered if self.delivered or self.failed or not self.sent else None

    @property
    def steps(self) -> tuple[int, ...]:
        """Return the funnel's counts."""
        return (self.sent, self.delivered, self.responders, self.conversations, self.handled, self.goals)


@dataclass(frozen=True, slots=True)
class FunnelStep:
    """One step of the funnel: its count, its rate with the base, its band."""

    name: str | Promise
    value: int | None
    rate: str
    path: str


_NAMES = (
    gettext_lazy("Sent"),
    gettext_lazy("Delivered"),
    gettext_lazy("Responders"),
    gettext_lazy("Conversations"),
    gettext_lazy("Handled"),
    gettext_lazy("Goals"),
)


def numbers(
    db: Database, account_id: int, *, campaigns: Sequence[int] | None = None, since: datetime | None = None
) -> dict[tuple[int, int], Numbers]:
    """Return the counts by campaign and engagement; 0 is none."""
    told = report(
        db,
        account_id,
        metrics=list(_METRICS),
        by=["campaign", "engagement"],
        filters=None if campaigns is None else {"campaign": list(campaigns)},
        start=since or _FIRST,
        end=_LAST,
        time_zone="UTC",
    )
    found: dict[tuple[int, int], dict[str, int]] = defaultdict(dict)
    for item in told.items:
        key = int(item.by["campaign"] or 0), int(item.by["engagement"] or 0)
        found[key][_METRICS[item.metric]] = item.count
    return {key: Numbers(**values) for key, values in found.items()}


def unlinked(db: Database, account_id: int, campaign_id: int) -> dict[str, int]:
    """Return the replies that answer a campaign and were not linked, by verdict."""
    filters: dict[str, list[int | str | None]] = {"campaign": [campaign_id], "verdict": ["out_of_frame", "no_entry_point", "no_broadcast"]}
    told = report(db, account_id, metrics=["replies"], by=["verdict"], filters=filters, start=_FIRST, end=_LAST, time_zone="UTC")
    return {str(item.by["verdict"]): item.count for item in told.items}


def total(parts: Iterable[Numbers]) -> Numbers:
    """Return all of them together."""
    result = Numbers()
    for part in parts:
        result = result.plus(part)
    return result


def funnel(counted: Numbers) -> list[FunnelStep]:
    """Return the six steps, each rate with its base. Without any delivery report `delivered` is unknown, not zero."""
    is_reported = counted.delivered_as_told is not None
    base, base_name = (counted.delivered, _("delivered")) if counted.delivered else (counted.sent, _("sent"))
    values = (counted.sent, counted.delivered_as_told, *counted.steps[2:])
    rates = (
        _("%(count)s failed") % {"count": f"{counted.failed:,}"} if counted.failed else "",
        rate(counted.delivered, counted.sent, _("sent")) if is_reported else _("no reports yet"),
        rate(counted.responders, base, base_name),
        ngettext("%(count)s reply", "%(count)s replies", counted.replies) % {"count": f"{counted.replies:,}"},
        rate(counted.handled, counted.conversations, _("conversations")),
        rate(counted.goals, counted.conversations, _("conversations")),
    )
    drawn = draw.band([counted.sent, counted.delivered if is_reported else counted.sent, *counted.steps[2:]])
    return [FunnelStep(*part) for part in zip(_NAMES, values, rates, drawn, strict=True)]


def rate(part: int, base: int, name: str) -> str:
    """Return a share with its base; nothing over nothing."""
    return _("%(share).1f %% of %(base)s") % {"share": 100 * part / base, "base": name} if base else ""

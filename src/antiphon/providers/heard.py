"""What was heard from a provider and not mapped yet: external campaigns, and where its notices may carry a campaign ID."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from antiphon.kit.db import Database, rows, sql
from antiphon.providers.models import Source
from antiphon.providers.registry import adapter_of

_HERE = "antiphon.providers"
MOST_COUNTED = 10_000
"""Unmapped notices are counted up to this many: more needs no exact number, and would cost a walk over all of them."""

_NOTICES_READ, _SAMPLES = 50, 3
_LAST_PLACE = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class HeardCampaign:
    """An external campaign heard of on a source; without an ID it stands for every notice that names none.

    `notices` counts those that nothing is counted under, at most MOST_COUNTED + 1; text and sender are the latest one's.
    """

    external_campaign: str
    key: str
    sender: str
    text: str
    notices: int
    first_heard_at: datetime | None
    last_heard_at: datetime | None
    is_ignored: bool
    entry_point_id: int | None

    @property
    def place(self) -> tuple[datetime, str]:
        """Return what the list is sorted by."""
        return (self.first_heard_at or _LAST_PLACE) if self.key else _LAST_PLACE, self.key


@dataclass(frozen=True, slots=True)
class Place:
    """One place of a notice that may carry the campaign ID (CM: a grouping), with the values last seen there, most frequent first."""

    number: int
    name: str
    values: Sequence[str]


def heard_campaigns(
    db: Database, account_id: int, source_id: int, *, ignored: bool = False, after: tuple[datetime, str] | None = None, limit: int = 50
) -> list[HeardCampaign]:
    """Return the external campaigns that no engagement claims (or those marked as ignored), newest first, after a `place`."""
    after_at, after_key = after or (None, "")
    asked = {"account": account_id, "source": source_id, "wanted": "ignored" if ignored else "unmapped", "most": MOST_COUNTED}
    found = rows(db, sql(_HERE, "heard_campaigns"), asked | {"after_at": after_at, "after_key": after_key, "limit": limit})
    return [
        HeardCampaign(
            external_campaign=row.external_campaign,
            key=row.campaign_key,
            sender=row.sender,
            text=row.text,
            notices=row.notices,
            first_heard_at=row.first_heard_at,
            last_heard_at=row.last_heard_at,
            is_ignored=row.is_ignored,
            entry_point_id=row.entry_point_id,
        )
        for row in found
    ]


def places_heard(db: Database, source: Source) -> list[Place]:
    """Return where the app's notices may carry a campaign ID, with what the last ones heard on the source carry there."""
    adapter = adapter_of(source.app)
    found = rows(db, sql(_HERE, "latest_notices"), {"account": source.account_id, "source": source.id, "limit": _NOTICES_READ})
    read = [values for row in found for values in adapter.read_places(bytes(row.body))]
    return places(source.app, read)


def places(app: str, read: Sequence[tuple[str, ...]] = ()) -> list[Place]:
    """Return an app's places with the values that were read there."""
    named = adapter_of(app).campaign_places
    seen = [Counter(values[index] for values in read if values[index]) for index in range(len(named))]
    return [
        Place(index + 1, name, [value for value, _ in counted.most_common(_SAMPLES)])
        for index, (name, counted) in enumerate(zip(named, seen, strict=True))
    ]

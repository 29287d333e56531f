"""What campaign managers enter, what guards them, and what guards decide on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Frame:
    """A time frame as instants: `starts_at <= t < ends_at`; no `ends_at` is an open end."""

    starts_at: datetime
    ends_at: datetime | None

    def holds(self, at: datetime) -> bool:
        """Return whether an instant is in the frame."""
        return self.starts_at <= at and (self.ends_at is None or at < self.ends_at)

    def meets(self, other: "Frame") -> bool:
        """Return whether some instant is in both frames."""
        return (other.ends_at is None or self.starts_at < other.ends_at) and (self.ends_at is None or other.starts_at < self.ends_at)

    def shared(self, other: "Frame") -> "Frame":
        """Return what lies in both frames; only for frames that meet."""
        ends = [frame.ends_at for frame in (self, other) if frame.ends_at is not None]
        return Frame(max(self.starts_at, other.starts_at), min(ends, default=None))

    def days(self, time_zone: str) -> tuple[date, date | None]:
        """Return its first and last day there; no last one for an open end."""
        zone, last = ZoneInfo(time_zone), None
        if self.ends_at is not None:
            last = (self.ends_at - timedelta(microseconds=1)).astimezone(zone).date()
        return self.starts_at.astimezone(zone).date(), last


class Phase(StrEnum):
    """What pages call a campaign: its state, and for a published one where it stands in its frame."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    LIVE = "live"
    ENDED = "ended"
    PAUSED = "paused"
    ARCHIVED = "archived"


class WarningCode(StrEnum):
    """The closed list of what a campaign manager is warned of; warnings never block."""

    OVERLAP = "overlap"
    NEVER_HEARD = "never_heard"
    FRAME_IN_PAST = "frame_in_past"
    SKILL_WITHOUT_PEOPLE = "skill_without_people"
    NOTE_EMPTY = "note_empty"
    NO_ENTRY_POINT = "no_entry_point"
    NUMBER_NOT_CONNECTED = "number_not_connected"
    SOURCE_NOT_CONNECTED = "source_not_connected"


@dataclass(frozen=True, slots=True)
class FieldWarning:
    """A warning beside the field that causes it: what is wrong, then what will come of it and what to do.

    `engagement_id` is None where it concerns the campaign itself, and 0 for an engagement that is not stored yet.
    """

    code: WarningCode
    what: str
    then: str
    field: str
    engagement_id: int | None = None

    @property
    def message(self) -> str:
        """Return all of it as one text."""
        return f"{self.what} {self.then}"


@dataclass(frozen=True, slots=True)
class Claimed:
    """An entry point as the warnings see it. `id` is 0 for one that is not in the library yet.

    `is_heard`: a broadcast of this campaign ID has come. `holders`: the connected sources that have this number; None for a campaign ID.
    """

    id: int
    label: str
    is_heard: bool
    holders: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Claimant:
    """An engagement as the warnings see it: what it claims, when, and what is known of its parts."""

    campaign_id: int
    campaign_name: str
    engagement_id: int
    engagement_number: int
    engagement_name: str
    enabled: bool
    frame: Frame
    time_zone: str
    entry_points: tuple[Claimed, ...]
    skill_name: str
    skill_has_people: bool
    source_name: str
    source_is_connected: bool
    has_note: bool
    is_published: bool = True


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two engagements that claim one entry point while both frames hold, and which of them gets the replies then."""

    claimant: Claimant
    rival: Claimant
    entry_point: Claimed
    during: Frame
    wins: bool


@dataclass(frozen=True, slots=True)
class Change:
    """One field of a campaign or engagement, as it was and as it became; values are as they are stored."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Since:
    """What became of something after a version of it, and by whom, each named once in their order."""

    changes: tuple[Change, ...] = ()
    actors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One version of a campaign, or of one of its engagements: who made it, when, and what it changed.

    `kind` is `campaign` or `engagement`; the first version of either has no changes and `is_first`.
    """

    kind: str
    id: int
    name: str
    version: int
    at: datetime
    actor: str
    changes: tuple[Change, ...]
    is_first: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCampaign:
    """What is entered to add a campaign; the last day is included, None is no end."""

    name: str
    time_zone: str
    starts_on: date
    ends_on: date | None
    goal_kind: str = "conversation"
    goal_target: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEngagement:
    """What is entered to add an engagement; authentication is on and cannot be changed."""

    name: str
    source_id: int
    skill_id: int
    language: str
    note: str = ""
    entry_point_ids: Sequence[int] = ()
    enabled: bool = True
    authentication: str = "on"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """An engagement as it stands in a form, to be warned of before it is saved; `id` is 0 for a new one.

    `entry_points` are (kind, value) pairs, of the library or not. Names nobody: ids that are unknown are warned of as nothing.
    """

    id: int
    name: str
    source_id: int
    skill_id: int
    has_note: bool
    entry_points: Sequence[tuple[str, str]]
    enabled: bool = True

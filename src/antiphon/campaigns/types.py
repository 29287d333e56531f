"""What campaign managers enter, what guards them, and what guards decide on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


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
    SOURCE_NOT_CONNECTED = "source_not_connected"


@dataclass(frozen=True, slots=True)
class FieldWarning:
    """A warning beside the field that causes it; `engagement_id` is None where it concerns the campaign itself."""

    code: WarningCode
    message: str
    field: str
    engagement_id: int | None = None


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
    entry_points: tuple["Claimed", ...]
    skill_name: str
    skill_has_people: bool
    source_name: str
    source_is_connected: bool
    has_note: bool


@dataclass(frozen=True, slots=True)
class Claimed:
    """An entry point as the warnings see it; `is_heard`: a notice of it, or from it, has come."""

    id: int
    label: str
    is_heard: bool


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

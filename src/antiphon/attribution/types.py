"""What attribution is asked and what it says (docs/attribution.md)."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

RULE_VERSION = 1


class Found(StrEnum):
    """How the answered notice was found."""

    REFERENCE = "reference"
    CAMPAIGN_ID = "campaign_id"
    SAME_NUMBER = "same_number"
    SAME_SOURCE = "same_source"
    NONE = "none"


class Verdict(StrEnum):
    """What became of a reply. The rule never gives `set_by_person`: a link by hand does."""

    LINKED_BY_CAMPAIGN_ID = "linked_by_campaign_id"
    LINKED_BY_PHONE_NUMBER = "linked_by_phone_number"
    OUT_OF_FRAME = "out_of_frame"
    NO_ENTRY_POINT = "no_entry_point"
    NO_BROADCAST = "no_broadcast"
    SET_BY_PERSON = "set_by_person"

    @property
    def is_linked(self) -> bool:
        """Return whether the rule linked an engagement."""
        return self in (Verdict.LINKED_BY_CAMPAIGN_ID, Verdict.LINKED_BY_PHONE_NUMBER)


class EntryPointKind(StrEnum):
    """What the value of an entry point is."""

    CAMPAIGN_ID = "campaign_id"
    PHONE_NUMBER = "phone_number"


class Question(msgspec.Struct, frozen=True, gc=False):
    """A reply or an opt-out by text, as far as the rule asks. Keys are folded; empty is none. `answers_us`: it held our own mark."""

    consumer_id: UUID
    source_id: int
    replied_at: datetime
    to_key: str
    campaign_key: str = ""
    reference: str = ""
    answers_us: bool = False


class Outcome(msgspec.Struct, frozen=True, gc=False):
    """The decision on one question. Of a missing notice or engagement everything is None or ''.

    `campaign_key` is the question's own after step 0; `notice_counted_*` is what the notice is counted under.
    """

    notice_id: UUID | None
    notice_external_campaign: str
    notice_campaign_key: str
    notice_sender_key: str
    notice_sent_at: datetime | None
    notice_counted_campaign_id: int | None
    notice_counted_engagement_id: int | None
    notice_counted_entry_point_id: int | None
    notice_counted_skill_id: int | None
    notice_counted_language: str
    found: Found
    verdict: Verdict
    campaign_key: str
    engagement_id: int | None
    engagement_version: int | None
    campaign_id: int | None
    campaign_type: str
    goal_kind: str
    entry_point_id: int | None
    entry_point_kind: str
    skill_id: int | None
    language: str
    note: str


class Unclaimed(msgspec.Struct, frozen=True, gc=False):
    """A notice (its external campaign, sender and `sent_at`), or a reply without notice (its campaign ID, no number, `replied_at`)."""

    source_id: int
    campaign_key: str
    number_key: str
    at: datetime


class Claim(msgspec.Struct, frozen=True, gc=False):
    """What a fact is counted under."""

    campaign_id: int
    engagement_id: int
    entry_point_id: int
    skill_id: int
    language: str

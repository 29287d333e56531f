"""Facts after normalising: what the line takes. Phones are E.164, instants aware UTC, keys folded, ids given."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from uuid import UUID

import msgspec


class NoticeFact(msgspec.Struct, frozen=True, gc=False):
    """One consumer was sent one broadcast text."""

    id: UUID
    arrival_id: UUID | None
    source_id: int
    phone: str
    external_campaign: str
    campaign_key: str
    sender: str
    sender_key: str
    text: str
    sent_at: datetime
    sent_at_is_receipt: bool
    received_at: datetime
    dedupe_key: bytes
    reference: str = ""


class ReplyFact(msgspec.Struct, frozen=True, gc=False):
    """One inbound text that is not an opt-out. `answers_us`: a grouping held our own mark."""

    id: UUID
    arrival_id: UUID | None
    source_id: int
    phone: str
    to_number: str
    to_key: str
    text: str
    media: tuple[tuple[str, str], ...]
    external_campaign: str
    campaign_key: str
    reference: str
    answers_us: bool
    replied_at: datetime
    received_at: datetime
    dedupe_key: bytes
    mentions_stop: bool = False


class ReportFact(msgspec.Struct, frozen=True, gc=False):
    """The provider's word on one message, matched to an answer or a notice by the line."""

    id: UUID
    arrival_id: UUID | None
    source_id: int
    phone: str
    reference: str
    state: str
    reason: str
    detail: str
    reported_at: datetime | None
    received_at: datetime
    dedupe_key: bytes


class InstructionFact(msgspec.Struct, frozen=True, gc=False):
    """An opt-out (`is_out`) or its reversal; one that came as a text keeps what attribution needs."""

    id: UUID
    arrival_id: UUID | None
    source_id: int
    phone: str
    is_out: bool
    scope: str
    number: str
    how: str
    text: str
    at: datetime
    received_at: datetime
    dedupe_key: bytes
    to_key: str = ""
    campaign_key: str = ""
    reference: str = ""
    answers_us: bool = False


@dataclass(slots=True)
class Facts:
    """The fresh facts of one account in one batch; any list may be empty."""

    notices: list[NoticeFact] = field(default_factory=list)
    replies: list[ReplyFact] = field(default_factory=list)
    reports: list[ReportFact] = field(default_factory=list)
    instructions: list[InstructionFact] = field(default_factory=list)

    def all(self) -> Iterator[NoticeFact | ReplyFact | ReportFact | InstructionFact]:
        """Give every fact of the batch."""
        return chain(self.notices, self.replies, self.reports, self.instructions)

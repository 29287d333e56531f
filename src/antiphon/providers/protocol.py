"""What an adapter is: the facts it parses webhooks into, the requests it builds, the capabilities it declares."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

import msgspec


class HookKind(StrEnum):
    """The webhooks of a source; the last part of `/hooks/{source key}/{kind}`."""

    NOTICE = "notice"
    REPLY = "reply"
    REPORT = "report"
    OPT_OUT = "opt_out"


class DeliveryState(StrEnum):
    """Delivery states in climbing order: the higher wins, whatever the order they come in."""

    UNKNOWN = "unknown"
    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    DELIVERED = "delivered"
    READ = "read"


class Reason(StrEnum):
    """The closed list of why an answer was refused or not delivered."""

    OPTED_OUT = "opted_out"
    INVALID_NUMBER = "invalid_number"
    INVALID_SENDER = "invalid_sender"
    CONTENT_REFUSED = "content_refused"
    NO_CREDIT = "no_credit"
    NOT_AUTHORISED = "not_authorised"
    RATE_LIMITED = "rate_limited"
    UNREACHABLE = "unreachable"
    EXPIRED = "expired"
    BLOCKED = "blocked"
    PROVIDER_UNAVAILABLE = "provider_unavailable"
    MALFORMED = "malformed"
    UNDELIVERED = "undelivered"


class OptOutScope(StrEnum):
    """How far an opt-out reaches."""

    NUMBER = "number"
    SOURCE = "source"
    ACCOUNT = "account"


class OptOutHow(StrEnum):
    """How an opt-out reached us."""

    STOP_WORD = "stop_word"
    PROVIDER_FLAG = "provider_flag"
    WEBHOOK = "webhook"
    IMPORT = "import"
    REFUSED_SEND = "refused_send"


@dataclass(frozen=True, slots=True)
class SourceSettings:
    """What an adapter may know of a source. Secrets are kept out of `repr`."""

    account_id: int
    id: int
    app: str
    product_token: str = field(repr=False)
    notice_tokens: tuple[str, ...] = field(repr=False)
    numbers: tuple[str, ...]
    campaign_grouping: int = 1
    home_region: str | None = None
    stop_words: frozenset[str] = frozenset()
    look_back: timedelta = timedelta(days=30)
    notice_tolerance: timedelta = timedelta(minutes=10)


def topic(source_id: int) -> str:
    """Return what pages listen to for what a source hears and is told of, without hearing of every notice."""
    return f"heard:{source_id}"


class Hook(msgspec.Struct, frozen=True, gc=False):
    """One webhook request as it came in. Header names are lower case; `received_at` is the edge's clock, aware UTC."""

    kind: HookKind
    body: bytes
    headers: Mapping[str, str]
    query: str
    received_at: datetime


class Identity(msgspec.Struct, frozen=True, gc=False):
    """What makes two facts copies of each other: equal parts; if windowed, also close in time of receipt.

    `at` is the provider's instant where one of the parts says it: keys are laid out by it.
    """

    parts: tuple[str | None, ...]
    window: timedelta | None = None
    at: datetime | None = None


class NoticeSent(msgspec.Struct, frozen=True, gc=False):
    """One consumer was sent one broadcast text. `sent_at` is None where the provider does not say."""

    identity: Identity
    phone: str
    sender: str
    text: str
    external_campaign: str = ""
    sent_at: datetime | None = None
    reference: str | None = None


class Media(msgspec.Struct, frozen=True, gc=False):
    """A picture or file that came with a reply."""

    url: str
    content_type: str = ""


class ReplyReceived(msgspec.Struct, frozen=True, gc=False):
    """One inbound text. `answers_us`: a grouping holds our own mark; `opt_out`: the provider flags it so."""

    identity: Identity
    phone: str
    to: str
    text: str
    external_campaign: str = ""
    reference: str | None = None
    answers_us: bool = False
    replied_at: datetime | None = None
    media: tuple[Media, ...] = ()
    opt_out: bool = False


class DeliveryReported(msgspec.Struct, frozen=True, gc=False):
    """The provider's word on one message. `reason` for failures; `detail` is the provider's own code and words."""

    identity: Identity
    phone: str
    reference: str
    state: DeliveryState
    reason: Reason | None = None
    detail: str = ""
    reported_at: datetime | None = None


class OptedOut(msgspec.Struct, frozen=True, gc=False):
    """A consumer's standing instruction not to be messaged, by the provider's opt-out webhook."""

    identity: Identity
    phone: str
    scope: OptOutScope = OptOutScope.SOURCE
    number: str = ""
    opted_out_at: datetime | None = None


class OptedIn(msgspec.Struct, frozen=True, gc=False):
    """The provider takes an opt-out back."""

    identity: Identity
    phone: str
    scope: OptOutScope = OptOutScope.SOURCE
    number: str = ""
    opted_in_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Unrecognised:
    """Authentic, but not to be understood: kept and quarantined. `why` is for the administrator."""

    why: str


@dataclass(frozen=True, slots=True)
class Echo:
    """Our own answer coming back as a notice: stored as arrived, no notice."""


Fact = NoticeSent | ReplyReceived | DeliveryReported | OptedOut | OptedIn
Parsed = Fact | Unrecognised | Echo


class Forbidden(Exception):  # noqa: N818 - reads as the answer it becomes
    """The request does not prove that it comes from the provider: 401, nothing is stored."""


class Malformed(Exception):  # noqa: N818 - reads as the state it becomes
    """The body cannot be parsed; the message says what is wrong with it, without its contents."""


@dataclass(frozen=True, slots=True)
class OutgoingText:
    """One answer on its way out. `to` is E.164; `sender` as the source's number; `reference` 32 hexadecimal digits."""

    to: str = field(repr=False)
    sender: str
    text: str = field(repr=False)
    reference: str


@dataclass(frozen=True, slots=True)
class HttpCall:
    """One HTTP request to the provider, built by an adapter, made by the transport."""

    method: str
    url: str
    headers: dict[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class SendResult:
    """What the provider said about one outgoing text: accepted, or refused with a reason; `retry` if it may be tried again."""

    reference: str
    is_accepted: bool
    reason: Reason | None = None
    detail: str = ""
    retry: bool = False


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What an app can do, shown in the catalogue and obeyed by the core."""

    broadcast: bool
    two_way: bool
    delivery_reports: bool
    opt_out_feed: bool
    notice_reports_carry_reference: bool
    blocks_everything_after_opt_out: bool = False
    texts_per_call: int = 1


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """What this provider counts as received."""

    status: int = 200
    body: bytes = b""
    content_type: str = "text/plain"


class Adapter(Protocol):
    """One provider. All methods are pure: bytes in, facts or bytes out."""

    app: str
    title: str
    default_base_url: str
    capabilities: Capabilities
    acknowledgement: Acknowledgement
    default_stop_words: frozenset[str]
    campaign_places: tuple[str, ...]
    """Where a notice may carry the campaign ID, by the provider's own names; a source's `campaign_grouping` counts them from 1."""

    def read_places(self, body: bytes) -> list[tuple[str, ...]]:
        """Return what each notice of a webhook carries in the `campaign_places`; nothing for what cannot be read. Verifies nothing."""
        ...

    def parse(self, hook: Hook, *, source: SourceSettings) -> list[Parsed]:
        """Verify and parse one webhook. Raises Forbidden, Malformed."""
        ...

    def send(self, texts: list[OutgoingText], *, source: SourceSettings, base_url: str) -> HttpCall:
        """Build the request that sends these texts."""
        ...

    def read_send(self, status: int, body: bytes, *, texts: list[OutgoingText]) -> list[SendResult]:
        """Read the provider's answer: one result per text, in their order. Raises Malformed when it cannot be told."""
        ...

    def confirm(self, *, source: SourceSettings, base_url: str) -> HttpCall | None:
        """Build a request that proves the product token without sending anything, or None where there is no such call."""
        ...

    def read_confirm(self, status: int, body: bytes) -> bool | None:
        """Read the answer to `confirm`: whether the token holds, None when the answer does not tell."""
        ...

    def campaign_id_in(self, pasted: str) -> str:
        """Return the campaign ID that a person pasted: as it is, or out of the address of the campaign's page in this provider's tool."""
        ...

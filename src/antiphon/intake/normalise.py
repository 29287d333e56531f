"""Turns what an adapter parsed into the facts the line takes, and gives each the keys that make its copies one fact."""

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache, partial
from typing import Any
from uuid import UUID

import msgspec

from antiphon.intake.types import InstructionFact, NoticeFact, ReplyFact, ReportFact
from antiphon.kit.ids import uuid7
from antiphon.kit.keys import clean, fingerprint, fold, placed
from antiphon.kit.phones import Kind, Number, normalise
from antiphon.providers.protocol import (
    DeliveryReported,
    Echo,
    Fact,
    Identity,
    NoticeSent,
    OptedIn,
    OptedOut,
    OptOutHow,
    OptOutScope,
    Parsed,
    ReplyReceived,
    SourceSettings,
    Unrecognised,
)
from antiphon.providers.stop_words import is_stop, mentions_stop

AHEAD = timedelta(minutes=2)
BEHIND = timedelta(days=32)
CONSUMER_LIMIT, NUMBER_LIMIT, CAMPAIGN_LIMIT, REFERENCE_LIMIT = 32, 64, 200, 64

Signer = Callable[[datetime], bytes]
LineFact = NoticeFact | ReplyFact | ReportFact | InstructionFact


class FactKind(StrEnum):
    """What a fact came as, part of its keys: a text is a `reply` here also when it turns out to be an opt-out."""

    NOTICE = "notice"
    REPLY = "reply"
    REPORT = "report"
    OPT_OUT = "opt_out"
    OPT_IN = "opt_in"


class Unusable(Exception):  # noqa: N818 - not an error: the arrival is quarantined with this reason
    """A fact of an authentic webhook that cannot be taken down the line; the message is for the administrator."""


class KeyedFact(msgspec.Struct, frozen=True, gc=False):
    """One fact on its way to the line: `keys` decide whether it is a copy of one before, `kind` says what it came as."""

    kind: FactKind
    arrival_id: UUID
    keys: tuple[bytes, ...]
    fact: LineFact


class Context(msgspec.Struct, frozen=True, gc=False):
    """What a fact takes from the request it came in."""

    arrival_id: UUID
    received_at: datetime
    source: SourceSettings


def facts_of(parsed: list[Parsed], *, arrival_id: UUID, received_at: datetime, source: SourceSettings) -> tuple[list[KeyedFact], str]:
    """Return the usable facts of one arrival in their order, and why the others are not usable ('' when all are)."""
    context = Context(arrival_id, received_at, source)
    found: list[KeyedFact] = []
    reasons: list[str] = []
    for one in parsed:
        if isinstance(one, Echo):
            continue
        try:
            found.append(keyed(one, context=context))
        except Unusable as unusable:
            reasons.append(str(unusable))
    return found, "; ".join(dict.fromkeys(reasons))


def keyed(parsed: Fact | Unrecognised, *, context: Context) -> KeyedFact:
    """Return one fact with its keys. Raises Unusable."""
    if isinstance(parsed, Unrecognised):
        raise Unusable(parsed.why)
    kind, build = _BUILDERS[type(parsed)]
    keys = keys_of(kind, parsed.identity, received_at=context.received_at)
    signed = partial(order_key, parsed.identity, keys)
    return KeyedFact(kind, context.arrival_id, keys, build(parsed, context, signed))


def keys_of(kind: FactKind, identity: Identity, *, received_at: datetime) -> tuple[bytes, ...]:
    """Return the dedupe keys of a fact: one, or for a windowed identity one for its window and one for the next.

    A fact is a copy when any of its keys is taken; a copy takes its own keys too. So copies at most one window apart
    always share a key with the one before, and repeats at least two windows apart never do. A key begins with the minute
    that the provider gives, or its window's (of whole minutes), so that the keys of a day lie together.
    """
    if identity.window is None:
        minute = 0 if identity.at is None else int(identity.at.timestamp() // 60)
        return (placed(fingerprint((kind, *identity.parts)), minute),)
    seconds = identity.window.total_seconds()
    number = int(received_at.timestamp() // seconds)
    told = fingerprint((kind, *identity.parts))
    return (placed(told, int(number * seconds // 60)), placed(told, int((number + 1) * seconds // 60)))


def order_key(identity: Identity, keys: tuple[bytes, ...], at: datetime) -> bytes:
    """Return the key that orders facts of one instant: equal for the same fact, whatever order its copies came in."""
    if identity.window is None:
        return keys[0]
    return keys[0][_PLACE : _PLACE + 8] + micros(at).to_bytes(8, "big", signed=True)


def micros(at: datetime) -> int:
    """Return an instant as whole microseconds since 1970, without the rounding of a float."""
    return (at - _EPOCH) // _MICROSECOND


def instant(given: datetime | None, *, received_at: datetime) -> datetime:
    """Return the provider's time if it gave one that can be true, else the time of receipt."""
    if given is None or given - received_at > AHEAD or received_at - given > BEHIND:
        return received_at
    return given


def _notice(parsed: NoticeSent, context: Context, signed: Signer) -> NoticeFact:
    received_at = context.received_at
    is_receipt = parsed.sent_at is None or parsed.sent_at - received_at > AHEAD
    sent_at = received_at if is_receipt or parsed.sent_at is None else parsed.sent_at
    sender = _other_number(parsed.sender, context.source)
    campaign, campaign_key = _campaign(parsed.external_campaign)
    return NoticeFact(
        id=uuid7(received_at),
        arrival_id=context.arrival_id,
        source_id=context.source.id,
        phone=_consumer(parsed.phone, context.source),
        external_campaign=campaign,
        campaign_key=campaign_key,
        sender=sender.value,
        sender_key=sender.key,
        text=clean(parsed.text),
        sent_at=sent_at,
        sent_at_is_receipt=is_receipt,
        received_at=received_at,
        dedupe_key=signed(sent_at),
        reference=_reference(parsed.reference),
    )


def _text(parsed: ReplyReceived, context: Context, signed: Signer) -> ReplyFact | InstructionFact:
    """Return an opt-out when the provider flags it or the whole message is a stop word, else a reply."""
    if parsed.opt_out:
        return _opt_out_by_text(parsed, context, signed, how=OptOutHow.PROVIDER_FLAG)
    if is_stop(parsed.text, context.source.stop_words):
        return _opt_out_by_text(parsed, context, signed, how=OptOutHow.STOP_WORD)
    return _reply(parsed, context, signed)


def _reply(parsed: ReplyReceived, context: Context, signed: Signer) -> ReplyFact:
    replied_at = instant(parsed.replied_at, received_at=context.received_at)
    to = _other_number(parsed.to, context.source)
    campaign, campaign_key = _campaign(parsed.external_campaign)
    return ReplyFact(
        id=uuid7(context.received_at),
        arrival_id=context.arrival_id,
        source_id=context.source.id,
        phone=_consumer(parsed.phone, context.source),
        to_number=to.value,
        to_key=to.key,
        text=clean(parsed.text),
        media=tuple((clean(item.url), clean(item.content_type)) for item in parsed.media),
        external_campaign=campaign,
        campaign_key=campaign_key,
        reference=_reference(parsed.reference),
        answers_us=parsed.answers_us,
        replied_at=replied_at,
        received_at=context.received_at,
        dedupe_key=signed(replied_at),
        mentions_stop=mentions_stop(parsed.text, context.source.stop_words),
    )


def _opt_out_by_text(parsed: ReplyReceived, context: Context, signed: Signer, *, how: OptOutHow) -> InstructionFact:
    at = instant(parsed.replied_at, received_at=context.received_at)
    to = _other_number(parsed.to, context.source)
    return InstructionFact(
        id=uuid7(context.received_at),
        arrival_id=context.arrival_id,
        source_id=context.source.id,
        phone=_consumer(parsed.phone, context.source),
        is_out=True,
        scope=OptOutScope.SOURCE,
        number="",
        how=how,
        text=clean(parsed.text),
        at=at,
        received_at=context.received_at,
        dedupe_key=signed(at),
        to_key=to.key,
        campaign_key=_campaign(parsed.external_campaign)[1],
        reference=_reference(parsed.reference),
        answers_us=parsed.answers_us,
    )


def _report(parsed: DeliveryReported, context: Context, signed: Signer) -> ReportFact:
    if len(parsed.reference) > REFERENCE_LIMIT:
        raise Unusable(f"a reference of more than {REFERENCE_LIMIT} characters")
    return ReportFact(
        id=uuid7(context.received_at),
        arrival_id=context.arrival_id,
        source_id=context.source.id,
        phone=_consumer(parsed.phone, context.source),
        reference=_reference(parsed.reference),
        state=parsed.state,
        reason=parsed.reason or "",
        detail=clean(parsed.detail),
        reported_at=parsed.reported_at,
        received_at=context.received_at,
        dedupe_key=signed(parsed.reported_at or context.received_at),
    )


def _instruction(parsed: OptedOut | OptedIn, context: Context, signed: Signer) -> InstructionFact:
    is_out = isinstance(parsed, OptedOut)
    given = parsed.opted_out_at if isinstance(parsed, OptedOut) else parsed.opted_in_at
    at = instant(given, received_at=context.received_at)
    number = _other_number(parsed.number, context.source).value
    if len(number) > CONSUMER_LIMIT:
        raise Unusable(f"a sending number of more than {CONSUMER_LIMIT} characters")
    return InstructionFact(
        id=uuid7(context.received_at),
        arrival_id=context.arrival_id,
        source_id=context.source.id,
        phone=_consumer(parsed.phone, context.source),
        is_out=is_out,
        scope=parsed.scope,
        number=number,
        how=OptOutHow.WEBHOOK,
        text="",
        at=at,
        received_at=context.received_at,
        dedupe_key=signed(at),
    )


def _consumer(raw: str, source: SourceSettings) -> str:
    number = normalise(clean(raw), home_region=source.home_region)
    if number.kind is Kind.NAME or len(number.value) > CONSUMER_LIMIT:
        raise Unusable("the consumer's number is not a phone number")
    return number.value


def _other_number(raw: str, source: SourceSettings) -> Number:
    return _number(raw, source.home_region)


@lru_cache(maxsize=1024)  # a source has few numbers, and every webhook names one of them
def _number(raw: str, home_region: str | None) -> Number:
    number = normalise(clean(raw), home_region=home_region)
    if max(len(number.value), len(number.key)) > NUMBER_LIMIT:
        raise Unusable(f"a sender or number of more than {NUMBER_LIMIT} characters")
    return number


def _campaign(raw: str) -> tuple[str, str]:
    if not raw:
        return "", ""
    value, key = clean(raw).strip(), fold(raw)
    if max(len(value), len(key)) > CAMPAIGN_LIMIT:
        raise Unusable(f"a campaign ID of more than {CAMPAIGN_LIMIT} characters")
    return value, key


def _reference(raw: str | None) -> str:
    """Return a reference, or nothing for one too long to be any that is known: an unknown reference says nothing."""
    if not raw:
        return ""
    value = clean(raw).strip()
    return value if len(value) <= REFERENCE_LIMIT else ""


_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
_PLACE = 4
_MICROSECOND = timedelta(microseconds=1)
_Builder = Callable[[Any, Context, Signer], LineFact]
_BUILDERS: dict[type, tuple[FactKind, _Builder]] = {
    NoticeSent: (FactKind.NOTICE, _notice),
    ReplyReceived: (FactKind.REPLY, _text),
    DeliveryReported: (FactKind.REPORT, _report),
    OptedOut: (FactKind.OPT_OUT, _instruction),
    OptedIn: (FactKind.OPT_IN, _instruction),
}

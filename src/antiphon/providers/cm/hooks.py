"""CM's webhooks, parsed: notices, replies of both generations, status reports, and opt-outs in our own form."""

import hmac
from collections.abc import Callable
from datetime import timedelta

from antiphon.providers.cm.codes import DELIVERY_REASONS, DELIVERY_STATES
from antiphon.providers.protocol import (
    DeliveryReported,
    DeliveryState,
    Echo,
    Forbidden,
    HookKind,
    Identity,
    Media,
    NoticeSent,
    OptedIn,
    OptedOut,
    OptOutScope,
    Parsed,
    Reason,
    ReplyReceived,
    SourceSettings,
    Unrecognised,
)
from antiphon.providers.reading import Json, Odd, required, text, utc_time

MARK = "antiphon-answer"
REPLY_WINDOW = timedelta(minutes=10)
NOTICE_WINDOW = timedelta(hours=12)
_GROUPING_COUNT = 3
GROUPINGS = ("customGrouping", "customGrouping2", "customGrouping3")
_DETAIL_LIMIT = 200

Record = dict[str, Json]
Reader = Callable[[Record, SourceSettings], list[Parsed]]


def parse(kind: HookKind, value: Json, *, source: SourceSettings) -> list[Parsed]:
    """Return the facts of one webhook body. CM sends one object a request; a list of them is understood too. Raises Forbidden."""
    found = value if isinstance(value, list) else [value]
    if kind is HookKind.NOTICE:
        for item in found:
            _verify(item, tokens=source.notice_tokens)
        if not found:
            raise Forbidden("no notice token")
    if not found:
        return [Unrecognised("an empty list")]
    reader = _READERS[kind]
    return [fact for item in found for fact in _read_item(reader, item, source=source)]


def _read_item(reader: Reader, item: Json, *, source: SourceSettings) -> list[Parsed]:
    if not isinstance(item, dict):
        return [Unrecognised("not a JSON object")]
    try:
        return reader(item, source)
    except Odd as odd:
        return [Unrecognised(str(odd))]


def _verify(item: Json, *, tokens: tuple[str, ...]) -> None:
    """Compare with every token that is still valid, each in constant time. Raises Forbidden."""
    given = item.get("webhooktoken") if isinstance(item, dict) else None
    if not isinstance(given, str):
        raise Forbidden("no notice token")
    offered = given.encode(errors="replace")
    matches = [hmac.compare_digest(offered, token.encode()) for token in tokens if token]
    if not any(matches):
        raise Forbidden("wrong notice token")


def read_notice(item: Record, source: SourceSettings) -> list[Parsed]:
    """Read an MT webhook: one consumer was sent one text. With our mark it is the echo of an answer."""
    groupings = [text(item.get(name), name=name) for name in GROUPINGS]
    if MARK in groupings:
        return [Echo()]
    phone, sender = (required(item.get("to"), name="to"), required(item.get("from"), name="from"))
    body = text(item.get("body"), name="body")
    identity = Identity(("notice", sender, phone, *groupings, body), NOTICE_WINDOW)
    campaign = groupings[source.campaign_grouping - 1]
    return [NoticeSent(identity=identity, phone=phone, sender=sender, text=body, external_campaign=campaign)]


def read_groupings(value: Json) -> list[tuple[str, ...]]:
    """Return the groupings of each notice in a webhook's body, our own mark left out."""
    found = value if isinstance(value, list) else [value]
    return [tuple(_grouping(item, name) for name in GROUPINGS) for item in found if isinstance(item, dict)]


def _grouping(item: Record, name: str) -> str:
    try:
        value = text(item.get(name), name=name)
    except Odd:
        return ""
    return "" if value == MARK else value.strip()


def read_reply(item: Record, source: SourceSettings) -> list[Parsed]:
    """Read an MO webhook of either generation: flat texts, or objects for the numbers and the message."""
    _refuse_notice(item)
    _refuse_other_channel(item)
    phone, to = _number(item, "from"), _number(item, "to")
    words, media = _message(item)
    groupings = _reply_groupings(item.get("groupings"))
    reference = text(item.get("reference"), name="reference")
    time = text(item.get("timeUtc"), name="timeUtc")
    replied_at = utc_time(time)
    parts = (phone, to, words, reference, *groupings, *(picture.url.partition("?")[0] for picture in media))
    return [
        ReplyReceived(
            identity=Identity(("reply", *parts), REPLY_WINDOW)
            if replied_at is None
            else Identity(("reply at", time, *parts), at=replied_at),
            phone=phone,
            to=to,
            text=words,
            external_campaign=_campaign(groupings, source=source),
            reference=reference or None,
            answers_us=MARK in groupings,
            replied_at=replied_at,
            media=media,
        )
    ]


def _refuse_notice(item: Record) -> None:
    if "webhooktoken" in item:
        raise Odd("this is a notice: give CM the notice URL for its MT webhook")


def _refuse_other_channel(item: Record) -> None:
    channel = text(item.get("channel"), name="channel").strip()
    if channel and channel.casefold() != "sms":
        raise Odd(f"a reply on the channel {channel[:20]}, not SMS")


def _number(item: Record, name: str) -> str:
    value = item.get(name)
    return required(value.get("number"), name=f"{name}.number") if isinstance(value, dict) else required(value, name=name)


def _message(item: Record) -> tuple[str, tuple[Media, ...]]:
    message = item.get("message")
    if not isinstance(message, dict):
        return text(item.get("body") if message is None else message, name="body"), ()
    return text(message.get("text"), name="message.text"), _media(message.get("media"))


def _media(value: Json) -> tuple[Media, ...]:
    found = value if isinstance(value, list) else [value]
    pictures = (
        Media(text(item.get("mediaUri"), name="mediaUri"), text(item.get("contentType"), name="contentType"))
        for item in found
        if isinstance(item, dict)
    )
    return tuple(picture for picture in pictures if picture.url)


def _reply_groupings(value: Json) -> tuple[str, str, str]:
    """Return three groupings whatever came: a list, a shorter one, null; what stands in for nothing is empty."""
    given = value if isinstance(value, list) else []
    texts = [text(item, name="groupings") for item in given[:_GROUPING_COUNT]]
    first, second, third = (*texts, "", "", "")[:_GROUPING_COUNT]
    return first, second, third


def _campaign(groupings: tuple[str, str, str], *, source: SourceSettings) -> str:
    campaign = groupings[source.campaign_grouping - 1]
    return "" if campaign == MARK else campaign


def read_report(item: Record, _source: SourceSettings) -> list[Parsed]:
    """Read a status report: `messages.msg` is one object, or a list of them."""
    messages = item.get("messages")
    found = messages.get("msg") if isinstance(messages, dict) else None
    if isinstance(found, dict):
        return [_read_status(found)]
    if not isinstance(found, list) or not found:
        raise Odd("no `messages.msg`: this is not a status report")
    return [_status_or_odd(message) for message in found]


def _status_or_odd(message: Json) -> Parsed:
    try:
        return _read_status(message)
    except Odd as odd:
        return Unrecognised(str(odd))


def _read_status(message: Json) -> Parsed:
    status = message.get("status") if isinstance(message, dict) else None
    if not isinstance(message, dict) or not isinstance(status, dict):
        raise Odd("a status report without `status`")
    phone, reference = (required(message.get("to"), name="to"), text(message.get("reference"), name="reference"))
    code, error = (required(status.get("code"), name="status.code").strip(), text(status.get("errorCode"), name="errorCode").strip())
    words = text(status.get("errorDescription"), name="errorDescription").strip()
    state = DELIVERY_STATES.get(code, DeliveryState.UNKNOWN)
    received = text(message.get("received"), name="received")
    return DeliveryReported(
        identity=Identity(("report", reference, phone, code, error, received)),
        phone=phone,
        reference=reference,
        state=state,
        reason=DELIVERY_REASONS.get(error, Reason.UNDELIVERED) if state is DeliveryState.FAILED else None,
        detail=" ".join(part for part in (code, error, words) if part)[:_DETAIL_LIMIT],
    )


def read_opt_out(item: Record, _source: SourceSettings) -> list[Parsed]:
    """Read an opt-out in our own form (docs/providers/cm.md), which CM has not confirmed; anything else is not recognised."""
    kind, scope = (text(item.get("kind"), name="kind"), text(item.get("scope"), name="scope") or OptOutScope.SOURCE)
    if kind not in {"opt_out", "opt_in"} or scope not in set(OptOutScope):
        raise Odd("an opt-out webhook in a form that is not known")
    phone, sender = (required(item.get("number"), name="number"), text(item.get("sender"), name="sender"))
    if scope == OptOutScope.NUMBER and not sender:
        raise Odd("an opt-out from one number without `sender`")
    time = text(item.get("timeUtc"), name="timeUtc")
    at = utc_time(time)
    identity = Identity((kind, phone, scope, sender, time), REPLY_WINDOW if at is None else None, at)
    if kind == "opt_in":
        return [OptedIn(identity, phone, OptOutScope(scope), sender, at)]
    return [OptedOut(identity, phone, OptOutScope(scope), sender, at)]


_READERS: dict[HookKind, Reader] = {
    HookKind.NOTICE: read_notice,
    HookKind.REPLY: read_reply,
    HookKind.REPORT: read_report,
    HookKind.OPT_OUT: read_opt_out,
}

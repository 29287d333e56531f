"""Live pages: streams of server-sent events that say that something changed, beside the webhooks and without Django per stream."""

import asyncio
import json
import time
from contextlib import suppress
from functools import partial
from urllib.parse import parse_qs

from django.core.signing import BadSignature, TimestampSigner

from antiphon.config.protocols import Headers, Receive, Scope, Send
from antiphon.edge.doors import connect
from antiphon.edge.hub import Hub, Stream

TICKET_SECONDS = 60
"""How long a ticket opens a stream: a page that comes later fetches itself, and a new ticket, again."""

KEEP_ALIVE_SECONDS = 15.0
LIFE_SECONDS = 900.0
"""Longest life of a stream; its page then needs a new ticket, which only somebody who may still listen gets."""

PER_PERSON = 32
"""Streams that one person may have open."""

_NUMBER_DIGITS = 18
_EVENT_STREAM: Headers = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]

_hub = Hub(connect=partial(connect, "default"))


def ticket(account_id: int, membership_id: int, topics: list[str], position: int) -> str:
    """Return what opens a stream for the next minute: signed, and it names no more than numbers and topics."""
    return _signer().sign_object({"a": account_id, "m": membership_id, "t": topics, "p": position, "s": round(time.time(), 3)})


def hub() -> Hub:
    """Return what listens in this process, for whoever else waits for events."""
    return _hub


def stop() -> None:
    """End every stream and what listens; may be called from a signal handler: the server need not wait for readers to leave."""
    _hub.stop()


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer `GET /live/{ticket}`; `?position=` or `Last-Event-ID` resume after an event that was heard before."""
    if scope["method"] != "GET":
        await _refuse(send, 405, b"Streams are read by GET.\n", extra=[(b"allow", b"GET")])
        return
    stream = _stream(scope)
    if stream is None:
        await _refuse(send, 403, b"This ticket opens no stream: it is used within a minute of loading the page.\n")
        return
    _hub.start(asyncio.get_running_loop())
    if _hub.is_shut_out(stream):
        await _refuse(send, 403, b"The session that this ticket was made in has ended.\n")
        return
    if _hub.open_streams(stream) >= PER_PERSON:
        await _refuse(send, 429, b"Too many pages are open: close some.\n", extra=[(b"retry-after", b"30")])
        return
    leaving = asyncio.create_task(_left(receive, stream))
    try:
        _hub.join_stream(stream)
        await _tell(stream, send)
    finally:
        _hub.leave_stream(stream)
        leaving.cancel()


def _signer() -> TimestampSigner:
    return TimestampSigner(salt="antiphon.live")


def _stream(scope: Scope) -> Stream | None:
    """Return the stream that the ticket in the path opens, None if it opens none."""
    try:
        claims = _signer().unsign_object(scope["path"].removeprefix("/live/"), max_age=TICKET_SECONDS)
    except (BadSignature, ValueError):
        return None
    resumed = _resumed(scope)
    position = claims["p"] if resumed is None else resumed
    return Stream(claims["a"], claims["m"], frozenset(claims["t"]), position=position, since=claims.get("s", 0.0))


def _resumed(scope: Scope) -> int | None:
    """Return the position that the reader has heard already, if it names a usable one."""
    headers = dict(scope["headers"])
    query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
    for given in (headers.get(b"last-event-id", b"").decode("latin-1"), query.get("position", [""])[0]):
        if given.isascii() and given.isdecimal() and len(given) <= _NUMBER_DIGITS:
            return int(given)
    return None


async def _left(receive: Receive, stream: Stream) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    stream.end()


async def _tell(stream: Stream, send: Send) -> None:
    """Tell changes as they come, a comment when none do, until the reader leaves, the process stops, or its time is over."""
    await send({"type": "http.response.start", "status": 200, "headers": _EVENT_STREAM})
    await send({"type": "http.response.body", "body": b"retry: 2000\n\n", "more_body": True})
    with suppress(TimeoutError):
        async with asyncio.timeout(LIFE_SECONDS):
            while not stream.is_over:
                await send({"type": "http.response.body", "body": await _next(stream), "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _next(stream: Stream) -> bytes:
    try:
        async with asyncio.timeout(KEEP_ALIVE_SECONDS):
            change = await stream.change()
    except TimeoutError:
        return b": still here\n\n"
    if change is None:
        return b""
    named = {"subjects": change.subjects, "types": change.types, "topics": change.topics}
    told = json.dumps({"position": change.position, **named}, separators=(",", ":"))
    return f"id: {change.position}\nevent: change\ndata: {told}\n\n".encode()


async def _refuse(send: Send, status: int, body: bytes, *, extra: Headers | None = None) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode()), *(extra or [])]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})

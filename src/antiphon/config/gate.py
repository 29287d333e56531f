"""The gate before pages and API: as many at a time as they have connections, bodies within limits; the rest waits, not for ever."""

import asyncio
import json

from antiphon.config.protocols import Application, Headers, Message, Receive, Scope, Send
from antiphon.config.requests import id_in, telling

MOST_WAITING = 500
"""Requests of one web worker that wait for their turn; beyond them 503 at once."""

LONGEST_WAIT_SECONDS = 10.0
SILENT_SECONDS = 30.0
"""Longest silence within a body."""

_BUSY = "The site is busy: repeat the request in a moment."


class _Refusal(Exception):  # noqa: N818 - carries the answer
    def __init__(self, status: int, code: str, told: str) -> None:
        super().__init__()
        self.status, self.code, self.told = status, code, told


def problem(status: int, code: str, told: str) -> _Refusal:
    """Return what a request is refused with."""
    return _Refusal(status, code, told)


class Gate:
    """Lets requests through once their body is whole: who sends slowly keeps nobody else waiting, and holds no thread."""

    def __init__(self, app: Application, *, at_once: int, body_bytes: int, wait_seconds: float = LONGEST_WAIT_SECONDS) -> None:
        self._app = app
        self._turns = asyncio.Semaphore(at_once)
        self._body_bytes = body_bytes
        self._wait_seconds = wait_seconds
        self._waiting = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request: 413 and 408 for bodies beyond the limits, 503 when its turn does not come."""
        passage = _Passage(self, receive, send, left=self._body_bytes)
        try:
            await self._app(scope, passage.receive, passage.send)
        except _Refusal as refusal:
            await _refuse(scope, send, refusal)
        finally:
            passage.leave()

    async def enter(self) -> None:
        """Wait for a turn. Raises _Refusal."""
        if self._waiting >= MOST_WAITING:
            raise problem(503, "try_again", _BUSY)
        self._waiting += 1
        try:
            async with asyncio.timeout(self._wait_seconds):
                await self._turns.acquire()
        except TimeoutError:
            raise problem(503, "try_again", _BUSY) from None
        finally:
            self._waiting -= 1

    def leave(self) -> None:
        """Let the next one in."""
        self._turns.release()


class _Passage:
    """One request on its way through: in when its body is whole, out when its answer begins."""

    def __init__(self, gate: Gate, receive: Receive, send: Send, *, left: int) -> None:
        self._gate, self._receive, self._send, self._left = gate, receive, send, left
        self._is_whole = self._is_in = False

    async def receive(self) -> Message:
        """Give the next part of the body, the last one when it is the request's turn."""
        if self._is_whole:
            return await self._receive()
        try:
            async with asyncio.timeout(SILENT_SECONDS):
                message = await self._receive()
        except TimeoutError:
            raise problem(408, "too_slow", "The body did not come in time.") from None
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise problem(413, "too_large", "The body is larger than this site takes.")
        if message["type"] == "http.request" and not message.get("more_body", False):
            self._is_whole = True
            await self._gate.enter()
            self._is_in = True
        return message

    async def send(self, message: Message) -> None:
        """Send the answer; its turn is over when it begins, because who reads slowly must keep nobody waiting either."""
        self.leave()
        await self._send(message)

    def leave(self) -> None:
        """End its turn, once."""
        if self._is_in:
            self._is_in = False
            self._gate.leave()


async def _refuse(scope: Scope, send: Send, refusal: _Refusal) -> None:
    request_id = id_in(scope)
    is_api = scope["path"].startswith("/api/")
    headers: Headers = [
        (b"content-type", b"application/problem+json" if is_api else b"text/plain; charset=utf-8"),
        (b"retry-after", b"5"),
        (b"cache-control", b"no-store"),
        (b"connection", b"close"),
    ]
    tell = telling(send, request_id)
    await tell({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await tell({"type": "http.response.body", "body": _document(refusal, request_id) if is_api else f"{refusal.told}\n".encode()})


def _document(refusal: _Refusal, request_id: str) -> bytes:
    told = {"type": f"/api/v1/docs#{refusal.code}", "title": "Not taken", "status": refusal.status, "code": refusal.code}
    return json.dumps(told | {"detail": refusal.told, "request_id": request_id}).encode()

"""The event stream's long poll: who waits does so here, without Django; Django checks the key and reads, once there is something."""

import asyncio
from collections.abc import MutableMapping
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qsl, urlencode

from antiphon.config.protocols import Application, Receive, Scope, Send
from antiphon.edge.live import hub
from antiphon.events.types import WAITS

PATH = "/api/v1/events"
MOST_WAITING = 500
"""Calls that wait at a time, of one process; beyond them a call is answered at once, as one without `wait`."""

MOST_OF_ACCOUNT = 50
LONGEST_SECONDS = 60
_APART_SECONDS = 0.1
"""Least time between two looks of one call, however many events of other kinds come."""

_WAITS = WAITS.lower().encode()


class _Answer:
    """An answer of Django's, held back: it says itself whether it is one to wait for."""

    def __init__(self) -> None:
        self.messages: list[MutableMapping[str, Any]] = []
        self.waits: tuple[int, int] | None = None

    async def take(self, message: MutableMapping[str, Any]) -> None:
        """Keep a message, without the header that is for us."""
        if message["type"] == "http.response.start":
            told = next((value for name, value in message["headers"] if name.lower() == _WAITS), None)
            message = {**message, "headers": [pair for pair in message["headers"] if pair[0].lower() != _WAITS]}
            if told is not None:
                account_id, position = told.split()
                self.waits = int(account_id), int(position)
        self.messages.append(message)

    async def send(self, send: Send) -> None:
        """Give it to who asked."""
        for message in self.messages:
            await send(message)


def polled(app: Application) -> Application:
    """Return an application that lets calls with `wait` wait until there is an event for them, or their time is over."""

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        seconds = _seconds(scope)
        if scope["method"] != "GET" or not seconds:
            await app(scope, receive, send)
            return
        hub().start(asyncio.get_running_loop())
        gone = asyncio.Event()
        leaving = asyncio.create_task(_left(receive, gone))
        try:
            answer = await _answered(app, scope, gone, seconds=seconds)
        finally:
            leaving.cancel()
        if not gone.is_set():
            await answer.send(send)

    return application


async def _answered(app: Application, scope: Scope, gone: asyncio.Event, *, seconds: int) -> _Answer:
    """Return the first answer that has events, the last one when time is over, the first when too many wait already."""
    deadline = asyncio.get_running_loop().time() + seconds
    answer = await _ask(app, scope)
    if answer.waits is None or hub().waiting() >= MOST_WAITING or hub().waiting(answer.waits[0]) >= MOST_OF_ACCOUNT:
        return answer
    account_id, position = answer.waits
    with hub().listening(account_id) as news:
        news.set()  # what was numbered between the first look and this line
        while not hub().is_stopping:
            is_over = not await _either(news, gone, until=deadline)
            if gone.is_set():
                break
            news.clear()
            answer = await _ask(app, _further(scope, position))
            if is_over or answer.waits is None:
                break
            position = answer.waits[1]
            await asyncio.sleep(_APART_SECONDS)
    return answer


async def _either(news: asyncio.Event, gone: asyncio.Event, *, until: float) -> bool:
    """Wait for either; return False when time was over first."""
    tasks = [asyncio.create_task(one.wait()) for one in (news, gone)]
    try:
        async with asyncio.timeout_at(until):
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    except TimeoutError:
        return False
    finally:
        for task in tasks:
            task.cancel()
    return True


async def _ask(app: Application, scope: Scope) -> _Answer:
    """Have Django answer, with a body that is empty: a GET has none."""
    answer, told = _Answer(), iter([{"type": "http.request", "body": b"", "more_body": False}])

    async def receive() -> MutableMapping[str, Any]:
        for message in told:
            return message
        await asyncio.Event().wait()
        raise asyncio.CancelledError

    await app(scope, receive, answer.take)
    return answer


def _further(scope: Scope, after: int) -> Scope:
    """Return the call as one from further on: events of other kinds are not read again at each look."""
    query = [(name, value) for name, value in _query(scope) if name != "after"]
    return {**scope, "query_string": urlencode([*query, ("after", str(after))]).encode()}


def _seconds(scope: Scope) -> int:
    """Return how long the call may wait; 0 for none, and for what Django will refuse."""
    given = dict(_query(scope)).get("wait", "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 3 and int(given) <= LONGEST_SECONDS else 0  # noqa: PLR2004 - two digits


def _query(scope: Scope) -> list[tuple[str, str]]:
    return parse_qsl(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)


async def _left(receive: Receive, gone: asyncio.Event) -> None:
    with suppress(asyncio.CancelledError):
        while (await receive())["type"] != "http.disconnect":
            pass
        gone.set()

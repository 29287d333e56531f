"""The gate: so many at a time, whole bodies only, nobody waits for ever, and who is slow keeps nobody else waiting."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from antiphon.config import gate as module
from antiphon.config.gate import Gate
from antiphon.config.protocols import Message, Receive, Scope, Send

Body = list[Message | float]
WHOLE: Body = [{"type": "http.request", "body": b"yes", "more_body": False}]


class Site:
    """An application that answers when it is let, and knows how many it does at a time."""

    def __init__(self) -> None:
        self.running = self.most = 0
        self.may_answer = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI
        while (await receive()).get("more_body"):
            pass
        self.running += 1
        self.most = max(self.most, self.running)
        await self.may_answer.wait()
        self.running -= 1
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"done"})


class Client:
    """One request, and what it was answered."""

    def __init__(self, *parts: Message | float, path: str = "/", reads: Callable[[], Awaitable[object]] | None = None) -> None:
        self.scope: Scope = {"type": "http", "method": "POST", "path": path, "headers": [(b"x-request-id", b"from-a-proxy-7")]}
        self._parts = iter(parts or WHOLE)
        self._reads = reads
        self.sent: list[Message] = []

    async def receive(self) -> Message:
        for part in self._parts:
            if isinstance(part, float):
                await asyncio.sleep(part)
                continue
            return part
        await asyncio.Event().wait()
        raise AssertionError

    async def send(self, message: Message) -> None:
        self.sent.append(message)
        if self._reads is not None:
            await self._reads()

    @property
    def status(self) -> int:
        return int(self.sent[0]["status"])


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not holds():  # noqa: ASYNC110 - what is waited for has no event of its own
            await asyncio.sleep(0.001)


def gate(site: Site, **given: Any) -> Gate:
    return Gate(site, **({"at_once": 2, "body_bytes": 100} | given))


def test_no_more_than_so_many_run_and_all_are_answered() -> None:
    async def run() -> None:
        site, clients = Site(), [Client() for _ in range(9)]
        through = gate(site)
        tasks = [asyncio.create_task(through(one.scope, one.receive, one.send)) for one in clients]
        await until(lambda: site.running == 2)
        site.may_answer.set()
        await asyncio.gather(*tasks)
        assert (site.most, [one.status for one in clients]) == (2, [200] * 9)

    asyncio.run(run())


def test_who_sends_or_reads_slowly_keeps_nobody_waiting() -> None:
    async def run() -> None:
        site = Site()
        site.may_answer.set()
        through, never = gate(site), asyncio.Event()
        slow = [Client({"type": "http.request", "body": b"y", "more_body": True}) for _ in range(3)]
        lazy = [Client(reads=never.wait) for _ in range(3)]
        tasks = [asyncio.create_task(through(one.scope, one.receive, one.send)) for one in [*slow, *lazy]]
        await until(lambda: all(one.sent for one in lazy))
        quick = Client()
        async with asyncio.timeout(30):
            await through(quick.scope, quick.receive, quick.send)
        assert quick.status == 200
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    asyncio.run(run())


def test_a_turn_that_does_not_come_is_503_and_says_when_to_come_back() -> None:
    async def run() -> None:
        site = Site()
        through = gate(site, at_once=1, wait_seconds=0.01)
        first, late, page = Client(), Client(path="/api/v1/skills"), Client()
        task = asyncio.create_task(through(first.scope, first.receive, first.send))
        await until(lambda: site.running == 1)
        for one in (late, page):
            await through(one.scope, one.receive, one.send)
        assert late.status == page.status == 503
        told = json.loads(late.sent[1]["body"])
        assert (told["code"], told["status"], told["request_id"]) == ("try_again", 503, "from-a-proxy-7")
        assert {(b"retry-after", b"5"), (b"x-request-id", b"from-a-proxy-7")} <= set(late.sent[0]["headers"])
        assert page.sent[1]["body"].startswith(b"The site is busy")
        site.may_answer.set()
        await task
        again = Client()
        await through(again.scope, again.receive, again.send)
        assert first.status == again.status == 200

    asyncio.run(run())


def test_too_many_that_wait_are_refused_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_WAITING", 1)

    async def run() -> None:
        site = Site()
        through = gate(site, at_once=1, wait_seconds=30)
        clients = [Client() for _ in range(3)]
        tasks = []
        for one in clients:
            tasks.append(asyncio.create_task(through(one.scope, one.receive, one.send)))
            await asyncio.sleep(0)
        await until(lambda: any(one.sent for one in clients))
        site.may_answer.set()
        await asyncio.gather(*tasks)
        assert sorted(one.status for one in clients) == [200, 200, 503]

    asyncio.run(run())


@pytest.mark.parametrize(("size", "status"), [(100, 200), (101, 413)])
def test_a_body_beyond_the_limit(size: int, status: int) -> None:
    async def run() -> None:
        site = Site()
        site.may_answer.set()
        one = Client(
            {"type": "http.request", "body": bytes(60), "more_body": True},
            {"type": "http.request", "body": bytes(size - 60), "more_body": False},
        )
        await gate(site)(one.scope, one.receive, one.send)
        assert one.status == status

    asyncio.run(run())


def test_a_body_that_falls_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SILENT_SECONDS", 0.01)

    async def run() -> None:
        site = Site()
        site.may_answer.set()
        one = Client({"type": "http.request", "body": b"y", "more_body": True}, path="/api/v1/notices")
        await gate(site)(one.scope, one.receive, one.send)
        assert (one.status, json.loads(one.sent[1]["body"])["code"]) == (408, "too_slow")

    asyncio.run(run())

"""Sends webhooks as CM does: anything but 200 is sent again after the retry time, up to a month; with faults on demand."""

import asyncio
import random
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import httpx

from antiphon.kit import clock
from antiphon.sandbox.log import Entry, Log
from antiphon.sandbox.state import Faults, Settings

CARRIERS = 32
ANSWER_SECONDS = 20.0
_DAY = 86_400.0
_HORIZON_SECONDS = {"reply": 31 * _DAY}
_OTHER_HORIZON_SECONDS = 7 * _DAY
_OK = 200


@dataclass(frozen=True, slots=True)
class Webhook:
    """One request on its way; `told` runs when it was taken."""

    kind: str
    url: str
    body: bytes
    number: str
    reference: str = ""
    attempt: int = 1
    first_at: float = 0.0
    told: Callable[[], None] | None = None


class Postman:
    """A queue of webhooks and a bounded number of carriers."""

    def __init__(self, *, log: Log, settings: Callable[[], Settings], after: Callable[[], None]) -> None:
        self._log, self._settings, self._after = log, settings, after
        self._ready: asyncio.Queue[Webhook] = asyncio.Queue()
        self._carriers: list[asyncio.Task[None]] = []
        self.pending = 0

    def start(self) -> None:
        """Set the carriers to work."""
        trusted = ssl.create_default_context()
        self._carriers = [asyncio.create_task(self._carry(trusted)) for _ in range(CARRIERS)]

    async def stop(self) -> None:
        """Let go of what has not been delivered."""
        for carrier in self._carriers:
            carrier.cancel()
        await asyncio.gather(*self._carriers, return_exceptions=True)

    def put(self, webhook: Webhook, *, delay: float = 0.0) -> None:
        """Send a webhook, with the faults of the moment. Without URL nobody is told."""
        if not webhook.url:
            return
        webhook = replace(webhook, first_at=time.monotonic())
        for copy, wait in _with_faults(webhook, faults=self._settings().faults):
            self._later(copy, delay=delay + wait)

    def _later(self, webhook: Webhook, *, delay: float) -> None:
        self.pending += 1
        if delay > 0:
            asyncio.get_running_loop().call_later(delay, self._ready.put_nowait, webhook)
        else:
            self._ready.put_nowait(webhook)

    async def _carry(self, trusted: ssl.SSLContext) -> None:
        # A client for each carrier: one pool of 32 connections took three times as long a webhook (2026-11-22: 2.3 and 0.7 ms).
        limits = httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=4.0)
        async with httpx.AsyncClient(timeout=ANSWER_SECONDS, limits=limits, trust_env=False, verify=trusted) as client:
            while True:
                await self._deliver(client, await self._ready.get())

    async def _deliver(self, client: httpx.AsyncClient, webhook: Webhook) -> None:
        began = time.monotonic()
        status, outcome = await self._attempt(client, webhook)
        self.pending -= 1
        self._note(webhook, status=status, outcome=outcome, seconds=time.monotonic() - began)
        if status != _OK:
            self._again(webhook)
        elif webhook.told is not None:
            webhook.told()
        self._after()

    async def _attempt(self, client: httpx.AsyncClient, webhook: Webhook) -> tuple[int, str]:
        try:
            response = await client.post(webhook.url, content=webhook.body, headers={"content-type": "application/json; charset=utf-8"})
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            return 0, type(error).__name__
        return response.status_code, "taken" if response.status_code == _OK else "again later"

    def _again(self, webhook: Webhook) -> None:
        retry_seconds = self._settings().retry_seconds
        horizon = _HORIZON_SECONDS.get(webhook.kind, _OTHER_HORIZON_SECONDS)
        if time.monotonic() - webhook.first_at + retry_seconds <= horizon:
            self._later(replace(webhook, attempt=webhook.attempt + 1), delay=retry_seconds)

    def _note(self, webhook: Webhook, *, status: int, outcome: str, seconds: float) -> None:
        self._log.put(
            Entry(
                id=self._log.next_id(),
                at=clock.now(),
                direction="sent",
                kind=webhook.kind,
                number=webhook.number,
                reference=webhook.reference,
                status=status,
                outcome=outcome,
                attempt=webhook.attempt,
                seconds=round(seconds, 4),
            )
        )


def _with_faults(webhook: Webhook, *, faults: Faults) -> list[tuple[Webhook, float]]:
    """Return the copies that go out, each with its delay in seconds."""
    wait = faults.delay_seconds
    if faults.out_of_order:
        # Notices last: a reply or report that is faster than the news of its broadcast is the order that hurts.
        wait += random.uniform(0.0, 1.0) + (2.0 if webhook.kind == "notice" else 0.0)  # noqa: S311 - not a secret
    copies = [(webhook, wait)]
    if faults.malformed:
        copies.insert(0, (replace(webhook, body=webhook.body[: len(webhook.body) // 2], told=None), wait))
    if faults.send_twice:
        copies.append((replace(webhook, told=None), wait + 0.2))
    return copies

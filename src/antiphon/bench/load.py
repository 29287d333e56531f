"""A load generator: keep-alive connections on uvloop, closed loop for the highest rate, open loop for latencies."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import cast

_OK = b"HTTP/1.1 200"
_TICK_SECONDS = 0.002  # how often a paced run looks what is due: looking all the time would take the core that is measured


class UnexpectedAnswerError(Exception):
    """The server answered something else than 200: the figures would mean nothing."""


@dataclass(slots=True)
class Measured:
    """What one run gave: requests answered, when it began, seconds it took, and the latency of each in seconds."""

    answered: int = 0
    began: float = 0.0
    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Return requests per second."""
        return self.answered / self.seconds

    def percentile(self, share: float) -> float:
        """Return the latency in milliseconds that this share of requests stayed under."""
        return percentile(self.latencies, share)


class _Connection(asyncio.Protocol):
    """One connection: sends a request, waits for its answer, takes the next."""

    def __init__(self, run: "_Run") -> None:
        self._run = run
        self._transport: asyncio.Transport | None = None
        self._started = 0.0
        self._received = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is one in all but name
        self._run.opened(self)

    def send(self, request: bytes, *, since: float) -> None:
        """Send one request; its latency counts from `since`."""
        self._started = since
        if self._transport is not None:
            self._transport.write(request)

    def data_received(self, received: bytes) -> None:
        if self._received == 0 and not received.startswith(_OK):
            self._run.fail(received)
            return
        self._received += len(received)
        if self._received >= self._run.length_of(received):
            self._received = 0
            self._run.answered(self, time.perf_counter() - self._started)

    def connection_lost(self, error: Exception | None) -> None:
        self._run.lost(error)

    def close(self) -> None:
        """Close it."""
        if self._transport is not None:
            self._transport.close()


class _Run:
    """One run over given requests."""

    def __init__(self, requests: Sequence[bytes], *, connections: int, interval: float | None) -> None:
        self._left: Iterator[bytes] = iter(requests)
        self._total = len(requests)
        self._connections = connections
        self._interval = interval
        self._idle: list[_Connection] = []
        self._due: list[float] = []
        self._length = 0
        self._open: list[_Connection] = []
        self._done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.measured = Measured()

    async def go(self, host: str, port: int) -> Measured:
        loop = asyncio.get_running_loop()
        for _ in range(self._connections):
            await loop.create_connection(lambda: _Connection(self), host, port)
        began = self.measured.began = time.perf_counter()
        if self._interval is None:
            for connection in list(self._idle):
                self._next(connection, since=time.perf_counter())
            await self._done
        else:
            await self._pace(began, self._interval)
        self.measured.seconds = time.perf_counter() - began
        for connection in self._open:
            connection.close()
        return self.measured

    async def _pace(self, began: float, interval: float) -> None:
        """Let requests fall due at a fixed rate, whether or not earlier ones are answered; latency counts from when they were due."""
        sent = 0
        while sent < self._total:
            now = time.perf_counter()
            falling_due = min(self._total, int((now - began) / interval) + 1) - sent
            for number in range(sent, sent + falling_due):
                due = began + number * interval
                if self._idle:
                    self._next(self._idle.pop(), since=due)
                else:
                    self._due.append(due)
            sent += falling_due
            await asyncio.sleep(_TICK_SECONDS)
        await self._done

    def _next(self, connection: _Connection, *, since: float) -> None:
        request = next(self._left, None)
        if request is not None:
            connection.send(request, since=since)

    def opened(self, connection: _Connection) -> None:
        self._open.append(connection)
        self._idle.append(connection)

    def length_of(self, received: bytes) -> int:
        """Return the length of an answer, read off the first one: every request of a run is answered alike."""
        if not self._length:
            head, found, _ = received.partition(b"\r\n\r\n")
            lengths = [line.split(b":")[1] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
            if not found:
                return len(received) + 1
            self._length = len(head) + 4 + int(lengths[0] if lengths else 0)
        return self._length

    def answered(self, connection: _Connection, latency: float) -> None:
        self.measured.answered += 1
        self.measured.latencies.append(latency)
        if self.measured.answered == self._total:
            self._done.set_result(None)
        elif self._interval is None:
            self._next(connection, since=time.perf_counter())
        elif self._due:
            self._next(connection, since=self._due.pop(0))
        else:
            self._idle.append(connection)

    def fail(self, received: bytes) -> None:
        if not self._done.done():
            self._done.set_exception(UnexpectedAnswerError(received[:200].decode("latin-1")))

    def lost(self, error: Exception | None) -> None:
        if not self._done.done():
            self._done.set_exception(error or UnexpectedAnswerError("the server closed a connection"))


def percentile(latencies: Sequence[float], share: float) -> float:
    """Return the milliseconds that this share of latencies, in seconds, stayed under."""
    ordered = sorted(latencies)
    return 1000 * ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def measure(port: int, requests: Sequence[bytes], *, connections: int, rate: float | None = None) -> Measured:
    """Send these requests to 127.0.0.1 over so many connections, as fast as answers come or at a fixed rate per second.

    Raises UnexpectedAnswerError when an answer is not 200.
    """
    import uvloop  # noqa: PLC0415 - only benchmarks need it here

    return uvloop.run(send(port, requests, connections=connections, rate=rate))


async def send(port: int, requests: Sequence[bytes], *, connections: int, rate: float | None = None) -> Measured:
    """Do as `measure`, in an event loop that others are in too. At a fixed rate, request i falls due at `began` + i / rate."""
    return await _Run(requests, connections=connections, interval=1 / rate if rate else None).go("127.0.0.1", port)


def post(path: str, body: bytes) -> bytes:
    """Return the bytes of a POST request."""
    head = f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    return head.encode() + body

"""Makes the calls that adapters build, and tells apart the three ways in which a call can end."""

import time
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import httpx

from antiphon.providers.protocol import HttpCall

CONNECT_SECONDS = 5.0
STEP_SECONDS = 15.0
WHOLE_SECONDS = 30.0
LARGEST_ANSWER = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Answered:
    """The provider answered; what it says is for the adapter to read."""

    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class NotSent:
    """Nothing reached the provider: the call may be made again. `detail` names the failure, never an address or secret."""

    detail: str


@dataclass(frozen=True, slots=True)
class Broke:
    """The call broke after (part of) it had left: nobody knows what the provider did with it. Never made again by itself."""

    detail: str


Outcome = Answered | NotSent | Broke

# Raised by httpx before a byte of the request has left.
_BEFORE_IT_LEFT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
    httpx.InvalidURL,
)


class Transport:
    """One pooled HTTP client for all providers: limited in time and size, never redirected. Safe to share between threads."""

    def __init__(
        self, *, connect_seconds: float = CONNECT_SECONDS, step_seconds: float = STEP_SECONDS, whole_seconds: float = WHOLE_SECONDS
    ) -> None:
        timeout = httpx.Timeout(step_seconds, connect=connect_seconds, pool=connect_seconds)
        # Idle connections are given up early: one that the other side closed just now would break a call that was never read.
        limits = httpx.Limits(max_connections=32, max_keepalive_connections=8, keepalive_expiry=4.0)
        self._client = httpx.Client(timeout=timeout, limits=limits, headers={"accept-encoding": "identity"}, trust_env=False)
        self._whole_seconds = whole_seconds

    def call(self, call: HttpCall) -> Outcome:
        """Make one call. Never raises for what the network or the other side does."""
        try:
            request = self._client.build_request(call.method, call.url, headers=call.headers, content=call.body)
        except (httpx.InvalidURL, UnicodeError, TypeError, ValueError):
            return NotSent("the request cannot be built: check the address and the product token")
        try:
            return self._make(request)
        except _BEFORE_IT_LEFT as error:
            return NotSent(type(error).__name__)
        except httpx.HTTPError as error:
            return Broke(type(error).__name__)

    def _make(self, request: httpx.Request) -> Outcome:
        deadline = time.monotonic() + self._whole_seconds
        response = self._client.send(request, stream=True)
        try:
            return self._read(response, deadline=deadline)
        finally:
            response.close()

    def _read(self, response: httpx.Response, *, deadline: float) -> Outcome:
        body = bytearray()
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > LARGEST_ANSWER:
                return Broke("the answer is too large")
            if time.monotonic() > deadline:
                return Broke("the answer takes too long")
        return Answered(response.status_code, bytes(body))

    def close(self) -> None:
        """Close every connection."""
        self._client.close()

    def __enter__(self) -> Self:
        """Use the transport for a while."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Close every connection."""
        self.close()

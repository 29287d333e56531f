"""One call: connected to an address that was looked at, within a whole deadline, never redirected, read no further than needed."""

import ssl
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import httpcore

from antiphon.webhooks.addresses import Network, NotAllowedError, resolved
from antiphon.webhooks.decide import Ended

WHOLE_SECONDS = 15.0
CONNECT_SECONDS = 5.0
_KEPT_BYTES = 1_000
_MOST_BYTES = 65_536


class _Bounded(httpcore.NetworkStream):
    """A stream that is read and written until a deadline, whatever the pace of the other side."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream, self._deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Bounded(self._stream.start_tls(ssl_context, server_hostname, self._left(timeout)), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)

    def _left(self, timeout: float | None) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout
        return left if timeout is None else min(left, timeout)


class _Looking(httpcore.SyncBackend):
    """Connects to the address behind a name only after looking at it, so that no second look-up can lead elsewhere."""

    def __init__(self, own: Sequence[Network], deadline: float) -> None:
        self._own, self._deadline = own, deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        address = resolved(host, port, own=self._own)
        return _Bounded(super().connect_tcp(address, port, timeout, local_address, socket_options), self._deadline)


def call(url: str, *, body: bytes, headers: Mapping[str, str], own: Sequence[Network], whole_seconds: float = WHOLE_SECONDS) -> Ended:
    """POST once. Never raises for what the network or the receiver does; `error` names the failure, never an address."""
    began = time.monotonic()
    timeouts = dict.fromkeys(("connect", "pool"), min(CONNECT_SECONDS, whole_seconds)) | dict.fromkeys(("read", "write"), whole_seconds)
    try:
        with (
            httpcore.ConnectionPool(network_backend=_Looking(own, began + whole_seconds), max_connections=1, http2=False) as pool,
            pool.stream("POST", url, content=body, headers=list(headers.items()), extensions={"timeout": timeouts}) as response,
        ):
            return _ended(response, began)
    except NotAllowedError:
        return Ended(None, "the address is not of the public internet", took_ms=_since(began))
    except (httpcore.TimeoutException, TimeoutError):
        return Ended(None, f"no answer within {whole_seconds:g} seconds", took_ms=_since(began))
    except (OSError, ssl.SSLError, httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol, UnicodeError) as error:
        return Ended(None, _told(error), took_ms=_since(began))


def _ended(response: httpcore.Response, began: float) -> Ended:
    kept = bytearray()
    for chunk in response.iter_stream():
        kept += chunk
        if len(kept) >= _MOST_BYTES:
            break
    answer = bytes(kept[:_KEPT_BYTES]).decode("utf-8", "replace").replace("\x00", "\ufffd")
    given = next((value for name, value in response.headers if name.lower() == b"retry-after"), b"")
    return Ended(response.status, retry_after=given.decode("latin-1"), answer=answer, took_ms=_since(began))


def _told(error: Exception) -> str:
    """Name a failure in the words of whoever mends it."""
    text = str(error).lower()
    if isinstance(error, ssl.SSLError) or "certificate" in text or "ssl" in text:
        return "the certificate or the encryption was not accepted"
    if "refused" in text:
        return "the connection was refused"
    if "name or service" in text or "no address" in text or "nodename" in text or "temporary failure" in text:
        return "the name was not found"
    if isinstance(error, httpcore.ProtocolError):
        return "the answer is not HTTP"
    return "the connection broke"


def _since(began: float) -> int:
    return round(1000 * (time.monotonic() - began))

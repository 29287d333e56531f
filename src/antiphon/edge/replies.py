"""What webhooks are answered with, each made once."""

from dataclasses import dataclass

from antiphon.config.protocols import Headers, Message
from antiphon.providers.protocol import Acknowledgement
from antiphon.providers.registry import ADAPTERS


@dataclass(frozen=True, slots=True)
class Reply:
    """What a request is answered with, made once."""

    start: Message
    body: Message


def reply(status: int, body: bytes = b"", *, content_type: str = "text/plain; charset=utf-8", extra: Headers | None = None) -> Reply:
    """Return an answer."""
    length = str(len(body)).encode()
    headers = [
        (b"content-type", content_type.encode()),
        (b"content-length", length),
        (b"x-content-type-options", b"nosniff"),
        *(extra or []),
    ]
    return Reply({"type": "http.response.start", "status": status, "headers": headers}, {"type": "http.response.body", "body": body})


def _acknowledged(wanted: Acknowledgement) -> Reply:
    return reply(wanted.status, wanted.body, content_type=wanted.content_type)


_CLOSE = [(b"connection", b"close")]
OK = reply(200, b"ok\n")
NOT_FOUND = reply(404, b"There is no such webhook: copy its URL from the source's page.\n")
NOT_POST = reply(405, b"Webhooks are sent by POST.\n", extra=[(b"allow", b"POST")])
TOO_SLOW = reply(408, b"The body did not come in time.\n", extra=_CLOSE)
TOO_LARGE = reply(413, b"The body is larger than this site takes.\n", extra=_CLOSE)
FORBIDDEN = reply(401, b"This does not prove that it comes from the provider.\n")
UNAVAILABLE = reply(503, b"Nothing durable can take this now: send it again.\n", extra=[(b"retry-after", b"5")])
RECEIVED = {app: _acknowledged(adapter.acknowledgement) for app, adapter in ADAPTERS.items()}

"""Just enough HTTP on ASGI: requests, responses, a table of routes."""

import re
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import msgspec

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

BODY_LIMIT = 16 * 1024 * 1024
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cache-control": "no-store",
}


class Problem(Exception):  # noqa: N818 - an answer, not a fault
    """A request that cannot be met: HTTP status and what to do about it."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status, self.detail = status, detail


@dataclass(frozen=True, slots=True)
class Request:
    """One request, read whole."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        """Return the fields of a form; of a repeated field the last."""
        try:
            return dict(parse_qsl(self.body.decode(), keep_blank_values=True, max_num_fields=200))
        except ValueError:
            raise Problem(400, "This is not a form.") from None

    @property
    def json(self) -> Any:
        """Return the JSON of the body; an empty body is an empty object. Raises Problem."""
        try:
            return msgspec.json.decode(self.body or b"{}")
        except (ValueError, RecursionError):
            raise Problem(400, "The body is not JSON.") from None


@dataclass(frozen=True, slots=True)
class Response:
    """One answer."""

    status: int = 200
    body: bytes = b""
    content_type: str = "text/html; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)


def as_json(value: object, *, status: int = 200) -> Response:
    """Return a value as JSON."""
    return Response(status, msgspec.json.encode(value), "application/json")


def as_problem(problem: Problem) -> Response:
    """Return what went wrong, as problem details."""
    body = msgspec.json.encode({"status": problem.status, "title": problem.detail, "detail": problem.detail})
    return Response(problem.status, body, "application/problem+json")


def see_other(url: str) -> Response:
    """Send the browser to another page after a form."""
    return Response(303, headers={"location": url})


async def read_request(scope: Scope, receive: Receive) -> Request:
    """Read a request with its body. Raises Problem when that is too large."""
    body = bytearray()
    is_more = True
    while is_more:
        message = await receive()
        body += message.get("body", b"")
        is_more = message.get("more_body", False) and message["type"] == "http.request"
        if len(body) > BODY_LIMIT:
            raise Problem(413, "The body is too large.")
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    query = dict(parse_qsl(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True))
    return Request(scope["method"], scope["path"], query, headers, bytes(body))


async def write(send: Send, response: Response) -> None:
    """Write an answer."""
    headers = {"content-type": response.content_type, "content-length": str(len(response.body))} | _HEADERS | response.headers
    await send(start(response.status, headers))
    await send({"type": "http.response.body", "body": response.body})


def start(status: int, headers: dict[str, str]) -> dict[str, object]:
    """Return the beginning of an answer."""
    return {
        "type": "http.response.start",
        "status": status,
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }


def path_pattern(path: str) -> re.Pattern[str]:
    """Return the pattern of a path with `{names}` in it."""
    return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path))

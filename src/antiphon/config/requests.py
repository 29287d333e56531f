"""One id per request, from the first proxy to the last log line: taken over if it is sane, told back, said in every line."""

import time
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse

from antiphon.config.protocols import Message, Scope, Send
from antiphon.kit import requests
from antiphon.measures import counting

_HEADER = requests.HEADER.lower().encode()
_log = structlog.get_logger(__name__)


def id_in(scope: Scope) -> str:
    """Return the id of a request: the one its headers bring, else a new one."""
    given = next((value for name, value in scope["headers"] if name == _HEADER), b"")
    return requests.id_of(given.decode("latin-1"))


def named(scope: Scope, request_id: str) -> Scope:
    """Return a request with its id in its headers, whichever it brought: pages run in threads of their own, where nothing else follows."""
    return {**scope, "headers": [*[pair for pair in scope["headers"] if pair[0] != _HEADER], (_HEADER, request_id.encode())]}


def telling(send: Send, request_id: str) -> Send:
    """Return a send that tells the id in the head of the answer."""
    header = (_HEADER, request_id.encode())

    async def told(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], header]}
        await send(message)

    return told


class RequestId:
    """Middleware: outermost, so that whatever goes wrong is told with the request's id."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Stand before the rest."""
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, count and log."""
        request_id = requests.id_of(request.headers.get(requests.HEADER, ""))
        began = time.monotonic()
        with requests.during(request_id):
            response = self._get_response(request)
            response.headers[requests.HEADER] = request_id
            _tell(request, response, seconds=time.monotonic() - began)
        return response


def _tell(request: HttpRequest, response: HttpResponse, *, seconds: float) -> None:
    """Count and log an answer: by the pattern of its address, which holds neither ids nor what was searched for."""
    match = request.resolver_match
    route = match.route if match is not None else ""
    kind = "api" if request.path.startswith("/api/") else "page"
    counting.answered(kind, status=response.status_code, seconds=seconds)
    if structlog.is_configured():
        _log.info("answered", method=request.method, route=route, status=response.status_code, milliseconds=round(1000 * seconds))

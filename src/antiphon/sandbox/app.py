"""The sandbox as an ASGI application: its routes, its files, its streams."""

from collections.abc import Awaitable, Callable
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from antiphon.sandbox import control, pages
from antiphon.sandbox.exchange import Exchange
from antiphon.sandbox.web import (
    POLICY,
    Problem,
    Receive,
    Request,
    Response,
    Scope,
    Send,
    as_problem,
    path_pattern,
    read_request,
    start,
    write,
)

Verb = Callable[..., Awaitable[Response]]

_TABLE: tuple[tuple[str, str, Verb], ...] = (
    ("POST", "/v1.0/message", control.offer),
    ("GET", "/sandbox/settings", control.read_settings),
    ("PUT", "/sandbox/settings", control.write_settings),
    ("GET", "/sandbox/campaigns", control.list_campaigns),
    ("POST", "/sandbox/campaigns", control.add_campaign),
    ("GET", "/sandbox/campaigns/{campaign_id}", control.read_campaign),
    ("POST", "/sandbox/campaigns/{campaign_id}/sending", control.send_campaign),
    ("GET", "/sandbox/handsets", control.list_handsets),
    ("DELETE", "/sandbox/handsets", control.clear_handsets),
    ("GET", "/sandbox/handsets/{number}", control.read_handset),
    ("POST", "/sandbox/handsets/{number}/replies", control.reply),
    ("POST", "/sandbox/handsets/{number}/opt-out", control.opt_out),
    ("DELETE", "/sandbox/handsets/{number}/opt-out", control.opt_in),
    ("POST", "/sandbox/play", control.play),
    ("GET", "/sandbox/play", control.read_play),
    ("DELETE", "/sandbox/play", control.stop_play),
    ("GET", "/sandbox/log", control.read_log),
    ("GET", "/", pages.home),
    ("GET", "/campaigns", pages.campaigns),
    ("POST", "/campaigns", pages.add_campaign),
    ("GET", "/campaigns/{campaign_id}", pages.campaign),
    ("GET", "/campaigns/{campaign_id}/edit", pages.campaign),
    ("POST", "/campaigns/{campaign_id}", pages.change_campaign),
    ("GET", "/handsets", pages.handsets),
    ("POST", "/handsets/replies", pages.everyone_replies),
    ("POST", "/handsets/clearing", pages.clear),
    ("POST", "/play", pages.play),
    ("POST", "/play/end", pages.stop_play),
    ("POST", "/handsets/{number}/replies", pages.reply),
    ("POST", "/handsets/{number}/opt-out", pages.opt_out),
    ("POST", "/handsets/{number}/opt-in", pages.opt_in),
    ("POST", "/handsets/{number}/sight", pages.see),
    ("POST", "/faults", pages.change_faults),
    ("GET", "/settings", pages.settings),
    ("POST", "/settings", pages.change_settings),
    ("GET", "/log", pages.log),
)
_ROUTES = tuple((method, path_pattern(path), verb) for method, path, verb in _TABLE)
_FOR_PROGRAMS = ("/v1.0/", "/sandbox/")
_STATIC = {"css": files("antiphon") / "static" / "css", "sandbox": files("antiphon.sandbox") / "static"}
_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}


class Sandbox:
    """The application around one exchange, which is started before it serves."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http":
            await self._serve(self._exchange, scope, receive, send)

    async def _serve(self, exchange: Exchange, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/live" and scope["method"] == "GET":
            await _stream(exchange, send)
            return
        try:
            request = await read_request(scope, receive)
            response = await _answer(exchange, request)
        except Problem as problem:
            is_program = scope["path"].startswith(_FOR_PROGRAMS)
            response = as_problem(problem) if is_program else pages.error_page(exchange, problem)
        await write(send, response)


async def _answer(exchange: Exchange, request: Request) -> Response:
    if request.headers.get("sec-fetch-site") == "cross-site" and request.method != "GET":
        raise Problem(403, "Another site may not do this.")
    if request.path.startswith("/static/"):
        return _static(request.path)
    found = [(method, verb, match) for method, pattern, verb in _ROUTES if (match := pattern.fullmatch(request.path))]
    for method, verb, match in found:
        if method == request.method or (method == "GET" and request.method == "HEAD"):
            return await verb(exchange, request, **match.groupdict())
    raise Problem(405, "That cannot be done here.") if found else Problem(404, "There is no such page.")


def _static(path: str) -> Response:
    folder, _, name = path.removeprefix("/static/").partition("/")
    root: Traversable | None = _STATIC.get(folder)
    suffix = Path(name).suffix
    if root is None or suffix not in _TYPES or "/" in name or not (root / name).is_file():
        raise Problem(404, "There is no such file.")
    return Response(body=(root / name).read_bytes(), content_type=_TYPES[suffix], headers={"cache-control": "no-cache"})


async def _stream(exchange: Exchange, send: Send) -> None:
    headers = {"content-type": "text/event-stream", "cache-control": "no-store", "content-security-policy": POLICY}
    await send(start(200, headers))
    async for event in exchange.live.stream():
        await send({"type": "http.response.body", "body": event, "more_body": True})
    await send({"type": "http.response.body", "body": b""})

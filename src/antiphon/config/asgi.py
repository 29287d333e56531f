"""The one ASGI application of a web worker: webhooks and streams go to the edge, files from memory, the rest to Django."""

import logging
import os
import signal
from importlib import import_module
from types import FrameType
from typing import cast

from django.core.asgi import get_asgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "antiphon.config.settings")
_pages = cast("Application", get_asgi_application())

from antiphon.config import static  # noqa: E402 - after Django's set-up
from antiphon.config.env import current  # noqa: E402 - as above
from antiphon.config.gate import Gate  # noqa: E402 - as above
from antiphon.config.protocols import Application, Receive, Scope, Send  # noqa: E402 - as above
from antiphon.config.requests import id_in, named, telling  # noqa: E402 - as above
from antiphon.kit import failpoints, logs  # noqa: E402 - as above
from antiphon.kit.parent import end_with_parent  # noqa: E402 - as above

failpoints.watch(current().failpoints)
logs.configure(level=current().log_level, is_json=current().is_log_json)
logs.catch_the_uncaught()

# By name: the edge stands after the settings in the line, so nothing here may import it.
_edge = import_module("antiphon.edge.app")
_live = import_module("antiphon.edge.live")
_poll = import_module("antiphon.edge.poll")
_scrape = import_module("antiphon.edge.scrape")

_ROUTES: tuple[tuple[str, Application], ...] = (
    ("/hooks/", _edge.application),
    ("/healthz", _edge.application),
    ("/readyz", _edge.application),
    ("/metrics", _scrape.application),
    ("/static/", static.application),
    ("/live/", _live.application),
)
_django: Application = Gate(_pages, at_once=current().pool_size, body_bytes=current().upload_limit_bytes)
_events = cast("Application", _poll.polled(_django))


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one request, or live through the worker's life."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
        return
    path = scope.get("path", "")
    request_id = id_in(scope)
    beside = next((app for prefix, app in _ROUTES if path.startswith(prefix)), None)
    if beside is not None:
        await beside(scope, receive, telling(send, request_id))
        return
    await (_events if path == _poll.PATH else _django)(named(scope, request_id), receive, send)


async def _lifespan(receive: Receive, send: Send) -> None:
    """Start the lanes before the first request, stop them after the last answer.

    A failed start is told to the server, which then ends the worker: a worker without lanes must not serve.
    """
    await receive()
    try:
        end_with_parent()
        _check_addresses()
        await _edge.startup()
        _wake_streams_on_stop()
    except Exception as error:
        logging.getLogger(__name__).exception("the worker does not start")
        await send({"type": "lifespan.startup.failed", "message": str(error)})
        return
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await _edge.shutdown()
    await send({"type": "lifespan.shutdown.complete"})


def _check_addresses() -> None:
    """Import every page now: a broken one must stop the start, not meet the first visitor."""
    get_resolver().check()


def _wake_streams_on_stop() -> None:
    """Let open streams end when the worker is told to stop: the server waits for them (21 s, tried 2026-11-22)."""
    before = signal.getsignal(signal.SIGTERM)

    def told(number: int, frame: FrameType | None) -> None:
        _live.stop()
        if callable(before):
            before(number, frame)

    signal.signal(signal.SIGTERM, told)

"""`/metrics` on a port of this machine alone, answered by the worker, so that web workers need not be reached for it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import structlog

from antiphon.config.env import Environment
from antiphon.edge.scrape import places
from antiphon.kit import clock
from antiphon.measures.page import Busy, page

_log = structlog.get_logger(__name__)
_LOOPBACK = "127.0.0.1"


class _Answering(BaseHTTPRequestHandler):
    """Answers one scrape."""

    timeout = 10

    def do_GET(self) -> None:
        """Answer the page, 404 for any other."""
        if self.path.partition("?")[0] != "/metrics":
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        try:
            body, content_type = page(places(), at=clock.now(), accept=self.headers.get("accept", ""))
        except Busy:
            self.send_error(HTTPStatus.SERVICE_UNAVAILABLE)
            return
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Write nothing: scrapes come every few seconds."""


@contextmanager
def answering(environment: Environment) -> Iterator[None]:
    """Answer scrapes while the block runs, if a setting names a port; without it when another has the port: jobs go first."""
    if not environment.metrics_port:
        yield
        return
    try:
        server = ThreadingHTTPServer((_LOOPBACK, environment.metrics_port), _Answering)
    except OSError as error:
        _log.error("metrics_port_taken", port=environment.metrics_port, reason=type(error).__name__)
        yield
        return
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, name="measures", daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()

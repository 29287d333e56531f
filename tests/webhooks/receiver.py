"""A receiver of webhooks on loopback that answers as it is told, and keeps what it got."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Got:
    """One request: when, with which headers and body."""

    at: float
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """`answer` is given each request and says the status, further headers and the body; it may sleep."""

    answer: Callable[[Got], tuple[int, dict[str, str], bytes]] = lambda _: (200, {}, b"")
    got: list[Got] = field(default_factory=list)
    url: str = ""

    @property
    def ids(self) -> list[str]:
        return [one.headers["webhook-id"] for one in self.got]


@contextmanager
def receiving(answer: Callable[[Got], tuple[int, dict[str, str], bytes]] | None = None) -> Iterator[Receiver]:
    """Run a receiver for the block."""
    receiver = Receiver(answer) if answer else Receiver()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            got = Got(time.monotonic(), self.path, {name.lower(): value for name, value in self.headers.items()}, body)
            receiver.got.append(got)
            status, headers, told = receiver.answer(got)
            self.send_response(status)
            for name, value in ({"Content-Length": str(len(told))} | headers).items():
                self.send_header(name, value)
            with suppress(ConnectionError):  # who waited may have left
                self.end_headers()
                self.wfile.write(told)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name it has
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    receiver.url = f"http://127.0.0.1:{server.server_address[1]}/hooks"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

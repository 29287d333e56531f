"""A provider on loopback that behaves as told: takes texts, refuses them with CM's codes, hangs up after reading."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Provider(ThreadingHTTPServer):
    """CM's send API: `texts` it read; `code` refuses, `status` answers without a body, `hangs_up` says nothing, `sleeps` comes first."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Request)
        self.texts: list[dict[str, Any]] = []
        self.code, self.status, self.hangs_up, self.sleeps = 0, 200, False, 0.0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Request(BaseHTTPRequestHandler):
    server: Provider

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.texts += body["messages"]["msg"]
        time.sleep(self.server.sleeps)
        if self.server.hangs_up:
            return
        said = b"" if self.server.status != 200 else json.dumps(self._said(body["messages"]["msg"])).encode()
        self.send_response(400 if self.server.code else self.server.status)
        self.send_header("content-length", str(len(said)))
        with suppress(ConnectionError):  # who waited may have left
            self.end_headers()
            self.wfile.write(said)

    def _said(self, texts: list[dict[str, Any]]) -> dict[str, Any]:
        code = self.server.code
        lines = [
            {
                "to": text["to"][0]["number"], "status": "Rejected" if code else "Accepted", "reference": text["reference"], "parts": 1,
                "messageDetails": "told why" if code else None, "messageErrorCode": code,
            }
            for text in texts
        ]  # fmt: skip
        return {"details": "", "errorCode": code, "messages": lines}

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def providing() -> Iterator[Provider]:
    """Have a provider for a while."""
    with Provider() as one:
        thread = threading.Thread(target=one.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield one
        finally:
            one.shutdown()
            thread.join(10)

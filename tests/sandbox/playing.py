"""A running sandbox, and a customer of CM who hears its webhooks."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, TypeVar

import httpx

from antiphon.providers.protocol import Hook, HookKind, Malformed, OutgoingText, Parsed, SourceSettings
from antiphon.providers.registry import adapter_of

PATIENCE_SECONDS = 15.0
CM = adapter_of("cm")
SOURCE = SourceSettings(
    account_id=1, id=1, app="cm", product_token="tests-product", notice_tokens=("tests-notice",), numbers=("+319700004410",)
)
Found = TypeVar("Found")


def until(look: Callable[[], Found | None], *, seconds: float = PATIENCE_SECONDS) -> Found:
    """Return what `look` finds as soon as it is true; fail when that takes too long."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.02)
    raise AssertionError(f"did not come true within {seconds} s")


@dataclass
class Customer:
    """Who uses CM: hears its webhooks and answers with the statuses given, then 200."""

    url: str
    heard: list[tuple[str, bytes]] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, kind: str, body: bytes) -> int:
        with self.lock:
            self.heard.append((kind, body))
            return self.statuses.pop(0) if self.statuses else 200

    def bodies(self, kind: str) -> list[bytes]:
        with self.lock:
            return [body for heard, body in self.heard if heard == kind]

    def facts(self, kind: str, *, source: SourceSettings = SOURCE) -> list[Parsed]:
        """Return what the adapter makes of the webhooks of a kind; those it cannot read are left out."""
        return [fact for body in self.bodies(kind) for fact in _parsed(kind, body, source=source)]


def _parsed(kind: str, body: bytes, *, source: SourceSettings) -> list[Parsed]:
    try:
        return CM.parse(Hook(HookKind(kind), body, {}, "", datetime.now(UTC)), source=source)
    except Malformed:
        return []


class _Listening(ThreadingHTTPServer):
    request_queue_size = 128  # the sandbox opens many connections at once; the default of 5 drops some for seconds
    daemon_threads = True


@contextmanager
def customer() -> Iterator[Customer]:
    """Listen for webhooks on loopback."""

    class Hearing(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            self.send_response(hearing.take(self.path.removeprefix("/"), body))
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_words: object) -> None:
            """Keep the output of the tests quiet."""

    with _Listening(("127.0.0.1", 0), Hearing) as server:
        hearing = Customer(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield hearing
        finally:
            server.shutdown()
            thread.join()


@dataclass
class Sandbox:
    """A running sandbox and its JSON."""

    url: str
    client: httpx.Client

    def settings(self, **changes: Any) -> dict[str, Any]:
        return self.put("/sandbox/settings", changes)

    def put(self, path: str, value: Any) -> dict[str, Any]:
        return _json(self.client.put(path, json=value))

    def post(self, path: str, value: Any = None) -> dict[str, Any]:
        return _json(self.client.post(path, json=value or {}))

    def get(self, path: str) -> dict[str, Any]:
        return _json(self.client.get(path))

    def broadcast(self, **changes: Any) -> dict[str, Any]:
        """Make a campaign, send it, and return it."""
        campaign = self.post("/sandbox/campaigns", {"name": "Spring", "text": "Reply YES", "numbers": [CLEO, MIA]} | changes)
        return self.post(f"/sandbox/campaigns/{campaign['id']}/sending")

    def texts(self, number: str) -> list[dict[str, Any]]:
        found = self.client.get(f"/sandbox/handsets/{number}")
        return list(found.json()["texts"]) if found.is_success else []

    def offer(self, *texts: OutgoingText, source: SourceSettings = SOURCE) -> httpx.Response:
        """Send answers as Antiphon does."""
        call = CM.send(list(texts), source=source, base_url=self.url)
        return self.client.request(call.method, call.url, headers=call.headers, content=call.body)


CLEO, MIA, OTTO = "+31612340412", "+31612340413", "+31612340414"
PLAIN = {
    "product_token": SOURCE.product_token,
    "notice_token": SOURCE.notice_tokens[0],
    "sender": SOURCE.numbers[0],
    "retry_seconds": 300,
    "reply_generation": "new",
    "campaign_grouping": 1,
    "echo_answers": True,
    "refuse_opted_out": False,
    "refusals": {},
    "undelivered": {},
    "faults": {"send_twice": False, "out_of_order": False, "delay_seconds": 0, "no_reports": False, "time_out": False, "malformed": False},
}


def webhooks_of(customer_url: str) -> dict[str, str]:
    return {kind: f"{customer_url}/{kind}" for kind in ("notice", "reply", "report", "opt_out")} if customer_url else {}


def _json(response: httpx.Response) -> dict[str, Any]:
    assert response.is_success, response.text
    value: dict[str, Any] = response.json()
    return value


@contextmanager
def running(home: Path) -> Iterator[Sandbox]:
    """Run `antiphon sandbox` on a free port until the block ends; then it must end well by itself."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = os.environ | {"ANTIPHON_HOME": str(home), "ANTIPHON_SANDBOX_PORT": str(port)}
    program = subprocess.Popen([sys.executable, "-m", "antiphon.cli.main", "sandbox"], env=environment, stderr=subprocess.PIPE)
    url = f"http://127.0.0.1:{port}"
    try:
        with httpx.Client(base_url=url, timeout=10, trust_env=False) as client:
            until(lambda: _answers(client))
            yield Sandbox(url, client)
    finally:
        program.send_signal(signal.SIGTERM)
        _, complaints = program.communicate(timeout=10)
    assert (program.returncode, complaints.decode()) == (0, "")


def _answers(client: httpx.Client) -> bool:
    try:
        return client.get("/sandbox/settings").is_success
    except httpx.TransportError:
        return False


def read(body: bytes) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(body)
    return value

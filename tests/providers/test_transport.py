import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest

from antiphon.providers.protocol import HttpCall
from antiphon.providers.transport import LARGEST_ANSWER, Answered, Broke, NotSent, Transport

Answer = Callable[[socket.socket], None]


@pytest.fixture(scope="module")
def transport() -> Iterator[Transport]:
    with Transport(connect_seconds=0.5, step_seconds=0.5, whole_seconds=1.0) as made:
        yield made


@contextmanager
def wire(answer: Answer) -> Iterator[str]:
    """Listen on loopback, read one request, then do as told with the connection."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_answer_one, args=(listener, answer))
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/v1.0/message"
        finally:
            thread.join(timeout=10)
            assert not thread.is_alive()


def _answer_one(listener: socket.socket, answer: Answer) -> None:
    connection, _ = listener.accept()
    with connection:
        received = connection.recv(65536)
        while not received.endswith(b"BODY"):
            received += connection.recv(65536)
        try:
            answer(connection)
        except OSError:
            return


def post(url: str, **headers: str) -> HttpCall:
    return HttpCall("POST", url, headers, b"BODY")


def answering(status: int, body: bytes, *, extra: bytes = b"") -> Answer:
    head = b"HTTP/1.1 %d X\r\ncontent-length: %d\r\n%s\r\n" % (status, len(body), extra)
    return lambda connection: connection.sendall(head + body)


@pytest.mark.parametrize(("status", "body"), [(200, b'{"errorCode":0}'), (400, b""), (503, b"later")])
def test_an_answer_is_an_answer_whatever_its_status(transport: Transport, status: int, body: bytes) -> None:
    with wire(answering(status, body)) as url:
        assert transport.call(post(url)) == Answered(status, body)


def test_a_redirect_is_not_followed(transport: Transport) -> None:
    with wire(answering(302, b"", extra=b"location: http://127.0.0.1:1/\r\n")) as url:
        assert transport.call(post(url)) == Answered(302, b"")


def test_what_never_connected_was_not_sent(transport: Transport) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert transport.call(post(f"http://127.0.0.1:{port}/")) == NotSent("ConnectError")


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/", "http://[::1", "not a url", "http://127.0.0.1:99999/"])
def test_an_address_that_cannot_be_called_was_not_sent(transport: Transport, url: str) -> None:
    assert isinstance(transport.call(post(url)), NotSent)


@pytest.mark.parametrize("token", ["two\r\nlines", "clé-€"])
def test_a_token_that_cannot_be_a_header_was_not_sent(transport: Transport, token: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        outcome = transport.call(post(f"http://127.0.0.1:{listener.getsockname()[1]}/", **{"x-token": token}))
    assert isinstance(outcome, NotSent)
    assert token not in repr(outcome)


def slowly(connection: socket.socket) -> None:
    connection.settimeout(5)
    connection.recv(1)


def dripping(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n")
    pause = threading.Event()
    while not pause.wait(0.1):
        connection.sendall(b"x")


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(lambda _connection: None, id="closed without a word"),
        pytest.param(lambda connection: connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf"), id="half an answer"),
        pytest.param(lambda connection: connection.sendall(b"garbage\r\n\r\n"), id="not HTTP"),
        pytest.param(slowly, id="silent"),
        pytest.param(dripping, id="drop by drop"),
        pytest.param(answering(200, b"x" * (LARGEST_ANSWER + 1)), id="too large"),
    ],
)
def test_a_call_that_broke_after_it_left_is_unknown(transport: Transport, answer: Answer) -> None:
    with wire(answer) as url:
        assert isinstance(transport.call(post(url)), Broke)


class _Counting(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    seen: ClassVar[set[tuple[str, int]]] = set()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.seen.add(self.client_address)
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_words: object) -> None:
        """Keep the output of the tests quiet."""


def test_calls_share_a_connection() -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Counting) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        with Transport() as transport:
            outcomes = {transport.call(post(f"http://127.0.0.1:{server.server_port}/")) for _ in range(5)}
        server.shutdown()
        thread.join()
    assert outcomes == {Answered(200, b"")}
    assert len(_Counting.seen) == 1

"""One call, against receivers that answer, hang, drip, redirect and lie."""

import ipaddress
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from antiphon.webhooks.calling import call
from antiphon.webhooks.decide import Ended
from tests.webhooks.receiver import receiving

OWN = (ipaddress.ip_network("127.0.0.0/8"),)


def called(url: str, *, seconds: float = 5.0) -> Ended:
    return call(url, body=b'{"a": 1}', headers={"webhook-id": "one"}, own=OWN, whole_seconds=seconds)


@contextmanager
def saying(*parts: bytes, pause: float = 0.0) -> Iterator[str]:
    """Listen on loopback and answer one connection with these bytes, with a pause before each."""
    with closing(socket.socket()) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()

        def answer() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(65_536)
                for part in parts:
                    time.sleep(pause)
                    try:
                        connection.sendall(part)
                    except OSError:
                        return

        thread = threading.Thread(target=answer)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
        thread.join()


def test_it_posts_the_body_and_keeps_the_first_of_the_answer() -> None:
    with receiving(lambda _: (200, {}, b"thank you" * 1000)) as receiver:
        ended = called(receiver.url)
    assert (ended.status, ended.error) == (200, "")
    assert ended.answer == ("thank you" * 1000)[:1000]
    (got,) = receiver.got
    assert (got.path, got.body, got.headers["webhook-id"]) == ("/hooks", b'{"a": 1}', "one")


def test_a_redirect_is_not_followed() -> None:
    with receiving() as elsewhere, receiving(lambda _: (302, {"Location": elsewhere.url}, b"")) as receiver:
        assert called(receiver.url).status == 302
        assert (len(receiver.got), elsewhere.got) == (1, [])


def test_retry_after_is_read() -> None:
    with receiving(lambda _: (429, {"Retry-After": "120"}, b"")) as receiver:
        assert called(receiver.url).retry_after == "120"


def test_a_receiver_that_hangs_costs_the_deadline_and_no_more() -> None:
    with saying(b"", b"", pause=1.0) as url:
        began = time.monotonic()
        assert called(url, seconds=0.5).error == "no answer within 0.5 seconds"
        assert time.monotonic() - began < 1.5


def test_one_that_drips_does_too() -> None:
    drops = [bytes([byte]) for byte in b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"]
    with saying(*drops, pause=0.1) as url:
        assert called(url, seconds=0.5).error == "no answer within 0.5 seconds"


def test_an_endless_answer_is_read_no_further() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n"
    with saying(head, b"x" * 200_000) as url:
        ended = called(url)
        assert (ended.status, len(ended.answer)) == (200, 1000)


@pytest.mark.parametrize("told", [b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 OK\r\n\r\n", b"", b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"])
def test_what_is_not_http_is_said(told: bytes) -> None:
    with saying(told) as url:
        ended = called(url, seconds=2)
        assert ended.status is None
        assert ended.error


def test_nobody_there() -> None:
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert called(f"http://127.0.0.1:{port}/").error == "the connection was refused"
    assert called("https://nowhere.invalid/").error == "the name was not found"

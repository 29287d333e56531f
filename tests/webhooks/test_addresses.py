"""Where deliveries may go: nothing of the inside, in any spelling, by any name."""

import ipaddress
import socket
from collections.abc import Iterator
from contextlib import closing

import pytest

from antiphon.kit.problems import Invalid
from antiphon.webhooks.addresses import NotAllowedError, check_url, is_public, resolved
from antiphon.webhooks.calling import call

OWN = (ipaddress.ip_network("127.0.0.0/8"),)

INSIDE = """
0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.255 127.0.0.1 127.1.2.3 127.255.255.254 169.254.0.1 169.254.169.254
172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.170 192.0.2.1 192.88.99.1 192.168.0.1 192.168.255.255 198.18.0.1 198.19.255.255 198.51.100.1
203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255
:: ::1 ::2 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:8.8.8.8 ::ffff:0:127.0.0.1 ::127.0.0.1 64:ff9b::7f00:1 64:ff9b::808:808 64:ff9b:1::7f00:1
100::1 2001::1 2001:0:7f00:1:: 2001:2::1 2001:10::1 2001:20::1 2001:db8::1 2002:7f00:1:: 2002:808:808:: 3fff::1 3ffe:ffff::1x
fc00::1 fd00::1 fdff:ffff::1 fe80::1 febf::1 fec0::1 ff00::1 ff02::1 4000::1 5f00::1 8000::1
""".replace("3ffe:ffff::1x", "").split()
OUTSIDE = [
    "1.1.1.1",
    "8.8.8.8",
    "9.255.255.255",
    "11.0.0.1",
    "100.63.255.255",
    "100.128.0.1",
    "172.15.0.1",
    "172.32.0.1",
    "192.167.0.1",
    "223.255.255.255",
]
OUTSIDE += ["2606:4700:4700::1111", "2001:4860:4860::8888", "2a00:1450:4001::1", "2400:cb00::1", "2003::1"]

SPELLINGS = [
    "https://127.0.0.1/",
    "https://127.1/",
    "https://127.0.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.1/",
    "https://0177.0.0.1/",
    "https://017700000001/",
    "https://0/",
    "https://0.0.0.0/",
    "https://10.1/",
    "https://0xa.1/",
    "https://192.168.257/",
    "https://169.254.169.254/latest/meta-data",
    "https://[::1]/",
    "https://[::]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[0:0:0:0:0:ffff:7f00:1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[2002:7f00:1::]/",
    "https://[fe80::1]/",
    "https://[fd00::1]/",
    "https://localhost/",
    "https://LOCALHOST/",
    "https://a.localhost/",
    "https://printer.local/",
    "https://db.internal/",
]
MALFORMED = [
    "ftp://example.com/",
    "file:///etc/passwd",
    "gopher://example.com/",
    "javascript:alert(1)",
    "//example.com/",
    "example.com",
    "https:///path",
    "https://",
    "http://",
    "https://[::1",
    "https://user@example.com/",
    "https://user:pass@example.com/",
    "https://example.com/#part",
    "https://example.com:99999/",
    "https://example.com:x/",
    "https://exämple.com/",
    "https://[zz]/",
]


@pytest.mark.parametrize("text", INSIDE)
def test_inside(text: str) -> None:
    assert not is_public(ipaddress.ip_address(text))


@pytest.mark.parametrize("text", OUTSIDE)
def test_outside(text: str) -> None:
    assert is_public(ipaddress.ip_address(text))


@pytest.mark.parametrize("url", SPELLINGS)
def test_the_inside_is_refused_however_it_is_spelt(url: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_url(url, own=())
    assert refused.value.code == "address_not_allowed"


@pytest.mark.parametrize(
    "url", [*MALFORMED, "https://example.com/a b", "https://example.com/\r\nHost: x", "https://" + "a" * 2000 + ".com/", ""]
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_url(url, own=())
    assert refused.value.field == "url"


def test_plain_http_is_for_networks_of_ones_own() -> None:
    with pytest.raises(Invalid) as refused:
        check_url("http://example.com/", own=())
    assert refused.value.code == "not_https"
    assert check_url("http://127.0.0.1:9000/hooks", own=OWN) == "http://127.0.0.1:9000/hooks"
    assert check_url(" https://example.com/hooks?a=1 ", own=()) == "https://example.com/hooks?a=1"


@pytest.fixture
def canary() -> Iterator[socket.socket]:
    """Listen where no call may arrive."""
    with closing(socket.socket()) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        listening.settimeout(0.2)
        yield listening


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1", "2130706433", "0177.0.0.1", "[::ffff:127.0.0.1]"])
def test_a_call_connects_to_nothing_inside(canary: socket.socket, host: str) -> None:
    url = f"http://{host}:{canary.getsockname()[1]}/"
    assert call(url, body=b"", headers={}, own=(), whole_seconds=2).error == "the address is not of the public internet"
    with pytest.raises(TimeoutError):
        canary.accept()
    call(url.replace(host, "127.0.0.1"), body=b"", headers={}, own=OWN, whole_seconds=0.3)
    canary.accept()[0].close()


def test_a_name_with_one_address_inside_is_refused_whole() -> None:
    with pytest.raises(NotAllowedError):
        resolved("localhost", 80, own=(ipaddress.ip_network("::1/128"),))
    assert resolved("127.0.0.1", 80, own=OWN) == "127.0.0.1"

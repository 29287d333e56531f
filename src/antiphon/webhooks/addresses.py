"""Where deliveries may go: addresses of the public internet, and networks that the operator names. Looked at when a call connects.

Python's own `is_global` is not enough: it takes forms of IPv6 that carry an IPv4 address of the inside for public ones.
"""

import ipaddress
import socket
from collections.abc import Sequence
from urllib.parse import urlsplit

from antiphon.kit.problems import Invalid

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_LONGEST_URL = 2000
_PUBLIC_6 = ipaddress.ip_network("2000::/3")
_NOT_PUBLIC_4 = tuple(
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
        "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24",
        "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
    )
)  # fmt: skip
# Inside 2000::/3: documentation, Teredo, ORCHID, benchmarking, 6to4 and the like, which are nobody's or carry another address.
_NOT_PUBLIC_6 = tuple(ipaddress.ip_network(text) for text in ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20"))


class NotAllowedError(OSError):
    """A name leads to an address that deliveries may not go to."""


def is_public(address: Address) -> bool:
    """Return whether an address is of the public internet."""
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in _NOT_PUBLIC_4)
    return address in _PUBLIC_6 and not any(address in network for network in _NOT_PUBLIC_6)


def is_allowed(address: Address, own: Sequence[Network]) -> bool:
    """Return whether a call may go to an address: it is public, or in one of the operator's own networks."""
    return is_public(address) or any(address in network for network in own)


def resolved(host: str, port: int, *, own: Sequence[Network]) -> str:
    """Return the address to connect to. Raises NotAllowedError unless every address of the name may be reached, OSError without one."""
    found = {item[4][0] for item in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    addresses = sorted((ipaddress.ip_address(str(text).partition("%")[0]) for text in found), key=lambda one: (one.version, int(one)))
    if not addresses:
        raise OSError("the name has no address")
    if not all(is_allowed(address, own) for address in addresses):
        raise NotAllowedError("the address is not of the public internet")
    return str(addresses[0])


def check_url(url: str, *, own: Sequence[Network]) -> str:
    """Return an address that deliveries can be sent to, as far as can be told before calling. Raises Invalid.

    Plain HTTP is for networks of the operator's own.
    """
    text = url.strip()
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise Invalid("bad_url", "This is not an address: write it as https://example.com/hooks.", field="url") from None
    if parts.scheme not in {"https", "http"} or not host or len(text) > _LONGEST_URL or any(not 33 <= ord(c) < 127 for c in text):  # noqa: PLR2004 - ASCII
        raise Invalid("bad_url", "This is not an address: write it as https://example.com/hooks.", field="url")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise Invalid("bad_url", "Leave out the user, the password and everything after #: deliveries are signed instead.", field="url")
    if parts.scheme == "http" and not own:
        raise Invalid("not_https", "Deliveries go over https only: they hold what consumers wrote.", field="url")
    _check_literal(host, own=own)
    return text


def _check_literal(host: str, *, own: Sequence[Network]) -> None:
    """Say at once what would be refused at every call: a name of this machine, an address of the inside, in any of its spellings."""
    refusal = Invalid("address_not_allowed", "Deliveries go to addresses of the public internet only.", field="url")
    if host == "localhost" or host.endswith((".localhost", ".local", ".internal")):
        if not own:
            raise refusal
        return
    try:
        literal = ipaddress.ip_address(host)
    except ValueError:
        try:
            literal = ipaddress.ip_address(socket.inet_aton(host))
        except (OSError, ValueError):
            return
    if not is_allowed(literal, own):
        raise refusal

"""The id of the request that is being answered: one word that log lines, answers, problem documents and jobs share."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from antiphon.kit.ids import uuid7

HEADER = "X-Request-ID"
_SANE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{6,62})[A-Za-z0-9]")
_NUMBER = re.compile(r"\d{8,15}")
_request_id: ContextVar[str] = ContextVar("antiphon_request", default="")


def current() -> str:
    """Return the id of the request that is being answered, or that put this job off; '' outside of one."""
    return _request_id.get()


def id_of(given: str) -> str:
    """Return the id that a proxy gave, if it is one: 8 to 64 letters, digits, dots and dashes, no part of which could be a phone number."""
    if _SANE.fullmatch(given) and not any(_NUMBER.fullmatch(part) for part in re.split("[._-]", given)):
        return given
    return uuid7().hex


@contextmanager
def during(request_id: str) -> Iterator[None]:
    """Have a block be part of a request."""
    token = _request_id.set(request_id)
    try:
        yield
    finally:
        _request_id.reset(token)

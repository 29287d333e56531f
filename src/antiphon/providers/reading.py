"""Reads hostile JSON into plain values: whatever comes in, the answer is a value or `Malformed`, never another error."""

import json
import re
from datetime import UTC, datetime
from typing import TypeAlias

import msgspec

from antiphon.kit.keys import clean
from antiphon.providers.protocol import Malformed

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | bool | None"

DEPTH_LIMIT = 64
_SHORTEST_TIME = len("2026-03-24T10:00:00")

_fast = msgspec.json.Decoder(float_hook=str)
_texts = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
_too_many_at_once = re.compile(rb"\[{%d}" % (DEPTH_LIMIT + 1))
_ONE_KIND = bytes.maketrans(b"{}", b"[]")
_NO_BRACKETS = bytes(code for code in range(256) if code not in b"[]{}")


class Odd(Exception):  # noqa: N818 - not an error: the fact becomes `Unrecognised` with this reason
    """One object of an authentic body is not what it should be; the message is for the administrator."""


def read(body: bytes) -> Json:
    """Return the JSON value of a request body. Raises Malformed.

    Numbers with a fraction or exponent come as their text, whole numbers as int or, beyond what an int may print, text.
    A repeated key has its last value. Lone surrogates and NUL are left for `text` to replace.
    """
    if body.count(b"{") + body.count(b"[") > DEPTH_LIMIT:
        _refuse_depth(body)
    try:
        value: Json = _fast.decode(body)
    except (ValueError, RecursionError):
        return _read_carefully(body)
    return value


def _refuse_depth(body: bytes) -> None:
    """Take out texts, then innermost pairs, one level a round: what is left after the last round was deeper, or not closed."""
    brackets = _texts.sub(b"", body).translate(_ONE_KIND, _NO_BRACKETS)
    for _ in range(0 if _too_many_at_once.search(brackets) else DEPTH_LIMIT):
        brackets = brackets.replace(b"[]", b"")
        if not brackets:
            return
    raise Malformed("nested too deeply, or brackets not closed")


def _read_carefully(body: bytes) -> Json:
    """Read what the fast decoder refuses although it is JSON: escaped lone surrogates, huge integers, a byte order mark."""
    if not body.strip():
        raise Malformed("empty")
    try:
        decoded = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Malformed("not UTF-8") from None
    try:
        value: Json = json.loads(decoded, parse_int=str, parse_float=str, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise Malformed("not JSON") from None
    return value


def _refuse_constant(name: str) -> None:
    raise Malformed(f"{name} is not JSON")


def text(value: Json, *, name: str) -> str:
    """Return a text, or a number as its digits, in a form that can be stored; nothing is the empty text. Raises Odd."""
    if isinstance(value, str):
        return clean(value)
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise Odd(f"`{name}` is neither a text nor a number")


def required(value: Json, *, name: str) -> str:
    """Return a text that is not empty. Raises Odd."""
    found = text(value, name=name)
    if not found.strip():
        raise Odd(f"`{name}` is missing")
    return found


def utc_time(value: str) -> datetime | None:
    """Return the instant of an ISO 8601 time, in UTC when it names no zone; None when it is not one."""
    if len(value) < _SHORTEST_TIME:
        return None
    try:
        at = datetime.fromisoformat(value)
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None

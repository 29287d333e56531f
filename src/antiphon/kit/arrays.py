"""Lists as PostgreSQL's arrays: in its binary form where the statement says a type that is quicker so, else as a literal.

Statements of the line read them by one `unnest` a column in a select list. As one `unnest` of all in `from`, each column is first
written to a store of its own: with a hundred columns a reply, 6 % of what the database does for it (2026-11-22).
"""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import cache, lru_cache
from struct import Struct, error
from typing import Any

import msgspec
from psycopg.adapt import Dumper
from psycopg.pq import Format

_CAST = re.compile(r"%\((\w+)\)s::(\w+)\[\]")
_HEAD = Struct(">iiIii")
_ABSENT = b"\xff\xff\xff\xff"
_2000 = round(datetime(2000, 1, 1, tzinfo=UTC).timestamp() * 1_000_000)


class Packed:
    """An array in PostgreSQL's binary form, ready to send."""

    __slots__ = ("form",)

    def __init__(self, form: bytes) -> None:
        """Keep the bytes."""
        self.form = form


class PackedDumper(Dumper):
    """Hands a packed array to psycopg; the statement's cast says what it is."""

    format = Format.BINARY

    def dump(self, packed: Packed) -> bytes:
        """Return the bytes."""
        return packed.form


@cache
def packers(statement: str) -> dict[str, Callable[[Sequence[Any]], Packed]]:
    """Return, by parameter, how its list is packed: those whose cast names a type that is read quicker in binary.

    Per element read by the server (2026-11-22): a UUID 0.53 microseconds as text, an instant 0.58, a JSON object of 400
    characters 2.5 with its escapes, against less than 0.1 in binary; numbers and short texts are as quick as text.
    """
    return {name: _PACKERS[kind] for name, kind in _CAST.findall(statement) if kind in _PACKERS}


def array(values: Sequence[Any]) -> str:
    """Return PostgreSQL's literal of a one-dimensional array of text, numbers, booleans, instants, UUIDs or bytes; None is null.

    A JSON array is that literal but for its brackets, unless a control character is escaped in it.
    """
    if isinstance(next((value for value in values if value is not None), None), bytes | memoryview):
        return "{" + ",".join("null" if value is None else f'"\\\\x{value.hex()}"' for value in values) + "}"
    written = msgspec.json.encode(values).decode()
    if "\\" in written:
        written = "[" + ",".join(map(_quoted, values)) + "]"
    return "{" + written[1:-1] + "}"


def _quoted(value: Any) -> str:
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return msgspec.json.encode(value).decode()


def sendable(values: Sequence[Any], pack: Callable[[Sequence[Any]], Packed] | None) -> Packed | str:
    """Return a list as it is sent: packed if it can be, else as a literal, which takes texts that stand for other types too."""
    if pack is not None:
        try:
            return pack(values)
        except (AttributeError, TypeError, error):
            pass
    return array(values)


def _uuids(values: Sequence[Any]) -> Packed:
    return _fixed(2950, 16, [None if value is None else value.int.to_bytes(16, "big") for value in values])


def _instants(values: Sequence[Any]) -> Packed:
    packed = [None if value is None else _known(value) if value.tzinfo is UTC else _instant(value) for value in values]
    return _fixed(1184, 8, packed)


def _instant(value: datetime) -> bytes:
    return _INTEGER.pack(round(value.timestamp() * 1_000_000) - _2000)


# A webhook's instants stand in fourteen columns. Of UTC only: elsewhere the two 2:30s of a night are equal.
_known = lru_cache(maxsize=4096)(_instant)


def _chunks(values: Sequence[Any]) -> Packed:
    return _varying(17, [None if value is None else bytes(value) for value in values])


def _documents(values: Sequence[Any]) -> Packed:
    """Pack JSON, written out as text or bytes."""
    return _varying(3802, [None if value is None else b"\x01" + (value.encode() if isinstance(value, str) else value) for value in values])


def _fixed(kind: int, width: int, elements: list[bytes | None]) -> Packed:
    if None in elements:
        return _varying(kind, elements)
    length = width.to_bytes(4, "big")
    head = _head(kind, len(elements), has_nulls=False)
    return Packed(head + length + length.join(elements) if elements else head)  # type: ignore[arg-type]  # no None among them


def _varying(kind: int, elements: list[bytes | None]) -> Packed:
    parts = [_ABSENT if element is None else len(element).to_bytes(4, "big") + element for element in elements]
    return Packed(_head(kind, len(elements), has_nulls=None in elements) + b"".join(parts))


def _head(kind: int, count: int, *, has_nulls: bool) -> bytes:
    return _HEAD.pack(1, has_nulls, kind, count, 1) if count else _HEAD.pack(0, 0, kind, 0, 0)[:12]


_INTEGER = Struct(">q")
_PACKERS: dict[str, Callable[[Sequence[Any]], Packed]] = {
    "uuid": _uuids, "timestamptz": _instants, "bytea": _chunks, "jsonb": _documents,
}  # fmt: skip

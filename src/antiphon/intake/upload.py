"""Notices by upload: lines of JSON instead of webhooks, each taken or refused on its own, down the same line."""

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from operator import attrgetter
from typing import Annotated, Any
from uuid import UUID

import msgspec
import psycopg
from django.db import OperationalError

from antiphon.intake.arrivals import take
from antiphon.intake.normalise import AHEAD, Context, KeyedFact, Unusable, keyed
from antiphon.kit.db import account
from antiphon.kit.ids import uuid7
from antiphon.providers.protocol import Identity, NoticeSent, SourceSettings

BATCH = 2_000
LONGEST_LINE = 64 * 1024
MOST_ERRORS = 1_000
WINDOW = timedelta(hours=12)
BUSY = (psycopg.OperationalError, OperationalError)
"""What a database says that is away or busy, which is no line's fault: statements say it as psycopg does, commits as Django."""


class Line(msgspec.Struct, forbid_unknown_fields=True):
    """One line of an upload."""

    source: int
    phone: str | int
    sender: str | int
    sent_at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    text: str = ""
    external_campaign: str | int = ""
    reference: str = ""
    key: Annotated[str, msgspec.Meta(min_length=1, max_length=200)] | None = None


@dataclass(frozen=True, slots=True)
class LineError:
    """Why a line was not taken; lines count from 1."""

    line: int
    message: str


@dataclass(slots=True)
class Uploaded:
    """What became of an upload. Of the errors the first thousand are kept, all are counted."""

    received: int = 0
    stored: int = 0
    copies: int = 0
    failed: int = 0
    errors: list[LineError] = field(default_factory=list)

    def fail(self, line: int, message: str) -> None:
        """Count a line that was not taken."""
        self.failed += 1
        if len(self.errors) < MOST_ERRORS:
            self.errors.append(LineError(line, message))

    def joined(self, other: "Uploaded") -> "Uploaded":
        """Return both as one, the errors by line."""
        errors = sorted([*self.errors, *other.errors], key=attrgetter("line"))[:MOST_ERRORS]
        counts = {name: getattr(self, name) + getattr(other, name) for name in ("received", "stored", "copies", "failed")}
        return Uploaded(**counts, errors=errors)


Numbered = tuple[int, KeyedFact]
_decoder = msgspec.json.Decoder(Line)


def upload(account_id: int, lines: Iterable[bytes | None], *, sources: Mapping[int, SourceSettings], at: datetime) -> Uploaded:
    """Take every good line, two thousand to a transaction; a line that is None was too long. Raises `BUSY`.

    Taking an upload again takes only what is missing: lines with a key or `sent_at` for 40 days, others for hours.
    """
    return upload_numbered(account_id, enumerate(lines, start=1), sources=sources, at=at)


def upload_numbered(
    account_id: int, lines: Iterable[tuple[int, bytes | None]], *, sources: Mapping[int, SourceSettings], at: datetime
) -> Uploaded:
    """Take lines that bring their own numbers, as `upload` does: a part of a file, or rows of a table. Raises `BUSY`.

    The next batch is read, in a thread of its own, while the database takes the one before.
    """
    read, taken = Uploaded(), Uploaded()
    good = _read(lines, read, sources=sources, at=at, upload_id=uuid7(at))
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="upload") as reader:
        coming = reader.submit(_next, good)
        while batch := coming.result():
            coming = reader.submit(_next, good)
            _take(account_id, batch, taken, sources=sources, at=at)
    return read.joined(taken)


def _next(good: Iterator[Numbered]) -> list[Numbered]:
    return list(islice(good, BATCH))


def _read(
    lines: Iterable[tuple[int, bytes | None]], result: Uploaded, *, sources: Mapping[int, SourceSettings], at: datetime, upload_id: UUID
) -> Iterator[Numbered]:
    for number, line in lines:
        if line is not None and not line.strip():
            continue
        result.received += 1
        try:
            yield number, _fact(line, sources=sources, at=at, upload_id=upload_id)
        except (Unusable, msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            result.fail(number, str(error)[:300] or "not a JSON object")


def _fact(line: bytes | None, *, sources: Mapping[int, SourceSettings], at: datetime, upload_id: UUID) -> KeyedFact:
    """Return the fact of one line. Raises Unusable, MsgspecError."""
    if line is None:
        raise Unusable(f"a line of more than {LONGEST_LINE} bytes")
    read = _decoder.decode(line)
    source = sources.get(read.source)
    if source is None:
        raise Unusable(f"there is no connected source {read.source} in this account")
    if read.sent_at is not None and read.sent_at - at > AHEAD:
        raise Unusable("sent_at is in the future")
    notice = NoticeSent(
        identity=_identity(read),
        phone=str(read.phone),
        sender=str(read.sender),
        text=read.text,
        external_campaign=str(read.external_campaign),
        sent_at=read.sent_at,
        reference=read.reference or None,
    )
    return keyed(notice, context=Context(upload_id, at, source))


def _identity(read: Line) -> Identity:
    """Return what makes two lines the same: the caller's key; else all they say with `sent_at`; else the same within hours."""
    if read.key is not None:
        return Identity(("upload", "key", read.key))
    said = (str(read.phone), str(read.sender), str(read.external_campaign), read.text)
    if read.sent_at is not None:
        return Identity(("upload", "sent_at", read.sent_at.isoformat(), *said), at=read.sent_at)
    return Identity(("upload", *said), window=WINDOW)


def _take(account_id: int, batch: list[Numbered], result: Uploaded, *, sources: Mapping[int, SourceSettings], at: datetime) -> None:
    """Take a batch in one transaction; one that cannot be taken is halved until the line at fault stands alone."""
    try:
        found = _taken(account_id, [fact for _, fact in batch], sources=sources, at=at)
    except BUSY:
        raise
    except Exception as error:  # noqa: BLE001 - whatever one line does, the others are taken
        if len(batch) == 1:
            result.fail(batch[0][0], f"this line cannot be stored ({type(error).__name__})")
            return
        half = len(batch) // 2
        for part in (batch[:half], batch[half:]):
            _take(account_id, part, result, sources=sources, at=at)
        return
    result.stored += len(found.fresh)
    result.copies += len(found.copies)


def _taken(account_id: int, facts: list[KeyedFact], *, sources: Mapping[int, SourceSettings], at: datetime) -> Any:
    with account(account_id) as db:
        return take(db, account_id, facts, sources=sources, at=at)

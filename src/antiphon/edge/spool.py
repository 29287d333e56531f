"""The spool: where acknowledged webhooks wait while the database is away. Framed, checksummed, fsynced before the answer.

One folder for all processes of a host; each process appends to segments of its own, which it holds locked for as long as it
lives, so whoever can lock a segment knows that its writer is dead and may drain it.
"""

import fcntl
import os
import struct
import threading
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

import msgspec

from antiphon.kit.failpoints import reach
from antiphon.kit.ids import uuid7

_HEAD = b"antiphon spool 1\n"
_MARK_SIZE = 16
_FRAME = struct.Struct(f">{_MARK_SIZE}sII")
_SUFFIX = ".spool"
_SEGMENT_BYTES = 16_777_216
_USUAL_BYTES = 4096


class SpoolFull(Exception):  # noqa: N818 - reads as the state it is
    """The spool has reached its limit, or the disk has: nothing was taken."""


class Spooled(msgspec.Struct, frozen=True, array_like=True):
    """One verified webhook as it came in, to be parsed again when it is drained."""

    id: UUID
    account_id: int
    source_id: int
    kind: str
    received_at: datetime
    headers: str
    query: str
    body: bytes


_decoder = msgspec.msgpack.Decoder(Spooled)
_encoder = msgspec.msgpack.Encoder()


def frame(one: Spooled, mark: bytes) -> bytes:
    """Return a record as it is written: the segment's mark, length, checksum, content.

    The mark is random and the segment's own, so that no body can pass for a record, wherever a torn end leaves the reader.
    """
    content = _encoder.encode(one)
    return _FRAME.pack(mark, len(content), zlib.crc32(content)) + content


def frames(written: bytes) -> Iterator[Spooled]:
    """Return the whole records in a segment, in order; a torn end, and whatever is damaged, is passed over."""
    mark = written[len(_HEAD) : len(_HEAD) + _MARK_SIZE]
    if not written.startswith(_HEAD) or len(mark) < _MARK_SIZE:
        return
    start = written.find(mark, len(_HEAD) + _MARK_SIZE)
    while start >= 0:
        one, after = _read(written, start)
        if one is not None:
            yield one
        start = written.find(mark, after)


def _read(written: bytes, start: int) -> tuple[Spooled | None, int]:
    """Return the record that begins here, None if it is damaged, and where to look for the next mark: no body can hold this segment's.

    A record that lacks its last byte borrows the first of the next, and may be whole by that: the next is looked for all the same.
    """
    head = written[start : start + _FRAME.size]
    if len(head) < _FRAME.size:
        return None, len(written)
    _, length, checksum = _FRAME.unpack(head)
    content = written[start + _FRAME.size : start + _FRAME.size + length]
    if len(content) < length or zlib.crc32(content) != checksum:
        return None, start + 1
    try:
        return _decoder.decode(content), start + 1
    except msgspec.DecodeError:
        return None, start + 1


@dataclass(slots=True)
class Segment:
    """One file of the spool, open and locked by this process."""

    path: Path
    file: int
    size: int = 0
    mark: bytes = b""

    @property
    def is_empty(self) -> bool:
        """Tell whether it holds no record yet."""
        return self.size <= len(_HEAD) + _MARK_SIZE

    def close(self) -> None:
        """Let go of the file, and of its lock."""
        os.close(self.file)

    def remove(self) -> None:
        """Delete a segment whose records are all committed."""
        self.path.unlink(missing_ok=True)
        self.close()


class Spool:
    """The segments of this process; appending is safe from any thread and returns when it is on disk."""

    def __init__(self, folder: Path, *, limit_bytes: int) -> None:
        self._folder = folder
        self._limit = limit_bytes
        self._lock = threading.Lock()
        self._open: Segment | None = None
        self._sealed: list[Segment] = []

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing waits here."""
        return not self._sealed and (self._open is None or self._open.is_empty)

    @property
    def size(self) -> int:
        """Return how many bytes it takes on disk."""
        return sum(segment.size for segment in [*self._sealed, *([self._open] if self._open else [])])

    def append(self, records: Iterable[Spooled]) -> None:
        """Write records and fsync, as one. Raises SpoolFull, and then none of them is there."""
        with self._lock:
            try:
                self._open = self._open or new_segment(self._folder)
                written = b"".join(frame(one, self._open.mark) for one in records)
                if self.size + len(written) > self._limit:
                    raise SpoolFull
                self._write(self._open, written)
            except OSError as error:
                self._take_back()
                raise SpoolFull(error.strerror) from None

    def _write(self, segment: Segment, written: bytes) -> None:
        _write_all(segment.file, written)
        reach("spool.written")
        os.fsync(segment.file)
        reach("spool.synced")
        segment.size += len(written)
        if segment.size >= _SEGMENT_BYTES:
            self._sealed.append(segment)
            self._open = None

    def _take_back(self) -> None:
        """After a failed write: no half record may stay in front of later ones; a file that cannot be cut is left behind."""
        segment = self._open
        if segment is None:
            return
        try:
            os.ftruncate(segment.file, segment.size)
            os.fsync(segment.file)
        except OSError:
            self._sealed.append(segment)
            self._open = None

    def seal(self) -> list[Segment]:
        """Close the open segment to further records; return every segment to be drained, oldest first."""
        with self._lock:
            if self._open is not None and not self._open.is_empty:
                self._sealed.append(self._open)
                self._open = None
            return list(self._sealed)

    def drained(self, segment: Segment) -> None:
        """Delete a sealed segment: all of it is committed."""
        with self._lock:
            self._sealed.remove(segment)
            segment.remove()

    def is_writable(self) -> bool:
        """Tell whether a webhook of the usual size could be taken now: there is room, and a few bytes can be written and synced."""
        if self.size + _USUAL_BYTES > self._limit:
            return False
        probe = self._folder / f".probe-{os.getpid()}"
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with probe.open("wb") as file:
                file.write(bytes(_USUAL_BYTES))
                os.fsync(file.fileno())
            probe.unlink()
        except OSError:
            return False
        return True

    def close(self) -> None:
        """Let go of every segment: what is in them waits for whoever drains the spools of the dead."""
        with self._lock:
            for segment in [*self._sealed, *([self._open] if self._open else [])]:
                if segment.is_empty:
                    segment.remove()
                else:
                    segment.close()
            self._open, self._sealed = None, []


def new_segment(folder: Path) -> Segment:
    """Make a segment of this process, locked. Its name sorts by time."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{uuid7().hex}{_SUFFIX}"
    # Locked under another name first: a segment that can be seen is never without its lock while its writer lives.
    unseen = path.with_suffix(".new")
    file = os.open(unseen, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        mark = os.urandom(_MARK_SIZE)
        _write_all(file, _HEAD + mark)
        unseen.rename(path)
        _sync_folder(folder)
    except OSError:
        os.close(file)
        unseen.unlink(missing_ok=True)
        raise
    return Segment(path, file, len(_HEAD) + _MARK_SIZE, mark)


def _write_all(file: int, written: bytes) -> None:
    left = memoryview(written)
    while left:
        left = left[os.write(file, left) :]


def _sync_folder(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def left_behind(folder: Path) -> Iterator[Segment]:
    """Return, locked, each segment whose writer is dead, oldest first; the caller closes or removes it."""
    for path in sorted(folder.glob(f"*{_SUFFIX}")):
        segment = _locked(path)
        if segment is not None:
            yield segment


def _locked(path: Path) -> Segment | None:
    try:
        file = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(file)
        return None
    status = os.fstat(file)
    if status.st_nlink == 0:
        os.close(file)
        return None
    return Segment(path, file, status.st_size)


def read(segment: Segment, *, at_most: int) -> Iterator[Sequence[Spooled]]:
    """Return the records of a segment, in order, in groups."""
    group: list[Spooled] = []
    for one in frames(os.pread(segment.file, os.fstat(segment.file).st_size, 0)):
        group.append(one)
        if len(group) == at_most:
            yield group
            group = []
    if group:
        yield group

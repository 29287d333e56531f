"""The spool: what is acknowledged is on disk, torn ends do not matter, another process finds what was left behind."""

import multiprocessing
import os
import resource
import signal
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from antiphon.edge.spool import Spool, Spooled, SpoolFull, frame, frames, left_behind, read
from antiphon.kit.ids import uuid7

MARK = bytes(range(16))
HEAD = b"antiphon spool 1\n" + MARK
AT = datetime(2026, 3, 24, 10, 42, 0, 123456, tzinfo=UTC)
LIMIT = 1_048_576


def record(number: int, *, body: bytes = b"{}") -> Spooled:
    return Spooled(uuid7(AT), 1, 7, "reply", AT, "{}", f"n={number}", body)


def drained(folder: Path) -> list[str]:
    """Drain what dead writers left, as the worker does, and return the queries."""
    found = []
    for segment in left_behind(folder):
        found += [one.query for group in read(segment, at_most=3) for one in group]
        segment.remove()
    return found


def test_records_come_back_as_they_were_in_order(tmp_path: Path) -> None:
    spool = Spool(tmp_path, limit_bytes=LIMIT)
    records = [record(number, body=bytes([number]) * number) for number in range(8)]
    spool.append(records[:5])
    spool.append(records[5:])
    (segment,) = spool.seal()
    assert [one for group in read(segment, at_most=3) for one in group] == records
    assert spool.size == len(HEAD) + sum(len(frame(one, MARK)) for one in records)
    spool.drained(segment)
    assert (spool.is_empty, spool.size, list(tmp_path.iterdir())) == (True, 0, [])


def test_the_folder_and_its_files_are_the_owners_alone(tmp_path: Path) -> None:
    folder = tmp_path / "spool"
    spool = Spool(folder, limit_bytes=LIMIT)
    spool.append([record(1)])
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    spool.close()


def test_a_living_writers_segments_are_its_own_and_a_dead_ones_are_found(tmp_path: Path) -> None:
    spool = Spool(tmp_path, limit_bytes=LIMIT)
    spool.append([record(1), record(2)])
    assert drained(tmp_path) == []
    spool.close()
    assert drained(tmp_path) == ["n=1", "n=2"]
    assert drained(tmp_path) == []


def _write_and_hang(folder: str, told: "Connection[bool, bool]") -> None:
    spool = Spool(Path(folder), limit_bytes=LIMIT)
    spool.append([record(number) for number in range(5)])
    told.send(True)
    signal.pause()


def test_what_a_killed_process_acknowledged_is_found(tmp_path: Path) -> None:
    here, there = multiprocessing.Pipe()
    writer = multiprocessing.get_context("spawn").Process(target=_write_and_hang, args=(str(tmp_path), there))
    writer.start()
    assert here.recv()
    assert drained(tmp_path) == []
    os.kill(writer.pid or 0, signal.SIGKILL)
    writer.join(10)
    assert drained(tmp_path) == [f"n={number}" for number in range(5)]


@given(st.data())
def test_a_torn_or_damaged_segment_gives_every_record_that_is_whole(data: st.DataObject) -> None:
    records = [record(number, body=b"x" * number) for number in range(4)]
    written = [frame(one, MARK) for one in records]
    hurt = data.draw(st.integers(0, 3))
    torn = written[hurt][: data.draw(st.integers(0, len(written[hurt]) - 1))]
    where = data.draw(st.integers(0, len(written[hurt]) - 1))
    flipped = written[hurt][:where] + bytes([written[hurt][where] ^ 0xFF]) + written[hurt][where + 1 :]
    rest = [one for number, one in enumerate(records) if number != hurt]
    for damaged in (torn, flipped):
        segment = b"".join([HEAD, *written[:hurt], damaged, *written[hurt + 1 :]])
        found = list(frames(segment))
        assert [one for one in found if one != records[hurt]] == rest
        assert damaged is torn or records[hurt] not in found


def test_a_body_that_looks_like_a_frame_never_passes_for_one(tmp_path: Path) -> None:
    forged = frame(record(1), MARK)
    spool = Spool(tmp_path, limit_bytes=LIMIT)
    outer = record(2, body=HEAD + forged)
    spool.append([outer])
    (segment,) = spool.seal()
    assert [one for group in read(segment, at_most=3) for one in group] == [outer]
    os.truncate(segment.path, segment.size - 1)
    assert list(read(segment, at_most=3)) == []
    spool.close()


def test_a_full_spool_takes_nothing_and_what_it_has_stays(tmp_path: Path) -> None:
    one = record(1, body=b"x" * 1000)
    spool = Spool(tmp_path, limit_bytes=len(HEAD) + 2 * len(frame(one, MARK)))
    spool.append([one])
    with pytest.raises(SpoolFull):
        spool.append([one, one])
    spool.append([one])
    with pytest.raises(SpoolFull):
        spool.append([one])
    spool.close()
    assert drained(tmp_path) == ["n=1", "n=1"]


def test_a_spool_says_whether_it_could_take_another_webhook(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool", limit_bytes=20_000)
    assert spool.is_writable()
    spool.append([record(1, body=b"x" * 17_000)])
    assert not spool.is_writable()
    spool.close()
    taken = tmp_path / "a file"
    taken.write_bytes(b"")
    assert not Spool(taken, limit_bytes=LIMIT).is_writable()


def test_a_disk_that_takes_only_half_leaves_no_half_record(tmp_path: Path) -> None:
    one = record(1, body=b"x" * 1000)
    spool = Spool(tmp_path, limit_bytes=LIMIT)
    spool.append([one])
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(HEAD) + len(frame(one, MARK)) + 500, before[1]))
    try:
        with pytest.raises(SpoolFull):
            spool.append([one])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)
    spool.append([record(2)])
    spool.close()
    assert drained(tmp_path) == ["n=1", "n=2"]


def test_large_spools_are_many_segments(tmp_path: Path) -> None:
    spool = Spool(tmp_path, limit_bytes=64 * LIMIT)
    for number in range(5):
        spool.append([record(number, body=b"x" * 9_000_000)])
    segments = spool.seal()
    assert len(segments) == 3
    assert [one.query for segment in segments for group in read(segment, at_most=9) for one in group] == [f"n={n}" for n in range(5)]
    spool.close()

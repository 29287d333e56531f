"""Counts of this process, in files that any process of the host may read; nothing is counted until `begin`.

A count costs a few microseconds: it is made once per batch, turn, call or page, never per webhook.
"""

import os
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, values

from antiphon.measures.table import MEASURES, Kind, Measure, Origin

_FILE_BYTES = 262_144
_MOST_DEAD = 300
_FILES = ("counter", "histogram", "gauge_livesum")


class _Counting:
    """The counts of this process once it has begun."""

    counts: dict[str, Any] | None = None


def begin(folder: Path, *, part: str) -> bool:
    """Count from now on, into files of `folder/<part>`; return False, and count nothing, where there is no room for them.

    The room is taken at once: a file that grows on a full disk ends the process that writes to it.
    """
    own = folder / part
    try:
        own.mkdir(mode=0o700, parents=True, exist_ok=True)
        _forget_the_dead(own)
        for name in _FILES:
            _make_room(own / f"{name}_{os.getpid()}.db")
    except OSError:
        return False
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(own)
    # What the library would choose by itself, had nobody imported it before the folder was named.
    values.ValueClass = values.MultiProcessValue()  # type: ignore[no-untyped-call]
    registry = CollectorRegistry()
    _Counting.counts = {measure.name: _made(measure, registry) for measure in MEASURES if measure.origin is Origin.PROGRAM}
    return True


def _forget_the_dead(folder: Path) -> None:
    """Delete files of processes that are gone when a part starts anew: while it runs, what a worker counted before it died still counts."""
    files = list(folder.glob("*.db"))
    dead = [path for path in files if not is_alive(path)]
    if len(dead) == len(files) or len(dead) > _MOST_DEAD:
        for path in dead:
            path.unlink(missing_ok=True)


def is_alive(path: Path) -> bool:
    """Return whether the process that a file is named after still runs."""
    pid = path.stem.rpartition("_")[2]
    return pid.isdecimal() and Path(f"/proc/{pid}").exists()


def _make_room(path: Path) -> None:
    file = os.open(path, os.O_CREAT | os.O_RDWR | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        os.posix_fallocate(file, 0, _FILE_BYTES)
    finally:
        os.close(file)


def _made(measure: Measure, registry: Any) -> Any:
    if measure.kind is Kind.HISTOGRAM:
        return Histogram(measure.name, measure.text, measure.labels, buckets=measure.buckets, registry=registry)
    if measure.kind is Kind.GAUGE:
        return Gauge(measure.name, measure.text, measure.labels, multiprocess_mode="livesum", registry=registry)
    return Counter(measure.name, measure.text, measure.labels, registry=registry)


def end() -> None:
    """Count no more."""
    _Counting.counts = None


def batch(way: str, *, size: int, seconds: float, lag_seconds: float) -> None:
    """Count a batch that a lane took; `lag_seconds` is since the receipt of its oldest webhook."""
    counts = _Counting.counts
    if counts is not None:
        counts["antiphon_arrivals"].labels(way).inc(size)
        counts["antiphon_batch_size"].observe(size)
        counts["antiphon_batch_seconds"].observe(seconds)
        counts["antiphon_lag_seconds"].observe(max(0.0, lag_seconds))


def drained(count: int) -> None:
    """Count webhooks that came out of a spool."""
    _count("antiphon_arrivals", "drained", by=count)


def hook_refused(status: int) -> None:
    """Count a webhook that was not let in."""
    _count("antiphon_hooks_refused", str(status))


def edge_now(*, lanes: int, streams: int) -> None:
    """Say how many lanes live and how many pages listen."""
    if _Counting.counts is not None:
        _Counting.counts["antiphon_lanes"].set(lanes)
        _Counting.counts["antiphon_streams"].set(streams)


def answered(kind: str, *, status: int, seconds: float) -> None:
    """Count an answer of a page or of the API."""
    if _Counting.counts is not None:
        _count("antiphon_requests", kind, str(status))
        _Counting.counts["antiphon_request_seconds"].labels(kind).observe(seconds)


def turn(loop: str, *, ended: str, seconds: float) -> None:
    """Count a turn of a loop."""
    _count("antiphon_turns", loop, ended)
    _count("antiphon_turn_seconds", loop, by=seconds)


def called(status: int | None) -> None:
    """Count a call of a webhook out; None is one that nobody answered."""
    _count("antiphon_webhook_calls", "unreachable" if status is None else "accepted" if status < 300 else "refused")  # noqa: PLR2004 - HTTP's


def _count(name: str, *labels: str, by: float = 1) -> None:
    if _Counting.counts is not None:
        _Counting.counts[name].labels(*labels).inc(by)

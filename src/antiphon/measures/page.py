"""The page of measures: what the processes of this host counted, what the host and the database look like now."""

import shutil
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib import metadata
from pathlib import Path
from typing import Any

import psycopg
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.multiprocess import MultiProcessCollector

from antiphon.kit.db import Database, rows, sql
from antiphon.measures.counting import is_alive
from antiphon.measures.table import BY_NAME

_PAGE_BYTES = 4096
_one_at_a_time = threading.Lock()


class Busy(Exception):  # noqa: N818 - reads as the state it is
    """Another scrape is under way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where the page looks: the counts of this host's processes, its spool, its home, and the database through the role of the jobs."""

    counts: Path
    spool: Path
    home: Path
    connect: Callable[[], Database]

    @classmethod
    def of(cls, home: Path, connect: Callable[[], Database]) -> "Places":
        """Return the places below a home."""
        return cls(counts=counts_of(home), spool=home / "spool", home=home, connect=connect)


def counts_of(home: Path) -> Path:
    """Return the folder of a host's counts."""
    return home / "measures"


def page(places: Places, *, at: datetime, accept: str = "") -> tuple[bytes, str]:
    """Return the page and its content type, in the form that the scraper asks for. Raises Busy: one scrape at a time."""
    if not _one_at_a_time.acquire(blocking=False):
        raise Busy
    try:
        registry = CollectorRegistry()
        registry.register(_Page(places, at))
        encoder, content_type = choose_encoder(accept)
        return encoder(registry), content_type
    finally:
        _one_at_a_time.release()


class _Page:
    """A collector of the library's kind: asked once, for everything."""

    def __init__(self, places: Places, at: datetime) -> None:
        self._places, self._at = places, at

    def describe(self) -> Iterable[Metric]:
        """Return nothing: what it says is known when it is asked."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """Yield every measure."""
        yield from _counted(self._places.counts)
        build = ("antiphon_build", metadata.version("antiphon"), 1.0)
        host = [build, *_of_programs(self._places.counts), *_of_disk(self._places)]
        yield from _gauges([*host, *_of_database(self._places, self._at)])


Figure = tuple[str, str, float]


def _counted(folder: Path) -> Iterable[Metric]:
    """Merge what the processes counted; of the dead, what they counted stays, what they were goes."""
    files = [path for path in folder.glob("*/*.db") if path.stat().st_size]
    merged = [str(path) for path in files if not path.name.startswith("gauge_live") or is_alive(path)]
    found: Iterable[Metric] = MultiProcessCollector.merge(merged, accumulate=True)  # type: ignore[no-untyped-call]
    return found


def _of_programs(folder: Path) -> Iterator[Figure]:
    for part in ("web", "worker"):
        pids = {path.stem.rpartition("_")[2] for path in (folder / part).glob("*.db") if is_alive(path)}
        yield "antiphon_processes", part, len(pids)
        yield "antiphon_resident_bytes", part, sum(_resident(pid) for pid in pids)
        yield "antiphon_threads", part, sum(_entries(f"/proc/{pid}/task") for pid in pids)
        yield "antiphon_open_files", part, sum(_entries(f"/proc/{pid}/fd") for pid in pids)


def _resident(pid: str) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * _PAGE_BYTES
    except OSError:
        return 0


def _entries(folder: str) -> int:
    try:
        return len(list(Path(folder).iterdir()))
    except OSError:
        return 0


def _of_disk(places: Places) -> Iterator[Figure]:
    sizes = [_size(path) for path in places.spool.glob("*.spool")]
    yield "antiphon_spool_bytes", "", sum(sizes)
    yield "antiphon_spool_segments", "", len(sizes)
    yield "antiphon_disk_free_bytes", "", shutil.disk_usage(places.home).free


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _of_database(places: Places, at: datetime) -> list[Figure]:
    try:
        with places.connect() as db:
            found = rows(db, sql("antiphon.measures", "figures"), {"at": at})
    except psycopg.Error:
        return [("antiphon_database_up", "", 0.0)]
    return [("antiphon_database_up", "", 1.0), *((row.name, row.label, row.value) for row in found)]


def _gauges(figures: Iterable[Figure]) -> Iterator[Metric]:
    by_name: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for name, label, value in figures:
        by_name[name].append((label, value))
    for name, values in by_name.items():
        yield _gauge(name, values)


def _gauge(name: str, values: list[tuple[str, float]]) -> Any:
    measure = BY_NAME[name]
    family = GaugeMetricFamily(name, measure.text, labels=measure.labels)
    for label, value in values:
        family.add_metric([label] if measure.labels else [], value)
    return family

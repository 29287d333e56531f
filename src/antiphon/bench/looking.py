"""Looks at the counters of accounts and at the memory of the site, again and again, beside whatever loads it."""

import os
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from antiphon.bench.types import WrongFiguresError
from antiphon.kit.db import Database, rows, sql

_EVERY_SECONDS = 0.1
_MEMORY_EVERY = 10  # looks
_MEGABYTE_KB = 1024
_EDGE = 10  # a tenth of the run at its begin and its end, which are compared

Counted = dict[tuple[int, str], int]


class Looks:
    """What was counted when, of these accounts since it was made, and how much memory this process's children had."""

    def __init__(self, db: Database, accounts: Sequence[int]) -> None:
        self._db, self._accounts = db, list(accounts)
        self._first = self._read()
        self._seen: list[tuple[float, Counted]] = []
        self._memory: list[float] = []
        self._is_over = threading.Event()

    @property
    def counted(self) -> int:
        """Return how much had been counted at the last look."""
        return sum(self._seen[-1][1].values()) if self._seen else 0

    @contextmanager
    def looking(self) -> Iterator[None]:
        """Look during a block."""
        thread = threading.Thread(target=self._look, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._is_over.set()
            thread.join()

    def lags(self, began: float, rate: float, kinds: Sequence[tuple[int, str]]) -> list[float]:
        """Return for each request, by account and metric in the order they fell due, the seconds until a look saw it counted.

        Which one of its kind was counted is not known: the oldest is taken to be. Raises WrongFiguresError when not all are.
        """
        due: dict[tuple[int, str], list[float]] = defaultdict(list)
        for place, kind in enumerate(kinds):
            due[kind].append(began + place / rate)
        lags: list[float] = []
        for kind, instants in due.items():
            known = 0
            for at, counted in self._seen:
                seen = min(counted.get(kind, 0), len(instants))
                lags += [max(0.0, at - instant) for instant in instants[known:seen]]
                known = max(known, seen)
            if known < len(instants):
                raise WrongFiguresError(f"{len(instants)} requests of {kind[1]} were acknowledged, {known} are counted")
        return lags

    def memory(self) -> dict[str, float]:
        """Return the megabytes that the site's processes had at the begin and the end, each the mean of a tenth of the run."""
        edge = max(1, len(self._memory) // _EDGE)
        # What is loaded at the first requests is there after the first tenth.
        first, last = self._memory[edge : 2 * edge] or self._memory, self._memory[-edge:]
        return {"begin": round(sum(first) / len(first), 1), "end": round(sum(last) / len(last), 1)}

    def _look(self) -> None:
        while not self._is_over.is_set():
            counted = self._read()
            self._seen.append((time.perf_counter(), {kind: value - self._first.get(kind, 0) for kind, value in counted.items()}))
            if len(self._seen) % _MEMORY_EVERY == 1:
                self._memory.append(_resident_mb())
            self._is_over.wait(_EVERY_SECONDS)

    def _read(self) -> Counted:
        found = rows(self._db, sql("antiphon.bench", "counted"), {"accounts": self._accounts})
        return {(row.account_id, row.metric): row.value for row in found}


def _resident_mb() -> float:
    """Return the megabytes that the children of this process, and theirs, have in memory: web and worker, not PostgreSQL."""
    parents: dict[int, int] = {}
    kilobytes: dict[int, int] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            lines = dict(line.split(":", 1) for line in (folder / "status").read_text().splitlines())
        except OSError:
            continue  # it has ended meanwhile
        if lines["Name"].strip() == "postgres":
            continue  # its processes share most of what they have
        parents[int(folder.name)] = int(lines["PPid"])
        kilobytes[int(folder.name)] = int(lines.get("VmRSS", "0").split()[0])
    ours = {os.getpid()}
    while more := {one for one, parent in parents.items() if parent in ours} - ours:
        ours |= more
    return sum(kilobytes[one] for one in ours - {os.getpid()} if one in kilobytes) / _MEGABYTE_KB

"""The oracle's ledger: what it means to send, and what was acknowledged, each on disk before it goes on."""

import json
import os
import threading
from collections import Counter
from pathlib import Path


class Ledger:
    """A file of intents and acknowledgements, one a line, synced line by line: it survives the oracle as the site must survive."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_CREAT | os.O_RDWR | os.O_APPEND, 0o600)
        self._path = path
        self._lock = threading.Lock()

    def intend(self, what: str, name: str) -> None:
        self._write("intent", what, name)

    def acknowledge(self, what: str, name: str) -> None:
        self._write("ack", what, name)

    def _write(self, *words: str) -> None:
        with self._lock:
            os.write(self._file, json.dumps(words).encode() + b"\n")
            os.fdatasync(self._file)

    def names(self, kind: str, what: str) -> set[str]:
        """Return what was intended (`intent`) or acknowledged (`ack`): read back from the file."""
        return set(self.counts(kind, what))

    def counts(self, kind: str, what: str) -> Counter[str]:
        """Return how often each was intended or acknowledged."""
        lines = [json.loads(line) for line in self._path.read_text().splitlines()]
        return Counter(name for read, of, name in lines if (read, of) == (kind, what))

    def close(self) -> None:
        os.close(self._file)

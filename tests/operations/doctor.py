"""What the tests of the doctor share."""

import socket
from pathlib import Path

from antiphon.cli.diagnosis.finding import Finding
from antiphon.config.env import Environment, read

Broken = dict[str, str]


def environment(tmp_path: Path, **settings: str) -> Environment:
    """Return settings of a home of its own."""
    return read({"ANTIPHON_HOME": str(tmp_path), **settings})


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def is_bad(found: Finding, *words: str) -> bool:
    """Return whether a finding says what is wrong, with these words, and how to mend it."""
    return not found.is_well and bool(found.advice) and all(word in f"{found.told} {found.advice}" for word in words)

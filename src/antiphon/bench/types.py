"""What benchmarks are given, and how they fail."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Options:
    """How long and on what: seconds per run, rounds per figure, notices stored before, a home to keep (None: thrown away)."""

    seconds: float
    rounds: int
    notices: int
    home: Path | None


class WrongFiguresError(Exception):
    """What was acknowledged is not what is stored, or the run could not be made: no figures."""

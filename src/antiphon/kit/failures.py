"""Tells of a failure without the values in it: a database's message may hold a consumer's text."""

import traceback
from pathlib import Path

_FRAMES = 6


def reason(error: BaseException) -> str:
    """Return what failed: the kind of error, and the constraint or table that the database names."""
    diagnosis = getattr(error, "diag", None)
    named = (diagnosis.constraint_name or diagnosis.table_name) if diagnosis else ""
    return f"{type(error).__name__} ({named})" if named else type(error).__name__


def where(error: BaseException) -> str:
    """Return where it failed: the last frames, innermost first."""
    frames = reversed(traceback.extract_tb(error.__traceback__)[-_FRAMES:])
    return " < ".join(f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames)

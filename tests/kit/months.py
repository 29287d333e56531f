"""The months that tests tell of: partitions for all of 2026, made at the start, and again by a test that lets months go."""

from typing import Any


def make_months(cursor: Any) -> None:
    """Make the partitions that are not there, as the owner."""
    cursor.execute("select ensure_partitions('2025-12-01', '2026-12-31')")

"""Durations as counted bands about 5 % wide: they add up over time and dimensions, and still give percentiles."""

from collections.abc import Mapping

WIDTH = 1.05
"""Band 0 is below a second; band n from WIDTH ** (n - 1) seconds up to WIDTH ** n."""


def percentile(counts: Mapping[int, int], share: float) -> float | None:
    """Return the seconds that a share of the durations stay within, from counts by band; None if there are none.

    The place within its band is taken as even, so the result is off by less than a band.
    """
    wanted = share * sum(counts.values())
    passed = 0
    for band in sorted(band for band, count in counts.items() if count > 0):
        if passed + counts[band] >= wanted:
            low, high = _bounds(band)
            return low + (high - low) * max(0.0, wanted - passed) / counts[band]
        passed += counts[band]
    return None


def _bounds(band: int) -> tuple[float, float]:
    return (0.0, 1.0) if band == 0 else (WIDTH ** (band - 1), WIDTH**band)

"""Fixtures of the edge's tests: what is committed, because lanes have connections of their own."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.kit.clock import Clock

if TYPE_CHECKING:
    from tests.edge.serving import Serving
    from tests.kit.world import World


@pytest.fixture
def committed(transactional_db: Any, clock: Clock) -> "World":  # noqa: ARG001 - flushed afterwards
    """Build North and South for real."""
    from tests.kit.world import build  # noqa: PLC0415 - models wait for Django's set-up

    return build(clock)


@pytest.fixture
def edge(committed: "World", tmp_path: Path) -> "Iterator[Serving]":  # noqa: ARG001 - sources are read at the start
    """Serve the edge."""
    from tests.edge.serving import serving  # noqa: PLC0415 - as above

    with serving(tmp_path / "spool") as one:
        yield one

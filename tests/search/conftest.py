"""Fixtures of the search's tests."""

from typing import TYPE_CHECKING, Any

import pytest

from tests.kit.clock import Clock

if TYPE_CHECKING:
    from tests.kit.world import World


@pytest.fixture
def committed(transactional_db: Any, clock: Clock) -> "World":  # noqa: ARG001 - flushed afterwards
    """Build North and South for real: loops have connections of their own."""
    from tests.kit.world import build  # noqa: PLC0415 - models wait for Django's set-up

    return build(clock)

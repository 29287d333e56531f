"""The fixtures of the shared kit, for every test: `clock`, `world`, `north`, `south`."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from antiphon.kit import clock as kit_clock
from tests.kit.clock import START, Clock

if TYPE_CHECKING:
    from tests.kit.world import Tenant, World


@pytest.fixture
def clock() -> Iterator[Clock]:
    """Stand the clock still."""
    standing = Clock(START)
    with kit_clock.replaced(standing):
        yield standing


@pytest.fixture
def world(db: Any, clock: Clock) -> "World":  # noqa: ARG001 - a transaction that is rolled back
    """Build North and South inside the test's transaction."""
    from tests.kit.world import build  # noqa: PLC0415 - models wait for Django's set-up

    return build(clock)


@pytest.fixture
def north(world: "World") -> "Tenant":
    """Return the tenant of most tests."""
    return world.north


@pytest.fixture
def south(world: "World") -> "Tenant":
    """Return the tenant that must never see North."""
    return world.south

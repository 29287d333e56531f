"""Fixtures of tests that commit: connections of their own, as lanes have."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.kit.clock import Clock

if TYPE_CHECKING:
    from antiphon.kit.db import Database
    from tests.kit.world import World


@pytest.fixture
def world(transactional_db: Any, clock: Clock) -> "World":  # noqa: ARG001 - flushed afterwards
    """Build North and South for real."""
    from tests.kit.world import build  # noqa: PLC0415 - models wait for Django's set-up

    return build(clock)


@pytest.fixture(autouse=True)
def recounted(world: "World") -> Iterator[None]:
    """Compare counters and stored derivations with the base tables after every test, for both tenants."""
    from antiphon.kit.db import account  # noqa: PLC0415 - as above
    from antiphon.metrics.recount import differences  # noqa: PLC0415

    yield
    for tenant in (world.north, world.south):
        with account(tenant.id) as db:
            assert differences(db, tenant.id) == []


@pytest.fixture
def connect(world: "World") -> "Iterator[Callable[[], Database]]":  # noqa: ARG001 - the database is there then
    """Give plain connections, each as one lane's; closed afterwards."""
    from antiphon.edge.doors import connect as door  # noqa: PLC0415 - as above

    opened: list[Database] = []

    def one() -> "Database":
        opened.append(door("default"))
        return opened[-1]

    yield one
    for connection in opened:
        connection.close()

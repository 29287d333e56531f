"""Fixtures of the whole-line tests: a way in, and a recount after every test."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.kit.deliver import Deliver
    from tests.kit.world import Tenant, World


@pytest.fixture
def deliver(north: "Tenant") -> "Deliver":
    """Deliver to North."""
    from tests.kit.deliver import Deliver  # noqa: PLC0415 - models wait for Django's set-up

    return Deliver(north)


@pytest.fixture(autouse=True)
def recounted(world: "World") -> Iterator[None]:
    """Stand in North's account; compare counters and stored derivations with the base tables after every test, for both."""
    from antiphon.kit.db import account  # noqa: PLC0415 - as above
    from antiphon.metrics.recount import differences  # noqa: PLC0415

    with account(world.north.id):
        yield
    for tenant in (world.north, world.south):
        with account(tenant.id) as db:
            assert differences(db, tenant.id) == []

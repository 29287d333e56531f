"""Fixtures of the whole-line tests: partitions around the tests' dates, a way in, and a recount after every test."""

from collections.abc import Iterator
from datetime import date
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
    from antiphon.kit.db import account, rows  # noqa: PLC0415 - as above
    from antiphon.metrics.recount import differences  # noqa: PLC0415

    with account(world.north.id) as db:
        rows(db, "select ensure_partitions(%(first)s, %(last)s)", {"first": date(2026, 1, 1), "last": date(2026, 6, 1)})
        yield
    for tenant in (world.north, world.south):
        with account(tenant.id) as db:
            assert differences(db, tenant.id) == []

"""Fixtures: the provider and the desk of the conversations' tests; a recount after every test."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from tests.conversations.conftest import desk, provider  # noqa: F401 - fixtures are found by being here
from tests.line.conftest import deliver  # noqa: F401 - as above

if TYPE_CHECKING:
    from tests.kit.world import World


@pytest.fixture(autouse=True)
def recounted(request: pytest.FixtureRequest) -> Iterator[None]:
    """Stand in North's account, unless the test is about both; compare counters and stored results with the facts afterwards."""
    if "world" not in request.fixturenames:
        yield
        return
    from antiphon.kit.db import account  # noqa: PLC0415 - models wait for Django's set-up
    from antiphon.metrics.recount import differences  # noqa: PLC0415 - as above

    world: World = request.getfixturevalue("world")
    with ExitStack() as standing:
        if "south" not in request.fixturenames:
            standing.enter_context(account(world.north.id))
        yield
    for tenant in (world.north, world.south):
        with account(tenant.id) as db:
            assert differences(db, tenant.id) == []

"""Fixtures: a provider on loopback, and the desk, where people of North do things with conversations."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.conversations.provider import Provider, providing
from tests.line.conftest import deliver, recounted  # noqa: F401 - fixtures are found by being here

if TYPE_CHECKING:
    from tests.conversations.desk import Desk
    from tests.kit.world import Tenant


@pytest.fixture
def provider() -> Iterator[Provider]:
    with providing() as one:
        yield one


@pytest.fixture
def desk(north: "Tenant", provider: Provider) -> "Iterator[Desk]":
    from tests.conversations.desk import Desk  # noqa: PLC0415 - models wait for Django's set-up

    with Desk(north, provider) as one:
        yield one

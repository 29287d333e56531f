from typing import TYPE_CHECKING

import pytest

from tests.kit.caller import Caller

if TYPE_CHECKING:
    from tests.kit.deliver import Deliver
    from tests.kit.world import Tenant


@pytest.fixture
def api(north: "Tenant") -> Caller:
    """Call as North's administrator."""
    return Caller(north.key())


@pytest.fixture
def deliver(north: "Tenant") -> "Deliver":
    """Deliver to North."""
    from tests.kit.deliver import Deliver  # noqa: PLC0415 - models wait for Django's set-up

    return Deliver(north)

from typing import TYPE_CHECKING

import pytest

from tests.kit.caller import Caller

if TYPE_CHECKING:
    from tests.kit.world import Tenant


@pytest.fixture
def api(north: "Tenant") -> Caller:
    return Caller(north.key())

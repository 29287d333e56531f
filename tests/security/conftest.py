"""Fixtures of the battery: North and South, each with a whole story, South's told in words and numbers of its own."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.edge.conftest import committed, edge  # noqa: F401 - fixtures are found by being here
from tests.kit.clock import Clock

if TYPE_CHECKING:
    from tests.security.living import Living


FIRST = 7_310_001


@dataclass(frozen=True)
class Both:
    """The two tenants; `canaries` are South's values that nothing of North's holds."""

    north: "Living"
    south: "Living"
    canaries: tuple[str, ...]


@pytest.fixture
def both(django_db_setup: None, request: pytest.FixtureRequest, clock: Clock) -> Both:  # noqa: ARG001 - a database
    """Tell both stories. Wants `django_db` with the owner's alias, which numbers South's rows."""
    from tests.kit.world import CLEO, MIA, OTTO, build_north, build_south  # noqa: PLC0415 - models wait for Django's set-up
    from tests.security.canaries import canaries  # noqa: PLC0415 - as above
    from tests.security.living import Numbers, live, numbered_from  # noqa: PLC0415 - as above

    request.getfixturevalue("db")
    began = clock.at
    north = live(build_north(clock), "noordwoord", Numbers(CLEO, MIA, OTTO))
    clock.at = began
    with numbered_from(FIRST):
        tenant = build_south(clock)
        tenant.person("Ben", skills=("care",))
        south = live(tenant, "zuidwoord", Numbers("+31677000001", "+31677000002", "+31677000003"))
    return Both(north, south, canaries(north, south))

"""Fixtures of the routing tests."""

from tests.attribution.conftest import session_zone, tables  # noqa: F401 - fixtures are found by being here
from tests.line.conftest import deliver  # noqa: F401 - as above

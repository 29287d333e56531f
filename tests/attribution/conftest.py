"""A connection of the application's role, inside one account."""

from collections.abc import Iterator

import pytest

from antiphon.kit.db import Database, account, run

from .scenes import ACCOUNT, make_partitions


@pytest.fixture
def tables(db: None) -> Iterator[Database]:  # noqa: ARG001 - pytest-django's, which opens the test's transaction
    """Have the account's transaction open; nothing of it stays."""
    with account(ACCOUNT) as connection:
        make_partitions(connection)
        yield connection


@pytest.fixture(params=["UTC", "America/New_York"])
def session_zone(tables: Database, request: pytest.FixtureRequest) -> str:
    """Run in a session of that time zone: answers must not depend on it."""
    run(tables, "select set_config('TimeZone', %(zone)s, true)", {"zone": request.param})
    return str(request.param)

"""Fixtures: an account's events for real, and a courier that may call loopback."""

import ipaddress
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.kit.clock import Clock

if TYPE_CHECKING:
    from tests.kit.world import Tenant
    from tests.webhooks.telling import Telling

OWN = (ipaddress.ip_network("127.0.0.0/8"),)


@pytest.fixture
def own_networks(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let deliveries go to loopback."""
    from antiphon.config import env  # noqa: PLC0415 - the settings of Django come first

    monkeypatch.setenv("ANTIPHON_WEBHOOK_NETWORKS", "127.0.0.0/8")
    env.current.cache_clear()
    yield
    env.current.cache_clear()


@pytest.fixture
def telling(north: "Tenant", own_networks: None) -> Iterator["Telling"]:  # noqa: ARG001 - a setting
    """Give North's events, its webhooks, and turns of a courier, all in the test's transaction."""
    from django.db import connection  # noqa: PLC0415 - as above

    from tests.webhooks.telling import Telling  # noqa: PLC0415 - as above

    with Telling(north, jobs=connection.connection, app=connection.connection, is_in_test=True) as one:
        yield one


@pytest.fixture
def told_for_real(transactional_db: Any, clock: Clock, own_networks: None) -> Iterator["Telling"]:  # noqa: ARG001 - flushed afterwards
    """Give the same, committed, through the connections and roles that a worker has."""
    from antiphon.edge.doors import connect  # noqa: PLC0415 - as above
    from tests.kit.world import build  # noqa: PLC0415 - as above
    from tests.webhooks.telling import Telling  # noqa: PLC0415 - as above

    north = build(clock).north
    with (
        connect("jobs", connect_seconds=5, statement_seconds=30) as jobs,
        connect("default", connect_seconds=5, statement_seconds=30) as app,
        Telling(north, jobs=jobs, app=app, is_in_test=False) as one,
    ):
        yield one

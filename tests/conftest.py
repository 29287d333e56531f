"""The tests' database: an embedded server of their own, or the one that `ANTIPHON_TEST_DATABASE_URL` names."""

import os
import socket
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from ipaddress import ip_address
from pathlib import Path
from typing import Any, cast

import psycopg
import pytest
from django.conf import settings
from django.db import connections
from django.db.backends.postgresql.base import DatabaseWrapper
from django.test.utils import setup_databases, teardown_databases

from antiphon.embedded.places import Places
from antiphon.embedded.use import embedded
from tests.kit.fixtures import clock, north, south, world  # noqa: F401 - fixtures are found by being here
from tests.kit.months import make_months

_QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "300"}
_running = ExitStack()


def pytest_configure(config: pytest.Config) -> None:
    """Have a database before Django reads its settings; workers of xdist find it through the environment."""
    if not hasattr(config, "workerinput"):
        os.environ["DJANGO_SETTINGS_MODULE"] = "antiphon.config.settings"
        _have_database()
    assert settings.DATABASES


def _have_database() -> None:
    os.environ.pop("DATABASE_URL", None)
    home = Path(_running.enter_context(tempfile.TemporaryDirectory(prefix="antiphon-tests-")))
    os.environ["ANTIPHON_HOME"] = str(home)
    if given := os.environ.get("ANTIPHON_TEST_DATABASE_URL"):
        os.environ["DATABASE_URL"] = given
        return
    _running.enter_context(embedded(home, options=_QUICK, patience_seconds=0))
    with psycopg.connect(host=str(Places(home).socket_folder()), user="postgres", dbname="postgres") as db:
        db.execute("alter role antiphon_owner createdb")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server of the tests."""
    if not hasattr(config, "workerinput"):
        _running.close()


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: Any, django_db_modify_db_settings: None) -> Iterator[None]:  # noqa: ARG001
    """Build the test database always and through every alias: otherwise a test that names one alias runs on the real one."""
    with django_db_blocker.unblock():
        built = setup_databases(verbosity=0, interactive=False)
        with connections["owner"].cursor() as cursor:
            make_months(cursor)
            # Files of long work lie in one folder for all workers of a run, by account: each worker counts accounts from elsewhere.
            first = 1 + 1_000_000 * int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
            cursor.execute("select setval(pg_get_serial_sequence('account', 'id'), %s, false)", [first])
    assert all(connection.settings_dict["NAME"].startswith("test_") for connection in connections.all())
    yield
    with django_db_blocker.unblock():
        for connection in connections.all():
            connection.close()
            cast("DatabaseWrapper", connection).close_pool()
        teardown_databases(built, verbosity=0)


@pytest.fixture(autouse=True)
def _no_outside_traffic(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let tests talk to this machine only."""
    real = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> None:
        if self.family in {socket.AF_INET, socket.AF_INET6} and not _is_here(address[0]):
            message = f"a test wanted to reach {address[0]}"
            raise AssertionError(message)
        real(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False

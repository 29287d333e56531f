"""What is said about readiness is so: a missing migration, a dead lane, each shown by taking it away and giving it back."""

import pytest
from django.db import connections

from tests.edge.serving import Serving, wait_until

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner", "jobs"])


def readiness(edge: Serving) -> tuple[int, dict[str, object]]:
    answer = edge.client.get("/readyz")
    return answer.status_code, answer.json()


def test_a_process_whose_database_lacks_a_migration_is_not_ready(edge: Serving) -> None:
    look = edge.edge._readiness  # noqa: SLF001 - as a process that has just started
    with connections["owner"].cursor() as cursor:
        cursor.execute("delete from django_migrations where app = 'metrics' and name = '0002_moves' returning app, name, applied")
        gone = cursor.fetchone()
    assert gone is not None
    try:
        look._is_migrated, look._look_at = False, 0.0  # noqa: SLF001 - as above
        status, told = readiness(edge)
        assert (status, told["ready"], told["migrations_missing"], told["database"]) == (503, False, 1, True)
    finally:
        with connections["owner"].cursor() as cursor:
            cursor.execute("insert into django_migrations (app, name, applied) values (%s, %s, %s)", gone)
    look._look_at = 0.0  # noqa: SLF001 - as above
    assert readiness(edge) == (200, {"ready": True, "database": True, "migrations_missing": 0, "spool": True, "lanes": 2})


def test_a_process_with_a_dead_lane_is_not_ready(edge: Serving) -> None:
    assert readiness(edge)[0] == 200
    edge.edge.lanes[1].stop()
    wait_until(lambda: not edge.edge.lanes[1].is_alive, seconds=30)
    status, told = readiness(edge)
    assert (status, told["ready"], told["lanes"]) == (503, False, 1)

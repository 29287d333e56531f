"""The three doors lead to one database, each as its own role."""

import pytest
from django.db import connections

pytestmark = pytest.mark.django_db(databases=["default", "owner", "jobs"], transaction=True)


@pytest.mark.parametrize(("alias", "role"), [("default", "antiphon_app"), ("owner", "antiphon_owner"), ("jobs", "antiphon_jobs")])
def test_each_alias_is_its_role_on_the_test_database(alias: str, role: str) -> None:
    with connections[alias].cursor() as cursor:
        cursor.execute(
            "select current_user, current_database() like 'test%%', rolsuper, rolbypassrls from pg_roles where rolname = current_user"
        )
        assert cursor.fetchone() == (role, True, False, False)


@pytest.mark.parametrize("alias", ["default", "owner", "jobs"])
def test_every_wait_has_an_end(alias: str) -> None:
    with connections[alias].cursor() as cursor:
        cursor.execute("select current_setting('statement_timeout'), current_setting('lock_timeout')")
        assert "0" not in (cursor.fetchone() or ("0",))
    parameters = connections[alias].get_connection_params()
    assert parameters["connect_timeout"] > 0
    assert parameters["tcp_user_timeout"] > 0

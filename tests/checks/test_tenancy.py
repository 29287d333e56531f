"""What the rule on tables leaves to the database: row-level security on every tenant's table, and no way round it."""

import pytest
from django.apps import apps
from django.db import connections

from antiphon.config.databases import ALIASES

# Read before the account is known: at sign-in, by an invitation's link, and to find out whose key it is.
BEFORE_THE_ACCOUNT = {"membership", "api_key", "invitation"}
pytestmark = pytest.mark.django_db(databases=list(ALIASES))


def tables() -> set[str]:
    """Return the tables of tenants."""
    models = [model for model in apps.get_models(include_auto_created=True) if model.__module__.startswith("antiphon.")]
    return {model._meta.db_table for model in models if any(field.name == "account" for field in model._meta.get_fields())}  # noqa: SLF001


def found(statement: str) -> set[str]:
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement, {"app": connections["default"].settings_dict["USER"]})
        return {str(row[0]) for row in cursor.fetchall()}


def test_every_table_of_tenants_forces_row_level_security() -> None:
    forced = found("select relname from pg_class where relrowsecurity and relforcerowsecurity and relkind in ('r', 'p')")
    assert tables() - forced == BEFORE_THE_ACCOUNT
    assert len(forced) > 25


def test_the_application_sees_the_account_in_force_only() -> None:
    narrow = found(
        "select tablename from pg_policies where %(app)s = any (roles) and cmd = 'ALL' and permissive = 'PERMISSIVE'"
        " and qual like '%%account_id = (current_setting(''antiphon.account''%%' group by 1 having count(*) = 1"
    )
    assert tables() - narrow == BEFORE_THE_ACCOUNT


def test_months_are_reached_through_their_table_only() -> None:
    months = found("select inhrelid::regclass::text from pg_inherits join pg_class on pg_class.oid = inhrelid where relkind = 'r'")
    reached = found(
        "select inhrelid::regclass::text from pg_inherits join pg_class on pg_class.oid = inhrelid"
        " where relkind = 'r' and has_table_privilege(%(app)s, inhrelid, 'select, insert, update, delete')"
    )
    assert len(months) > 3
    assert reached == set()


def test_views_look_with_the_eyes_of_whoever_asks() -> None:
    views = found("select relname from pg_class where relkind = 'v' and relnamespace = 'public'::regnamespace")
    asking = found("select relname from pg_class where relkind = 'v' and 'security_invoker=true' = any (reloptions)")
    assert len(views) > 5
    assert views - asking == set()


def test_the_application_owns_nothing() -> None:
    assert len(found("select rolname from pg_roles where rolname = %(app)s")) == 1
    assert found("select relname from pg_class join pg_roles on pg_roles.oid = relowner where rolname = %(app)s") == set()
    assert found("select rolname from pg_roles where rolname = %(app)s and (rolsuper or rolbypassrls or rolcreaterole)") == set()

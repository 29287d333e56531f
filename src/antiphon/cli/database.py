"""Brings a command to a usable database: reachable, of a known version, with its roles, migrated."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql
from psycopg.errors import InsufficientPrivilege

from antiphon.config.databases import ALIASES, databases
from antiphon.config.env import Environment
from antiphon.config.migrations import applied, missing
from antiphon.embedded.errors import UnusableError
from antiphon.embedded.server import Server
from antiphon.embedded.use import embedded
from antiphon.kit import logs

_OLDEST = 160_000
_MIGRATING = 0x616E7469  # the advisory lock of whoever migrates


@contextmanager
def opened(environment: Environment, *, patience_seconds: float | None = None) -> Iterator[Server | None]:
    """Have a database that answers and is new enough; yields the embedded server if it is ours to tend."""
    if environment.database_url:
        refuse_unusable(environment)
        yield None
        return
    with embedded(
        environment.home,
        account=environment.embedded_account,
        start_seconds=environment.embedded_start_seconds,
        patience_seconds=patience_seconds,
    ) as server:
        refuse_unusable(environment)
        yield server


@contextmanager
def ready(environment: Environment) -> Iterator[None]:
    """Have a migrated database and Django set up, for one command."""
    import django  # noqa: PLC0415 - a second of start that only some commands need

    with opened(environment):
        bring_up_to_date(environment)
        logs.configure(level=environment.log_level, is_json=environment.is_log_json)
        django.setup()
        yield


def refuse_unusable(environment: Environment) -> None:
    """Raise `UnusableError` unless the database answers and is PostgreSQL 16 or newer."""
    with connected(environment, "owner") as db:
        refuse_old(db.info.server_version)


def refuse_old(version: int) -> None:
    """Raise `UnusableError` for a version (as 150018) older than 16."""
    if version < _OLDEST:
        message = f"the database is PostgreSQL {version // 10_000}.{version % 10_000}: Antiphon needs 16 or newer"
        raise UnusableError(message)


@contextmanager
def connected(environment: Environment, alias: str) -> Iterator[psycopg.Connection[Any]]:
    """Open a plain connection through one of the three doors; `UnusableError` in one line when it does not open."""
    try:
        db = psycopg.connect(**parameters(environment, alias), autocommit=True)
    except psycopg.OperationalError as error:
        lines = str(error).strip().splitlines()
        message = f"the database cannot be used as {alias}: {lines[0] if lines else 'no connection'}"
        raise UnusableError(message) from None
    with db:
        yield db


def parameters(environment: Environment, alias: str) -> dict[str, Any]:
    """Return what psycopg connects with through one of the three doors."""
    door = databases(environment)[alias]
    named = {"dbname": door["NAME"], "user": door["USER"], "password": door["PASSWORD"], "host": door["HOST"], "port": door["PORT"]}
    options = {name: value for name, value in door["OPTIONS"].items() if name != "pool"}
    return {name: value for name, value in named.items() if value} | options


def bring_up_to_date(environment: Environment) -> bool:
    """Migrate if a migration is missing; return whether one was. Told from file names, so that a start costs no set-up of Django."""
    if not pending(environment):
        return False
    migrate(environment)
    return True


def refuse_pending(environment: Environment, server: Server | None) -> None:
    """For a part that runs alone: raise `UnusableError` when a migration is missing; our own embedded server is migrated instead."""
    if server is not None:
        bring_up_to_date(environment)
    elif missing := pending(environment):
        message = f"the database lacks {len(missing)} migrations: run antiphon migrate"
        raise UnusableError(message)


def pending(environment: Environment) -> list[str]:
    """Return the names of migrations that the database has not seen."""
    with connected(environment, "owner") as db:
        return missing(applied(db))


def migrate(environment: Environment) -> None:
    """Make the roles that are missing and apply every migration; one command at a time, the others wait."""
    import django  # noqa: PLC0415 - as above
    from django.core.management import call_command  # noqa: PLC0415 - as above

    with connected(environment, "owner") as db:
        db.execute("set lock_timeout = 0; set statement_timeout = 0")
        db.execute("select pg_advisory_lock(%s)", [_MIGRATING])
        ensure_roles(db, environment)
        django.setup()
        call_command("migrate", database="owner", verbosity=0, interactive=False)


def ensure_roles(db: psycopg.Connection[Any], environment: Environment) -> None:
    """Create the roles of the application and of the jobs; if we may not, say the statements that somebody else must run."""
    doors = databases(environment)
    wanted = {doors[alias]["USER"]: doors[alias]["PASSWORD"] for alias in ALIASES if alias != "owner"}
    present = {name for (name,) in db.execute("select rolname from pg_roles where rolname = any(%s)", [list(wanted)])}
    missing = {role: password for role, password in wanted.items() if role not in present}
    try:
        with db.transaction():
            for role, password in missing.items():
                db.execute(_creation(role, password))
    except InsufficientPrivilege:
        statements = " ".join(_creation(role, "…" if password else "").as_string(db) for role, password in missing.items())
        message = f"the roles of the application are missing and {db.info.user} may not create them; let an administrator run: {statements}"
        raise UnusableError(message) from None


def _creation(role: str, password: str) -> sql.Composed:
    secret = sql.SQL(" password {}").format(sql.Literal(password)) if password else sql.SQL("")
    statement = sql.SQL("create role {} login nosuperuser nobypassrls nocreatedb nocreaterole{};")
    return statement.format(sql.Identifier(role), secret)

"""Looks at the database's server and schema, through the owner's connection; the roles through their own."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import psycopg

from antiphon.cli.database import connected, parameters
from antiphon.cli.diagnosis.finding import Finding, bad, well
from antiphon.config.budget import connections
from antiphon.config.databases import databases
from antiphon.config.env import Environment
from antiphon.config.migrations import applied, missing, on_disk
from antiphon.kit.db import rows, sql

_HERE = "antiphon.cli"
_MOST_SKEW = timedelta(seconds=2)
_NOT_BY_ACCOUNT = ["api_key", "invitation", "membership", "socialaccount_socialtoken"]
"""Tables that are read to learn whose a key or a session is, so no policy can ask for the account; and one whose accounts are not ours."""

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Case:
    """What the looks at a database share."""

    environment: Environment
    db: psycopg.Connection[Any]
    now: Callable[[], datetime]

    def rows(self, statement: str, **parameters: Any) -> list[Any]:
        """Return the rows of a named statement."""
        return rows(self.db, sql(_HERE, statement), parameters)

    def setting(self, name: str) -> str:
        """Return a setting of the server."""
        (row,) = rows(self.db, "select current_setting(%(name)s) as value", {"name": name})
        return str(row.value)

    @property
    def roles(self) -> list[str]:
        """Return the roles of the application and of the jobs."""
        doors = databases(self.environment)
        return [str(doors[alias]["USER"]) for alias in ("default", "jobs")]


def looks(case: Case) -> Iterator[Finding]:
    """Look at everything; what needs the tables only where they are."""
    yield version(case)
    yield migrations(case)
    yield roles(case)
    yield durability(case)
    yield clock(case)
    yield enough_connections(case)
    if not missing(applied(case.db)):
        yield grants(case)
        yield row_level_security(case)
        yield partitions(case)
        yield indexes(case)


def version(case: Case) -> Finding:
    """Say the version; too old a one was refused when the connection was opened."""
    number = case.db.info.server_version
    return well("database", f"PostgreSQL {number // 10_000}.{number % 10_000}")


def migrations(case: Case) -> Finding:
    """Look for migrations that the database lacks, and for those of a newer version."""
    seen = applied(case.db)
    lacking = missing(seen)
    if lacking:
        return bad("migrations", f"{len(lacking)} missing", "run antiphon migrate")
    unknown = sorted(set(seen) - set(on_disk()))
    if unknown:
        return bad(
            "migrations", f"{len(unknown)} are of a newer version ({_some(unknown)})", "run that version, or restore a backup of this one"
        )
    return well("migrations", "all applied")


def roles(case: Case) -> Finding:
    """Look whether the application and the jobs are bound by row-level security."""
    free = []
    for alias in ("default", "jobs"):
        with connected(case.environment, alias) as db:
            row = db.execute("select rolsuper or rolbypassrls from pg_roles where rolname = current_user").fetchone()
        if row is None or row[0]:
            free.append(str(parameters(case.environment, alias).get("user", alias)))
    if free:
        told = f"not bound by row-level security: {', '.join(free)}"
        return bad("roles", told, "connect as roles that are neither superuser nor BYPASSRLS")
    return well("roles", "bound by row-level security")


def durability(case: Case) -> Finding:
    """Look whether what was committed survives a power cut: webhooks are answered as received on its word."""
    off = [name for name in ("fsync", "full_page_writes", "synchronous_commit") if case.setting(name) == "off"]
    if off:
        return bad(
            "durability", f"{', '.join(off)} off: a crash loses webhooks that were answered as received", "turn on in the server's settings"
        )
    return well("durability", "what is committed stays")


def clock(case: Case) -> Finding:
    """Compare the clocks: instants of webhooks are this machine's, those of jobs the database's."""
    before = case.now()
    (row,) = rows(case.db, "select clock_timestamp() as at")
    skew = row.at - (before + (case.now() - before) / 2)
    told = f"{abs(skew.total_seconds()):.1f} s {'ahead of' if skew > timedelta() else 'behind'} this machine"
    if abs(skew) > _MOST_SKEW:
        return bad("clock", f"the database is {told}", "keep both machines in time (chrony, systemd-timesyncd)")
    return well("clock", f"the database is {told}")


def enough_connections(case: Case) -> Finding:
    """Look whether the server allows as many connections as this host may open."""
    allowed = int(case.setting("max_connections")) - int(case.setting("superuser_reserved_connections"))
    needed = connections(case.environment)
    told = f"this host may open {needed}, the server allows {allowed}"
    if needed > allowed:
        return bad("connections", told, "raise max_connections, or lower ANTIPHON_WORKERS, ANTIPHON_LANES or ANTIPHON_POOL_SIZE")
    return well("connections", told)


def grants(case: Case) -> Finding:
    """Look for tables and sequences that a role may not use."""
    lacking = [f"{row.role} on {row.name}" for row in case.rows("grants_missing", roles=case.roles)]
    if lacking:
        advice = "grant it as the owner of the tables (GRANT SELECT, INSERT, UPDATE, DELETE; of sequences USAGE, SELECT)"
        return bad("grants", f"{len(lacking)} missing: {_some(lacking)}", advice)
    return well("grants", "both roles may use every table")


def row_level_security(case: Case) -> Finding:
    """Look for tables of accounts that the database does not keep apart."""
    open_tables = [row.name for row in case.rows("tables_unprotected", roles=case.roles, except_for=_NOT_BY_ACCOUNT)]
    if open_tables:
        advice = "ALTER TABLE … ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY; for a lost policy, compare with a new database"
        return bad("row-level security", f"off, or without its policies, on {_some(open_tables)}", advice)
    return well("row-level security", "on for every table of accounts")


def partitions(case: Case) -> Finding:
    """Look whether arrivals, notices and events have somewhere to go this month and next."""
    lacking = [row.name for row in case.rows("partitions_missing", first=case.now().date())]
    if lacking:
        return bad(
            "partitions",
            f"missing: {_some(lacking)}",
            "run a worker: it makes them; or SELECT ensure_partitions(current_date, current_date + 70)",
        )
    return well("partitions", "this month's and next month's are there")


def indexes(case: Case) -> Finding:
    """Look for indexes that were begun and never finished."""
    broken = [row.name for row in case.rows("indexes_invalid")]
    if broken:
        return bad("indexes", f"not usable: {_some(broken)}", "REINDEX INDEX CONCURRENTLY each of them")
    return well("indexes", "all usable")


def _some(names: list[str]) -> str:
    return ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")

"""`antiphon doctor`: looks at this installation, changes nothing, and says what to do about what is wrong."""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass

from antiphon.cli.database import connected, opened, parameters, pending
from antiphon.config.env import Environment, current
from antiphon.embedded.errors import UnusableError


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at; `advice` says what to do when it is not well."""

    name: str
    is_well: bool
    told: str
    advice: str = ""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")


def run(options: argparse.Namespace) -> int:
    """Print the findings; return 1 if one is not well."""
    found = list(findings(current()))
    if options.json:
        print(json.dumps([asdict(finding) for finding in found], indent=2))
    else:
        for finding in found:
            print(_line(finding))
    return 0 if all(finding.is_well for finding in found) else 1


def findings(environment: Environment) -> Iterator[Finding]:
    """Look at Python, home, pages' files, then the database and its doors."""
    yield Finding("python", sys.version_info >= (3, 11), sys.version.split()[0], "use Python 3.11 or newer")
    yield _home(environment)
    yield _built()
    try:
        with opened(environment, patience_seconds=0):
            yield from (look(environment) for look in _DATABASE)
    except UnusableError as error:
        yield Finding("database", is_well=False, told=str(error), advice="see docs/operations/embedded.md, or set DATABASE_URL")


def _home(environment: Environment) -> Finding:
    place = next(folder for folder in (environment.home, *environment.home.parents) if folder.exists())
    advice = "set ANTIPHON_HOME to a folder of yours"
    return Finding("home", os.access(place, os.W_OK), str(environment.home), advice)


def _built() -> Finding:
    from importlib.resources import files  # noqa: PLC0415 - only here

    script = files("antiphon") / "static" / "vendor" / "htmx.js"
    return Finding("static files", script.is_file(), "built" if script.is_file() else "not built", "run make build")


def _version(environment: Environment) -> Finding:
    with connected(environment, "owner") as db:
        version = db.info.server_version
    return Finding("database", is_well=True, told=f"PostgreSQL {version // 10_000}.{version % 10_000}")


def _migrations(environment: Environment) -> Finding:
    missing = pending(environment)
    return Finding("migrations", not missing, f"{len(missing)} missing" if missing else "all applied", "run antiphon migrate")


def _roles(environment: Environment) -> Finding:
    """Look whether the application and the jobs are bound by row-level security."""
    free = []
    for alias in ("default", "jobs"):
        with connected(environment, alias) as db:
            row = db.execute("select rolsuper or rolbypassrls from pg_roles where rolname = current_user").fetchone()
        if row is None or row[0]:
            free.append(str(parameters(environment, alias).get("user", alias)))
    told = f"not bound by row-level security: {', '.join(free)}" if free else "bound by row-level security"
    return Finding("roles", not free, told, "connect as roles that are neither superuser nor BYPASSRLS")


_DATABASE: tuple[Callable[[Environment], Finding], ...] = (_version, _migrations, _roles)


def _line(finding: Finding) -> str:
    mark = "ok  " if finding.is_well else "BAD "
    return f"{mark}{finding.name}: {finding.told}" + ("" if finding.is_well or not finding.advice else f" - {finding.advice}")

"""`antiphon doctor`: looks at this installation, changes nothing, and says how to mend what is wrong."""

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict

from antiphon.cli.database import connected, opened
from antiphon.cli.diagnosis import database, here, work
from antiphon.cli.diagnosis.finding import Finding, bad
from antiphon.config.env import Environment, current
from antiphon.config.migrations import applied, missing
from antiphon.embedded.errors import UnusableError
from antiphon.kit import clock


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")
    parser.epilog = (
        "Exit code 1 when something is wrong; each finding says how to mend it. It changes nothing, and may run beside the site."
    )


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
    """Look at this machine and the settings, then at the database, then at what waits in it."""
    yield from here.looks(environment)
    try:
        with opened(environment, patience_seconds=0), connected(environment, "owner") as db:
            case = database.Case(environment, db, clock.now)
            yield from database.looks(case)
            if not missing(applied(db)):
                yield from work.looks(case)
    except UnusableError as error:
        yield bad("database", str(error), "see docs/operations/runbooks/database-away.md")


def _line(finding: Finding) -> str:
    mark = "ok  " if finding.is_well else "BAD "
    return f"{mark}{finding.name}: {finding.told}" + ("" if finding.is_well else f" - {finding.advice}")

"""`python -m checks`: every house rule on this project; exit code 1 when one is broken."""

import sys
from pathlib import Path

from checks.project import Project
from checks.rules import RULES


def main() -> int:
    """Print findings as file:line, with the reason of their rule."""
    project = Project(Path(__file__).resolve().parents[1])
    count = 0
    for name, rule in RULES.items():
        found = rule.findings(project)
        count += len(found)
        for one in found:
            print(f"{one.path}:{one.line}: {one.message} [{name}]")
        if found:
            print(f"    {rule.reason}\n")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())

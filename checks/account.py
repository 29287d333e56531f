"""Who names the account in force."""

import ast
import re
from collections.abc import Iterator

from checks.project import Finding, Project, Rule

_NAMED = re.compile(r"\bantiphon\.account\b(?!\.)")


def find(project: Project) -> Iterator[Finding]:
    for module in project.modules("src/*.py"):
        for node in module.nodes:
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and _NAMED.search(node.value):
                yield module.finding(node, "only antiphon.kit.db names the account in force: use its account() or lane_account()")
    for path, text in project.files("src/*.sql"):
        for number, line in enumerate(text.splitlines(), 1):
            if _NAMED.search(line.partition("--")[0]):
                yield Finding(path, number, "a statement takes the account as a parameter: only antiphon.kit.db names the one in force")


RULE = Rule(
    "Row-level security is as good as the one place that says whose turn it is.",
    find,
    {
        "src/antiphon/kit/db.py:": "the one place",
        "src/antiphon/kit/tables.py:": "the policies compare with it",
    },
)

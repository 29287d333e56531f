"""Functions and modules that do too much."""

import ast
from collections.abc import Iterator

from checks.project import Finding, Project, Rule

FUNCTION, MODULE = 60, 400


def find(project: Project) -> Iterator[Finding]:
    for pattern in ("src/*.py", "tools/*.py", "checks/*.py", "tests/*.py"):
        for module in project.modules(pattern):
            if (lines := module.text.count("\n")) > MODULE:
                yield Finding(module.path, 1, f"{lines} lines: a module has at most {MODULE}")
            for node in module.nodes:
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                    lines = (node.end_lineno or node.lineno) - node.lineno + 1
                    if lines > FUNCTION:
                        yield module.finding(node, f"{node.name} has {lines} lines: a function has at most {FUNCTION}", name=node.name)


RULE = Rule(
    "What does not fit on a screen is not read as a whole.",
    find,
    {
        "src/antiphon/api/conversations.py:": "every operation on conversations, with what each takes and gives",
        "tests/metrics/facts.py:_stored": "one row of every kind of fact, side by side",
    },
)

"""Tests that replace things by a dotted string."""

import ast
from collections.abc import Iterator

from checks.project import Finding, Project, Rule

_MODULES = {"mock", "unittest.mock", "pytest_mock"}


def find(project: Project) -> Iterator[Finding]:
    for module in project.modules("tests/*.py"):
        for node in module.nodes:
            if isinstance(node, ast.Call) and _replaces(node.func) and node.args and _is_dotted(node.args[0]):
                yield module.finding(node, f"{ast.unparse(node.func)} by a dotted string: give the real thing, or a real second one")
            if (isinstance(node, ast.ImportFrom) and node.module in _MODULES) or (
                isinstance(node, ast.Import) and any(alias.name in _MODULES for alias in node.names)
            ):
                yield module.finding(node, "mocks agree with whoever wrote them: use the real thing, or a real second one")


def _replaces(function: ast.expr) -> bool:
    """Return whether it is called `patch`, or is pytest's own way to replace attributes."""
    name = ast.unparse(function)
    return name.split(".")[-1] == "patch" or name.startswith("patch.") or name.endswith("monkeypatch.setattr")


def _is_dotted(argument: ast.expr) -> bool:
    return isinstance(argument, ast.Constant) and isinstance(argument.value, str) and "." in argument.value.strip("/.")


RULE = Rule("A string that names nothing any more replaces nothing, and the test can no longer fail.", find)

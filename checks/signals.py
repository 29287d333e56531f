"""Signals."""

import ast
from collections.abc import Iterator

from checks.project import Finding, Project, Rule

_MODULES = {"django.dispatch", "django.db.models.signals", "django.core.signals", "django.contrib.auth.signals", "allauth.account.signals"}


def find(project: Project) -> Iterator[Finding]:
    for module in project.modules("src/*.py"):
        for node in module.nodes:
            if not _MODULES.isdisjoint(_imported(node)):
                yield module.finding(node, "no signals: call what is to happen")


def _imported(node: ast.AST) -> set[str]:
    """Return what a node imports, with the modules that it may be."""
    if isinstance(node, ast.ImportFrom):
        return {str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)}
    return {alias.name for alias in node.names} if isinstance(node, ast.Import) else set()


RULE = Rule("Whoever reads the line must see what happens, and a signal hides it.", find)

"""Packages that do something when they are imported."""

import ast
from collections.abc import Iterator

from checks.project import Finding, Project, Rule


def find(project: Project) -> Iterator[Finding]:
    for module in project.modules("*__init__.py"):
        if not module.tree.body:
            continue
        first, *rest = module.tree.body
        if not (isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)):
            yield module.finding(first, "an __init__.py holds a docstring, nothing else")
        elif rest:
            yield module.finding(rest[0], "an __init__.py holds a docstring, nothing else")


RULE = Rule("A re-export loads models before Django's registry is ready, and hides where a thing is.", find)

"""The permission table against those who ask it; what the API asks, and for whom, is tested with every role."""

import ast
import re
from collections.abc import Iterator

from checks.project import Finding, Module, Project, Rule

TABLE = "src/antiphon/accounts/permissions.py"
_ASKS = {"May", "may", "tenant_view"}
_ACTION = re.compile(r"[a-z_]+\.[a-z_]+")


def find(project: Project) -> Iterator[Finding]:
    actions = {key: module.finding(key_node, "") for module in project.modules(TABLE) for key, key_node in _table(module)}
    asked: set[str] = set()
    for module in project.modules("src/*.py"):
        if module.path == TABLE:
            continue
        asked |= {action for action in _texts(module) if action in actions}
        for node, action in _questions(module):
            if action not in actions:
                yield module.finding(node, f"{action!r} is not in the permission table")
        if "/views/" in module.path:
            yield from _open_views(module)
    for _, text in project.files("src/*.html"):
        asked |= {action for action in _ACTION.findall(text) if action in actions}
    for action, place in actions.items():
        if action not in asked:
            yield Finding(place.path, place.line, f"nobody asks for {action!r}: take it out", action)


def _table(module: Module) -> Iterator[tuple[str, ast.expr]]:
    for node in module.nodes:
        if isinstance(node, ast.Dict):
            for key in node.keys:
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    yield key.value, key


def _texts(module: Module) -> set[str]:
    return {node.value for node in module.nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def _questions(module: Module) -> Iterator[tuple[ast.AST, str]]:
    """Yield every action that is asked for by its name."""
    for node in module.nodes:
        if isinstance(node, ast.Call) and ast.unparse(node.func).rsplit(".", 1)[-1] in _ASKS and node.args:
            last = node.args[-1]
            if isinstance(last, ast.Constant) and isinstance(last.value, str):
                yield node, last.value


def _open_views(module: Module) -> Iterator[Finding]:
    """Find functions of a view's shape that ask for no action."""
    for node in module.tree.body:
        if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
            continue
        first = node.args.args[0].arg if node.args.args else ""
        asks = any(ast.unparse(one).split("(")[0].endswith("tenant_view") for one in node.decorator_list)
        if first == "request" and not asks:
            yield module.finding(
                node, f"the view {node.name} asks for no action of the permission table: decorate it with tenant_view", name=node.name
            )


RULE = Rule("What nobody asks for protects nothing, and a view that asks for nothing is open.", find)

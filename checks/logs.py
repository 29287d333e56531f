"""Log lines: fixed sentences, and fields that the allow-list lets through."""

import ast
from collections.abc import Iterator

from checks.project import Finding, Module, Project, Rule

_LEVELS = {"debug", "info", "warning", "error", "exception", "critical"}
_STANDARD = {"exc_info"}


def find(project: Project) -> Iterator[Finding]:
    allowed, endings = _list(project)
    for module in project.modules("src/*.py"):
        for node in module.nodes:
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in _LEVELS
                and _is_log(node.func.value)
            ):
                yield from _of_call(module, node, allowed, endings)


def _is_log(value: ast.expr) -> bool:
    return ast.unparse(value).split("(")[0].rsplit(".", 1)[-1] in {"_log", "get_logger", "getLogger"}


def _of_call(module: Module, node: ast.Call, allowed: set[str], endings: tuple[str, ...]) -> Iterator[Finding]:
    if not node.args or not isinstance(node.args[0], ast.Constant):
        yield module.finding(node, "an event is a fixed sentence: values are fields")
    for word in node.keywords:
        if word.arg is None or not (word.arg in allowed | _STANDARD or word.arg.endswith(endings)):
            yield module.finding(node, f"{word.arg or 'a mapping'} is not in FIELDS of antiphon.kit.logs, so it would be left out")


def _list(project: Project) -> tuple[set[str], tuple[str, ...]]:
    """Return the fields that the project's own allow-list names, and the endings of those that are numbers."""
    named: dict[str, list[str]] = {}
    for module in project.modules("src/antiphon/kit/logs.py"):
        for node in module.tree.body:
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                named[node.targets[0].id] = [
                    one.value for one in ast.walk(node.value) if isinstance(one, ast.Constant) and isinstance(one.value, str)
                ]
    return set(named.get("FIELDS", ["reason"])), tuple(named.get("_NUMBERS", ["_id"]))


RULE = Rule("A line of the log holds nothing of a consumer's, and nothing that somebody wrote is silently left out.", find)

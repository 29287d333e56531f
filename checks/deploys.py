"""Migrations that the version before cannot live with."""

import ast
from collections.abc import Iterator

from checks.project import Finding, Module, Project, Rule

NOTE = "# deploy-safe:"
_TAKES_AWAY = {"RemoveField", "DeleteModel", "RenameField", "RenameModel", "AlterModelTable", "AlterField", "RemoveConstraint"}


def find(project: Project) -> Iterator[Finding]:
    for module in project.modules("src/*/migrations/*.py"):
        for node in module.nodes:
            if isinstance(node, ast.Call) and (why := _breaks(node)) and not _has_note(module, node):
                yield module.finding(node, f"{why}: do it in a later release, or say why not in a comment {NOTE!r} above")


def _breaks(node: ast.Call) -> str:
    operation = ast.unparse(node.func).rsplit(".", 1)[-1]
    if operation in _TAKES_AWAY:
        return f"{operation} takes away what the version that still runs uses"
    if operation == "AddField" and not any(_can_be_left_out(word.value) for word in node.keywords if word.arg == "field"):
        return "the version that still runs does not fill a new field without null or db_default"
    if operation == "RunSQL" and any(word in ast.unparse(node).lower() for word in ("drop ", "rename ", "truncate ")):
        return "RunSQL takes away what the version that still runs uses"
    return ""


def _can_be_left_out(value: ast.expr) -> bool:
    if not isinstance(value, ast.Call):
        return False
    given = {word.arg: word.value for word in value.keywords}
    null = given.get("null")
    is_relation = any(ast.unparse(value.func).endswith(name) for name in ("ManyToManyField", "ForeignObject", "CompositePrimaryKey"))
    return is_relation or "db_default" in given or (isinstance(null, ast.Constant) and null.value is True)


def _has_note(module: Module, node: ast.Call) -> bool:
    lines = module.text.splitlines()
    return any(NOTE in line for line in lines[max(0, node.lineno - 2) : node.lineno])


RULE = Rule("During a deploy the old version runs on the new tables.", find)

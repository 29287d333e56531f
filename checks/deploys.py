"""Migrations that the version before cannot live with, or that keep it from writing while they run.

What is done to a table in the migration that makes it harms nobody: so the migrations of a first release pass, without a list of them.
"""

import ast
import re
from collections.abc import Iterator

from checks.project import Finding, Module, Project, Rule

NOTE = "# deploy-safe:"
_TAKES_AWAY = {
    "RemoveField",
    "DeleteModel",
    "RenameField",
    "RenameModel",
    "AlterModelTable",
    "AlterField",
    "RemoveConstraint",
    "RemoveIndex",
}
_LOCKS = {
    "AddIndex": "AddIndex lets nobody write while it reads the table: AddIndexConcurrently",
    "AddConstraint": "AddConstraint lets nobody write while it reads the table: NOT VALID first, then VALIDATE",
    "AlterUniqueTogether": "AlterUniqueTogether lets nobody write while it reads the table",
    "AlterIndexTogether": "AlterIndexTogether lets nobody write while it reads the table",
}
_MAKES = {"CreateModel", "CreatePartitioned"}
_TAKES_AWAY_SQL = re.compile(r"\b(?:drop|rename|truncate)\b|\balter\s+(?:column\s+)?\w+\s+(?:set\s+data\s+)?type\b", re.IGNORECASE)
_LOCKS_SQL = (
    (re.compile(r"\bcreate\s+(?:unique\s+)?index\b(?!\s+concurrently)", re.IGNORECASE), "an index is made CONCURRENTLY"),
    (re.compile(r"\bset\s+not\s+null\b", re.IGNORECASE), "NOT NULL comes by a check, NOT VALID first"),
    (re.compile(r"\badd\s+constraint\b(?!.*\bnot\s+valid\b)", re.IGNORECASE | re.DOTALL), "a constraint is added NOT VALID first"),
)


def find(project: Project) -> Iterator[Finding]:
    for module in project.modules("src/*/migrations/*.py"):
        made = {_word(node, 0, "name") for node in module.nodes if isinstance(node, ast.Call) and _operation(node) in _MAKES}
        for node in module.nodes:
            if isinstance(node, ast.Call) and (why := _breaks(node, made)) and not _has_note(module, node):
                yield module.finding(node, f"{why}: do it in a later release, or say why not in a comment {NOTE!r} above")


def _operation(node: ast.Call) -> str:
    return ast.unparse(node.func).rsplit(".", 1)[-1]


def _word(node: ast.Call, position: int, *names: str) -> str:
    """Return an argument that is a text, in lower case; names of models have none other."""
    given = [word.value for word in node.keywords if word.arg in names] + node.args[position : position + 1]
    return str(given[0].value).lower() if given and isinstance(given[0], ast.Constant) else ""


def _breaks(node: ast.Call, made: set[str]) -> str:
    operation = _operation(node)
    if operation == "RunSQL":
        return _breaks_as_sql(ast.unparse(node))
    if _word(node, 0, "model_name", "name") in made:
        return ""
    if operation in _TAKES_AWAY:
        return f"{operation} takes away what the version that still runs uses"
    if operation in _LOCKS:
        return _LOCKS[operation]
    return _breaks_as_field(node) if operation == "AddField" else ""


def _breaks_as_field(node: ast.Call) -> str:
    fields = [word.value for word in node.keywords if word.arg == "field"] or node.args[2:3]
    if not any(_can_be_left_out(field) for field in fields):
        return "the version that still runs does not fill a new field without null or db_default"
    if any(_makes_an_index(field) for field in fields):
        return "a field's own index lets nobody write while it is made: db_index=False, and AddIndexConcurrently"
    return ""


def _breaks_as_sql(text: str) -> str:
    if _TAKES_AWAY_SQL.search(text):
        return "RunSQL takes away what the version that still runs uses"
    return next((f"{why}: otherwise nobody may write meanwhile" for found, why in _LOCKS_SQL if found.search(text)), "")


def _can_be_left_out(value: ast.expr) -> bool:
    if not isinstance(value, ast.Call):
        return False
    given = {word.arg: word.value for word in value.keywords}
    null = given.get("null")
    is_relation = any(ast.unparse(value.func).endswith(name) for name in ("ManyToManyField", "ForeignObject", "CompositePrimaryKey"))
    return is_relation or "db_default" in given or (isinstance(null, ast.Constant) and null.value is True)


def _makes_an_index(value: ast.expr) -> bool:
    if not isinstance(value, ast.Call):
        return False
    given = {word.arg: ast.unparse(word.value) for word in value.keywords}
    is_key = ast.unparse(value.func).endswith(("ForeignKey", "OneToOneField"))
    return given.get("db_index") == "True" or given.get("unique") == "True" or (is_key and given.get("db_index") != "False")


def _has_note(module: Module, node: ast.Call) -> bool:
    lines = module.text.splitlines()
    return any(NOTE in line for line in lines[max(0, node.lineno - 2) : node.lineno])


RULE = Rule("During a deploy the old version runs on the new tables, and takes webhooks.", find)

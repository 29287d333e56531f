"""The names that Python files give: what the rules on words look at."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath

from checks.project import Module

_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_ENUMS = {"StrEnum", "TextChoices"}


@dataclass(frozen=True, slots=True)
class Name:
    """A name, what it names, and where it is given."""

    text: str
    what: str
    line: int

    @property
    def words(self) -> list[str]:
        """Return its words in lower case."""
        return words(self.text)


def words(text: str) -> list[str]:
    """Return the words of a name, whatever its style, or of a sentence, in lower case."""
    return [part.lower() for part in _PARTS.findall(text)]


def names(module: Module) -> Iterator[Name]:
    """Yield the names of a module, its classes, functions, parameters, fields, and the values of its enums."""
    stem = PurePath(module.path).stem
    yield Name(PurePath(module.path).parent.name if stem == "__init__" else stem, "module", 1)
    for node in module.nodes:
        if isinstance(node, ast.ClassDef):
            yield Name(node.name, "class", node.lineno)
            yield from _fields(node)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield Name(node.name, "function", node.lineno)
        elif isinstance(node, ast.arg):
            yield Name(node.arg, "parameter", node.lineno)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield Name(node.attr, "field", node.lineno)


def _fields(node: ast.ClassDef) -> Iterator[Name]:
    is_enum = any(ast.unparse(base).rsplit(".", 1)[-1] in _ENUMS for base in node.bases)
    for line in node.body:
        for target in _targets(line):
            yield Name(target.id, "field", line.lineno)
        value = getattr(line, "value", None)
        if is_enum and isinstance(line, ast.Assign) and isinstance(value, ast.Constant) and isinstance(value.value, str):
            yield Name(value.value, "value", line.lineno)


def _targets(line: ast.stmt) -> list[ast.Name]:
    targets = line.targets if isinstance(line, ast.Assign) else [line.target] if isinstance(line, ast.AnnAssign) else []
    return [target for target in targets if isinstance(target, ast.Name)]

"""What every rule looks at and gives: the project's files, and findings in them."""

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path

# Brought or made, never written here.
_SKIPPED = {"__pycache__", "node_modules", "vendor", "var", "dist"}


@dataclass(frozen=True, slots=True)
class Finding:
    """A breach of a rule. `name` is what an allowance names it by, after the path and a colon."""

    path: str
    line: int
    message: str
    name: str = ""


@dataclass(frozen=True)
class Module:
    """A Python file."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        """Return its syntax. Raises SyntaxError."""
        return ast.parse(self.text, self.path)

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """Return every node of its syntax."""
        return list(ast.walk(self.tree))

    def finding(self, node: ast.AST, message: str, *, name: str = "") -> Finding:
        """Return a finding at a node."""
        return Finding(self.path, getattr(node, "lineno", 1), message, name)


@dataclass
class Project:
    """The files below a root; each is read once."""

    root: Path
    _texts: dict[Path, str] = field(default_factory=dict)
    _modules: dict[Path, Module] = field(default_factory=dict)

    @cached_property
    def _paths(self) -> list[Path]:
        return sorted(self._below(self.root))

    def _below(self, folder: Path) -> Iterator[Path]:
        for path in folder.iterdir():
            if path.name in _SKIPPED or (path.name.startswith(".") and path.name not in {".ci", ".gitignore"}):
                continue
            if path.is_dir():
                yield from self._below(path)
            else:
                yield path

    def files(self, pattern: str) -> Iterator[tuple[str, str]]:
        """Yield (path, text) of files whose path from the root fits; `*` also spans folders. What is not text is left out."""
        for path in self._paths:
            name = path.relative_to(self.root).as_posix()
            if fnmatchcase(name, pattern):
                try:
                    yield name, self._texts.setdefault(path, path.read_text(encoding="utf-8"))
                except UnicodeDecodeError:
                    continue

    def modules(self, pattern: str) -> Iterator[Module]:
        """Yield the Python files that fit, as `files` does."""
        for name, text in self.files(pattern):
            if name.endswith(".py"):
                yield self._modules.setdefault(self.root / name, Module(name, text))


@dataclass(frozen=True, slots=True)
class Rule:
    """A house rule: why there is one, how to find breaches, and which are allowed: `path:name`, with `*`, and the reason."""

    reason: str
    find: Callable[[Project], Iterator[Finding]]
    allowed: Mapping[str, str] = field(default_factory=dict)

    def findings(self, project: Project) -> list[Finding]:
        """Return the breaches that are not allowed."""
        return [found for found in self.find(project) if not any(fits(found, pattern) for pattern in self.allowed)]


def fits(found: Finding, pattern: str) -> bool:
    """Return whether an allowance is for a finding."""
    return fnmatchcase(f"{found.path}:{found.name}", pattern)

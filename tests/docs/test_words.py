"""Words that programs rely on: each is told, and none that does not exist."""

import ast
import re
from collections import defaultdict
from pathlib import Path

import pytest

from antiphon.accounts.permissions import ALLOWED
from antiphon.attribution.types import Found, Verdict
from antiphon.campaigns.types import WarningCode
from antiphon.cli.commands import COMMANDS
from antiphon.events.types import Kind
from antiphon.kit import problems
from antiphon.providers.protocol import Reason
from antiphon.providers.registry import ADAPTERS
from tests.docs.reading import DOCS, PAGES, ROOT, codes, first_cells, name, table
from tools.pages import MARK, TOLD

SOURCE = ROOT / "src" / "antiphon"
_PARTS = {"unknown_": {"unknown_metric", "unknown_dimension", "unknown_grain"}}
_STATUS = {one.__name__: one.status for one in vars(problems).values() if isinstance(one, type) and issubclass(one, problems.Problem)}


def test_every_problem_is_told_with_its_status() -> None:
    told: dict[str, set[int]] = defaultdict(set)
    for cells in table("problems.md", "Errors"):
        for code in cells[0].split(","):
            told[code.strip().strip("`")] |= {int(status) for status in cells[1].split(",")}
    assert told == raised()


def raised() -> dict[str, set[int]]:
    """Return the statuses of every code that the product gives."""
    found: dict[str, set[int]] = defaultdict(set, {"stale": {412}, "not_understood": {400}, "invalid": {422}})
    for path in SOURCE.rglob("*.py"):
        if path.is_relative_to(SOURCE / "sandbox"):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and node.args:
                for code, status in _given(node):
                    found[code].add(status)
    return found


def _given(node: ast.Call) -> list[tuple[str, int]]:
    called = ast.unparse(node.func).rsplit(".", 1)[-1]
    if called == "problem" and isinstance(node.args[0], ast.Constant) and isinstance(node.args[1], ast.Constant):
        return [(str(node.args[1].value), int(str(node.args[0].value)))]
    status = _STATUS.get(called, 409 if called == "Refused" else 0)
    if not status or called == "Stale":
        return []
    code = node.args[0]
    if isinstance(code, ast.JoinedStr):
        return [(word, status) for word in _PARTS[ast.literal_eval(code.values[0])]]
    assert isinstance(code, ast.Constant), ast.unparse(node)
    return [(str(code.value), status)]


def test_every_reason_is_told_in_order() -> None:
    assert first_cells("problems.md", "Why an answer did not get through") == list(Reason)


def test_every_warning_is_told_in_order() -> None:
    assert first_cells("problems.md", "Warnings") == list(WarningCode)


def test_every_verdict_and_way_of_finding_is_told() -> None:
    told = set(codes(DOCS / "attribution.md"))
    assert {*Verdict, *Found} - told == set()


def test_every_app_has_its_page() -> None:
    pages = {page.stem for page in (DOCS / "providers").glob("*.md")}
    assert pages == set(ADAPTERS)
    for app, adapter in ADAPTERS.items():
        assert adapter.title in (DOCS / "providers" / f"{app}.md").read_text().splitlines()[0]


def test_every_command_is_told() -> None:
    page = (DOCS / "operations" / "commands.md").read_text().splitlines()
    assert [line.removeprefix("### antiphon ") for line in page if line.startswith("### ")] == [one.name for one in COMMANDS]


@pytest.mark.parametrize("page", TOLD, ids=name)
def test_what_code_tells_is_written_as_it_tells_it(page: Path) -> None:
    assert page.read_text().partition(MARK)[2] == TOLD[page](), "make docs"


PACKAGES = {path.name for path in SOURCE.iterdir() if path.is_dir()}
SUBJECTS = {kind.split(".")[0] for kind in Kind}
_DOTTED = re.compile(r"(?:io\.)?[a-z_]+(?:\.[a-z_]+)+")


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_modules_and_events_that_are_named_exist(page: Path) -> None:
    assert [word for word in codes(page) if _DOTTED.fullmatch(word) and not is_there(word)] == []


def is_there(word: str) -> bool:
    """Return whether a dotted word names a module, or a thing in one, an event or an action; what names none of these passes."""
    word = word.removeprefix("io.antiphon.")
    first = word.split(".")[0]
    if first in SUBJECTS:
        return word in set(Kind) or word in ALLOWED
    if first in PACKAGES | {"antiphon"} and word not in ALLOWED:
        module, _, thing = word.removeprefix("antiphon.").rpartition(".")
        path = SOURCE / word.removeprefix("antiphon.").replace(".", "/")
        holder = SOURCE / f"{module.replace('.', '/')}.py"
        return path.is_dir() or path.with_suffix(".py").exists() or (holder.exists() and thing in defined(holder))
    return True


def defined(module: Path) -> set[str]:
    return {node.name for node in ast.parse(module.read_text()).body if isinstance(node, ast.FunctionDef | ast.ClassDef)}


def test_what_is_not_there_is_found() -> None:
    right = ["antiphon.intake.line.take", "intake.line", "antiphon.edge", "reply.received", "campaigns.read", "from.number"]
    wrong = ["antiphon.intake.line.give", "intake.lines", "antiphon.edges", "reply.sent", "io.antiphon.reply.sent", "campaigns.burn"]
    assert [word for word in right + wrong if is_there(word)] == right

"""What tests read of the documents."""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([*DOCS.rglob("*.md"), *ROOT.glob("*.md")])
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`([^`\n]+)`")


@dataclass(frozen=True, slots=True)
class Block:
    """A block of code in a document."""

    page: Path
    language: str
    text: str


def name(page: Path) -> str:
    """Return a document's path as its readers know it."""
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path) -> list[Block]:
    """Return the fenced blocks."""
    return [Block(page, found[1], found[2]) for found in _FENCE.finditer(page.read_text())]


def words(page: Path) -> str:
    """Return a document without its blocks of code."""
    return _FENCE.sub("", page.read_text())


def codes(page: Path) -> list[str]:
    """Return what stands between backticks."""
    return _CODE.findall(words(page))


def first_cells(page: str, heading: str) -> list[str]:
    """Return the code words in the first column of the tables below a heading and its sub-headings."""
    rows = table(page, heading)
    return [word for cells in rows for word in _CODE.findall(cells[0])]


def table(page: str, heading: str) -> list[list[str]]:
    """Return the rows of code words below a heading: cells as text."""
    section = (DOCS / page).read_text().split(f"## {heading}\n", 1)[1]
    section = re.split(r"^## ", section, maxsplit=1, flags=re.MULTILINE)[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line.startswith("| `")]

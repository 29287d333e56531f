"""Links between documents lead somewhere, and every document can be found."""

import re
from pathlib import Path

import pytest

from tests.docs.reading import DOCS, PAGES, ROOT, codes, name, words

_LINK = re.compile(r"\]\((?!https?://|mailto:)([^)#\s]*)(#[^)\s]*)?\)")
_PICTURE = re.compile(r'src(?:set)?="([^"]+)"')
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_PART = re.compile(r"^(?:\*\*([A-Z][a-z ]+)\.\*\*|## ([A-Z][a-z ]+)$)", re.MULTILINE)  # at the start of a paragraph, or a heading
_DECISION = ["Context", "Decision", "Consequences", "Alternatives", "Enforced by"]


def anchors(page: Path) -> set[str]:
    """Return the anchors of a document's headings, made as GitHub makes them."""
    return {re.sub(r"[^\w -]", "", heading.lower()).strip().replace(" ", "-") for heading in _HEADING.findall(words(page))}


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page: Path) -> None:
    for address, anchor in _LINK.findall(words(page)):
        target = (page.parent / address).resolve() if address else page
        assert target.exists(), address
        assert target.is_relative_to(ROOT), address
        assert not anchor or anchor[1:] in anchors(target), address + anchor


def test_pictures_are_there_and_small() -> None:
    named = _PICTURE.findall((ROOT / "README.md").read_text())
    assert len(named) == 4
    assert [path for path in named if not 1_000 < (ROOT / path).stat().st_size < 100_000] == []


def test_every_document_is_in_the_index() -> None:
    index = DOCS / "README.md"
    linked = {(DOCS / address).resolve() for address, _ in _LINK.findall(index.read_text())}
    assert [name(page) for page in PAGES if page.is_relative_to(DOCS) and page not in linked] == [name(index)]


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_files_that_are_named_exist(page: Path) -> None:
    named = [code for code in codes(page) if re.fullmatch(r"(?:src|tests|docs|tools|checks|bench)/[\w./-]+", code)]
    assert [path for path in named if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("page", sorted((DOCS / "adr").glob("*.md")), ids=name)
def test_a_decision_has_its_five_parts(page: Path) -> None:
    assert [bold or heading for bold, heading in _PART.findall(page.read_text())] == _DECISION

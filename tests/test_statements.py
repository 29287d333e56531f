"""Every named statement: PostgreSQL plans it on the migrated schema, its parameters say their type, something loads it, it has a header."""

import re
from functools import cache
from pathlib import Path

import pytest
from django.db import connections

SOURCE = Path(__file__).parents[1] / "src" / "antiphon"
STATEMENTS = sorted(path for path in SOURCE.glob("*/sql/*.sql") if path.parts[-3] != "sandbox")
_PARAMETER = re.compile(r"%\((\w+)\)([sb])(::[a-z0-9_ ]+(\[\])?)?")


def _name(path: Path) -> str:
    return f"{path.parts[-3]}/{path.stem}"


@pytest.mark.parametrize("path", STATEMENTS, ids=_name)
@pytest.mark.django_db(databases=["default", "owner"])
def test_a_statement_can_be_planned(path: Path) -> None:
    text = path.read_text()
    untyped = sorted({found[1] for found in _PARAMETER.finditer(text) if not found[3]})
    assert untyped == [], "parameters without a type"
    with connections["owner"].cursor() as cursor:
        cursor.execute("explain " + _PARAMETER.sub(r"null\3", text).replace("%%", "%"))
        assert cursor.fetchall()


@cache
def _loaded() -> tuple[set[str], list[re.Pattern[str]]]:
    """Return the words of the code, and the names that statements are loaded by with a word put in."""
    texts = "".join(path.read_text() for path in SOURCE.rglob("*.py"))
    built = re.findall(r'\bsql\([^()]*f"([a-z_{}.]+)"', texts)
    return set(re.findall(r'"([a-z_]+)"', texts)), [re.compile(re.sub(r"\{[^}]*\}", r"[a-z_]+", name)) for name in built]


@pytest.mark.parametrize("path", STATEMENTS, ids=_name)
def test_a_statement_is_loaded_and_says_its_purpose_and_index(path: Path) -> None:
    header = "".join(line for line in path.read_text().splitlines(keepends=True) if line.startswith("--"))
    assert "Index" in header, "the header says which index it needs"
    words, built = _loaded()
    assert path.stem in words or any(name.fullmatch(path.stem) for name in built), "nobody loads it"

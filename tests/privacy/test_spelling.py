"""Every spelling of a number is found, and no other number."""

import re

import pytest
from django.db import connection

from antiphon.privacy.spelling import spellings

CLEO = "+31611111111"


@pytest.mark.parametrize(
    "text",
    ["+31611111111", "0031611111111", "31611111111", "+31 6 11 11 11 11", "+31 (0)6-11111111", "0611111111", "06-11 11 11 11",
     "06/11.111.111", '{"from":"31611111111"}', "from=%2B31611111111&to=1", "u002b31611111111", "a31611111111b"],
)  # fmt: skip
@pytest.mark.django_db
def test_a_number_is_found(text: str) -> None:
    assert re.search(spellings(CLEO), text)
    assert found(CLEO, text)


@pytest.mark.parametrize("text", ["+32611111111", "316111111112", "+3161111111", "611111111", "+31611111112", "9990611111111", ""])
@pytest.mark.django_db
def test_another_number_is_not(text: str) -> None:
    assert not re.search(spellings(CLEO), text)
    assert not found(CLEO, text)


@pytest.mark.parametrize(
    ("number", "text", "is_found"), [("4411", "to 4411.", True), ("4411", "44110", False), ("MyBank", "a MyBank b", True)]
)
@pytest.mark.django_db
def test_short_codes_and_names_are_found_as_they_are(number: str, text: str, is_found: bool) -> None:
    assert bool(re.search(spellings(number), text)) is is_found
    assert found(number, text) is is_found


def found(number: str, text: str) -> bool:
    """Return whether PostgreSQL finds it, too."""
    with connection.cursor() as cursor:
        cursor.execute("select %s::text ~ %s::text", [text, spellings(number)])
        return bool(cursor.fetchone()[0])

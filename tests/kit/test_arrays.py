"""Lists as array literals: what goes into PostgreSQL comes out again."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from antiphon.kit.arrays import array
from antiphon.kit.db import rows

STORABLE = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]))


@pytest.mark.django_db
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(st.none() | STORABLE | st.sampled_from(["null", "NULL", "", " ", '"', "\\", "{}", "a,b", "\n\t", "\\x00", "é€"])))
def test_texts_come_back_as_they_went(texts: list[str | None]) -> None:
    assert back("text[]", texts) == texts


@pytest.mark.django_db
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(chunks=st.lists(st.none() | st.binary(max_size=40)))
def test_bytes_come_back_as_they_went(chunks: list[bytes | None]) -> None:
    assert [None if chunk is None else bytes(chunk) for chunk in back("bytea[]", chunks)] == chunks


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("bigint[]", [1, None, -(2**62)]),
        ("boolean[]", [True, None, False]),
        ("float8[]", [0.1, None, 1e300]),
        ("uuid[]", [UUID(int=5), None]),
        ("timestamptz[]", [datetime(2026, 3, 24, 10, 42, 1, 7, tzinfo=UTC), None]),
        ("text[]", []),
    ],
)
def test_other_kinds_come_back_as_they_went(kind: str, values: list[Any]) -> None:
    assert back(kind, values) == values


def back(kind: str, values: list[Any]) -> list[Any]:
    """Send a list and read it again."""
    connection.ensure_connection()
    found: list[Any] = rows(connection.connection, f"select %(given)s::{kind} as back", {"given": values})[0].back
    return found


def test_an_array_is_one_literal() -> None:
    assert array(["a", None]) == '{"a",null}'

"""Lists as array literals: what goes into PostgreSQL comes out again."""

from datetime import UTC, datetime
from typing import Any
from uuid import RFC_4122, UUID
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from antiphon.kit.arrays import array
from antiphon.kit.db import rows
from antiphon.kit.ids import uuid7

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


@pytest.mark.django_db
def test_the_two_instants_of_a_night_that_has_an_hour_twice_stay_apart() -> None:
    first = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Amsterdam"))
    second = first.replace(fold=1)
    assert back("timestamptz[]", [first, second]) == [datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1)]
    assert (uuid7(second).int >> 80) - (uuid7(first).int >> 80) == 3_600_000


def test_an_id_begins_with_the_milliseconds_of_its_instant() -> None:
    at = datetime(2026, 3, 24, 10, 42, 1, 7_999, tzinfo=UTC)
    made = [uuid7(at) for _ in range(100)]
    assert {(one.int >> 80, one.version, one.variant) for one in made} == {(1_774_348_921_007, 7, RFC_4122)}
    assert len({one.int for one in made}) == 100
    assert made[0] == UUID(str(made[0]))


def back(kind: str, values: list[Any]) -> list[Any]:
    """Send a list and read it again."""
    connection.ensure_connection()
    found: list[Any] = rows(connection.connection, f"select %(given)s::{kind} as back", {"given": values})[0].back
    return found


def test_an_array_is_one_literal() -> None:
    assert array(["a", None]) == '{"a",null}'

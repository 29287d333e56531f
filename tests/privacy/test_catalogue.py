"""Every column that can hold words says whose they are, and what is told of it is done."""

from pathlib import Path

import pytest
from django.db import connections

from antiphon.privacy.catalogue import CONFIGURATION, KEPT, OURS, PERSONAL
from antiphon.privacy.erasing import EMPTIED, SWEPT

DOCUMENT = Path(__file__).parents[2] / "docs" / "operations" / "privacy.md"
HOLDS_WORDS = """
    select table_name, column_name from information_schema.columns join information_schema.tables using (table_schema, table_name)
    where table_schema = 'public' and table_type = 'BASE TABLE' and table_name !~ '_[0-9]{4}_[0-9]{2}$'
        and data_type in (
            'text', 'character varying', 'character', 'json', 'jsonb', 'bytea', 'tsvector', 'xml', 'inet', 'ARRAY', 'USER-DEFINED'
        )
"""


def told() -> set[str]:
    ours = {f"{table}.{column}" for table, columns in OURS.items() for column in columns.split()}
    assert not ours & {*PERSONAL, *KEPT}
    assert not {*PERSONAL} & {*KEPT}
    return ours | {*PERSONAL} | {*KEPT}


def untold(stored: set[str]) -> set[str]:
    """Return columns of which nothing is told."""
    return {name for name in stored - told() if name.partition(".")[0] not in CONFIGURATION}


@pytest.mark.django_db(databases=["owner"])
def test_every_column_that_can_hold_words_is_told() -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(HOLDS_WORDS)
        stored = {f"{table}.{column}" for table, column in cursor.fetchall()}
    assert len(stored) > 150
    assert untold(stored) == set(), "say in privacy.catalogue whose words these are, and empty them when they are a consumer's"
    assert told() - stored == set(), "these are told and do not exist"
    assert {table for table in CONFIGURATION if not any(name.startswith(f"{table}.") for name in stored)} == set()
    assert untold({*stored, "consumer.nickname"}) == {"consumer.nickname"}


def test_every_statement_of_an_erasure_empties_something_that_is_told() -> None:
    folder = Path(__file__).parents[2] / "src" / "antiphon" / "privacy" / "sql"
    statements = {path.stem for path in folder.glob("*.sql") if path.stem.startswith(("empty_", "sweep_"))}
    assert statements == {*EMPTIED, *SWEPT, "sweep_responses", "sweep_tasks"}


def test_what_is_done_is_written_down() -> None:
    text = DOCUMENT.read_text()
    missing = [name for name, done in (PERSONAL | KEPT).items() if f"| `{name.replace('.', '` | `')}` | {done} |" not in text]
    assert missing == []

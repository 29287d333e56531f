"""Ready to spread accounts over nodes: the migrated schema, the questions to inverted indexes, the statements of the line."""

import re
from itertools import product
from pathlib import Path

import pytest
from django.db import connections

from antiphon.config.databases import ALIASES
from antiphon.kit.db import account
from antiphon.search.verbs import Sought, _query
from checks.sharding import breaches, facts
from tests.kit.world import Tenant

SOURCE = Path(__file__).parents[2] / "src" / "antiphon"
INVERTED = frozenset({"search_entry_words"})
"""Asked by `search_conversations` alone, with a query that `antiphon.search.verbs` makes: below."""

ALL = pytest.mark.django_db(databases=list(ALIASES))


def found(*planted: str) -> list[str]:
    """Return the breaches of the schema, after planting some."""
    with connections["owner"].cursor() as cursor:
        for statement in planted:
            cursor.execute(statement)
        return list(breaches(cursor, inverted=INVERTED))


@ALL
def test_keys_constraints_and_indexes_of_facts_start_with_the_account() -> None:
    with connections["owner"].cursor() as cursor:
        tables = facts(cursor)
    assert {"arrival", "arrival_key", "notice", "reply", "conversation", "answer", "decision", "event", "counter", "opt_out"} <= set(tables)
    assert found() == []


@ALL
@pytest.mark.parametrize(
    ("planted", "told"),
    [
        ("create index planted on reply (source_id, account_id)", "reply: the index planted starts with source_id"),
        ("create index planted on reply (lower(text))", "reply: the index planted starts with an expression"),
        ("alter table answer add constraint planted unique (id)", "answer: the index planted starts with id"),
        ("create unique index planted on notice (id, account_id)", "notice: the index planted starts with id"),
        ("create index planted on reply using gin (media)", "reply: nobody says that the GIN index planted is asked by account"),
        (
            "alter table reply add constraint planted foreign key (source_id) references source (id)",
            "reply: the foreign key planted starts with source_id",
        ),
    ],
)
def test_a_planted_breach_is_found(planted: str, told: str) -> None:
    assert found(planted) == [told]


@ALL
def test_what_starts_with_the_account_passes() -> None:
    assert found(
        "create index planted on reply (account_id, source_id)",
        "create unique index planted_too on answer (account_id, id, skill_id)",
        "alter table reply add constraint planted_key foreign key (account_id, conversation_id) references conversation (account_id, id)",
    ) == []  # fmt: skip


@ALL
@pytest.mark.parametrize("text", ["", "tyres", "tyres summer", '"new tyres" -winter'])
@pytest.mark.parametrize("phone", ["", "345678"])
def test_every_question_to_the_inverted_index_names_the_account(north: Tenant, text: str, phone: str) -> None:
    choices = product((None, 7), (None, 3), ((), ("queued",), ("queued", "assigned")), ("", "no_broadcast"), ("", "reached"), (False, True))
    with account(north.id) as db:
        for skill, campaign, states, verdict, outcome, is_overdue in choices:
            asked = Sought(
                text=text,
                phone=phone,
                skill=skill,
                campaign=campaign,
                states=states,
                verdict=verdict,
                outcome=outcome,
                is_overdue=is_overdue,
            )
            query = _query(db, north.id, asked)
            assert query is None or names_only(query, north.id), query
            assert query is not None or not (text or phone)


def names_only(query: str, account_id: int) -> bool:
    """Return whether one part of a conjunction holds nothing but marks of the account, so that no other account's entries are read."""
    parts = re.split(r" & (?=\()", query)
    return any(all(word.strip(" ()").startswith(f"'@{account_id}") for word in part.split("|")) for part in parts)


def test_a_question_without_the_account_is_told_from_one_with_it() -> None:
    assert names_only("('@7&skill3' | '@7&skill4') & ('tyr' | 'winter')", 7)
    assert not names_only("('@8&skill3') & ('tyr')", 7)
    assert not names_only("('@7&skill3' | 'tyr')", 7)
    assert not names_only("('tyr') & ('winter')", 7)


def asking_inverted_indexes() -> set[str]:
    return {path.relative_to(SOURCE).as_posix() for path in SOURCE.rglob("*.sql") if re.search(r"\bwords @@", path.read_text())}


def test_the_inverted_index_is_asked_in_one_place_which_names_the_account_beside() -> None:
    assert asking_inverted_indexes() == {"search/migrations/sql/search.sql"}
    asked = re.findall(r"where x\.account_id = \$1 and x\.words @@", (SOURCE / "search/migrations/sql/search.sql").read_text())
    assert len(asked) == len(re.findall(r"\bwords @@", (SOURCE / "search/migrations/sql/search.sql").read_text())) > 0


ON_THE_LINE = ("attribution", "campaigns", "consumers", "conversations", "intake", "metrics", "routing")
OUTSIDE_OF_IT = {"metrics/sql/room.sql": "sets how a report is planned, and reads nothing"}
_ONE = re.compile(r"%\(account(?:_id)?\)s::bigint(?!\[)")


def crossing(files: dict[str, str]) -> list[str]:
    """Return the statements that do not name one account."""
    return sorted(name for name, text in files.items() if not _ONE.search(re.sub(r"--[^\n]*", "", text)))


def test_a_statement_of_the_line_names_one_account() -> None:
    files = {
        path.relative_to(SOURCE).as_posix(): path.read_text()
        for package in ON_THE_LINE
        for path in (SOURCE / package / "sql").glob("*.sql")
    }
    assert len(files) > 60
    assert [name for name in crossing(files) if name not in OUTSIDE_OF_IT] == []
    assert set(OUTSIDE_OF_IT) <= set(crossing(files))


def test_a_statement_that_names_several_or_none_is_found() -> None:
    assert crossing({
        "one": "select 1 from reply where account_id = %(account)s::bigint",
        "several": "select 1 from reply where account_id = any (%(accounts)s::bigint[])",
        "array": "select 1 from reply where account_id = any (%(account)s::bigint[])",
        "said": "-- %(account)s::bigint\nselect 1 from reply",
    }) == ["array", "said", "several"]  # fmt: skip

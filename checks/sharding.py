"""What lets accounts be spread over nodes, read off a migrated database: keys, constraints and indexes of facts start with the account."""

from collections.abc import Iterator
from typing import Any

FACTS = """
    select relation.oid::regclass::text as name
    from pg_constraint as key
    join pg_class as relation on relation.oid = key.conrelid
    where key.contype = 'p' and cardinality(key.conkey) > 1
    and relation.relnamespace = 'public'::regnamespace and not relation.relispartition
    and exists (
        select from pg_attribute as account
        where account.attrelid = relation.oid and account.attname = 'account_id' and account.attnum = any (key.conkey)
    )
    order by 1
"""
"""Tables of facts: those whose primary key has the account and something else in it."""

_INDEXES = """
    select relation.oid::regclass::text as table, index.indexrelid::regclass::text as name, method.amname as method, first.attname as first
    from pg_index as index
    join pg_class as relation on relation.oid = index.indrelid
    join pg_class as itself on itself.oid = index.indexrelid
    join pg_am as method on method.oid = itself.relam
    left join pg_attribute as first on first.attrelid = relation.oid and first.attnum = index.indkey[0]
    where relation.oid::regclass::text = any (%s)
    order by 1, 2
"""

_FOREIGN_KEYS = """
    select key.conrelid::regclass::text as table, key.conname as name, first.attname as first
    from pg_constraint as key
    join pg_attribute as first on first.attrelid = key.conrelid and first.attnum = key.conkey[1]
    where key.contype = 'f' and key.conrelid::regclass::text = any (%s)
    order by 1, 2
"""


def breaches(cursor: Any, *, inverted: frozenset[str]) -> Iterator[str]:
    """Yield each key, constraint and index of a fact's table that does not start with the account.

    `inverted` names the GIN indexes whose values hold a mark of the account, which every question to them names.
    """
    tables = facts(cursor)
    cursor.execute(_INDEXES, [tables])
    for table, name, method, first in cursor.fetchall():
        if method == "gin" and name not in inverted:
            yield f"{table}: nobody says that the GIN index {name} is asked by account"
        elif method != "gin" and first != "account_id":
            yield f"{table}: the index {name} starts with {first or 'an expression'}"
    cursor.execute(_FOREIGN_KEYS, [tables])
    for table, name, first in cursor.fetchall():
        if first != "account_id":
            yield f"{table}: the foreign key {name} starts with {first}"


def facts(cursor: Any) -> list[str]:
    """Return the tables of facts."""
    cursor.execute(FACTS)
    return [str(row[0]) for row in cursor.fetchall()]

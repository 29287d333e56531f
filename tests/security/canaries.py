"""What a tenant holds that nobody else may see, read from the tables themselves: a new column is watched without a word here."""

import html
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import unquote

from antiphon.kit.db import account, rows
from tests.security.conftest import FIRST
from tests.security.living import Living

SHORTEST = 6
COLUMNS = """
select c.table_name, c.column_name from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
where c.table_schema = 'public' and t.table_type = 'BASE TABLE'
and exists (select from information_schema.columns a where a.table_schema = 'public' and a.table_name = c.table_name
            and a.column_name = 'account_id')
and not exists (select from pg_class p where p.relname = c.table_name and p.relispartition)
order by 1, 2
"""


def canaries(north: Living, south: Living) -> tuple[str, ...]:
    """Return South's own values, without those that hold another: ids, numbers, names, texts, secrets."""
    marks = {folded(value) for value in values(south)} - {folded(value) for value in values(north)}
    marks |= {number.lstrip("+") for number in (south.numbers.replied, south.numbers.silent, south.numbers.stopped)}
    return tuple(sorted(mark for mark in marks if not any(other != mark and other in mark for other in marks)))


def values(one: Living) -> set[str]:
    """Return every value that a tenant's rows hold and that can be told from others: numbers from `FIRST` on, ids, texts."""
    found: set[str] = set()
    for table, row in every_row(one):
        held = [row.get("id")] if table == "account" else row.values()
        for value in held:
            found.update(_told(value))
    return found


def every_row(one: Living) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every row of a tenant with its table."""
    with account(one.tenant.id) as db:
        for table in sorted({row.table_name for row in rows(db, COLUMNS)}):
            found = rows(db, f"select to_json(t)::text as row from {table} t where account_id = {one.tenant.id}")
            yield from ((table, json.loads(row.row)) for row in found)


def _told(value: Any) -> Iterator[str]:
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _told(inner)
    elif isinstance(value, int) and not isinstance(value, bool) and FIRST <= value < FIRST + 10_000:
        yield str(value)
    elif isinstance(value, str) and len(value) >= SHORTEST and not re.match(r"\d{4}-\d\d-\d\d", value):
        yield value
        if value.startswith("\\x"):
            yield from _told_bytes(value)


def _told_bytes(value: str) -> Iterator[str]:
    """Return what a raw body says."""
    text = bytes.fromhex(value[2:]).decode("utf-8", "replace")
    if "\ufffd" not in text and text.isprintable():
        yield text


def folded(told: str) -> str:
    """Return a text as it is compared: whatever way it is escaped, spaced or spelt with capitals."""
    return re.sub(r"\s", "", html.unescape(unquote(told))).lower()


def seen(told: str, marks: Iterable[str]) -> list[str]:
    """Return which of the marks a text shows."""
    text = folded(told)
    return [mark for mark in marks if mark in text]

"""The database's doors: the only place that names the account in force, and the loader of named SQL files."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib import resources
from typing import Any
from weakref import WeakSet

import psycopg
from psycopg.rows import RowFactory, namedtuple_row

from antiphon.kit.arrays import Packed, PackedDumper, packers, sendable

Database = psycopg.Connection[Any]

_PARAMETER = re.compile(r"%%|%\((\w+)\)s")
_COMMENT = re.compile(r"^\s*--.*\n", re.MULTILINE)
_taught: WeakSet[Database] = WeakSet()
_account: ContextVar[int | None] = ContextVar("antiphon_account", default=None)


@cache
def sql(package: str, name: str) -> str:
    """Return the statement in `<package>/sql/<name>.sql`. Raises FileNotFoundError."""
    return (resources.files(package) / "sql" / f"{name}.sql").read_text(encoding="utf-8")


def rows(
    db: Database, statement: str, parameters: Mapping[str, Any] | None = None, *, made_by: RowFactory[Any] = namedtuple_row
) -> list[Any]:
    """Run one statement and return its rows as named tuples, or as what another factory makes of them."""
    _teach(db)
    with psycopg.RawCursor(db, row_factory=made_by) as cursor:
        cursor.execute(*_bound(statement, parameters), binary=True)
        return cursor.fetchall() if cursor.description else []


def run(db: Database, statement: str, parameters: Mapping[str, Any] | None = None) -> int:
    """Run one statement and return how many rows it touched."""
    _teach(db)
    with psycopg.RawCursor(db) as cursor:
        cursor.execute(*_bound(statement, parameters))
        return cursor.rowcount


def _teach(db: Database) -> None:
    """Have a connection send packed arrays; once each, since Django copies the adapters it begins with at a time of its own."""
    if db not in _taught:
        db.adapters.register_dumper(Packed, PackedDumper)
        _taught.add(db)


def _bound(statement: str, parameters: Mapping[str, Any] | None) -> tuple[bytes, list[Any] | None]:
    """Return a statement with numbered parameters, and their values in that order."""
    if parameters is None:
        return statement.encode(), None
    text, names = numbered(statement)
    packed = packers(statement)
    given = [(name, parameters[name]) for name in names]
    return text, [sendable(value, packed.get(name)) if isinstance(value, list) else value for name, value in given]


@cache
def numbered(statement: str) -> tuple[bytes, tuple[str, ...]]:
    """Return a statement with `%(name)s` as `$1`, `$2`, and the names: psycopg does this at every call for a long statement."""
    numbers: dict[str, int] = {}

    def number(found: re.Match[str]) -> str:
        return "%" if found[1] is None else f"${numbers.setdefault(found[1], len(numbers) + 1)}"

    text = _PARAMETER.sub(number, _COMMENT.sub("", statement))
    return text.encode(), tuple(numbers)


def columns(records: Sequence[Any], *names: str) -> dict[str, list[Any]]:
    """Return one list per attribute of the records: the arrays that `unnest` takes."""
    return {name: [getattr(record, name) for record in records] for name in names}


@contextmanager
def account(account_id: int) -> Iterator[Database]:
    """Open a Django transaction in which `account_id` is the account in force; give its psycopg connection.

    Nesting with the same account is a savepoint. Raises RuntimeError inside another account's transaction.
    """
    from django.db import connection, transaction  # noqa: PLC0415 - lanes import this module without Django

    before = _account.get()
    if connection.in_atomic_block and before not in (None, account_id):
        message = "one account per transaction"
        raise RuntimeError(message)
    with transaction.atomic():
        raw = connection.connection
        run(raw, "select set_config('antiphon.account', %(account)s, true)", {"account": str(account_id)})
        token = _account.set(account_id)
        try:
            yield raw
        finally:
            _account.reset(token)
            if before is None and not connection.needs_rollback and raw.info.transaction_status == psycopg.pq.TransactionStatus.INTRANS:
                run(raw, "select set_config('antiphon.account', '', true)")


@contextmanager
def lane_account(db: Database, account_id: int) -> Iterator[Database]:
    """Open a transaction on a plain connection in which `account_id` is the account in force; a savepoint inside one."""
    if db.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
        with db.transaction():
            run(db, "select set_config('antiphon.account', %(account)s, true)", {"account": str(account_id)})
            yield db
        return
    try:
        # One message for both, which `db.transaction()` cannot send: a round trip costs as much as storing a reply.
        db.execute(f"begin; select set_config('antiphon.account', '{int(account_id)}', true)", prepare=False)
        yield db
    except BaseException:
        if not db.closed:
            db.rollback()
        raise
    db.commit()

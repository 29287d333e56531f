"""Questions to an embedded server."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from antiphon.embedded.places import Places

Row = tuple[Any, ...]


@contextmanager
def connected(home: Path, *, user: str = "antiphon_owner") -> Iterator[psycopg.Connection[Row]]:
    with psycopg.connect(host=str(Places(home).socket_folder()), user=user, dbname="antiphon", autocommit=True, connect_timeout=5) as db:
        yield db


def ask(home: Path, statement: str, *, user: str = "antiphon_owner") -> Row:
    with connected(home, user=user) as db:
        return db.execute(statement).fetchone() or ()

"""Which migrations this version has, and which of them a database lacks; told from file names, so that a look costs no set-up of Django."""

from collections import Counter
from collections.abc import Iterable
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
from psycopg.errors import UndefinedTable


def applied(db: psycopg.Connection[Any]) -> list[str]:
    """Return the names of migrations that a database has seen; through a connection in autocommit."""
    try:
        return [name for (name,) in db.execute("select name from django_migrations")]
    except UndefinedTable:
        return []


def missing(names: Iterable[str]) -> list[str]:
    """Return the names of migrations that are not among these."""
    return sorted((Counter(on_disk()) - Counter(names)).elements())


@cache
def on_disk() -> tuple[str, ...]:
    """Return the names of this version's migrations, those of the libraries included."""
    from antiphon.config.settings import INSTALLED_APPS  # noqa: PLC0415 - makes the secret key

    return tuple(file.stem for app in INSTALLED_APPS for file in _folder(app).glob("[0-9]*.py"))


def _folder(app: str) -> Path:
    spec = find_spec(app)
    return Path(spec.origin or "").parent / "migrations" if spec else Path("/nonexistent")

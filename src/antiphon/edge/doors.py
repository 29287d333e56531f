"""Connections of lanes, loops and listeners: plain ones, outside Django's pool, that never wait for ever."""

from typing import Any

import psycopg
from django.db import connections

from antiphon.kit.db import Database

_NOT_FOR_PSYCOPG = {"pool"}
# What lanes run looks up by key, always. A plan made while a table was young would read the whole of it long after it has grown
# (seen 2026-11-22: 400 ms a batch instead of 4), so plans are made once, without sequential scans, and without compiling them.
_BY_KEY = "-c enable_seqscan=off -c plan_cache_mode=force_generic_plan -c jit=off"


def connect(alias: str, *, connect_seconds: int = 2, statement_seconds: int | None = None) -> Database:
    """Open a plain connection in autocommit through one of the three doors. Raises psycopg.OperationalError."""
    door = connections.settings[alias]
    named = {"dbname": door["NAME"], "user": door["USER"], "password": door["PASSWORD"], "host": door["HOST"], "port": door["PORT"]}
    options: dict[str, Any] = {name: value for name, value in door["OPTIONS"].items() if name not in _NOT_FOR_PSYCOPG}
    options["connect_timeout"] = connect_seconds
    options["options"] = f"{options.get('options', '')} {_BY_KEY}".strip()
    if statement_seconds is not None:
        options["options"] += f" -c statement_timeout={statement_seconds}s"
    db: Database = psycopg.connect(**{name: value for name, value in named.items() if value}, **options, autocommit=True)
    # One statement text each, run for every batch: a plan made once stays good, whatever the arrays hold.
    db.prepare_threshold = 3
    return db

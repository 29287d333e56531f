"""Arrivals without HTTP: CM webhooks parsed and made durable through a plain connection, as a lane does."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import connections

from antiphon.edge.doors import connect
from antiphon.edge.sources import load, settings_by_id
from antiphon.intake.arrivals import Arrived, Sources, arrived
from antiphon.intake.durable import make_durable
from antiphon.intake.replay import retry_next
from antiphon.kit import clock
from antiphon.kit.db import Database
from antiphon.kit.ids import uuid7
from antiphon.providers.protocol import Hook, HookKind
from tests.kit.world import Tenant


def sources_of(tenant: Tenant) -> Sources:
    with connect("jobs") as jobs:
        return settings_by_id(load(jobs, accounts=[tenant.id]))


def arrival(tenant: Tenant, kind: str, body: Any, *, at: datetime | None = None) -> Arrived:
    """Return a webhook of the tenant's first source, received at `at`."""
    at = at or clock.now()
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    hook = Hook(HookKind(kind), content, {}, "", at)
    return arrived(hook, arrival_id=uuid7(at), source=sources_of(tenant)[tenant.source.id], headers="{}")


@contextmanager
def lane() -> Iterator[Database]:
    with connect("default") as db:
        yield db


def take(tenant: Tenant, batch: Sequence[Arrived]) -> None:
    with lane() as db:
        assert make_durable(db, tenant.id, batch, sources=sources_of(tenant), at=clock.now()) == set()


def retry(tenant: Tenant) -> bool:
    with lane() as db:
        return retry_next(db, tenant.id, sources=sources_of(tenant), at=clock.now())


@contextmanager
def refusing(table: str, condition: str) -> Iterator[None]:
    """Let the database refuse rows of a table that meet a condition: poison, as the line meets it."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            f"create function refuse_it() returns trigger language plpgsql as $$ begin raise exception 'refused by the test'; end $$;"
            f"create trigger refuse_it before insert on {table} for each row when ({condition}) execute function refuse_it()"
        )
    try:
        yield
    finally:
        with connections["owner"].cursor() as cursor:
            cursor.execute(f"drop trigger refuse_it on {table}; drop function refuse_it()")

"""Allowances: so many at a time, filling up evenly, alike for every process; calls, exports and signing in take from them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client

from antiphon.accounts import allowances
from antiphon.accounts.allowances import Allowance, spend
from antiphon.config.env import current
from antiphon.edge.doors import connect
from antiphon.kit.problems import TooMany
from tests.kit.caller import Caller
from tests.kit.clock import START, Clock
from tests.kit.deliver import Deliver
from tests.kit.world import CLEO, Tenant

pytestmark = pytest.mark.django_db(databases=["default", "owner"])
THREE = Allowance("three", 3, 60)


def spent(*asked: Allowance, at: Any) -> int:
    """Spend; return 0, or the seconds until there is one again."""
    connection.ensure_connection()
    try:
        spend(connection.connection, asked, at=at)
    except TooMany as much:
        return much.seconds
    return 0


def test_so_many_at_a_time_and_evenly_afterwards() -> None:
    assert [spent(THREE, at=START) for _ in range(5)] == [0, 0, 0, 20, 20]
    assert spent(THREE, at=START + timedelta(seconds=19)) == 1
    assert [spent(THREE, at=START + timedelta(seconds=20)) for _ in range(2)] == [0, 20]
    assert [spent(THREE, at=START + timedelta(hours=1)) for _ in range(4)] == [0, 0, 0, 20]
    assert spent(THREE, at=START) == 3620  # a clock that went back gives nothing


def test_who_is_refused_by_one_allowance_waits_for_the_longest_and_others_do_not() -> None:
    one, other = Allowance("one", 1, 600), Allowance("other", 5, 60)
    assert spent(one, other, at=START) == 0
    assert spent(one, other, at=START) == 600
    assert spent(other, at=START) == 0
    assert [spent(Allowance("none", 0, 60), at=START) for _ in range(10)] == [0] * 10


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Allow little."""
    settings = replace(current(), key_calls_per_minute=4, account_calls_per_minute=6, exports_per_hour=1)
    monkeypatch.setattr(allowances, "current", lambda: settings)
    return iter(())


@pytest.mark.usefixtures("narrow")
def test_calls_are_limited_by_key_and_by_account(north: Tenant, south: Tenant, clock: Clock) -> None:
    first, second, stranger = Caller(north.key()), Caller(north.key("supervisor")), Caller(south.key())
    assert [first.raw("GET", "skills").status_code for _ in range(6)] == [200] * 4 + [429] * 2
    refused = first.raw("GET", "skills")
    assert (refused.headers["Retry-After"], refused.headers["Content-Type"]) == ("15", "application/problem+json")
    assert (refused.json()["code"], refused.json()["status"]) == ("too_many", 429)
    assert second.raw("GET", "skills").status_code in {200, 429}
    assert stranger.get("skills")["items"]
    clock.forward(seconds=60)
    assert first.get("skills")["items"]


@pytest.mark.usefixtures("narrow")
def test_webhooks_are_not_limited(north: Tenant) -> None:
    deliver = Deliver(north)
    for minute in range(10):
        deliver.reply(CLEO, f"{minute}", at=north.clock.forward(minutes=1))
    assert Caller(north.key()).get("conversations")["items"]


@pytest.mark.usefixtures("narrow")
def test_exports_are_limited_by_account(north: Tenant, clock: Clock) -> None:
    clock.forward(days=3)
    ana = Caller(north.key())
    body = {"facts": ["notices"], "since": "2026-03-24", "until": "2026-03-24"}
    assert ana.raw("POST", "exports", body).status_code < 300
    refused = ana.raw("POST", "exports", body | {"facts": ["replies"]})
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "3600")
    client = Client()
    client.force_login(north.people["Sol"].user)
    page = client.post("/conversations/export", {"form": "exact"})
    assert (page.status_code, page.headers["Retry-After"]) == (429, "3600")
    assert "Too many at a time" in page.content.decode()
    clock.forward(hours=1)
    assert client.post("/conversations/export", {"form": "exact"}).status_code == 200


def test_signing_in_is_limited_for_every_process_alike(north: Tenant) -> None:
    """What the limits remember is in the database, not in a process: another process would find it there."""
    form = {"login": north.people["Ada"].user.email, "password": "wrong"}
    said = [Client().post("/accounts/login/", form).content.decode() for _ in range(7)]
    assert "Too many failed" in said[-1]
    assert "Too many failed" not in said[0]
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from cache where cache_key like %s", ["%login_failed%"])
        assert cursor.fetchone()[0] > 0
    assert type(caches["default"]).__name__ == "DatabaseCache"


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_two_connections_take_from_the_same(transactional_db: Any) -> None:  # noqa: ARG001 - flushed afterwards
    with connect("default") as one, connect("default") as other:
        taken = 0
        for db in (one, other) * 5:
            try:
                spend(db, [THREE], at=START)
            except TooMany:
                continue
            taken += 1
    assert taken == 3

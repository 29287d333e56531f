"""Webhooks over HTTP: what is taken, what is refused, and that nothing hostile gives a 5xx."""

import json
import socket
import time
from pathlib import Path
from typing import Any

import pytest

from antiphon.conversations.models import Conversation
from antiphon.intake.models import Arrival, Notice, Reply
from antiphon.kit.db import account
from antiphon.providers import verbs as providers
from antiphon.providers.models import SourceHeard
from tests.edge.serving import Serving, limits, notice, reply, serving, wait_until
from tests.faults.hostile import HOSTILE
from tests.kit.world import CLEO, MIA, Tenant, World

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner", "jobs"])


def arrivals(tenant: Tenant) -> list[Arrival]:
    with account(tenant.id):
        return list(Arrival.objects.order_by("received_at", "id"))


def test_a_notice_and_a_reply_are_durable_when_answered(committed: World, edge: Serving) -> None:
    north = committed.north
    key = north.secret("webhook_key")
    assert edge.post(key, "notice", notice(north, CLEO)).status_code == 200
    answered = edge.post(key, "reply", reply(north, CLEO, "yes please"))
    assert (answered.status_code, answered.content) == (200, b"")
    with account(north.id):
        assert Notice.objects.get().sender == north.number
        assert Reply.objects.get().text == "yes please"
        assert Conversation.objects.get().last_text == "yes please"
    assert {arrival.state for arrival in arrivals(north)} == {"done"}
    assert arrivals(committed.south) == []


def test_what_is_not_a_webhook_is_refused_and_stores_nothing(committed: World, edge: Serving) -> None:
    north = committed.north
    key, body = north.secret("webhook_key"), reply(north, CLEO, "yes")
    assert edge.post("0" * 48, "reply", body).status_code == 404
    assert edge.post(key, "nonsense", body).status_code == 404
    assert edge.post(f"{key}/x", "reply", body).status_code == 404
    refused = edge.client.get(f"/hooks/{key}/reply")
    assert (refused.status_code, refused.headers["allow"]) == (405, "POST")
    assert arrivals(north) == []
    assert edge.post(key, "reply", body).status_code == 200


def test_a_notice_proves_itself_by_its_token_and_a_refusal_is_remembered(committed: World, edge: Serving) -> None:
    north, south = committed.north, committed.south
    key, body = north.secret("webhook_key"), notice(north, CLEO)
    for token in ("wrong", "", None, 5, south.secret("notice_token")):
        assert edge.post(key, "notice", body | {"webhooktoken": token}).status_code == 401
    assert arrivals(north) == []
    assert edge.post(key, "notice", body).status_code == 200
    assert len(arrivals(north)) == 1

    def is_written() -> bool:
        with account(north.id):
            heard = SourceHeard.objects.filter(kind="notice").first()
        return heard is not None and heard.heard_at == committed.clock() and heard.refused_at == committed.clock()

    wait_until(is_written)


def test_an_address_that_has_ended_is_told_as_refused(committed: World, edge: Serving) -> None:
    """The old key of a rotation answers for its overlap; from then on 404, and the source's page can say that it is still called."""
    north = committed.north
    old, body = north.secret("webhook_key"), reply(north, CLEO, "yes")
    fresh = providers.rotate(north.id, north.source.id, "webhook_key", actor="command", at=committed.clock())
    wait_until(lambda: edge.post(fresh, "reply", body).status_code == 200)
    assert edge.post(old, "reply", body).status_code == 200
    committed.clock.forward(days=400)
    before = len(arrivals(north))
    for address in (f"{old}/reply", f"{old}/nonsense", f"{old}/report"):
        key, kind = address.split("/")
        assert edge.post(key, kind, body).status_code == 404
    assert len(arrivals(north)) == before

    def refused() -> dict[str, bool]:
        with account(north.id):
            found = SourceHeard.objects.filter(source_id=north.source.id).values_list("kind", "refused_at")
            return {kind: at is not None for kind, at in found}

    wait_until(lambda: refused() == {"reply": True, "report": True})
    assert edge.post(fresh, "reply", body).status_code == 200


def test_sources_change_without_a_restart(committed: World, edge: Serving) -> None:
    north = committed.north
    old, body = north.secret("webhook_key"), reply(north, CLEO, "yes")
    second = north.connect("CM 2", numbers=("+3197000004411",))
    key = north.secret("webhook_key", source=second)
    wait_until(lambda: edge.post(key, "reply", body).status_code == 200)
    providers.disconnect(north.id, second.id, actor="command", at=committed.clock(), confirmation="CM 2")
    wait_until(lambda: edge.post(key, "reply", body).status_code == 404)
    assert edge.post(old, "reply", body).status_code == 200


@pytest.mark.parametrize("kind", ["reply", "report", "opt_out"])
def test_hostile_bodies_are_answered_200_and_kept(committed: World, edge: Serving, kind: str) -> None:
    north = committed.north
    key = north.secret("webhook_key")
    answered = {name: edge.post(key, kind, body).status_code for name, body in HOSTILE.items()}
    assert set(answered.values()) == {200}, answered
    kept = arrivals(north)
    assert sorted(bytes(arrival.body) for arrival in kept) == sorted(HOSTILE.values())
    assert {arrival.state for arrival in kept} <= {"done", "quarantined"}
    assert all(arrival.reason for arrival in kept if arrival.state == "quarantined")
    assert edge.post(key, "reply", reply(north, MIA, "still here")).status_code == 200


def test_hostile_notices_without_token_are_401_and_with_it_kept(committed: World, edge: Serving) -> None:
    north = committed.north
    key, token = north.secret("webhook_key"), north.secret("notice_token")
    for name, body in HOSTILE.items():
        assert edge.post(key, "notice", body).status_code in {401, 200}, name
    odd: list[Any] = [
        {"webhooktoken": token},
        {"webhooktoken": token, "to": None, "from": []},
        {"webhooktoken": token, "to": "31611111111", "from": "a" * 500, "body": "x"},
    ]
    before = {arrival.id for arrival in arrivals(north)}
    assert [edge.post(key, "notice", body).status_code for body in odd] == [200, 200, 200]
    kept = [arrival for arrival in arrivals(north) if arrival.id not in before]
    assert sorted(bytes(arrival.body) for arrival in kept) == sorted(json.dumps(body).encode() for body in odd)
    assert {arrival.state for arrival in kept} == {"quarantined"}


def test_an_odd_query_and_odd_headers_are_kept_as_text(committed: World, edge: Serving) -> None:
    north = committed.north
    path = f"/hooks/{north.secret('webhook_key')}/reply?a=%00&b=\u00e9"
    sent = edge.client.post(
        path, content=json.dumps(reply(north, CLEO, "yes")), headers={b"x-odd": b"\xe9\xff", b"authorization": b"secret"}
    )
    assert sent.status_code == 200
    (kept,) = arrivals(north)
    assert kept.query.startswith("a=%00")
    assert json.loads(kept.headers)["x-odd"] == "\u00e9\u00ff"
    assert "secret" not in kept.headers


def test_a_body_over_the_limit_is_413_whether_it_says_so_or_not(committed: World, tmp_path: Path) -> None:
    north = committed.north
    with serving(tmp_path / "spool", edge_limits=limits(body_bytes=2048)) as edge:
        key, fits = north.secret("webhook_key"), reply(north, CLEO, "x" * 1000)
        assert edge.post(key, "reply", reply(north, CLEO, "x" * 3000)).status_code == 413
        chunks = (b"x" * 1000 for _ in range(5))
        assert edge.client.post(f"/hooks/{key}/reply", content=chunks).status_code == 413
        assert edge.post(key, "reply", fits).status_code == 200
        assert len(arrivals(north)) == 1


def test_a_body_that_does_not_come_is_408_and_a_client_that_leaves_is_forgotten(committed: World, edge: Serving) -> None:
    north = committed.north
    head = f"POST /hooks/{north.secret('webhook_key')}/reply HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n".encode()
    for sent in (b"", b'{"from": '):
        with socket.create_connection(("127.0.0.1", edge.port), timeout=10) as wire:
            began = time.monotonic()
            wire.sendall(head + sent)
            assert wire.recv(100).startswith(b"HTTP/1.1 408")
            assert time.monotonic() - began < 5
    with socket.create_connection(("127.0.0.1", edge.port), timeout=10) as wire:
        wire.sendall(head + b"{")
    assert edge.post(north.secret("webhook_key"), "reply", reply(north, CLEO, "yes")).status_code == 200
    assert len(arrivals(north)) == 1


def test_health_and_readiness(edge: Serving) -> None:
    assert edge.client.get("/healthz").text == "ok\n"
    ready = edge.client.get("/readyz")
    assert ready.status_code == 200
    assert ready.json() == {"ready": True, "database": True, "migrations_missing": 0, "spool": True, "lanes": 2}
    assert edge.client.get("/hooks").status_code == 404

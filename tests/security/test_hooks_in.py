"""Webhooks that are forged, replayed or dressed up: refused, or told as the copy they are; nothing is unpacked."""

import gzip
import json
from datetime import timedelta

import pytest

from antiphon.intake.models import Arrival, Notice, Reply
from antiphon.kit.db import account
from tests.edge.serving import Serving, notice, reply
from tests.kit.deliver import Deliver
from tests.kit.world import CLEO, MIA, Tenant, World

EDGE = pytest.mark.django_db(transaction=True, databases=["default", "owner", "jobs"])


def stored(tenant: Tenant) -> tuple[int, int]:
    """Return how many notices and arrivals a tenant has."""
    with account(tenant.id):
        return Notice.objects.filter(account_id=tenant.id).count(), Arrival.objects.filter(account_id=tenant.id).count()


@EDGE
def test_only_the_right_key_with_the_right_token_on_the_right_path_is_taken(committed: World, edge: Serving) -> None:
    north, south = committed.north, committed.south
    key, other = north.secret("webhook_key"), south.secret("webhook_key")
    body = notice(north, CLEO)
    assert edge.post(other, "notice", body).status_code == 401, "another tenant's path, whose token this is not"
    assert edge.post(key, "notice", notice(south, CLEO)).status_code == 401, "another tenant's token"
    assert edge.post(key, "notice", body | {"webhooktoken": ""}).status_code == 401
    assert edge.post(north.secret("notice_token"), "notice", body).status_code == 404, "a token is no key"
    for wrong in (key[:-1], key.upper(), f"{key}0", "%00", "..", key[::-1]):
        assert edge.post(wrong, "notice", body).status_code == 404, wrong
    for kind in ("notices", "NOTICE", "reply/", "reply%2f..", ""):
        assert edge.post(key, kind, body).status_code == 404, kind
    assert (stored(north), stored(south)) == ((0, 0), (0, 0))
    assert edge.post(key, "notice", body).status_code == 200
    assert (stored(north), stored(south)) == ((1, 1), (0, 0))


@EDGE
def test_heads_change_nothing_and_nothing_is_unpacked(committed: World, edge: Serving) -> None:
    north, south = committed.north, committed.south
    key = north.secret("webhook_key")
    tricks = {
        "x-original-url": f"/hooks/{south.secret('webhook_key')}/notice", "x-http-method-override": "GET", "x-account": str(south.id),
        "x-forwarded-host": "elsewhere.example", "content-type": "text/xml", "x-forwarded-for": "127.0.0.1",
    }  # fmt: skip
    told = edge.client.post(f"/hooks/{key}/reply", content=json.dumps(reply(north, MIA, "Hello")), headers=tricks)
    assert (told.status_code, told.headers["x-content-type-options"]) == (200, "nosniff")
    bomb = gzip.compress(b"[" * 50_000_000, 9)
    assert len(bomb) < 200_000
    packed = {"content-encoding": "gzip", "content-type": "application/json"}
    assert edge.client.post(f"/hooks/{key}/reply", content=bomb, headers=packed).status_code == 200
    with account(north.id):
        kept = list(Arrival.objects.filter(account_id=north.id).order_by("received_at").values_list("state", "body"))
        assert Reply.objects.filter(account_id=north.id).count() == 1
    assert [state for state, _ in kept] == ["done", "quarantined"]
    assert len(bytes(kept[1][1])) == len(bomb)
    assert stored(south) == (0, 0)


@pytest.mark.django_db
def test_the_same_body_again_a_month_later_is_a_copy(north: Tenant) -> None:
    deliver, began = Deliver(north), north.clock()
    post = deliver.reply_post(CLEO, "Yes", at=began)
    deliver(post)
    for days in (1, 20, 30):
        deliver(deliver.reply_post(CLEO, "Yes", at=began + timedelta(days=days), replied_at=began))
    with account(north.id):
        assert Reply.objects.filter(account_id=north.id).count() == 1
    deliver.reply(CLEO, "Yes", at=began + timedelta(days=31))
    with account(north.id):
        assert Reply.objects.filter(account_id=north.id).count() == 2

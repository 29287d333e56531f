"""Two requests at once, each in a transaction of its own."""

import json
import threading
from typing import Any

import pytest
from django.db import connections

from tests.kit.caller import Caller
from tests.kit.world import World


def together(count: int, call: Any) -> list[Any]:
    """Run `call` in as many threads, all starting at once."""
    found: list[Any] = [None] * count
    barrier = threading.Barrier(count)

    def work(place: int) -> None:
        barrier.wait()
        try:
            found[place] = call()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(place,)) for place in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_one_idempotency_key_sent_four_times_at_once_is_done_once(world: World) -> None:
    key = world.north.key()
    body = {"name": "Spring", "time_zone": "Europe/Amsterdam", "starts_on": "2026-03-24", "ends_on": None}
    found = together(4, lambda: Caller(key).raw("POST", "campaigns", body, idempotency_key="k1"))
    assert [response.status_code for response in found] == [201] * 4
    assert len({response.content for response in found}) == 1
    assert sorted(response.headers.get("Idempotency-Replayed", "first") for response in found) == ["first", "true", "true", "true"]
    assert len(Caller(key).get("campaigns")["items"]) == 1


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_of_edits_with_one_version_one_is_taken(world: World) -> None:
    campaign = world.north.campaign(state="draft")
    key = world.north.key()
    found = together(4, lambda: Caller(key).raw("PATCH", f"campaigns/{campaign.id}", {"goal": {"kind": "lead"}}, if_match='"1"'))
    assert sorted(response.status_code for response in found) == [200, 412, 412, 412]
    assert json.loads(Caller(key).raw("GET", f"campaigns/{campaign.id}").content)["version"] == 2

"""Webhooks by API, from making one to its log."""

from datetime import timedelta
from typing import Any

import pytest

from tests.kit.caller import Caller
from tests.webhooks.receiver import receiving
from tests.webhooks.telling import Telling


@pytest.fixture
def api(telling: Telling) -> Caller:
    return Caller(telling.north.key())


def made(api: Caller, url: str, **more: Any) -> dict[str, Any]:
    return dict(api.post("webhooks", {"name": "CRM", "url": url} | more))


def test_from_making_one_to_its_log(api: Caller, telling: Telling) -> None:
    with receiving(lambda got: (500 if len(got.body) % 2 else 200, {}, b"thanks")) as receiver:
        receiver.answer = lambda _: (500, {}, b"not now")
        hook = made(api, receiver.url, kinds=["reply.received"])
        assert hook["secret"].startswith("whsec_")
        assert "secret" not in api.get(f"webhooks/{hook['id']}")
        telling.tell("conversation:1", "conversation:1")
        telling.settled()
        receiver.answer = lambda _: (200, {}, b"thanks")
        telling.north.clock.forward(minutes=1)
        telling.settled()
        later, first = api.get(f"webhooks/{hook['id']}/deliveries")["items"]
        assert (first["type"], first["state"], first["attempts"], first["status"]) == ("io.antiphon.reply.received", "delivered", 2, 200)
        assert later["position"] == first["position"] + 1
        calls = api.get(f"webhooks/{hook['id']}/deliveries/{first['event']}/attempts")["items"]
        assert [(call["status"], call["error"], call["answer"]) for call in calls] == [
            (200, None, "thanks"),
            (500, "answered 500", "not now"),
        ]
        again = api.post(f"webhooks/{hook['id']}/deliveries/{first['event']}/replay", status=200)
        assert (again["state"], again["attempts"]) == ("waiting", 0)
        telling.settled()
        assert receiver.ids.count(first["event"]) == 3
        window = {"from": telling.north.clock() - timedelta(hours=1), "to": telling.north.clock()}
        assert api.post(f"webhooks/{hook['id']}/replay", window, status=200) == {"events": 2}
        telling.settled()
        assert receiver.ids[-2:] == [first["event"], later["event"]]
        assert api.post(f"webhooks/{hook['id']}/test")["type"] == "io.antiphon.test"


def test_pages_of_the_log_skip_and_repeat_nothing(api: Caller, telling: Telling) -> None:
    hook = made(api, "http://127.0.0.1:9/")
    for _ in range(3):
        api.post(f"webhooks/{hook['id']}/test")
    ids = telling.tell("conversation:1", "conversation:2")
    telling.turn()
    seen, cursor = [], ""
    while cursor is not None:
        found = api.get(f"webhooks/{hook['id']}/deliveries?limit=2{cursor and '&cursor='}{cursor}")
        seen += [one["event"] for one in found["items"]]
        cursor = found["next"]
    assert len(seen) == len(set(seen)) == 5
    assert seen[:2] == [ids[-1], ids[-2]]
    telling.settled()
    assert {one["event"] for one in api.get(f"webhooks/{hook['id']}/deliveries?type=io.antiphon.test")["items"]} == set(seen[2:])
    assert [one["event"] for one in api.get(f"webhooks/{hook['id']}/deliveries?subject=conversation:1")["items"]] == [ids[-2]]


def test_an_edit_that_meets_another_is_refused(api: Caller) -> None:
    hook = made(api, "http://127.0.0.1:9/")
    one = f"webhooks/{hook['id']}"
    assert api.patch(one, {"state": "paused"}, if_match='"1"')["state"] == "paused"
    assert api.patch(one, {"name": "ERP"}, status=412, if_match='"1"')["code"] == "stale"
    assert api.patch(one, {"name": "ERP", "kinds": ["goal.reached"]}, if_match='"2"')["kinds"] == ["goal.reached"]
    assert api.patch(one, {"state": "gone"}, status=422)
    assert made(api, "http://127.0.0.1:9/")["name"] == "CRM"
    assert api.post("webhooks", {"name": "ERP", "url": "http://127.0.0.1:9/"}, status=409)["code"] == "webhook_exists"
    assert api.post("webhooks", {"name": "X", "url": "https://10.0.0.1/"}, status=422)["code"] == "address_not_allowed"
    secret = api.post(f"{one}/secret")["secret"]
    assert secret not in {hook["secret"], ""}
    api.delete(one, status=204)
    assert api.get(one, status=404)["code"] == "not_found"


def test_another_accounts_webhook_is_nobodys(api: Caller, south: Any) -> None:
    hook = made(api, "http://127.0.0.1:9/")
    stranger = Caller(south.key())
    assert stranger.get(f"webhooks/{hook['id']}", status=404)
    assert stranger.post(f"webhooks/{hook['id']}/test", status=404)
    assert stranger.get("webhooks")["items"] == []
    assert api.get(f"webhooks/{hook['id']}")["id"] == hook["id"]

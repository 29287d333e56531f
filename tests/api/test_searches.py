"""Finding conversations and consumers by API: what is asked, pages, what cannot be asked, and nothing of another account's."""

import pytest

from tests.kit.caller import Caller
from tests.kit.deliver import Deliver
from tests.kit.world import CLEO, MIA, OTTO, Tenant


@pytest.fixture
def told(north: Tenant, deliver: Deliver) -> Tenant:
    """Have Cleo answer a campaign and Mia write out of the blue; then Cleo stops."""
    north.campaign()
    deliver.notice(CLEO, at=north.clock(), text="Time for your check-up")
    deliver.reply(CLEO, "yes please, tuesday?", at=north.clock.forward(minutes=30))
    deliver.reply(MIA, "Do you sell winter tyres?", at=north.clock.forward(minutes=5))
    deliver.reply(CLEO, "STOP", at=north.clock.forward(minutes=5))
    return north


def phones(answer: dict[str, object]) -> list[str]:
    items = answer["items"]
    assert isinstance(items, list)
    return [one["phone"] for one in items]


def test_conversations_are_found_by_anything(told: Tenant, api: Caller) -> None:
    for asked, found in (
        ({}, [MIA, CLEO]),
        ({"text": "winter"}, [MIA]),
        ({"text": "check-up"}, [CLEO]),
        ({"phone": "06 2222"}, [MIA]),
        ({"campaign": told.campaigns["Spring check-up"].id}, [CLEO]),
        ({"state": "open", "verdict": "no_broadcast"}, [MIA]),
        ({"state": "closed"}, []),
        ({"agent": 0}, []),
        ({"outcome": "none", "to": told.clock().isoformat()}, [MIA, CLEO]),
        ({"from": told.clock().isoformat()}, []),
    ):
        answer = api.post("conversations/searches", asked, status=200)
        assert (phones(answer), answer["count"], answer["is_more"], answer["behind"]) == (found, len(found), False, 0), asked
    first = api.post("conversations/searches", {"limit": 1}, status=200)
    assert (phones(first), first["count"]) == ([MIA], 2)
    second = api.post("conversations/searches", {"limit": 1, "cursor": first["next"]}, status=200)
    assert (phones(second), second["next"]) == ([CLEO], None)


@pytest.mark.parametrize(
    ("asked", "code"),
    [({"text": "👍"}, "no_words"), ({"phone": "06"}, "few_digits"), ({"cursor": "nonsense"}, "bad_cursor"), ({"state": "lost"}, "")],
)
def test_what_cannot_be_asked_is_refused(told: Tenant, api: Caller, asked: dict[str, str], code: str) -> None:
    refused = api.raw("POST", "conversations/searches", asked)
    assert refused.status_code == 422
    assert not code or refused.json()["code"] == code
    assert phones(api.post("conversations/searches", {"text": "tuesday"}, status=200)) == [CLEO], told


def test_a_consumer_with_everything(told: Tenant, api: Caller) -> None:
    cleo = api.post("consumers/searches", {"phone": CLEO.replace("+", "00")}, status=200)
    assert (cleo["phone"], [one["how"] for one in cleo["opt_outs"]]) == (CLEO, ["stop_word"])
    assert [(one["campaign"], one["notices"]) for one in cleo["contacted"]] == [(told.campaigns["Spring check-up"].id, 1)]
    assert api.get(f"consumers/{cleo['id']}") == cleo
    lists = {
        what: api.get(f"consumers/{cleo['id']}/history/{what}")["items"] for what in ("conversations", "notices", "replies", "opt-outs")
    }
    assert [one["text"] for one in lists["notices"]] == ["Time for your check-up"]
    assert [one["text"] for one in lists["replies"]] == ["yes please, tuesday?"]
    assert [(one["is_out"], one["text"]) for one in lists["opt-outs"]] == [(True, "STOP")]
    assert lists["conversations"][0]["id"] == lists["replies"][0]["conversation"]
    assert api.get(f"consumers/{cleo['id']}/history/conversions")["items"] == []


def test_lists_of_a_consumer_go_on(told: Tenant, api: Caller, deliver: Deliver) -> None:
    for index in range(3):
        deliver.reply(MIA, f"Text {index}", at=told.clock.forward(minutes=1))
    path = f"consumers/{api.post('consumers/searches', {'phone': MIA}, status=200)['id']}/history/replies"
    first = api.get(f"{path}?limit=3")
    second = api.get(f"{path}?limit=3&cursor={first['next']}")
    assert [one["text"] for one in first["items"] + second["items"]] == ["Text 2", "Text 1", "Text 0", "Do you sell winter tyres?"]
    assert second["next"] is None


def test_nothing_of_another_accounts(told: Tenant, api: Caller, south: Tenant) -> None:
    stranger, cleo = Caller(south.key()), api.post("consumers/searches", {"phone": CLEO}, status=200)["id"]
    assert phones(stranger.post("conversations/searches", {"text": "tuesday"}, status=200)) == []
    assert stranger.raw("POST", "consumers/searches", {"phone": CLEO}).status_code == 404
    assert stranger.raw("GET", f"consumers/{cleo}").status_code == 404
    assert stranger.raw("GET", f"consumers/{cleo}/history/replies").status_code == 404
    assert api.raw("POST", "consumers/searches", {"phone": OTTO}).status_code == 404, told

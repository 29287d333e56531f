"""Presence, queues and moving several, as another desk does it."""

import pytest

from antiphon.kit.db import account
from antiphon.routing.verbs import route
from tests.kit.caller import Caller
from tests.kit.deliver import Deliver
from tests.kit.world import CLEO, MIA, Tenant

pytestmark = pytest.mark.django_db


def run_route(north: Tenant) -> int:
    with account(north.id) as db:
        return route(db, north.id, at=north.clock())


def test_a_desk_says_who_is_there_and_is_given_what_waits(api: Caller, north: Tenant, deliver: Deliver) -> None:
    ada, agent_key = north.people["Ada"].pk, Caller(north.key("agent"))
    deliver.reply(CLEO, at=north.clock())
    assert agent_key.put(f"people/{ada}/presence", {"state": "online"}) == {"state": "online"}
    assert run_route(north) == 1
    (talk,) = api.get("conversations?state=assigned")["items"]
    assert talk["agent"] == ada
    (found,) = (one for one in api.get("agents")["items"] if one["id"] == ada)
    assert (found["presence"], found["open"], found["waiting"], found["capacity"]) == ("online", 1, 1, 8)
    assert found["set_by"].startswith("api_key:")
    assert found["last_assigned_at"] == found["since"] == "2026-03-24T10:42:00Z"
    agent_key.put(f"people/{ada}/presence", {"state": "offline"})
    assert {one["presence"] for one in api.get("agents")["items"]} == {"offline"}


def test_presence_that_is_refused(api: Caller, north: Tenant, south: Tenant) -> None:
    ada = north.people["Ada"].pk
    assert api.put(f"people/{ada}/presence", {"state": "busy"}, status=422)["code"] == "invalid"
    for stranger in (south.people["Zed"].pk, north.people["Lyn"].pk, 999_999):
        assert api.put(f"people/{stranger}/presence", {"state": "online"}, status=404)["code"] == "not_found"
    Caller(north.key("analyst")).put(f"people/{ada}/presence", {"state": "online"}, status=403)
    Caller(north.key("agent")).get("agents", status=403)


def test_queues(api: Caller, north: Tenant, deliver: Deliver) -> None:
    deliver.reply(CLEO, at=north.clock())
    api.put(f"people/{north.people['Ben'].pk}/presence", {"state": "online"})
    north.clock.forward(minutes=16)
    _general, care, sales = api.get("queues")["items"]
    assert care == {
        "skill": north.skills["care"].pk, "name": "care", "waiting": 1, "oldest": "2026-03-24T10:42:00Z", "overdue": 1, "held": 0,
        "people": 2, "online": 1, "room": 8,
    }  # fmt: skip
    assert (sales["waiting"], sales["oldest"], sales["people"], sales["online"]) == (0, None, 1, 0)
    agents = api.get(f"agents?skill={north.skills['sales'].pk}")["items"]
    assert [one["name"] for one in agents] == ["Ada"]


def test_several_move_and_what_cannot_says_why(api: Caller, north: Tenant, deliver: Deliver) -> None:
    ben, sales = north.people["Ben"].pk, north.skills["sales"].pk
    for phone in (CLEO, MIA):
        deliver.reply(phone, at=north.clock())
    ids = [one["id"] for one in api.get("conversations")["items"]]
    moved = api.post("conversations/moves", {"conversations": ids, "agent": ben}, status=200)
    assert (sorted(moved["moved"]), moved["refused"]) == (sorted(ids), [])
    assert api.post("conversations/moves", {"conversations": ids, "agent": ben}, status=200) == {"moved": [], "refused": []}
    assert api.post("conversations/moves", {"conversations": ids[:1], "skill": sales}, status=200)["moved"] == ids[:1]
    refused = api.post("conversations/moves", {"conversations": ids[:1], "agent": ben}, status=200)
    assert (refused["moved"], [one["code"] for one in refused["refused"]]) == ([], ["skill_missing"])
    both = api.post("conversations/moves", {"conversations": ids, "agent": ben, "skill": sales}, status=422)
    assert both["code"] == "one_destination"
    Caller(north.key("agent")).post("conversations/moves", {"conversations": ids}, status=403)


def test_another_tenants_conversations_are_passed_over(north: Tenant, south: Tenant, deliver: Deliver) -> None:
    deliver.reply(CLEO, at=north.clock())
    ids = [one["id"] for one in Caller(north.key()).get("conversations")["items"]]
    moved = Caller(south.key()).post("conversations/moves", {"conversations": ids, "skill": south.skills["care"].pk}, status=200)
    assert moved == {"moved": [], "refused": []}

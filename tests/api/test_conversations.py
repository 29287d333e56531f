from datetime import timedelta
from typing import Any

import pytest

from tests.kit.caller import Caller
from tests.kit.deliver import Deliver
from tests.kit.world import CLEO, MIA, OTTO, Tenant


@pytest.fixture
def talk(north: Tenant, api: Caller, deliver: Deliver) -> dict[str, Any]:
    """Return Cleo's conversation: she answers Spring check-up."""
    north.campaign()
    now = north.clock()
    deliver.notice(CLEO, at=now - timedelta(hours=1), text="Time for your check-up")
    deliver.reply(CLEO, "yes please, tuesday?", at=now)
    return dict(api.get("conversations")["items"][0])


def test_a_conversation_says_what_it_answers(talk: dict[str, Any], north: Tenant, api: Caller) -> None:
    engagement = north.engagements["Spring check-up"]
    assert {name: talk[name] for name in ("phone", "state", "verdict", "campaign", "engagement", "skill", "language", "note", "agent")} == {
        "phone": CLEO,
        "state": "queued",
        "verdict": "linked_by_campaign_id",
        "campaign": north.campaigns["Spring check-up"].id,
        "engagement": engagement.id,
        "skill": north.skills["care"].id,
        "language": "nl",
        "note": "Book in Planner under SPRING26.",
        "agent": None,
    }
    assert talk["notice"]["text"] == "Time for your check-up"
    assert talk["notice"]["external_campaign"] == "C1"
    assert talk["notice"]["sender"] == north.number
    whole = api.get(f"conversations/{talk['id']}")
    assert [(line["kind"], line["text"]) for line in whole["timeline"]] == [
        ("notice", "Time for your check-up"),
        ("reply", "yes please, tuesday?"),
    ]
    assert whole["decision"]["verdict"] == "linked_by_campaign_id"
    assert whole["decision"]["found"] == "same_number"


def test_filters(talk: dict[str, Any], north: Tenant, api: Caller, deliver: Deliver) -> None:
    deliver.reply(MIA, "hello?", at=north.clock.forward(minutes=5))
    assert [one["phone"] for one in api.get("conversations")["items"]] == [MIA, CLEO]
    first = api.get("conversations?limit=1")
    assert [one["phone"] for one in api.get(f"conversations?limit=1&cursor={first['next']}")["items"]] == [CLEO]
    for narrow, phones in {
        f"phone={CLEO.replace('+', '00')}": [CLEO],
        "phone=%2B31600000000": [],
        f"campaign={talk['campaign']}": [CLEO],
        f"engagement={talk['engagement']}": [CLEO],
        f"entry_point={talk['entry_point']}": [CLEO],
        f"source={north.source.id}": [MIA, CLEO],
        f"skill={north.skills['sales'].id}": [],
        "state=queued": [MIA, CLEO],
        "state=closed": [],
        "verdict=no_broadcast": [MIA],
        f"from={talk['started_at']}&to={talk['started_at']}": [],
        f"to={api.get('conversations')['items'][0]['started_at']}": [CLEO],
    }.items():
        assert [one["phone"] for one in api.get(f"conversations?{narrow}")["items"]] == phones, narrow
    assert api.get("conversations?state=open", status=422)["errors"][0]["field"] == "state"


def test_an_answer_needs_an_agent_and_takes_what_waits(talk: dict[str, Any], north: Tenant, api: Caller) -> None:
    address = f"conversations/{talk['id']}"
    assert api.post(f"{address}/answers", {"text": "Tuesday it is"}, status=422)["code"] == "agent_needed"
    ada, ben = north.people["Ada"].id, north.people["Ben"].id
    made = api.post(f"{address}/answers", {"text": "Tuesday it is", "agent": ada})
    assert (made["status"], made["agent"]) == ("dispatching", ada)
    whole = api.get(address)
    assert (whole["state"], whole["agent"]) == ("assigned", ada)
    assert [line["kind"] for line in whole["timeline"]][:2] == ["notice", "reply"]
    assert {line["kind"] for line in whole["timeline"]} == {"notice", "reply", "answer", "system"}
    api.post(f"{address}/answers", {"text": "At ten?"})
    assert api.post(f"{address}/answers", {"text": "No", "agent": ben}, status=409)["code"] == "taken"
    assert api.post(f"{address}/answers", {"text": " ", "agent": ada}, status=422)["code"] == "empty"


def test_an_answer_with_an_idempotency_key_goes_once(talk: dict[str, Any], north: Tenant, api: Caller) -> None:
    address, body = f"conversations/{talk['id']}/answers", {"text": "Tuesday it is", "agent": north.people["Ada"].id}
    first = api.post(address, body, idempotency_key="a1")
    assert api.post(address, body, idempotency_key="a1") == first
    lines = api.get(f"conversations/{talk['id']}")["timeline"]
    assert [line["text"] for line in lines if line["kind"] == "answer"] == ["Tuesday it is"]


def test_close_with_what_came_of_it_and_take_it_back(talk: dict[str, Any], north: Tenant, api: Caller) -> None:
    address = f"conversations/{talk['id']}"
    closed = api.post(f"{address}/closure", {"outcome": {"goal_reached": True, "value": "89.50", "currency": "EUR"}})
    assert (closed["state"], closed["closed_by"], closed["agent"]) == ("closed", "agent", None)
    assert closed["outcome"]["goal_reached"] is True
    assert api.get("metrics?metric=goals,goal_value")["items"][0]["value"] == 1
    api.post(f"{address}/closure", status=409)
    supervisor = Caller(north.key("supervisor"))
    assert supervisor.delete(f"{address}/closure", status=409)["code"] == "not_yours"
    assert api.delete(f"{address}/closure")["state"] == "queued"
    assert api.get("metrics?metric=goals")["items"][0]["value"] == 0
    api.post(f"{address}/closure")
    north.clock.forward(minutes=2, seconds=1)
    assert api.delete(f"{address}/closure", status=409)["code"] == "too_late"


def test_take_transfer_assign(talk: dict[str, Any], north: Tenant, api: Caller) -> None:
    address, ada, ben = f"conversations/{talk['id']}", north.people["Ada"].id, north.people["Ben"].id
    care, sales = north.skills["care"].id, north.skills["sales"].id
    taken = api.post(f"skills/{care}/next", {"agent": ben}, status=200)
    assert (taken["id"], taken["agent"]) == (talk["id"], ben)
    assert api.raw("POST", f"skills/{care}/next", {"agent": ada}).status_code == 204
    moved = api.post(f"{address}/transfer", {"skill": sales}, status=200)
    assert (moved["state"], moved["skill"], moved["agent"]) == ("queued", sales, None)
    assert api.put(f"{address}/assignment", {"agent": ben}, status=409)["code"] == "skill_missing"
    assert api.put(f"{address}/assignment", {"agent": ada})["agent"] == ada
    assert api.put(f"{address}/assignment", {"agent": None})["state"] == "queued"
    api.put(f"{address}/assignment", {"agent": 999_999}, status=404)


def test_link_by_hand(talk: dict[str, Any], api: Caller) -> None:
    address = f"conversations/{talk['id']}"
    assert api.put(f"{address}/link", {"engagement": None, "reason": ""}, status=422)["errors"][0]["field"] == "reason"
    linked = api.put(f"{address}/link", {"engagement": None, "reason": "asks about something else"})
    assert (linked["engagement"], linked["verdict"], linked["is_linked_by_person"]) == (None, "set_by_person", True)
    assert api.put(f"{address}/link", {"engagement": talk["engagement"], "reason": "no, it does"})["campaign"] == talk["campaign"]


def test_a_key_of_role_agent_acts_for_who_has_the_conversation(talk: dict[str, Any], north: Tenant) -> None:
    agent = Caller(north.key("agent"))
    address, ada, ben = f"conversations/{talk['id']}", north.people["Ada"].id, north.people["Ben"].id
    assert agent.post(f"{address}/closure", status=422)["code"] == "agent_needed"
    assert agent.post(f"{address}/closure", {"agent": ada}, status=409)["code"] == "not_yours"
    agent.put(f"{address}/assignment", {"agent": ada})
    assert agent.post(f"{address}/closure", {"agent": ben}, status=409)["code"] == "not_yours"
    assert agent.post(f"{address}/closure", {"agent": ada})["state"] == "closed"
    assert agent.delete(f"{address}/closure?agent={ada}")["agent"] == ada


def test_opt_outs_of_a_consumer(talk: dict[str, Any], north: Tenant, api: Caller, deliver: Deliver) -> None:  # noqa: ARG001
    number = OTTO.replace("+", "%2B")
    assert api.get(f"consumers/{number}/opt-outs")["items"] == []
    deliver.reply(OTTO, "STOP", at=north.clock())
    (found,) = api.get(f"consumers/{number}/opt-outs")["items"]
    assert (found["is_out"], found["is_in_force"], found["how"]) == (True, True, "stop_word")
    assert len(api.get("conversations")["items"]) == 1


def test_south_sees_nothing_of_it(talk: dict[str, Any], south: Tenant, api: Caller) -> None:
    stranger = Caller(south.key())
    address = f"conversations/{talk['id']}"
    api.get(address)
    assert stranger.get("conversations")["items"] == []
    assert stranger.get(f"conversations?phone={CLEO.replace('+', '%2B')}")["items"] == []
    stranger.get(address, status=404)
    stranger.post(f"{address}/closure", status=404)
    stranger.post(f"{address}/answers", {"text": "x", "agent": south.people["Zed"].id}, status=404)
    stranger.put(f"{address}/link", {"engagement": None, "reason": "x"}, status=404)


def test_events_are_read_by_cursor(talk: dict[str, Any], north: Tenant, api: Caller) -> None:
    from antiphon.events.relay import number  # noqa: PLC0415
    from antiphon.kit.db import account  # noqa: PLC0415

    with account(north.id) as db:
        number(db, north.id)
    first = api.get("events?limit=2")
    rest = api.get(f"events?after={first['next']}")
    every = first["items"] + rest["items"]
    assert [event["position"] for event in every] == list(range(1, len(every) + 1))
    (started,) = [event for event in every if event["type"] == "io.antiphon.conversation.started"]
    assert started["data"]["conversation"] == talk["id"]
    assert started["data"]["engagement"] == talk["engagement"]
    assert api.get(f"events?after={rest['next']}") == {"items": [], "next": rest["next"]}


def test_metrics_by_any_dimension(talk: dict[str, Any], api: Caller) -> None:
    (item,) = api.get("metrics?metric=conversations_started&by=engagement&by=skill&grain=day&from=2026-03-24&to=2026-03-25")["items"]
    assert item["by"] == {"engagement": talk["engagement"], "skill": talk["skill"]}
    assert (item["at"], item["value"]) == ("2026-03-24T00:00:00+01:00", 1)
    assert api.get("metrics?metric=replies&verdict=no_broadcast")["items"][0]["value"] == 0
    assert api.get(f"metrics?metric=replies&campaign={talk['campaign']}")["items"][0]["value"] == 1
    assert "conversations_started" in api.get("metrics?metric=nonsense", status=422)["detail"]
    assert "engagement" in api.get("metrics?metric=sent&by=nonsense", status=422)["detail"]
    assert api.get("metrics?metric=sent&from=yesterday", status=422)["errors"][0]["field"] == "from"

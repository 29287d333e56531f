"""Goals that the account's own systems tell: credited by the rule, once, in the counters and the events."""

import json
from datetime import timedelta
from typing import Any

import pytest

from antiphon.events.relay import number
from antiphon.kit.db import account
from antiphon.metrics import recount
from tests.kit.caller import Caller
from tests.kit.deliver import Deliver
from tests.kit.world import CLEO, MIA, OTTO, Tenant

NDJSON = "application/x-ndjson"
SALE = {"id": "order-1", "phone": CLEO, "kind": "sale", "value": "129.50", "currency": "eur"}


@pytest.fixture
def talk(north: Tenant, api: Caller, deliver: Deliver) -> dict[str, Any]:
    """Return Cleo's conversation: it is linked to Spring check-up, whose goal is a service."""
    north.campaign()
    deliver.notice(CLEO, at=north.clock())
    deliver.reply(CLEO, "yes please", at=north.clock.forward(minutes=10))
    north.clock.forward(minutes=10)
    return dict(api.get("conversations")["items"][0])


def counted(api: Caller, metric: str, by: str = "campaign") -> list[tuple[Any, Any]]:
    return [(item["by"][by], item["value"]) for item in api.get(f"metrics?metric={metric}&by={by}")["items"]]


def told(api: Caller, north: Tenant) -> list[dict[str, Any]]:
    with account(north.id) as db:
        number(db, north.id)
    return [event["data"] for event in api.get("events?after=0&limit=200")["items"] if event["type"].endswith("goal.reached")]


def agrees(north: Tenant) -> list[Any]:
    with account(north.id) as db:
        return list(recount.differences(db, north.id))


def test_a_conversion_is_credited_counted_and_told(api: Caller, north: Tenant, talk: dict[str, Any]) -> None:
    made = api.post("conversions", SALE)
    assert {name: made[name] for name in ("own_id", "kind", "value", "currency", "conversation", "campaign", "window_days")} == {
        "own_id": "order-1",
        "kind": "sale",
        "value": "129.50",
        "currency": "EUR",
        "conversation": talk["id"],
        "campaign": talk["campaign"],
        "window_days": 31,
    }
    assert counted(api, "goals") == [(talk["campaign"], 1)]
    (goal,) = told(api, north)
    assert (goal["goal"], goal["value"], goal["credited_to"], goal["campaign"]) == (made["id"], "129.50", talk["id"], talk["campaign"])
    assert agrees(north) == []


def test_the_same_again_changes_nothing_and_another_content_is_refused(api: Caller, north: Tenant, talk: dict[str, Any]) -> None:
    made = api.post("conversions", SALE)
    assert api.post("conversions", SALE, status=200) == made
    assert api.post("conversions", SALE | {"at": made["at"]}, status=200) == made
    for other in ({"value": "129.51"}, {"currency": "usd"}, {"kind": "lead"}, {"at": "2026-03-24T09:00:00Z"}):
        assert api.post("conversions", SALE | other, status=409)["code"] == "conversion_differs"
    assert counted(api, "goals") == [(talk["campaign"], 1)]
    assert len(told(api, north)) == 1
    assert api.post("conversions", SALE | {"id": "order-2"})["id"] != made["id"]
    assert counted(api, "goals") == [(talk["campaign"], 2)]


def test_without_an_id_each_is_one(api: Caller, talk: dict[str, Any]) -> None:
    for _ in range(2):
        assert api.post("conversions", {"conversation": talk["id"]})["kind"] == "service"
    assert counted(api, "goals") == [(talk["campaign"], 2)]


def test_the_latest_linked_conversation_within_the_window_gets_it(
    api: Caller, north: Tenant, deliver: Deliver, talk: dict[str, Any]
) -> None:
    api.post(f"conversations/{talk['id']}/closure", {})
    deliver.reply(CLEO, "one more thing", at=north.clock.forward(days=3))
    later = api.get("conversations?state=queued")["items"][0]
    assert (later["campaign"], later["verdict"]) == (None, "out_of_frame")
    north.clock.forward(minutes=1)
    assert api.post("conversions", SALE)["conversation"] == talk["id"]
    assert api.post("conversions", SALE | {"id": "2", "phone": None, "conversation": later["id"]})["conversation"] == talk["id"]
    north.clock.forward(days=31)
    alone = api.post("conversions", {"phone": CLEO, "at": later["started_at"]})
    assert alone["conversation"] == talk["id"]
    late = (north.clock() - timedelta(days=1)).isoformat()
    unlinked = api.post("conversions", {"phone": CLEO, "at": late})
    assert (unlinked["conversation"], unlinked["campaign"], unlinked["kind"]) == (later["id"], None, "other")
    assert agrees(north) == []


def test_a_conversion_moves_with_the_link_of_its_conversation(api: Caller, north: Tenant, talk: dict[str, Any]) -> None:
    made = api.post("conversions", SALE)
    assert counted(api, "goal_value") == [(talk["campaign"], 129.5)]
    api.put(f"conversations/{talk['id']}/link", {"engagement": None, "reason": "It was about another thing"})
    assert counted(api, "goals") == [(None, 1)]
    (listed,) = api.get(f"conversions?conversation={talk['id']}")["items"]
    assert (listed["id"], listed["campaign"]) == (made["id"], None)
    assert agrees(north) == []


@pytest.mark.parametrize(
    ("wrong", "code", "field"),
    [
        ({"conversation": "0198c0de-0000-7000-8000-000000000000"}, "phone_or_conversation", "phone"),
        ({"phone": None}, "phone_or_conversation", "phone"),
        ({"kind": "conversation"}, "bad_kind", "kind"),
        ({"value": "-1"}, "bad_value", "value"),
        ({"value": "1.005"}, "bad_value", "value"),
        ({"value": "NaN"}, "bad_value", "value"),
        ({"value": "1e15"}, "bad_value", "value"),
        ({"value": None}, "bad_value", "value"),
        ({"currency": None}, "bad_currency", "currency"),
        ({"currency": "euro"}, "bad_currency", "currency"),
        ({"at": "2026-03-25T09:00:00Z"}, "in_the_future", "at"),
        ({"id": "x" * 201}, "bad_length", "id"),
        ({"phone": MIA}, "nothing_to_credit", "phone"),
        ({"at": "2026-03-24T00:00:00Z"}, "nothing_to_credit", "phone"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(api: Caller, talk: dict[str, Any], wrong: dict[str, Any], code: str, field: str) -> None:
    refused = api.post("conversions", SALE | wrong, status=422)
    assert refused["code"] in {code, "invalid"}, refused
    assert refused["errors"][0]["field"].endswith(field), refused
    assert counted(api, "goals") == []
    assert api.post("conversions", SALE)["conversation"] == talk["id"]


def test_another_accounts_conversation_is_nobodys(api: Caller, south: Tenant, talk: dict[str, Any]) -> None:
    stranger = Caller(south.key())
    assert stranger.post("conversions", {"conversation": talk["id"]}, status=404)["code"] == "not_found"
    assert stranger.post("conversions", {"phone": CLEO}, status=422)["code"] == "nothing_to_credit"
    assert stranger.get("conversions")["items"] == []
    assert api.post("conversions", {"conversation": talk["id"]})["conversation"] == talk["id"]


def test_many_at_once_a_bad_line_loses_no_good_one(api: Caller, north: Tenant, deliver: Deliver, talk: dict[str, Any]) -> None:
    deliver.notice(OTTO, at=north.clock())
    deliver.reply(OTTO, "me too", at=north.clock.forward(minutes=1))
    lines = [
        {"id": "1", "phone": CLEO, "value": 10, "currency": "EUR"},
        {"id": "1", "phone": CLEO, "value": 10, "currency": "EUR"},
        {"id": "1", "phone": CLEO, "value": 11, "currency": "EUR"},
        {"id": "2", "phone": OTTO.replace("+", "00"), "kind": "lead"},
        {"id": "3", "phone": MIA},
        {"id": "4", "phone": CLEO, "colour": "red"},
        {"id": "5", "conversation": talk["id"], "value": "2.25", "currency": "USD"},
    ]
    body = "\n".join([*map(json.dumps, lines), "{no", ""])
    found = api.post("conversions/bulk", body, status=200, content_type=NDJSON)
    assert (found["received"], found["stored"], found["copies"], found["failed"]) == (8, 3, 1, 4)
    assert [error["line"] for error in found["errors"]] == [6, 8, 3, 5]
    again = api.post("conversions/bulk", body, status=200, content_type=NDJSON)
    assert (again["stored"], again["copies"], again["failed"]) == (0, 4, 4)
    assert counted(api, "goals") == [(talk["campaign"], 3)]
    assert len(told(api, north)) == 3
    first = api.get("conversions?limit=2")
    second = api.get(f"conversions?limit=2&cursor={first['next']}")
    assert sorted(one["own_id"] for one in [*first["items"], *second["items"]]) == ["1", "2", "5"]
    assert second["next"] is None
    assert agrees(north) == []
    assert api.post("conversions/bulk", SALE, status=422)["code"] == "not_ndjson"


def test_many_cost_no_more_statements_than_one(api: Caller, talk: dict[str, Any], django_assert_max_num_queries: Any) -> None:
    body = "\n".join(json.dumps({"id": str(number), "phone": CLEO}) for number in range(200))
    with django_assert_max_num_queries(16):
        assert api.post("conversions/bulk", body, status=200, content_type=NDJSON)["stored"] == 200
    assert counted(api, "goals") == [(talk["campaign"], 200)]

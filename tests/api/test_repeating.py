from datetime import timedelta

from tests.kit.caller import Caller
from tests.kit.world import Tenant

CAMPAIGN = {"name": "Spring", "time_zone": "Europe/Amsterdam", "starts_on": "2026-03-24", "ends_on": None}


def test_a_post_with_an_idempotency_key_is_done_once(api: Caller) -> None:
    first = api.post("campaigns", CAMPAIGN, idempotency_key="k1")
    again = api.raw("POST", "campaigns", CAMPAIGN, idempotency_key="k1")
    assert (again.status_code, again.json()["id"], again.headers["Idempotency-Replayed"]) == (201, first["id"], "true")
    assert api.post("campaigns", CAMPAIGN)["id"] != first["id"]
    assert len(api.get("campaigns")["items"]) == 2


def test_the_same_key_for_another_request_is_refused(api: Caller) -> None:
    api.post("campaigns", CAMPAIGN, idempotency_key="k1")
    found = api.post("campaigns", CAMPAIGN | {"name": "Other"}, status=422, idempotency_key="k1")
    assert found["code"] == "idempotency_key_reused"
    api.post("campaigns", CAMPAIGN | {"name": "Other"}, idempotency_key="k2")


def test_an_error_is_not_kept(api: Caller) -> None:
    api.post("skills", {"name": ""}, status=422, idempotency_key="k1")
    api.post("skills", {"name": "planning"}, idempotency_key="k1")


def test_keys_of_two_callers_are_apart_and_end_after_a_day(north: Tenant, api: Caller) -> None:
    manager = Caller(north.key("campaign_manager"))
    first = api.post("campaigns", CAMPAIGN, idempotency_key="k1")["id"]
    assert manager.post("campaigns", CAMPAIGN, idempotency_key="k1")["id"] != first
    north.clock.forward(hours=24, seconds=1)
    assert api.post("campaigns", CAMPAIGN, idempotency_key="k1")["id"] != first


def test_an_edit_with_an_old_version_is_refused(api: Caller) -> None:
    made = api.raw("POST", "campaigns", CAMPAIGN)
    address, tag = f"campaigns/{made.json()['id']}", made.headers["ETag"]
    edited = api.raw("PATCH", address, {"name": "Summer"}, if_match=tag)
    assert (edited.status_code, edited.headers["ETag"]) == (200, '"2"')
    stale = api.raw("PATCH", address, {"name": "Autumn"}, if_match=tag)
    assert (stale.status_code, stale.json()["code"], stale.headers["ETag"]) == (412, "stale", '"2"')
    assert api.get(address)["name"] == "Summer"
    api.put(f"{address}/state", {"state": "archived"}, status=412, if_match='"1"')
    api.put(f"{address}/state", {"state": "archived"}, if_match='"2"')


def test_a_list_is_read_page_by_page_without_gaps_or_repeats(api: Caller) -> None:
    for number in range(5):
        api.post("skills", {"name": f"skill {number}"})
    names, cursor = [], ""
    while cursor is not None:
        page = api.get(f"skills?limit=3{'&cursor=' + cursor if cursor else ''}")
        names += [skill["name"] for skill in page["items"]]
        cursor = page["next"]
    assert names == ["General", "care", "sales", *(f"skill {number}" for number in range(5))]
    assert api.get("skills?cursor=nonsense", status=422)["code"] == "bad_cursor"
    assert api.get("skills?limit=0", status=422)["errors"][0]["field"] == "limit"


def test_two_days_later_nothing_is_replayed(north: Tenant, api: Caller) -> None:
    api.post("skills", {"name": "planning"}, idempotency_key="k1")
    north.clock.at += timedelta(days=2)
    assert api.post("skills", {"name": "planning"}, status=409, idempotency_key="k1")["code"] == "skill_exists"

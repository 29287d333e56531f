"""Long work, the library and relinking, as programs use them."""

from antiphon.tasks import verbs
from antiphon.worker import tasks
from tests.kit.caller import Caller
from tests.kit.deliver import Deliver
from tests.kit.world import CLEO, MIA, Tenant


def test_relinking_is_asked_for_looked_at_and_followed(north: Tenant, api: Caller, deliver: Deliver) -> None:
    for phone in (CLEO, MIA):
        deliver.notice(phone, "C7", at=north.clock())
        deliver.reply(phone, at=north.clock.forward(minutes=1))
    campaign = north.campaign(entry_points=("C7",))
    found = api.get(f"relinkable?campaign={campaign.id}")
    assert (len(found["items"]), found["complete"]) == (2, True)
    assert {one["engagement"] for one in found["items"]} == {north.engagements["Spring check-up"].id}
    assert api.get(f"relinkable?entry_point={north.entry_point('C7').pk}") == api.get("relinkable") == found
    task = api.post("relinkings", {"campaign": campaign.id}, status=202)
    assert (task["kind"], task["subject"], task["state"], task["total"]) == ("relink", f"campaign:{campaign.id}", "waiting", None)
    assert api.post("relinkings", {"campaign": campaign.id}, status=202)["id"] == task["id"]
    tasks.run(north.id, task["id"], tries=0, most=6)
    after = api.get(f"tasks/{task['id']}")
    assert (after["state"], after["done"], after["total"], after["result"]) == ("done", 2, 2, {"relinked": 2, "left": 0})
    assert {talk["campaign"] for talk in api.get("conversations")["items"]} == {campaign.id}
    assert api.get("relinkable") == {"items": [], "complete": True}


def test_what_relinking_refuses(north: Tenant, south: Tenant, api: Caller) -> None:
    campaign, entry_point = north.campaign(), north.entry_point("C1")
    for body in ({}, {"campaign": campaign.id, "entry_point": entry_point.pk}):
        assert api.post("relinkings", body, status=422)["code"] == "one_scope"
    for scope in ("campaign", "entry_point"):
        things = {"campaign": campaign.id, "entry_point": entry_point.pk}
        Caller(south.key()).post("relinkings", {scope: things[scope]}, status=404)
        Caller(south.key()).get(f"relinkable?{scope}={things[scope]}", status=404)
    Caller(north.key("supervisor")).post("relinkings", {"campaign": campaign.id}, status=403)
    assert api.post("relinkings", {"campaign": campaign.id}, status=202)


def test_a_task_is_cancelled_and_tried_again(north: Tenant, api: Caller) -> None:
    task = verbs.begin(north.id, "upload_notices", arguments={"source": 1}, actor="membership:1", at=north.clock())
    address = f"tasks/{task.pk}"
    assert api.put(f"{address}/state", {"state": "waiting"}, status=409)["code"] == "task_over"
    assert api.put(f"{address}/state", {"state": "cancelled"})["state"] == "cancelled"
    assert api.put(f"{address}/state", {"state": "cancelled"}, status=409)["code"] == "task_over"
    assert api.put(f"{address}/state", {"state": "waiting"})["state"] == "waiting"
    api.put(f"{address}/state", {"state": "done"}, status=422)


def test_tasks_are_listed_to_who_may_see_them(north: Tenant, south: Tenant, api: Caller) -> None:
    for kind in ("upload_notices", "late_mapping", "from_the_future"):
        verbs.begin(north.id, kind, subject="source:1", actor="system", at=north.clock())
    assert [one["kind"] for one in api.get("tasks")["items"]] == ["upload_notices", "late_mapping"]
    assert [one["kind"] for one in api.get("tasks?kind=late_mapping&subject=source:1")["items"]] == ["late_mapping"]
    analyst = Caller(north.key("analyst"))
    (seen,) = analyst.get("tasks")["items"]
    assert seen["kind"] == "late_mapping"
    hidden = next(one["id"] for one in api.get("tasks")["items"] if one["kind"] == "upload_notices")
    analyst.get(f"tasks/{hidden}", status=404)
    analyst.put(f"tasks/{hidden}/state", {"state": "cancelled"}, status=404)
    assert Caller(south.key()).get("tasks")["items"] == []


def test_an_entry_point_is_read_changed_and_taken_out(north: Tenant, api: Caller) -> None:
    north.campaign()
    engagement = north.engagements["Spring check-up"].id
    address = f"entry-points/{north.entry_point('C1').pk}"
    assert api.get(address)["engagements"] == [engagement]
    assert api.patch(address, {"name": "Spring"})["name"] == "Spring"
    assert api.patch(address, {"value": "C2"}, status=409)["code"] == "entry_point_in_use"
    made = api.patch(address, {"value": "C2", "confirmed": True})
    assert (made["value"], made["name"], made["engagements"]) == ("C2", "Spring", [engagement])
    assert api.get(f"engagements/{engagement}")["entry_points"] == [made["id"]]
    api.get(address, status=404)
    assert api.delete(f"entry-points/{made['id']}", status=409)["code"] == "entry_point_in_use"
    free = api.post("entry-points", {"source": north.source.id, "kind": "campaign_id", "value": "C3"})["id"]
    assert api.patch(f"entry-points/{free}", {"value": "C2"}, status=409)["code"] == "entry_point_exists"
    api.delete(f"entry-points/{free}", status=204)
    assert [one["value"] for one in api.get("entry-points")["items"]] == ["C2"]

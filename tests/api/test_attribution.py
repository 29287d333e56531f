from datetime import timedelta

from tests.kit.caller import Caller
from tests.kit.deliver import Deliver
from tests.kit.world import CLEO, MIA, Tenant


def test_a_dry_run_says_what_a_reply_would_be_linked_to_and_stores_nothing(north: Tenant, api: Caller, deliver: Deliver) -> None:
    campaign = north.campaign()
    deliver.notice(CLEO, at=north.clock() - timedelta(hours=1), text="Time for your check-up")
    engagement = north.engagements["Spring check-up"]
    found = api.post("attribution/dry-run", {"source": north.source.id, "phone": CLEO.replace("+", "00")}, status=200)
    assert (found["verdict"], found["campaign"], found["engagement"]) == ("linked_by_campaign_id", campaign.id, engagement.id)
    assert (found["skill"], found["note"]) == (north.skills["care"].id, "Book in Planner under SPRING26.")
    assert found["notice"]["text"] == "Time for your check-up"
    assert found["why"]
    assert [candidate["engagement"] for candidate in found["candidates"]] == [engagement.id]
    after = {"source": north.source.id, "phone": CLEO, "at": "2026-03-26T00:00:00+01:00"}
    found = api.post("attribution/dry-run", after, status=200)
    assert (found["verdict"], found["engagement"], found["skill"]) == ("out_of_frame", None, north.skills["care"].id)
    carried = {"source": north.source.id, "phone": MIA, "external_campaign": "c1"}
    assert api.post("attribution/dry-run", carried, status=200)["verdict"] == "linked_by_campaign_id"
    assert api.post("attribution/dry-run", {"source": north.source.id, "phone": MIA}, status=200)["verdict"] == "no_broadcast"
    assert api.get("conversations")["items"] == []


def test_what_a_dry_run_refuses(north: Tenant, south: Tenant, api: Caller) -> None:
    api.post("attribution/dry-run", {"source": south.source.id, "phone": CLEO}, status=404)
    api.post("attribution/dry-run", {"source": north.source.id, "phone": CLEO, "at": "2026-03-26T00:00:00"}, status=422)
    Caller(north.key("agent")).post("attribution/dry-run", {"source": north.source.id, "phone": CLEO}, status=403)
    api.post("attribution/dry-run", {"source": north.source.id, "phone": CLEO}, status=200)


def test_a_conversation_is_explained(north: Tenant, south: Tenant, api: Caller, deliver: Deliver) -> None:
    north.campaign()
    deliver.notice(CLEO, at=north.clock() - timedelta(hours=1))
    deliver.reply(CLEO, at=north.clock())
    talk = api.get("conversations")["items"][0]
    found = api.get(f"conversations/{talk['id']}/explanation")
    assert (found["verdict"], found["engagement"], found["agrees"]) == ("linked_by_campaign_id", talk["engagement"], True)
    assert found["conversation"] == talk["id"]
    Caller(south.key()).get(f"conversations/{talk['id']}/explanation", status=404)

from tests.kit.caller import Caller


def test_from_source_to_published_campaign(api: Caller) -> None:
    skill = api.post("skills", {"name": "planning"})
    source = api.post(
        "sources",
        {"app": "cm", "name": "CM two", "product_token": "t", "numbers": ["0031 97 0000 9999"], "default_skill": skill["id"]},
    )
    assert source["numbers"] == ["+319700009999"]
    assert set(source["webhooks"]) == {"reply", "notice", "report", "opt_out"}
    assert source["webhooks"]["opt_out"].endswith("/opt_out")
    assert len(source["notice_token"]) >= 32
    body = {"source": source["id"], "kind": "campaign_id", "value": "https://www.cm.com/app/campaigns/482137/edit?tab=2"}
    entry = api.post("entry-points", body)
    assert entry["value"] == "482137"
    assert api.post("entry-points", body | {"value": " 482137 "}, status=200) == entry
    campaign = api.post(
        "campaigns",
        {"name": "Spring", "goal": {"kind": "sale"}, "time_zone": "Europe/Amsterdam", "starts_on": "2026-03-24", "ends_on": "2026-03-29"},
    )
    assert (campaign["starts_at"], campaign["ends_at"]) == ("2026-03-23T23:00:00Z", "2026-03-29T22:00:00Z")
    assert campaign["state"] == "draft"
    api.put(f"campaigns/{campaign['id']}/state", {"state": "published"}, status=409)
    engagement = api.post(
        f"campaigns/{campaign['id']}/engagements",
        {"name": "Dutch", "source": source["id"], "skill": skill["id"], "language": "nl", "note": "", "entry_points": [entry["id"]]},
    )
    assert engagement["authentication"] == "on"
    codes = {warning["code"] for warning in engagement["warnings"]}
    assert codes == {"never_heard", "skill_without_people", "note_empty"}
    published = api.put(f"campaigns/{campaign['id']}/state", {"state": "published"})
    assert (published["state"], published["phase"]) == ("published", "live")
    assert api.get("campaigns")["items"][0]["id"] == campaign["id"]

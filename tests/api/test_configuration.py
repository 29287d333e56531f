from tests.kit.caller import Caller
from tests.kit.world import Tenant


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


def test_authentication_is_on_and_stays_on(api: Caller, north: Tenant) -> None:
    campaign = north.campaign(state="draft")
    engagement = north.engagements["Spring check-up"]
    body = {"name": "Two", "source": north.source.id, "skill": north.skills["care"].id, "language": "nl"}
    refused = api.post(f"campaigns/{campaign.id}/engagements", body | {"authentication": "off"}, status=422)
    assert refused["code"] == "authentication_is_on"
    assert "always on" in refused["detail"]
    api.post(f"campaigns/{campaign.id}/engagements", body | {"authentication": "on"})
    api.patch(f"engagements/{engagement.id}", {"authentication": False}, status=422)
    assert api.patch(f"engagements/{engagement.id}", {"enabled": False})["enabled"] is False


def test_an_engagement_wants_a_connected_source_and_its_own_entry_points(api: Caller, north: Tenant) -> None:
    campaign = north.campaign(state="draft")
    other = north.connect("Two", numbers=["+319700000001"])
    elsewhere = north.entry_point("C7", source=other)
    body = {"name": "Two", "source": north.source.id, "skill": north.skills["care"].id, "language": "nl"}
    refused = api.post(f"campaigns/{campaign.id}/engagements", body | {"entry_points": [elsewhere.id]}, status=422)
    assert refused["code"] == "other_source"
    api.post(f"campaigns/{campaign.id}/engagements", body | {"source": other.id, "entry_points": [elsewhere.id]})
    api.put(f"sources/{other.id}/state", {"state": "disconnected"})
    refused = api.post(f"campaigns/{campaign.id}/engagements", body | {"source": other.id}, status=422)
    assert refused["code"] == "source_not_connected"


def test_no_campaign_without_an_app_that_broadcasts(north: Tenant, api: Caller) -> None:
    from antiphon.accounts import verbs  # noqa: PLC0415

    bare = verbs.create_account("Bare", actor="command", at=north.clock())
    key = Caller(verbs.create_api_key(bare.id, role="administrator", actor="command", at=north.clock()).secret)
    body = {"name": "Spring", "time_zone": "Europe/Amsterdam", "starts_on": "2026-03-24", "ends_on": None}
    assert key.post("campaigns", body, status=409)["code"] == "no_broadcasting_app"
    skill = key.get("skills")["items"][0]["id"]
    source = {"app": "cm", "name": "CM", "product_token": "t", "numbers": ["+319700000001"], "default_skill": skill}
    assert key.post("sources", source, status=409)["code"] == "app_not_available"
    verbs.enable_app(bare.id, "cm", actor="command", at=north.clock())
    assert key.post("campaigns", body, status=409)["code"] == "no_broadcasting_app"
    key.post("sources", source)
    key.post("campaigns", body)
    api.post("campaigns", body)


def test_states_go_the_open_ways_only(api: Caller, north: Tenant) -> None:
    campaign = north.campaign(state="draft")
    state = f"campaigns/{campaign.id}/state"
    assert api.put(state, {"state": "paused"}, status=409)["code"] == "transition"
    for wanted in ("published", "paused", "published", "draft", "published", "archived"):
        assert api.put(state, {"state": wanted})["state"] == wanted
    assert Caller(north.key("campaign_manager")).put(state, {"state": "published"}, status=409)["code"] == "transition"
    north.clock.forward(minutes=2)
    assert api.put(state, {"state": "published"})["state"] == "published"
    api.put(state, {"state": "archived"})
    north.clock.forward(minutes=2, seconds=1)
    api.put(state, {"state": "published"}, status=409)
    assert api.patch(f"campaigns/{campaign.id}", {"name": "x"}, status=409)["code"] == "archived"


def test_a_frame_that_ends_before_it_starts_is_refused(api: Caller, north: Tenant) -> None:
    campaign = north.campaign(state="draft")
    assert api.patch(f"campaigns/{campaign.id}", {"ends_on": "2026-03-23"}, status=422)["errors"][0]["field"] == "ends_on"
    assert api.patch(f"campaigns/{campaign.id}", {"ends_on": "2026-03-24"})["ends_at"] == "2026-03-24T23:00:00Z"
    assert api.patch(f"campaigns/{campaign.id}", {"ends_on": None})["ends_at"] is None
    assert api.patch(f"campaigns/{campaign.id}", {"time_zone": "Mars/Base"}, status=422)["code"] == "unknown_time_zone"


def test_two_engagements_that_claim_one_entry_point_are_warned_of(api: Caller, north: Tenant) -> None:
    north.campaign("Tyre swap", entry_points=["C1"], frame=("2026-03-01", "2026-04-30"))
    later = north.campaign("Easter", entry_points=["C1"], frame=("2026-05-01", "2026-05-02"), state="draft")
    assert "overlap" not in {warning["code"] for warning in api.get(f"campaigns/{later.id}")["warnings"]}
    found = api.patch(f"campaigns/{later.id}", {"starts_on": "2026-04-30"})["warnings"]
    overlap = next(warning for warning in found if warning["code"] == "overlap")
    assert overlap["message"] == (
        "Tyre swap claims C1 too, until 30 April. On 30 April replies to it would come here, because Easter starts later. "
        "Tyre swap would get none."
    )
    assert overlap["engagement"] == north.engagements["Easter"].id


def test_a_campaign_is_duplicated_as_a_draft_without_its_campaign_ids(api: Caller, north: Tenant) -> None:
    original = north.campaign(entry_points=["C1", north.number])
    made = api.post(f"campaigns/{original.id}/copies", {})
    assert (made["name"], made["state"], made["starts_on"], made["version"]) == ("Copy of Spring check-up", "draft", "2026-03-24", 1)
    copied = api.get(f"engagements/{made['engagements'][0]}")
    assert (copied["name"], copied["note"], copied["skill"]) == (
        "Spring check-up",
        "Book in Planner under SPRING26.",
        north.skills["care"].id,
    )
    assert copied["entry_points"] == [north.entry_point(north.number).id]
    assert api.post(f"campaigns/{original.id}/copies", {"name": "Autumn"})["name"] == "Autumn"
    api.post("campaigns/999999/copies", {}, status=404)


def test_versions_say_what_changed(api: Caller, north: Tenant) -> None:
    campaign = north.campaign(state="draft")
    north.clock.forward(minutes=1)
    api.patch(f"campaigns/{campaign.id}", {"name": "Spring"})
    north.clock.forward(minutes=1)
    engagement = north.engagements["Spring check-up"].id
    api.patch(f"engagements/{engagement}", {"skill": north.skills["sales"].id})
    newest, renamed, *first = api.get(f"campaigns/{campaign.id}/versions")
    skills = {"before": north.skills["care"].id, "after": north.skills["sales"].id}
    assert (newest["kind"], newest["id"], newest["version"]) == ("engagement", engagement, 2)
    assert newest["changes"] == [{"field": "skill"} | skills]
    assert renamed["changes"] == [{"field": "name", "before": "Spring check-up", "after": "Spring"}]
    assert [(one["kind"], one["version"], one["changes"]) for one in first] == [("engagement", 1, []), ("campaign", 1, [])]
    api.get("campaigns/999999/versions", status=404)


def test_a_removed_engagement_is_gone_and_frees_its_entry_points(api: Caller, north: Tenant) -> None:
    campaign = north.campaign()
    first, second = north.engagements["Spring check-up"], north.engagement(campaign, name="Second", entry_points=["C2"])
    api.delete(f"engagements/{second.id}", status=412, if_match='"7"')
    api.delete(f"engagements/{second.id}", status=204, if_match='"1"')
    api.get(f"engagements/{second.id}", status=404)
    assert [one["id"] for one in api.get(f"campaigns/{campaign.id}/engagements")["items"]] == [first.id]
    assert api.get(f"campaigns/{campaign.id}")["engagements"] == [first.id]
    assert api.delete(f"engagements/{first.id}", status=409)["code"] == "no_entry_point"
    assert Caller(north.key("agent")).delete(f"engagements/{first.id}", status=403)["code"] == "not_allowed"


def test_a_skill_in_use_stays(api: Caller, north: Tenant) -> None:
    north.campaign(skill="sales")
    refused = api.delete(f"skills/{north.skills['sales'].id}", status=409)
    assert "Spring check-up" in refused["detail"]
    api.delete(f"skills/{north.skill('spare').id}", status=204)
    assert "spare" not in {skill["name"] for skill in api.get("skills")["items"]}


def test_a_secret_is_rotated_with_an_overlap(api: Caller, north: Tenant) -> None:
    before = north.secret("notice_token")
    after = api.post(f"sources/{north.source.id}/secrets", {"kind": "notice_token"})["notice_token"]
    assert after != before
    from antiphon.kit.db import account  # noqa: PLC0415
    from antiphon.providers.verbs import settings_of, source_in  # noqa: PLC0415

    with account(north.id):
        source = source_in(north.id, north.source.id)
        assert set(settings_of(source, at=north.clock()).notice_tokens) == {before, after}
        assert settings_of(source, at=north.clock.forward(days=7, seconds=1)).notice_tokens == (after,)

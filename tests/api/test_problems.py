import pytest

from tests.kit.caller import Caller
from tests.kit.world import Tenant


def test_a_key_is_needed_and_read_by_its_hash(api: Caller) -> None:
    assert api.get("skills")["items"]
    for header in ("", "Bearer ", "Bearer wrong", "Basic YTpi"):
        found = Caller("x").call("GET", "skills", status=401, authorization=header)
        assert found["code"] == "no_valid_key"


def test_an_expired_or_revoked_key_is_none(north: Tenant) -> None:
    from datetime import timedelta  # noqa: PLC0415

    from antiphon.accounts import verbs  # noqa: PLC0415

    now = north.clock()
    made = verbs.create_api_key(north.id, role="analyst", actor="command", at=now, expires_at=now + timedelta(hours=1))
    caller = Caller(made.secret)
    caller.get("skills")
    north.clock.forward(hours=1)
    caller.get("skills", status=401)
    other = verbs.create_api_key(north.id, role="analyst", actor="command", at=now)
    Caller(other.secret).get("skills")
    verbs.revoke_api_key(north.id, other.key.id, actor="command", at=now)
    Caller(other.secret).get("skills", status=401)


def test_an_unknown_address_and_a_wrong_method_are_problems(api: Caller) -> None:
    assert api.get("nonsense", status=404)["title"] == "Not found"
    response = api.raw("DELETE", "campaigns")
    assert response.status_code == 405
    assert response.headers["Content-Type"] == "application/problem+json"
    assert set(response.headers["Allow"].split(", ")) == {"GET", "POST"}


@pytest.mark.parametrize("path", ["campaigns/{0}", "engagements/{1}", "sources/{2}"])
def test_what_is_another_tenants_is_not_found(north: Tenant, south: Tenant, path: str) -> None:
    campaign = north.campaign()
    address = path.format(campaign.id, north.engagements["Spring check-up"].id, north.source.id)
    Caller(north.key()).get(address)
    assert Caller(south.key()).get(address, status=404)["code"] == "not_found"


def test_input_that_does_not_fit_names_its_fields(api: Caller) -> None:
    found = api.post("campaigns", {"name": "x", "time_zone": "Europe/Amsterdam", "starts_on": "soon"}, status=422)
    assert [error["field"] for error in found["errors"]] == ["starts_on"]
    found = api.post("skills", {"name": "x", "colour": "red"}, status=422)
    assert [error["field"] for error in found["errors"]] == ["colour"]
    found = api.post("skills", {"name": "x", "response_target_seconds": 1}, status=422)
    assert (found["code"], found["errors"][0]["field"]) == ("out_of_range", "response_target_seconds")
    api.post("skills", {"name": "x"})


@pytest.mark.parametrize("body", ["{", "[1]", '"text"', "nul", b"\xff\xfe", '{"name": "\\ud800"}', '{"name": "a\\u0000b"}', "[" * 5000])
def test_a_hostile_body_is_refused_without_breaking(api: Caller, body: str | bytes) -> None:
    response = api.raw("POST", "skills", body)
    assert response.status_code in {201, 400, 422}, response.content
    assert api.get("skills")["items"]


def test_a_role_that_may_not_is_told_so(north: Tenant) -> None:
    manager = Caller(north.key("campaign_manager"))
    assert manager.post("skills", {"name": "x"}, status=403)["code"] == "not_allowed"
    assert manager.get("skills")["items"]


def test_secrets_are_for_who_may_change_sources(north: Tenant, api: Caller) -> None:
    shown = Caller(north.key("campaign_manager")).get(f"sources/{north.source.id}")
    assert (shown["webhooks"], shown["notice_token"]) == (None, None)
    assert "product-token-of-the-tests" not in str(shown)
    mine = api.get(f"sources/{north.source.id}")
    assert mine["notice_token"] == north.secret("notice_token")
    assert north.secret("webhook_key") in mine["webhooks"]["reply"]
    assert "product-token-of-the-tests" not in str(mine)


def test_the_description_and_the_page_are_open(north: Tenant) -> None:  # noqa: ARG001 - a database
    caller = Caller("none")
    document = caller.get("openapi.json")
    assert document["openapi"].startswith("3.1")
    assert "/api/v1/conversations/{conversation_id}/answers" in document["paths"]
    page = caller.raw("GET", "docs")
    assert page.status_code == 200
    text = page.content.decode()
    assert "/api/v1/campaigns/{campaign_id}/state" in text
    assert "<script" not in text
    assert " style=" not in text

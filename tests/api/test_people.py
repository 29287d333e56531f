"""People, invitations, canned answers, keys and the audit trail by the API: what pages can do, programs can."""

from typing import Any

from django.test import Client

from antiphon.accounts.verbs import create_api_key
from tests.kit.caller import Caller
from tests.kit.deliver import Deliver
from tests.kit.world import CLEO, Tenant


def test_changing_a_person(north: Tenant, api: Caller) -> None:
    ada, care = north.people["Ada"].pk, north.skills["care"].pk
    changed = api.patch(f"people/{ada}", {"capacity": 3, "skills": [care]})
    assert changed == {"id": ada, "name": "Ada", "role": "agent", "is_active": True, "capacity": 3, "skills": [care]}
    assert api.patch(f"people/{ada}", {"role": "king"}, status=422)["code"] == "unknown_role"
    assert api.patch(f"people/{ada}", {"capacity": 101}, status=422)["code"] == "invalid"
    assert api.patch(f"people/{ada}", {"skills": [999_999]}, status=404)["code"] == "not_found"
    assert api.get("people?limit=1")["items"] == [changed]


def test_shutting_out_gives_conversations_back(north: Tenant, api: Caller) -> None:
    north.campaign()
    Deliver(north).notice(CLEO, at=north.clock())
    Deliver(north).reply(CLEO, at=north.clock.forward(minutes=1))
    ada = north.people["Ada"].pk
    talk = api.get("conversations")["items"][0]["id"]
    api.put(f"conversations/{talk}/assignment", {"agent": ada})
    assert api.get(f"conversations/{talk}")["agent"] == ada
    assert api.patch(f"people/{ada}", {"is_active": False})["is_active"] is False
    kept = api.get(f"conversations/{talk}")
    assert (kept["state"], kept["agent"]) == ("queued", None)
    assert api.patch(f"people/{ada}", {"is_active": True})["is_active"] is True
    ana = north.people["Ana"].pk
    assert api.patch(f"people/{ana}", {"is_active": False, "capacity": 5}, status=409)["code"] == "last_administrator"
    assert next(one for one in api.get("people")["items"] if one["id"] == ana)["capacity"] == 8


def test_inviting(north: Tenant, api: Caller) -> None:
    sent = {"email": "fay@north.example", "name": "Fay", "role": "agent", "skills": [north.skills["care"].pk]}
    made = api.post("invitations", sent)
    address = "/accounts/invitations/" + made["link"].partition("/accounts/invitations/")[2]
    assert Client().get(address).status_code == 200
    assert api.post("invitations", sent, status=409)["code"] == "invited_already"
    api.delete(f"invitations/{made['id']}", status=204)
    assert Client().get(address).status_code == 410
    assert api.delete(f"invitations/{made['id']}", status=409)["code"] == "invitation_over"


def test_canned_answers(north: Tenant, api: Caller) -> None:
    care = north.skills["care"].pk
    sent = {"shortcut": "hours", "name": "Opening hours", "text": "From 9 to 17.", "skill": care, "language": "nl"}
    made = api.post("canned-answers", sent)
    assert made == sent | {"id": made["id"]}
    assert api.post("canned-answers", sent, status=409)["code"] == "shortcut_taken"
    assert api.patch(f"canned-answers/{made['id']}", {"skill": None, "text": "From 8."})["skill"] is None
    assert [one["text"] for one in api.get("canned-answers")["items"]] == ["From 8."]
    api.delete(f"canned-answers/{made['id']}", status=204)
    api.delete(f"canned-answers/{made['id']}", status=404)
    assert Caller(north.key("agent")).post("canned-answers", sent, status=403)["code"] == "not_allowed"


def test_keys_are_listed_without_secrets_and_end(north: Tenant, api: Caller) -> None:
    made = create_api_key(north.id, role="agent", name="Desk", actor="command", at=north.clock())
    listed = api.get("api-keys")["items"]
    assert made.secret not in str(listed)
    assert next(one for one in listed if one["name"] == "Desk")["role"] == "agent"
    Caller(made.secret).get("skills")
    api.delete(f"api-keys/{made.key.pk}", status=204)
    Caller(made.secret).get("skills", status=401)


def test_the_trail_comes_in_pages(north: Tenant, api: Caller) -> None:
    everything = api.get("audit?limit=200")["items"]
    found: list[Any] = []
    cursor: str | None = ""
    while cursor is not None:
        page = api.get(f"audit?limit=3{cursor and f'&cursor={cursor}'}")
        found, cursor = found + page["items"], page["next"]
    assert found == everything
    assert len(found) > 6
    care = f"skill:{north.skills['care'].pk}"
    assert {one["subject"] for one in api.get(f"audit?subject={care}")["items"]} == {care}
    assert {one["action"] for one in api.get("audit?action=skill.added")["items"]} == {"skill.added"}
    assert Caller(north.key("supervisor")).get("audit", status=403)["code"] == "not_allowed"


def test_another_accounts_people_are_missing(north: Tenant, south: Tenant, api: Caller) -> None:
    zed = south.people["Zed"].pk
    assert api.patch(f"people/{zed}", {"capacity": 1}, status=404)["code"] == "not_found"
    assert "Zed" not in str(api.get("people?limit=200"))
    assert north.id


def _edit(caller: Client, key: str, address: str, payload: dict[str, Any], *, tag: str) -> Any:
    headers = {"Authorization": f"Bearer {key}", "If-Match": tag}
    return caller.patch(f"/api/v1/{address}", payload, content_type="application/json", headers=headers)


def test_whoever_read_something_older_does_not_overwrite_what_changed(north: Tenant, api: Caller) -> None:
    answer = api.post("canned-answers", {"shortcut": "hi", "name": "Hello", "text": "Hello."})["id"]
    key, client = north.key(), Client()
    edits: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
        f"people/{north.people['Ada'].pk}": ({"capacity": 3}, {"name": "Ada L."}),
        f"skills/{north.skills['care'].pk}": ({"response_target_seconds": 60}, {"name": "Care"}),
        f"canned-answers/{answer}": ({"text": "Good morning."}, {"name": "Greeting"}),
    }
    for address, (mine, theirs) in edits.items():
        read = client.get(f"/api/v1/{address}", headers={"Authorization": f"Bearer {key}"})
        assert read.status_code == 200
        changed = _edit(client, key, address, theirs, tag=read.headers["ETag"])
        assert changed.status_code == 200, address
        stale = _edit(client, key, address, mine, tag=read.headers["ETag"])
        assert (stale.status_code, stale.json()["code"]) == (412, "stale")
        assert "name" in stale.json()["detail"]
        assert api.get(address) == read.json() | theirs
        assert _edit(client, key, address, mine, tag='""').json()["code"] == "bad_if_match"
        assert _edit(client, key, address, mine, tag=changed.headers["ETag"]).json() == read.json() | theirs | mine
        assert _edit(client, key, address, {"name": "Zed"}, tag="*").json()["name"] == "Zed"

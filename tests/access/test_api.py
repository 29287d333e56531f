"""The API's operations against the permission table: what is missing here fails."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from antiphon.accounts.canned import add_canned_answer
from antiphon.accounts.invitations import invite
from antiphon.accounts.models import Role
from antiphon.accounts.permissions import ALLOWED, may
from antiphon.accounts.verbs import create_api_key
from antiphon.api.application import api
from antiphon.api.docs import action_of, operations
from antiphon.metrics import saved
from antiphon.webhooks import verbs as webhooks
from tests.kit.caller import Caller
from tests.kit.deliver import Deliver
from tests.kit.tasks import finished
from tests.kit.world import CLEO, Tenant

# What an address stands for in these tests; `{name}` of North's things.
KNOWN = {
    "skill_id": "skill",
    "source_id": "source",
    "kind": "kind",
    "campaign_id": "campaign",
    "engagement_id": "engagement",
    "conversation_id": "conversation",
    "phone": "phone",
    "task_id": "task",
    "export_id": "export",
    "report_id": "report",
    "entry_point_id": "entry_point",
    "person_id": "person",
    "invitation_id": "invitation",
    "canned_answer_id": "canned_answer",
    "key_id": "key",
    "webhook_id": "webhook",
    "event": "event",
    "consumer_id": "consumer",
    "what": "list",
}


def addresses() -> Iterator[tuple[str, str, str]]:
    """Yield (method, path, action) of every operation."""
    for path, operation, method in operations(api):
        yield method, path, action_of(operation)


@pytest.fixture
def things(north: Tenant) -> dict[str, Any]:
    """Return one of each of North's things by the name it has in addresses."""
    campaign = north.campaign()
    deliver = Deliver(north)
    deliver.notice(CLEO, at=north.clock())
    deliver.reply(CLEO, at=north.clock.forward(minutes=1))
    talk = Caller(north.key()).get("conversations")["items"][0]
    invited = invite(north.id, email="fay@north.example", name="Fay", role="agent", actor="command", at=north.clock())
    hours = {"shortcut": "hours", "name": "Opening hours", "text": "From 9 to 17."}
    hook, _ = webhooks.create(north.id, name="CRM", url="https://example.com/", kinds=(), actor="command", at=north.clock())
    return {
        "webhook": hook.pk,
        "event": webhooks.send_test(north.id, hook.pk, actor="command", at=north.clock()).event_id,
        "person": north.people["Ben"].pk,
        "invitation": invited.invitation.pk,
        "canned_answer": add_canned_answer(north.id, hours, actor="command", at=north.clock()).pk,
        "key": create_api_key(north.id, role="agent", actor="command", at=north.clock()).key.pk,
        "skill": north.skills["care"].id,
        "source": north.source.id,
        "kind": "webhook_key",
        "campaign": campaign.id,
        "task": finished(north),
        "export": finished(north, "export_facts", facts=["notices"], since="2026-03-24", until="2026-03-24"),
        "entry_point": north.entry_point("C1").id,
        "report": saved.save(
            north.id, name="Reach", query="metric=sent", is_shared=True, keeper=saved.Keeper(None, "api_key:1"), at=north.clock()
        ).pk,
        "engagement": north.engagements["Spring check-up"].id,
        "conversation": talk["id"],
        "phone": CLEO.replace("+", "%2B"),
        "consumer": Caller(north.key()).post("consumers/searches", {"phone": CLEO}, status=200)["id"],
        "list": "replies",
    }


def filled(path: str, things: dict[str, Any]) -> str:
    """Return an address with North's things in it. Raises KeyError for a kind of thing that this test does not know."""
    parts = []
    for part in path.strip("/").split("/"):
        if part.startswith("{"):
            name = part.strip("{}").rsplit(":", 1)[-1]
            parts.append(str(things[KNOWN[name]]))
        else:
            parts.append(part)
    return "/".join(parts)


def test_every_operation_asks_for_an_action_of_the_table() -> None:
    asked = [action for _, _, action in addresses()]
    assert len(asked) > 35
    assert set(asked) <= set(ALLOWED)


def test_every_operation_with_every_role(north: Tenant, things: dict[str, Any]) -> None:
    """A role that may not gets 403 whatever it sends; one that may gets past the door, to 404 or 422 for an empty request."""
    callers = {role: Caller(north.key(role)) for role in Role.values}
    for method, path, action in addresses():
        for role, caller in callers.items():
            response = caller.raw(method, filled(path, things), b"" if method in {"GET", "DELETE"} else b"[]")
            told = (method, path, role, response.status_code, b"".join(response)[:300])
            if may(role, action):
                assert response.status_code not in {401, 403, 500, 503}, told
            else:
                assert response.status_code == 403, told
                assert response.headers["Content-Type"] == "application/problem+json", told


def test_every_operation_without_a_key(north: Tenant, things: dict[str, Any]) -> None:  # noqa: ARG001 - a database
    for method, path, _ in addresses():
        response = Caller("ant_0000").raw(method, filled(path, things), b"")
        assert response.status_code == 401, (method, path)


def test_no_operation_shows_south_anything_of_north(north: Tenant, south: Tenant, things: dict[str, Any]) -> None:
    """Every address of a thing of North's is 404 to South's administrator, whose lists hold nothing of it; North reads them all."""
    stranger, own = Caller(south.key()), Caller(north.key())
    bodies = complete(south)
    for method, path, _ in addresses():
        address = filled(path, things) + QUERIES.get(plain(path), "")
        body = bodies.get((method, plain(path)), {}) if method in {"POST", "PUT", "PATCH"} else None
        response = stranger.raw(method, address, body)
        told = (method, path, response.status_code, response.content[:300])
        if "{" in path and "phone" not in path:
            assert response.status_code == 404, told
        assert response.status_code < 500, told
        for canary in (CLEO, str(things["conversation"]), "Spring check-up"):
            assert canary not in response.content.decode(), told
        if method == "GET":
            shown = own.raw(method, address)
            assert (shown.status_code, b"".join(shown) != b"") == (200, True), told


def plain(path: str) -> str:
    """Return a path without converters."""
    return re.sub(r"{\w+:", "{", path).strip("/")


QUERIES = {"sources/{source_id}/ignored-campaigns": "?external_campaign=C1", "metrics": "?metric=sent"}


def complete(south: Tenant) -> dict[tuple[str, str], dict[str, Any]]:
    """Return bodies that South could send for things of its own, so that what refuses them is whose thing it is."""
    source, skill, zed = south.source.id, south.skills["care"].id, south.people["Zed"].id
    return {
        ("POST", "sources/{source_id}/secrets"): {"kind": "webhook_key"},
        ("POST", "sources/{source_id}/ignored-campaigns"): {"external_campaign": "C1"},
        ("POST", "sources/{source_id}/test-texts"): {"to": "+31612345678", "text": "x"},
        ("PUT", "sources/{source_id}/state"): {"state": "paused"},
        ("PUT", "campaigns/{campaign_id}/state"): {"state": "paused"},
        ("PUT", "tasks/{task_id}/state"): {"state": "cancelled"},
        ("POST", "campaigns/{campaign_id}/engagements"): {"name": "x", "source": source, "skill": skill, "language": "nl"},
        ("POST", "conversations/{conversation_id}/answers"): {"text": "x", "agent": zed},
        ("PUT", "conversations/{conversation_id}/assignment"): {"agent": zed},
        ("PUT", "conversations/{conversation_id}/link"): {"engagement": None, "reason": "x"},
        ("POST", "skills/{skill_id}/next"): {"agent": zed},
        ("PUT", "people/{person_id}/presence"): {"state": "online"},
        ("POST", "webhooks/{webhook_id}/replay"): {"from": south.clock().isoformat(), "to": (south.clock() + timedelta(1)).isoformat()},
    }

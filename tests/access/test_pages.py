"""Every page against the permission table: an address that is neither in the table nor named here as open fails."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from antiphon.accounts import invitations
from antiphon.accounts.canned import add_canned_answer
from antiphon.accounts.models import User
from antiphon.accounts.permissions import ALLOWED, may
from antiphon.accounts.verbs import create_api_key
from antiphon.consumers.models import Consumer
from antiphon.intake.models import Arrival
from antiphon.kit.db import account
from antiphon.kit.ids import uuid7
from antiphon.metrics import saved
from antiphon.webhooks import verbs as webhooks
from tests.kit.caller import Caller
from tests.kit.deliver import Deliver
from tests.kit.tasks import finished
from tests.kit.world import CLEO, Tenant

# Addresses for whoever is signed in, or not yet: they show nothing of an account.
OPEN = ("accounts/", "api/v1/")


@dataclass(frozen=True)
class Address:
    """One address of a page: its route, what it asks for, the method it answers."""

    route: str
    action: str
    method: str


def routes(patterns: Any, before: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every route with its view."""
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        else:
            yield route, cast("URLPattern", pattern).callback


def pages() -> list[Address]:
    """Return every address that is not open."""
    found = []
    for route, view in routes(get_resolver().url_patterns):
        if not route.startswith(OPEN):
            found.append((route, getattr(view, "action", None)))
    missing = [route for route, action in found if action not in ALLOWED]
    assert not missing, f"these addresses ask for no action of the permission table: {missing}"
    posted = (
        "answers",
        "assignment",
        "transfer",
        "closure",
        "reopening",
        "link",
        "recall",
        "/presence",
        "keys",
        "next",
        "state",
        "replay",
        "cancellation",
        "repetition",
        "edition",
        "relinking",
        "installation",
        "secrets",
        "token-check",
        "trial",
        "additions",
        "changes",
        "removal",
        "return",
        "ignored",
        "access",
        "renewal",
        "revocation",
        "removal",
        "export",
        "search",
        "drafts",
        "edits",
        "checks",
        "copies",
        "engagements",
        "switch",
        "restoration",
    )
    return [Address(route, str(action), "POST" if route.endswith(posted) else "GET") for route, action in found]


@pytest.fixture
def things(north: Tenant) -> dict[str, Any]:
    """Return one of each of North's things by the name it has in addresses."""
    campaign = north.campaign()
    deliver = Deliver(north)
    deliver.notice(CLEO, at=north.clock())
    deliver.reply(CLEO, at=north.clock.forward(minutes=1))
    talk = Caller(north.key()).get("conversations")["items"][0]["id"]
    with account(north.id):
        kept = Arrival.objects.create(
            account_id=north.id,
            id=uuid7(north.clock()),
            source_id=north.source.id,
            kind="reply",
            received_at=north.clock(),
            headers="",
            query="",
            body=b"{",
            state="quarantined",
            reason="not JSON",
        )
    task_id, entry_point_id = finished(north), north.entry_point("C1").id
    return (
        settings_of(north)
        | {"task_id": task_id, "entry_point_id": entry_point_id}
        | {
            "engagement_id": north.engagements["Spring check-up"].id,
            "campaign_id": campaign.id,
            "conversation_id": talk,
            "consumer_id": consumer_of(north),
            "skill_id": north.skills["care"].id,
            "arrival_id": kept.id,
            "source_id": north.source.id,
            "report_id": kept_report(north),
            "metric": "sent",
        }
    )


def consumer_of(north: Tenant) -> Any:
    """Return Cleo's id."""
    with account(north.id):
        return Consumer.objects.get(account_id=north.id, phone=CLEO).id


def kept_report(north: Tenant) -> int:
    """Have a report saved by an API key, which everybody may change who keeps reports."""
    keeper = saved.Keeper(None, "api_key:1")
    return int(saved.save(north.id, name="Reach", query="metric=sent", is_shared=True, keeper=keeper, at=north.clock()).pk)


def settings_of(north: Tenant) -> dict[str, Any]:
    """Return one of each of North's settings."""
    at, hours = north.clock(), {"shortcut": "hours", "name": "Opening hours", "text": "From 9 to 17."}
    invited = invitations.invite(north.id, email="fay@north.example", name="Fay", role="agent", actor="command", at=at)
    return {
        "person_id": north.people["Ben"].pk,
        **a_webhook(north),
        "invitation_id": invited.invitation.pk,
        "canned_answer_id": add_canned_answer(north.id, hours, actor="command", at=at).pk,
        "key_id": create_api_key(north.id, role="agent", actor="command", at=at).key.pk,
    }


def a_webhook(north: Tenant) -> dict[str, Any]:
    """Have a webhook with a test in its line."""
    made, _secret = webhooks.create(north.id, name="CRM", url="https://crm.example/", kinds=(), actor="command", at=north.clock())
    sent = webhooks.send_test(north.id, made.pk, actor="command", at=north.clock())
    return {"webhook_id": made.pk, "event_id": sent.event_id}


def filled(route: str, things: dict[str, Any]) -> str:
    """Return a route with North's things in it. Raises KeyError for a kind of thing that this test does not know."""
    parts = [str(things[part.strip("<>").rpartition(":")[2]]) if part.startswith("<") else part for part in route.split("/")]
    return "/" + "/".join(parts)


def visitor(person: Any) -> Client:
    client = Client()
    client.force_login(User.objects.get(id=person.user_id), backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_every_page_with_every_role(north: Tenant, things: dict[str, Any]) -> None:
    people = {person.role: visitor(person) for name, person in north.people.items() if name != "Ben"}
    assert set(people) == set(people) & {"administrator", "campaign_manager", "supervisor", "agent", "analyst"}
    assert len(people) == 5
    for page in pages():
        for role, client in people.items():
            response = client.generic(page.method, filled(page.route, things))
            told = (page, role, response.status_code)
            if may(role, page.action):
                assert response.status_code in {200, 302, 303, 404, 409, 422}, told
                if page.method == "GET":
                    assert response.status_code == 200, told
                    assert b"".join(response), told
            else:
                assert response.status_code == 403, told


def test_every_page_without_a_session_leads_to_signing_in(things: dict[str, Any]) -> None:
    for page in pages():
        response = Client().generic(page.method, filled(page.route, things))
        assert (response.status_code, response.headers["Location"].startswith("/accounts/login/")) == (302, True), page


def test_no_page_shows_south_anything_of_north(south: Tenant, things: dict[str, Any]) -> None:
    stranger = visitor(south.people["Zoe"])
    for page in pages():
        response = stranger.generic(page.method, filled(page.route, things))
        told = (page, response.status_code)
        if "<" in page.route:
            assert response.status_code == 404, told
        for canary in (CLEO, str(things["conversation_id"]), "Spring check-up"):
            assert canary not in response.content.decode(), told

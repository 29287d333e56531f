"""The pages of webhooks: what is shown once, refused beside its field, switched off and on again, told on Home; the log and its ways."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from antiphon.accounts.models import AuditEntry
from antiphon.events.types import Kind
from antiphon.kit.db import account
from antiphon.webhooks import verbs
from antiphon.webhooks.models import Delivery, Endpoint
from antiphon.workspace.pages.webhooks import KINDS
from tests.kit.world import ACTOR, Tenant
from tests.webhooks.receiver import receiving
from tests.webhooks.telling import Telling

HERE = "/settings/webhooks/"
NOWHERE = "http://127.0.0.1:9/"


@pytest.fixture
def ana(north: Tenant) -> Client:
    client = Client()
    client.force_login(north.people["Ana"].user)
    return client


def html(response: Any, status: int = 200) -> str:
    assert response.status_code == status, (response.status_code, response.content[:1500])
    return re.sub(r"\s+", " ", response.content.decode())


def field_of(page: str, name: str) -> str:
    """Return the markup from one control to the end of its field."""
    found = re.search(rf'<(?:input|select|textarea)[^>]*name="{name}".*?</(?:div|fieldset)>', page)
    assert found, name
    return found[0]


def value_of(page: str, name: str) -> str:
    found = re.search(rf'<input [^>]*name="{name}" (?:type="[^"]*" )?value="([^"]*)"', page)
    assert found, name
    return found[1]


def deliveries_in(page: str) -> list[str]:
    return re.findall(r'class="plain" href="[^"]*/deliveries/([0-9a-f-]+)/"', page)


@pytest.mark.usefixtures("own_networks")
def test_a_webhook_is_added_with_its_secret_shown_this_once(north: Tenant, ana: Client) -> None:
    assert "No webhook yet." in html(ana.get(HERE))
    typed = {"name": "CRM", "url": NOWHERE, "kinds": ["goal.reached", "reply.received"]}
    shown = ana.post(f"{HERE}new/", typed)
    assert "Keep this secret now" in html(shown)
    assert shown.headers["Cache-Control"] == "no-store"
    with account(north.id):
        stored = Endpoint.objects.get(account_id=north.id)
        secret = stored.secrets.get(account_id=north.id).value
    assert f'value="{secret}"' in html(shown)
    assert (stored.name, stored.kinds) == ("CRM", ["reply.received", "goal.reached"])
    listed, page = html(ana.get(HERE)), html(ana.get(f"{HERE}{stored.pk}/"))
    assert "reply.received, goal.reached" in listed
    assert secret not in listed + page
    assert "never" in listed


@pytest.mark.parametrize(
    ("typed", "field"),
    [({"url": "https://10.0.0.1/"}, "url"), ({"url": "ftp://crm.example/"}, "url"), ({"name": " "}, "name"), ({"kinds": ["x"]}, "kinds")],
)
def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(north: Tenant, ana: Client, typed: Any, field: str) -> None:
    whole = {"name": "CRM", "url": "https://crm.example/in", "kinds": ["goal.reached"]} | typed
    refused = html(ana.post(f"{HERE}new/", whole), 422)
    assert 'aria-invalid="true"' in refused
    assert f'id="{field}-error"' in refused
    for name in {"name", "url"} - {field}:
        assert f'value="{whole[name]}"' in field_of(refused, name)
    with account(north.id):
        assert not Endpoint.objects.filter(account_id=north.id).exists()
        assert verbs.create(north.id, **whole | {field: {"url": "https://crm.example/", "name": "C", "kinds": []}[field]}, **told(north))


def told(north: Tenant) -> dict[str, Any]:
    return {"actor": ACTOR, "at": north.clock()}


def test_a_save_that_somebody_overtook_shows_the_other_change_and_saves_the_second_time(
    north: Tenant, ana: Client, telling: Telling
) -> None:
    made, _ = telling.webhook(NOWHERE)
    edit = f"{HERE}{made.pk}/edit/"
    first = {"name": "CRM", "url": NOWHERE, "kinds": ["goal.reached"], "version": value_of(html(ana.get(edit)), "version")}
    verbs.edit(north.id, made.pk, {"name": "Our CRM"}, version=None, actor=f"membership:{north.people['Sol'].pk}", at=north.clock())
    refused = html(ana.post(edit, first), 412)
    assert "Changed meanwhile by Sol" in refused
    assert "Name: Our CRM" in refused
    assert telling.endpoint(made).name == "Our CRM"
    assert ana.post(edit, first | {"version": value_of(refused, "version")}).status_code == 303
    assert (telling.endpoint(made).name, telling.endpoint(made).kinds) == ("CRM", ["goal.reached"])


def test_a_test_leads_to_its_outcome(ana: Client, telling: Telling) -> None:
    with receiving(lambda _: (503, {}, b"<b>not now</b>")) as receiver:
        made, _ = telling.webhook(receiver.url)
        sent = ana.post(f"{HERE}{made.pk}/trial")
        assert sent.status_code == 303
        before = html(ana.get(sent.headers["Location"]))
        assert "as soon as the worker comes to it" in before
        assert 'hx-trigger="every 1s"' in before
        telling.settled()
        after = html(ana.get(sent.headers["Location"], HTTP_HX_REQUEST="true", HTTP_HX_TARGET="section#outcome"))
        assert "answered 503" in after
        assert "&lt;b&gt;not now&lt;/b&gt;" in after
        assert re.search(r"[0-9]+ ms", after)
        assert "<html" not in after
        whole = html(ana.get(sent.headers["Location"]))
    (got,) = receiver.got
    assert f"webhook-id: {got.headers['webhook-id']}" in whole
    assert "&quot;type&quot;: &quot;io.antiphon.test&quot;" in whole
    assert got.headers["webhook-signature"] not in whole


def test_the_request_that_is_shown_is_the_one_that_was_made(ana: Client, telling: Telling) -> None:
    import html as entities  # noqa: PLC0415 - the name is used above
    import json  # noqa: PLC0415 - beside it

    with receiving() as receiver:
        made, _ = telling.webhook(receiver.url)
        telling.tell("conversation:1")
        telling.settled()
    (event,) = deliveries_in(html(ana.get(f"{HERE}{made.pk}/")))
    page = ana.get(f"{HERE}{made.pk}/deliveries/{event}/").content.decode()
    body = re.search(r'aria-label="Body">(.*?)</pre>', page, re.DOTALL)
    assert body
    assert json.loads(entities.unescape(body[1])) == json.loads(receiver.got[0].body)
    assert "answered 200: taken" in page


def test_the_log_is_narrowed_and_read_page_by_page(ana: Client, telling: Telling) -> None:
    with receiving(lambda got: (200, {}, b"") if b"conversation:1" in got.body else (500, {}, b"")) as receiver:
        made, _ = telling.webhook(receiver.url)
        subjects, earlier = [f"consumer:{number}" for number in range(60)], telling.tell()
        telling.tell(*subjects, "conversation:1")
        ids = telling.tell("conversation:1", kind=Kind.GOAL_REACHED)[len(earlier) :]
        telling.until(lambda: sum(state == "delivered" for _, state, _ in telling.deliveries()) == 2)
    page = html(ana.get(f"{HERE}{made.pk}/"))
    seen, older = deliveries_in(page), re.search(r'href="(\?before=[^"]*)"', page)
    assert older
    seen += deliveries_in(html(ana.get(f"{HERE}{made.pk}/{older[1]}")))
    assert sorted(seen) == sorted(ids)
    assert len(set(seen)) == len(ids) == 62
    delivered = deliveries_in(html(ana.get(f"{HERE}{made.pk}/?state=delivered")))
    assert len(delivered) == 2
    assert deliveries_in(html(ana.get(f"{HERE}{made.pk}/?state=delivered&type=goal.reached"))) == [ids[-1]]
    assert "No delivery like this." in html(ana.get(f"{HERE}{made.pk}/?state=given_up"))


def test_the_list_and_the_log_ask_as_much_for_many_as_for_one(ana: Client, telling: Telling) -> None:
    made, _ = telling.webhook(NOWHERE)
    telling.tell("conversation:1")
    telling.turn()
    few = [counted(ana, HERE), counted(ana, f"{HERE}{made.pk}/")]
    for number in range(5):
        telling.webhook(NOWHERE, name=f"Other {number}")
    telling.tell(*(f"conversation:{number}" for number in range(40)))
    telling.turn()
    assert [counted(ana, HERE), counted(ana, f"{HERE}{made.pk}/")] == few


def counted(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        html(client.get(path))
    return len(asked)


def test_one_or_a_stretch_is_delivered_again(north: Tenant, ana: Client, telling: Telling) -> None:
    with receiving() as receiver:
        made, _ = telling.webhook(receiver.url)
        telling.tell("conversation:1")
        ids = telling.tell("conversation:2")
        first = ids[-2]
        telling.settled()
        assert len(receiver.got) == 2
        assert ana.post(f"{HERE}{made.pk}/deliveries/{first}/replay").status_code == 303
        telling.settled()
        assert receiver.ids.count(first) == 2
        page = html(ana.get(f"{HERE}{made.pk}/"))
        typed = {name: value_of(page, name) for name in ("from", "to")}
        again = ana.post(f"{HERE}{made.pk}/replay", typed, follow=True)
        assert f"{len(ids)} events are in line again." in html(again)
        telling.settled()
        assert sorted(receiver.ids[3:]) == sorted(ids)
    refused = html(ana.post(f"{HERE}{made.pk}/replay", typed | {"from": "2020-01-01T00:00"}), 422)
    assert "at most 30 days ago" in field_of(refused, "from")
    assert 'value="2020-01-01T00:00"' in field_of(refused, "from")
    assert "Choose a day and a time." in field_of(html(ana.post(f"{HERE}{made.pk}/replay", typed | {"to": "soon"}), 422), "to")
    assert "no event of its kinds" in html(ana.post(f"{HERE}{made.pk}/replay", yesterday(north), follow=True))


def yesterday(north: Tenant) -> dict[str, str]:
    return {"from": f"{north.clock() - timedelta(days=3):%Y-%m-%dT%H:%M}", "to": f"{north.clock() - timedelta(days=2):%Y-%m-%dT%H:%M}"}


def test_one_that_is_gone_says_so_here_and_on_home_and_is_switched_on_again(north: Tenant, ana: Client, telling: Telling) -> None:
    answers = [410]
    with receiving(lambda _: (answers[0], {}, b"")) as receiver:
        made, _ = telling.webhook(receiver.url)
        telling.tell("conversation:1")
        assert "webhook CRM" not in html(ana.get("/"))
        telling.settled()
        page = html(ana.get(f"{HERE}{made.pk}/"))
        assert "It answered 410, that it is gone, and was switched off." in page
        assert "Switch on again" in page
        assert "The webhook CRM is switched off" in html(ana.get("/"))
        cam = Client()
        cam.force_login(north.people["Cam"].user)
        assert "webhook CRM" not in html(cam.get("/"))
        answers[0] = 200
        assert ana.post(f"{HERE}{made.pk}/state", {"to": "active"}).status_code == 303
        telling.settled()
    listed = html(ana.get(HERE))
    assert "410" not in listed + html(ana.get(f"{HERE}{made.pk}/")) + html(ana.get("/"))
    assert "Active" in listed
    assert telling.deliveries() == [("conversation:1", "delivered", 2)]


def test_one_that_takes_nothing_is_told_of_after_an_hour_and_off_after_days(north: Tenant, ana: Client, telling: Telling) -> None:
    with receiving(lambda _: (500, {}, b"")) as receiver:
        made, _ = telling.webhook(receiver.url)
        telling.tell("conversation:1")
        telling.settled()
        page = html(ana.get(f"{HERE}{made.pk}/"))
        assert "Not taking events" in page
        assert "(last: answered 500)" in page
        assert "Switch on again" not in page
        assert "webhook CRM" not in html(ana.get("/"))
        north.clock.forward(hours=2)
        assert "The webhook CRM takes no events" in html(ana.get("/"))
        for _ in range(8):
            north.clock.forward(hours=15)
            telling.settled()
        assert telling.endpoint(made).state == "failing"
        page = html(ana.get(f"{HERE}{made.pk}/"))
    assert "Off: failing" in page
    assert "Events wait until it is switched on again." in page
    assert "The webhook CRM is switched off" in html(ana.get("/"))


def test_a_paused_one_keeps_what_comes_and_a_state_of_no_kind_is_refused(ana: Client, telling: Telling) -> None:
    with receiving() as receiver:
        made, _ = telling.webhook(receiver.url)
        assert ana.post(f"{HERE}{made.pk}/state", {"to": "paused"}).status_code == 303
        sent = ana.post(f"{HERE}{made.pk}/trial")
        assert "it is delivered once that is switched on" in html(ana.get(sent.headers["Location"]))
        telling.tell("conversation:1")
        telling.settled()
        assert receiver.got == []
        assert "A webhook is made active or paused." in html(ana.post(f"{HERE}{made.pk}/state", {"to": "gone"}), 422)
        ana.post(f"{HERE}{made.pk}/state", {"to": "active"})
        telling.settled()
    assert len(receiver.got) == 2


def test_a_rotated_secret_is_shown_once_beside_the_old_one(north: Tenant, ana: Client, telling: Telling) -> None:
    made, first = telling.webhook(NOWHERE)
    shown = html(ana.post(f"{HERE}{made.pk}/secrets"))
    with account(north.id):
        second = made.secrets.get(account_id=north.id, expires_at=None).value
    assert second != first
    assert f'value="{second}"' in shown
    assert "signed by the old secret too" in shown
    page = html(ana.get(f"{HERE}{made.pk}/"))
    assert "signs too until" in page
    assert second not in page
    north.clock.forward(hours=25)
    assert "signs too until" not in html(ana.get(f"{HERE}{made.pk}/"))


def test_a_removed_one_is_gone_and_every_step_is_in_the_trail(north: Tenant, ana: Client, telling: Telling) -> None:
    made, _ = telling.webhook(NOWHERE)
    telling.tell("conversation:1")
    telling.turn()
    assert "Remove webhook" in html(ana.get(f"{HERE}{made.pk}/edit/"))
    assert "CRM is removed." in html(ana.post(f"{HERE}{made.pk}/removal", follow=True))
    assert ana.get(f"{HERE}{made.pk}/").status_code == 404
    assert ana.post(f"{HERE}{made.pk}/trial").status_code == 404
    with account(north.id):
        assert not Delivery.objects.filter(account_id=north.id, state="waiting").exists()
        told = list(AuditEntry.objects.filter(account_id=north.id, subject=f"webhook:{made.pk}").values_list("actor", "action"))
    assert (f"membership:{north.people['Ana'].pk}", "webhook.removed") in told
    assert "Webhook removed" in html(ana.get("/settings/audit/"))


def test_every_kind_of_event_is_offered_with_its_words(ana: Client) -> None:
    assert set(KINDS) == set(Kind)
    page = html(ana.get(f"{HERE}new/"))
    assert re.findall(r'name="kinds" value="([^"]*)"', page) == [kind.value for kind in Kind]

"""Data sources as people see them: the catalogue, connecting, one source, what is refused and kept."""

import re
from typing import Any

import pytest
from django.test import Client

from antiphon.accounts.models import AppGrant, AuditEntry
from antiphon.kit.db import account
from antiphon.providers import models, verbs
from antiphon.providers.models import Source, SourceHeard
from tests.kit.world import ACTOR, CLEO, MIA, Tenant
from tests.pages.conftest import Visitor
from tests.pages.story import Story

NEW = {
    "app": "cm",
    "name": "CM Belgium",
    "product_token": "typed-token",
    "numbers": "0031 97 0000 4499\nNoordgarage",
    "home_region": "NL",
    "default_language": "nl",
    "campaign_grouping": "2",
    "look_back_days": "30",
    "notice_tolerance_minutes": "10",
    "stop_words_en": "stop, quit",
    "stop_words_nl": "stoppen",
    "stop_words_fr": "",
    "stop_words_other": "",
}


def typed(north: Tenant, **changes: str) -> dict[str, str]:
    return NEW | {"default_skill": str(north.skills["care"].id)} | changes


def stored(north: Tenant) -> Source:
    with account(north.id):
        return Source.objects.get(id=north.source.id)


def text(client: Client, path: str, **more: Any) -> str:
    return client.get(path, **more).content.decode()


def page(north: Tenant) -> str:
    return f"/sources/{north.source.id}/"


def test_the_catalogue_says_what_the_operator_must_do(north: Tenant, visitor: Visitor) -> None:
    ana = visitor("Ana")
    html = text(ana, "/sources/")
    for words in ("Installed", "Broadcasts", "Two-way texts", "Connect CM", "Waiting for its first webhook"):
        assert words in html
    with account(north.id):
        verbs.disconnect(north.id, north.source.id, actor=ACTOR, at=north.clock())
        AppGrant.objects.filter(account_id=north.id).delete()
    html = text(ana, "/sources/")
    assert "antiphon app enable cm --account &quot;North&quot;" in html or 'antiphon app enable cm --account "North"' in html
    assert "Connect CM" not in html
    assert "No source is connected" in html
    assert ana.post("/sources/installation", {"app": "cm", "state": "installed"}).status_code == 409


def test_an_app_is_switched_off_only_when_nothing_is_connected(north: Tenant, visitor: Visitor) -> None:
    ana = visitor("Ana")
    refused = ana.post("/sources/installation", {"app": "cm", "state": "off"})
    assert (refused.status_code, "CM is connected: disconnect it first." in refused.content.decode()) == (409, True)
    with account(north.id):
        verbs.disconnect(north.id, north.source.id, actor=ACTOR, at=north.clock())
    assert "CM is switched off." in ana.post("/sources/installation", {"app": "cm", "state": "off"}, follow=True).content.decode()
    assert "CM is installed" in ana.post("/sources/installation", {"app": "cm", "state": "installed"}, follow=True).content.decode()
    assert ana.post("/sources/installation", {"app": "no", "state": "off"}).status_code == 404


def test_connecting_leads_to_the_addresses_to_paste(north: Tenant, visitor: Visitor) -> None:
    ana = visitor("Ana")
    assert "stopall" in text(ana, "/sources/new/?app=cm")
    made = ana.post("/sources/new/", typed(north), follow=True)
    html = made.content.decode()
    for words in (
        "CM Belgium is connected with +319700004499, Noordgarage.",
        "Not heard yet",
        "Name, cannot be replied to",
        "Not confirmed",
    ):
        assert words in html
    with account(north.id):
        new = Source.objects.get(name="CM Belgium")
        urls = verbs.webhook_urls(new, site_url="")
        assert (new.campaign_grouping, new.stop_words) == (2, {"en": ["stop", "quit"], "nl": ["stoppen"]})
    for url in urls.values():
        assert url in html
    assert "typed-token" not in html


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"name": " "}, "name", "1 to 100 characters"),
        ({"name": "CM"}, "name", "There is a source CM already"),
        ({"product_token": ""}, "product_token", "1 to 200 characters"),
        ({"numbers": "\n"}, "numbers", "at least one number"),
        ({"numbers": "06 12345678", "home_region": ""}, "numbers", "does not say its country"),
        ({"default_skill": "999999"}, "default_skill", "There is no skill"),
        ({"default_skill": ""}, "default_skill", "Choose one."),
        ({"look_back_days": "0"}, "look_back_days", "from 1 to 366"),
        ({"look_back_days": "many"}, "look_back_days", "Write a whole number."),
        ({"stop_words_fr": "!!"}, "stop_words_fr", "can be no stop word"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(
    north: Tenant, visitor: Visitor, changes: dict[str, str], field: str, says: str
) -> None:
    if changes.get("home_region") == "":
        north.account.home_region = ""
    refused = visitor("Ana").post("/sources/new/", typed(north, **changes))
    html = refused.content.decode()
    assert refused.status_code in {404, 409, 422}
    assert re.search(rf'id="{field}-error".*?{re.escape(says)}', html, re.DOTALL), html[:500]
    assert "CM Belgium" in html or "name" in changes
    assert "0031 97 0000 4499" in html or "numbers" in changes
    assert "typed-token" not in html
    with account(north.id):
        assert Source.objects.filter(account_id=north.id).count() == 1


def test_editing_keeps_the_token_and_meets_another(north: Tenant, visitor: Visitor) -> None:
    ana, path = visitor("Ana"), f"{page(north)}edit/"
    html = text(ana, path)
    assert 'name="version" value="1"' in html
    assert "product-token-of-the-tests" not in html
    saved = ana.post(path, typed(north, version="1", name="CM", product_token="", look_back_days="14"), follow=True)
    assert "Saved." in saved.content.decode()
    assert (stored(north).product_token, stored(north).look_back_days, stored(north).version) == ("product-token-of-the-tests", 14, 2)
    late = ana.post(path, typed(north, version="1", name="CM Nederland", product_token="", look_back_days="21"))
    html = late.content.decode()
    assert late.status_code == 412
    for words in ("Somebody changed this meanwhile.", "Ana changed Look-back: 30 → 14", 'value="CM Nederland"', 'name="version" value="2"'):
        assert words in html
    assert stored(north).name == "CM"
    assert ana.post(path, typed(north, version="2", name="CM Nederland", product_token="")).status_code == 303
    assert stored(north).name == "CM Nederland"


def test_where_the_campaign_id_stands_is_chosen_from_what_was_heard(story: Story, north: Tenant, visitor: Visitor) -> None:
    story.deliver.notice(MIA, "482138", at=story.now, customGrouping2="dealers")
    html = text(visitor("Ana"), f"{page(north)}edit/")
    assert "Last heard there: dealers" in html
    assert "482138" in html
    assert "customGrouping3" in html


def test_who_may_not_change_sees_no_secrets(north: Tenant, visitor: Visitor) -> None:
    secret = north.secret("webhook_key")
    assert secret in text(visitor("Ana"), page(north))
    for name in ("Cam", "Sol"):
        html = text(visitor(name), page(north))
        assert secret not in html
        assert north.secret("notice_token") not in html
        assert "Broadcast notices" in html
        assert "Disconnect" not in html
    assert visitor("Ada").get(page(north)).status_code == 403
    assert visitor("Zoe").get(page(north)).status_code == 404
    for deed in ("state", "secrets", "trial", "ignored", "token-check"):
        assert visitor("Cam").post(f"{page(north)}{deed}").status_code == 403


def test_what_was_heard_of_each_webhook(north: Tenant, visitor: Visitor) -> None:
    at = north.clock()
    with account(north.id):
        for kind, heard_at, refused_at in (("notice", None, at), ("reply", at, None), ("report", at, at)):
            SourceHeard.objects.create(account_id=north.id, source=north.source, kind=kind, heard_at=heard_at, refused_at=refused_at)
    north.clock.forward(minutes=5)
    html = text(visitor("Ana"), page(north))
    for words in ("Refused: wrong notice token", "Heard 5 min ago", "one refused", "Not heard yet", "Needs attention", "are refused"):
        assert words in html
    north.clock.forward(days=8)
    html = text(visitor("Ana"), page(north))
    assert "Silent for 8 days" in html
    assert "No replies on CM for over a week" in html
    part = visitor("Ana").get(page(north), headers={"HX-Request": "true", "HX-Target": "section#hooks"}).content.decode()
    assert part.lstrip().startswith("<section")
    assert part.strip() in html.replace(part.partition('data-live="')[2].partition('"')[0], "") or "Silent for 8 days" in part


def test_rotating_shows_the_new_and_says_how_long_the_old_holds(north: Tenant, visitor: Visitor) -> None:
    ana, old = visitor("Ana"), north.secret("webhook_key")
    html = ana.post(f"{page(north)}secrets", {"kind": "webhook_key", "deed": "rotate"}, follow=True).content.decode()
    new = north.secret("webhook_key")
    assert (new in html, old in html, "The old one holds until" in html) == (True, False, True)
    html = ana.post(f"{page(north)}secrets", {"kind": "webhook_key", "deed": "end"}, follow=True).content.decode()
    assert "Only the new one holds now." in html
    assert "The old one holds until" not in html
    assert ana.post(f"{page(north)}secrets", {"kind": "password", "deed": "rotate"}).status_code == 422


def test_pausing_and_resuming_a_source(north: Tenant, visitor: Visitor) -> None:
    ana = visitor("Ana")
    html = ana.post(f"{page(north)}state", {"state": "paused"}, follow=True).content.decode()
    assert "Nothing is sent through this source." in html
    assert stored(north).paused_at is not None
    html = ana.post(f"{page(north)}state", {"state": "connected"}, follow=True).content.decode()
    assert "Nothing is sent through this source." not in html


def test_a_test_text_and_what_became_of_it(north: Tenant, visitor: Visitor) -> None:
    ana = visitor("Ana")
    refused = ana.post(f"{page(north)}trial", {"to": "0612345678", "text": "Typed with care", "sender": ""})
    html = refused.content.decode()
    assert refused.status_code == 422
    assert re.search(r'id="to-error".*?with its country', html, re.DOTALL)
    assert "Typed with care" in html
    html = ana.post(f"{page(north)}trial", {"to": CLEO, "text": "Hello", "sender": north.number}, follow=True).content.decode()
    assert "Sending…" in html
    with account(north.id):
        models.TestText.objects.update(state="failed", reason="invalid_sender")
        assert AuditEntry.objects.filter(action="source.test_text_sent").count() == 1
    html = text(ana, page(north))
    for words in ("+31 6 11111111", "Not delivered", "The provider does not let us send from this number", "“Hello”", "Ana"):
        assert words in html


def test_heard_campaigns_lead_to_the_builder_or_are_ignored(story: Story, north: Tenant, visitor: Visitor) -> None:
    story.notice(MIA, "A parcel is on its way", campaign="482190")
    story.notice(MIA, "Your code is 1234", campaign="")
    cam, ana = visitor("Cam"), visitor("Ana")
    html = text(cam, page(north))
    assert f"?source={north.source.id}&amp;external_campaign=482190" in html
    for words in ("A parcel is on its way", "No campaign ID", "Your code is 1234"):
        assert words in html
    assert ">Ignore<" not in html
    for campaign in ("482190", ""):
        assert ana.post(f"{page(north)}ignored", {"external_campaign": campaign, "is_ignored": "1"}).status_code == 303
    html = text(ana, page(north))
    assert "A parcel is on its way" not in html
    assert "2 ignored" in html
    assert "A parcel is on its way" in text(ana, f"{page(north)}campaigns/?ignored=1")
    assert "A parcel is on its way" not in text(ana, f"{page(north)}campaigns/")
    ana.post(f"{page(north)}ignored", {"external_campaign": "482190", "is_ignored": "0"})
    assert "A parcel is on its way" in text(ana, f"{page(north)}campaigns/")
    assert ana.post(f"{page(north)}ignored", {"external_campaign": "482190", "is_ignored": "0"}).status_code == 404


def test_many_heard_campaigns_go_on(story: Story, north: Tenant, visitor: Visitor) -> None:
    for number in range(52):
        north.clock.forward(seconds=1)
        story.notice(MIA, f"Text {number}", campaign=f"X{number:03d}")
    html = text(visitor("Ana"), f"{page(north)}campaigns/")
    assert ("X051" in html, "X001" in html) == (True, False)
    older = re.search(r'href="(\?at=[^"]+)"', html)
    assert older is not None
    html = text(visitor("Ana"), f"{page(north)}campaigns/{older[1].replace('&amp;', '&')}")
    assert ("X051" in html, "X001" in html, "X000" in html) == (False, True, True)
    assert "Show older" not in html


def test_disconnecting_names_who_uses_it_and_asks_for_the_name(story: Story, north: Tenant, visitor: Visitor) -> None:
    ana, path = visitor("Ana"), f"{page(north)}disconnection/"
    html = text(ana, path)
    for words in ("First: remove the addresses at CM", "Published engagements use it.", "Spring check-up"):
        assert words in html
    assert ana.post(path).status_code == 409
    ana.post(f"/campaigns/{north.campaigns['Spring check-up'].pk}/state", {"state": "paused"})
    assert "1 conversation is open on it." in text(ana, path)
    refused = ana.post(path, {"confirmation": "cm"})
    assert (refused.status_code, 'aria-invalid="true"' in refused.content.decode()) == (422, True)
    assert stored(north).disconnected_at is None
    html = ana.post(path, {"confirmation": "CM"}, follow=True).content.decode()
    assert "CM is disconnected. Its addresses are not answered any more." in html
    assert story.tenant.secret("webhook_key") not in text(ana, page(north))
    assert ana.post(f"{page(north)}state", {"state": "paused"}).status_code in {303, 409}


def test_a_source_needs_no_more_statements_for_more_of_them(
    story: Story, north: Tenant, visitor: Visitor, django_assert_max_num_queries: Any
) -> None:
    for number in range(5):
        north.connect(f"CM {number}")
        story.notice(MIA, campaign=f"X{number}")
    ana = visitor("Ana")
    ana.get("/sources/")
    with django_assert_max_num_queries(16):
        ana.get("/sources/")
    with django_assert_max_num_queries(30):
        ana.get(page(north))

"""The presence control: on every page of those who talk, by a plain form; pages that show it hear of it; signing out is offline."""

import re

import pytest

from antiphon.kit.db import account
from antiphon.routing.models import Presence
from antiphon.routing.presence import fall_silent
from tests.kit.world import Tenant
from tests.pages.conftest import Visitor

pytestmark = pytest.mark.django_db


def state(north: Tenant, name: str) -> str:
    with account(north.id):
        return Presence.objects.values_list("state", flat=True).get(membership=north.people[name])


def said(html: str) -> list[str]:
    return re.findall(r'aria-label="You are (\w+), change it"', html)


@pytest.mark.parametrize("path", ["/", "/conversations/", "/workspace/"])
def test_every_page_shows_it_and_goes_on_where_one_was(north: Tenant, visitor: Visitor, path: str) -> None:
    ada = visitor("Ada")
    assert set(said(ada.get(path).content.decode())) == {"Offline"}
    gone = ada.post("/presence/", {"state": "online", "next": path})
    assert (gone.status_code, gone["Location"]) == (303, path)
    html = ada.get(path).content.decode()
    assert set(said(html)) == {"Online"}
    assert state(north, "Ada") == "online"
    assert f'name="next" value="{path}"' in html
    assert html.count("data-live=") >= 1, "an open page is a sign of life"


def test_those_who_do_not_talk_have_none(visitor: Visitor) -> None:
    for name in ("Cam", "Lyn"):
        assert 'class="presence"' not in visitor(name).get("/").content.decode()
        assert visitor(name).post("/presence/", {"state": "online"}).status_code == 403


@pytest.mark.parametrize("where", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)", ""])
def test_it_never_leads_elsewhere(visitor: Visitor, where: str) -> None:
    assert visitor("Ada").post("/presence/", {"state": "away", "next": where})["Location"] == "/"


def test_an_unknown_state_is_refused(north: Tenant, visitor: Visitor) -> None:
    assert visitor("Ada").post("/presence/", {"state": "busy"}).status_code == 422
    with account(north.id):
        assert not Presence.objects.exists()


def test_what_is_pushed_is_what_the_page_shows(north: Tenant, visitor: Visitor) -> None:
    ada = visitor("Ada")
    ada.post("/presence/", {"state": "online", "next": "/"})
    page = ada.get("/conversations/?state=all").content.decode()
    for place in ("nav", "menu"):
        headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/conversations/?state=all"}
        pushed = ada.get(f"/presence/?at={place}", headers=headers).content.decode()
        assert plain(pushed) in plain(page)
    assert north.people["Ada"].name in page


def plain(html: str) -> str:
    """Return HTML without spaces, and without what is new at every request."""
    html = re.sub(r'(csrfmiddlewaretoken" value|data-live)="[^"]*"', "", html)
    return re.sub(r"\s+", " ", html).strip()


def test_silence_says_why(north: Tenant, visitor: Visitor) -> None:
    ada = visitor("Ada")
    ada.post("/presence/", {"state": "online"})
    north.clock.forward(seconds=61)
    with account(north.id) as db:
        assert fall_silent(db, north.id, at=north.clock()) == 1
    assert "You were set away" in ada.get("/").content.decode()
    ada.post("/presence/", {"state": "away"})
    assert "You were set away" not in ada.get("/").content.decode()


def test_signing_out_is_offline(north: Tenant, visitor: Visitor) -> None:
    ada = visitor("Ada")
    ada.post("/presence/", {"state": "online"})
    assert ada.post("/accounts/logout/").status_code == 302
    assert state(north, "Ada") == "offline"
    assert ada.get("/").status_code == 302


def test_an_account_that_does_not_route_by_itself_promises_nothing(north: Tenant, visitor: Visitor) -> None:
    assert "New conversations come to you" in visitor("Ada").get("/").content.decode()
    north.account.is_automatic = False
    north.account.save()
    assert "New conversations come to you" not in visitor("Ada").get("/").content.decode()

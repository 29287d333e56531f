"""The frame of every page: places by role, where one is, the bar of a phone, light and dark, the account switcher."""

import re
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from antiphon.accounts.models import Membership, Role
from antiphon.accounts.permissions import may
from antiphon.workspace.navigation import PLACES, Entry, Navigation, navigation, places
from tests.kit.world import Tenant, World
from tests.pages.conftest import Visitor

ORDER = ["home", "workspace", "conversations", "supervisor", "campaigns", "analytics", "sources", "settings"]


@dataclass
class Somebody:
    """A visit, as far as the navigation looks at it."""

    role: str

    def may(self, action: str) -> bool:
        return may(self.role, action)


def visit(role: str) -> Any:
    return Somebody(role)


def nav(role: str, path: str = "/") -> Navigation:
    return navigation(path, visit(role))


@pytest.mark.parametrize("role", Role.values)
def test_places_come_in_the_order_of_the_day_and_only_what_the_role_may(role: str) -> None:
    shown = [place.to for place in nav(role).places]
    assert shown == [name for name in ORDER if name in shown]
    assert ("settings" in shown) == (role != "agent")  # an analyst finds the exports under way there
    assert ("conversations" in shown) == (role != "analyst")


@pytest.mark.parametrize("role", Role.values)
def test_a_phone_shows_four_places_and_the_rest_under_more(role: str) -> None:
    found = nav(role)
    assert len(found.bar) == min(4, len(found.places))
    assert [place.to for place in found.places] == sorted((one.to for one in [*found.bar, *found.more]), key=ORDER.index)


@pytest.mark.parametrize(
    ("path", "here", "inside"),
    [
        ("/", ["home"], ["home"]),
        ("/settings/", ["settings"], ["settings"]),
        ("/settings/people/7/", ["people"], ["settings", "people"]),
        ("/settings/peoples/", ["settings"], ["settings"]),
        ("/nowhere/", [], []),
    ],
)
def test_where_one_is(path: str, here: list[str], inside: list[str]) -> None:
    every = [one for place in nav("administrator", path).places for one in (place, *place.below)]
    assert [one.to for one in every if one.is_here] == here
    assert [one.to for one in every if one.is_inside] == inside


def test_a_place_without_an_address_is_not_offered() -> None:
    entries = (
        Entry("not-there-yet", "Later", "home.read", icon="home"),
        Entry("home", "Home", "home.read", icon="home"),
        Entry("above", "Above", "home.read", icon="home", below=(Entry("skills", "Skills", "skills.read", icon="home"),)),
        Entry("audit", "Trail", "audit.read", icon="home"),
    )
    assert [(place.to, place.url) for place in places(visit("agent"), entries)] == [("home", "/"), ("above", reverse("skills"))]


def test_letters_that_lead_to_places_are_not_used_twice() -> None:
    keys = [entry.key for entry in PLACES if entry.key]
    assert len(keys) == len(set(keys)) > 5


def test_every_link_of_the_frame_may_be_followed(visitor: Visitor, north: Tenant) -> None:
    for name in ("Ana", "Cam", "Sol", "Ada", "Lyn"):
        client = visitor(name)
        for found in set(re.findall(r'class="nav-link"\s+href="([^"]+)"', client.get("/").content.decode())):
            assert client.get(found).status_code == 200, (name, found)
    assert north.id


def test_the_theme_is_kept_for_the_browser_and_leads_back(visitor: Visitor) -> None:
    ada = visitor("Ada")
    assert "data-theme" not in head(ada)
    back = ada.post("/accounts/you/theme", {"theme": "dark", "next": "/campaigns/"})
    assert (back.status_code, back["Location"]) == (302, "/campaigns/")
    assert 'data-theme="dark"' in head(ada)
    ada.post("/accounts/you/theme", {"theme": "system", "next": "/"})
    assert "data-theme" not in head(ada)


@pytest.mark.parametrize("place", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)", ""])
def test_the_theme_leads_to_no_other_site(visitor: Visitor, place: str) -> None:
    assert visitor("Ada").post("/accounts/you/theme", {"theme": "red", "next": place})["Location"] == "/"


def test_a_cookie_of_somebody_elses_making_is_no_theme(visitor: Visitor) -> None:
    ada = visitor("Ada")
    ada.cookies["theme"] = '"><script>'
    assert "data-theme" not in head(ada)


def head(client: Client) -> str:
    return str(client.get("/").content.decode().partition("<head>")[0])


def test_who_is_in_several_accounts_changes_in_the_navigation(world: World, visitor: Visitor) -> None:
    ada = visitor("Ada")
    assert "account-menu" not in ada.get("/").content.decode()
    south = Membership.objects.create(account_id=world.south.id, user=world.north.people["Ada"].user, name="Ada", role="agent")
    page = ada.get("/").content.decode()
    assert 'popovertarget="account-menu"' in page
    assert re.search(rf'name="membership"\s+value="{south.pk}"', page)
    assert ada.post("/accounts/you/account", {"membership": south.pk}).status_code == 302
    assert re.search(r'class="nav-account".*?<span>South</span>', ada.get("/").content.decode(), re.DOTALL)

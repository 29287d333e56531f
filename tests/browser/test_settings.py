"""Settings in a real browser: inviting somebody who joins, a key that is copied by keyboard, a refused field, theme and menus."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Looked

pytestmark = pytest.mark.xdist_group("browser")


def told(looked: Looked, axe: str) -> list[str]:
    looked.page.evaluate(axe)
    found: dict[str, Any] = looked.page.evaluate("() => axe.run()")
    return [f"{one['id']}: {node['html'][:200]}" for one in found["violations"] for node in one["nodes"]]


def test_somebody_who_is_invited_joins(looked: Looked, second: Looked, axe: str) -> None:
    looked.sign_in("Ana")
    looked.go("/settings/people/")
    looked.page.get_by_role("link", name="Invite a person").click()
    looked.page.get_by_label("Name").fill("Fay")
    looked.page.get_by_label("E-mail").fill("fay@noordgarage.example")
    looked.page.get_by_role("button", name="Make the link").click()
    expect(looked.page.get_by_role("heading", name="Give this link to Fay")).to_be_visible()
    assert told(looked, axe) == []
    link = looked.page.locator("#link").input_value()
    second.page.goto(link)
    second.page.get_by_label("Password").fill("password")
    second.page.get_by_role("button", name="Join").click()
    expect(second.page.get_by_label("Password")).to_be_focused()
    assert told(second, axe) == []
    second.page.get_by_label("Password").fill("tall ships at dawn")
    second.page.get_by_role("button", name="Join").click()
    second.page.wait_for_url(f"{looked.site.url}/")
    looked.go("/settings/people/")
    looked.page.get_by_role("link", name="Fay", exact=True).click()
    looked.page.get_by_role("button", name="Shut out").click()
    expect(looked.page.get_by_role("status")).to_contain_text("every session has ended")
    second.page.goto(looked.site.url)
    expect(second.page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_refused_field_has_the_focus_and_what_was_typed(looked: Looked, axe: str) -> None:
    looked.sign_in("Ana")
    looked.go("/settings/people/")
    looked.page.get_by_role("link", name="Ben", exact=True).click()
    looked.page.get_by_label("Open conversations at once").fill("900")
    looked.page.get_by_role("button", name="Save").click()
    expect(looked.page.get_by_label("Open conversations at once")).to_be_focused()
    expect(looked.page.get_by_label("Open conversations at once")).to_have_value("900")
    assert told(looked, axe) == []
    looked.complaints.clear()  # the browser says that the answer was a 422
    looked.page.get_by_label("Open conversations at once").fill("9")
    looked.page.get_by_role("button", name="Save").click()
    expect(looked.page.get_by_role("status")).to_contain_text("Ben is saved")


def test_a_new_key_is_copied_by_keyboard(looked: Looked, axe: str) -> None:
    looked.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    looked.sign_in("Ana")
    looked.go("/settings/api-keys/new/")
    looked.page.get_by_label("Name").fill("Reports")
    looked.page.keyboard.press("Enter")
    expect(looked.page.get_by_role("heading", name="Keep this key now")).to_be_visible()
    assert told(looked, axe) == []
    looked.page.get_by_role("button", name=re.compile("Copy")).focus()
    looked.page.keyboard.press("Enter")
    expect(looked.page.get_by_role("button", name=re.compile("Copied"))).to_be_visible()
    assert re.fullmatch("ant_[0-9a-f]{48}", looked.page.evaluate("navigator.clipboard.readText()"))


def test_menus_and_theme_by_keyboard(looked: Looked, axe: str) -> None:
    looked.sign_in("Ana")
    name = looked.page.get_by_role("button", name="Ana", exact=True)
    name.focus()
    looked.page.keyboard.press("Enter")
    expect(looked.page.locator("#you-menu")).to_be_visible()
    assert told(looked, axe) == []
    looked.page.keyboard.press("Escape")
    expect(looked.page.locator("#you-menu")).to_be_hidden()
    expect(name).to_be_focused()
    looked.page.keyboard.press("Enter")
    looked.page.locator("#you-menu").get_by_role("button", name="Dark").click()
    expect(looked.page.locator("html")).to_have_attribute("data-theme", "dark")
    looked.page.set_viewport_size({"width": 390, "height": 844})
    looked.page.get_by_role("button", name="More").click()
    expect(looked.page.locator("#more-menu")).to_be_visible()
    assert told(looked, axe) == []
    looked.page.locator("#more-menu").get_by_role("link", name="Settings").click()
    expect(looked.page.get_by_role("heading", name="Settings")).to_be_visible()

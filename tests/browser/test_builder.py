"""The builder and the wizard in a real browser: by a campaign manager, beside another one, while a broadcast goes out, without scripts."""

import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Locator, Route, expect

from tests.browser.conftest import Looked
from tests.browser.test_every_page import troubles

pytestmark = pytest.mark.xdist_group("browser")
SHOTS = Path(__file__).parents[2] / "var" / "screenshots"
LATER = 30_000


def planned(looked: Looked, name: str) -> str:
    """Make a campaign in the sandbox, which stands in for the provider's tool; return its ID."""
    body = {"name": name, "text": f"{name}: reply YES. STOP to opt out.", "list_size": 3}
    made: dict[str, Any] = httpx.post(f"{looked.site.sandbox}/sandbox/campaigns", json=body, timeout=10).raise_for_status().json()
    return str(made["id"])


def begin(looked: Looked, name: str) -> None:
    """Add a campaign without an end, and go to its page."""
    looked.go("/campaigns/new/")
    looked.page.get_by_label("Name").fill(name)
    looked.page.get_by_label("No end date").check()
    looked.page.get_by_role("button", name="Add campaign").click()
    expect(looked.page.get_by_role("heading", level=1)).to_have_text(name)


def chip(looked: Looked) -> Locator:
    """Return the state beside the heading."""
    return looked.page.locator(".page-head .chip").first


def picture(looked: Looked, name: str) -> None:
    """Keep a picture of the page for those who look at the run."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    looked.page.screenshot(path=SHOTS / f"{name}.png", full_page=True)


def test_from_nothing_to_published_and_back(looked: Looked, axe: str) -> None:
    page, planned_id = looked.page, planned(looked, "Autumn check")
    looked.sign_in("Cam")
    looked.go("/campaigns/")
    page.get_by_role("link", name="New campaign").click()
    page.get_by_label("Name").fill("Autumn check")
    page.get_by_role("button", name="Add campaign").click()
    expect(page.get_by_text("Choose the last day, or tick that there is no end date.")).to_be_visible()
    expect(page.get_by_label("Last day")).to_be_focused()
    expect(page.get_by_label("Name")).to_have_value("Autumn check")
    looked.complaints.clear()  # the browser tells of the 422
    page.get_by_label("No end date").check()
    expect(page.get_by_label("Last day")).to_be_disabled()
    assert troubles(looked, axe) == []
    page.get_by_role("button", name="Add campaign").click()
    expect(chip(looked)).to_have_text("Draft")
    expect(page.locator("#checks")).to_contain_text("Publishing needs an engagement with an entry point.")
    page.get_by_role("link", name="Add engagement").click()
    page.get_by_label("Campaign ID, address of its page, or number").fill(f"{looked.site.sandbox}/campaigns/{planned_id}/edit")
    expect(page.locator("#taken")).to_contain_text(f"Campaign ID {planned_id}, taken from the address.")
    expect(page.locator("#guard-points")).to_contain_text(f"CM has never told of {planned_id}.")
    page.get_by_label("Note to agents").fill("Book it under AUTUMN.")
    expect(page.locator("#preview")).to_contain_text("Book it under AUTUMN.")
    expect(page.get_by_label("Note to agents")).to_be_focused()
    expect(page.locator("#guard-note")).to_be_empty()
    assert troubles(looked, axe) == []
    picture(looked, "wizard")
    page.get_by_role("button", name="Add engagement").click()
    expect(page.locator(".engagement")).to_contain_text(planned_id)
    assert troubles(looked, axe) == []
    picture(looked, "builder")
    page.get_by_role("button", name="Publish").click()
    expect(chip(looked)).to_have_text("Live")
    page.get_by_role("button", name="Pause").click()
    expect(chip(looked)).to_have_text("Paused")
    page.get_by_role("status").get_by_role("button", name="Undo").click()
    expect(chip(looked)).to_have_text("Live")
    page.get_by_role("link", name="Versions").click()
    expect(page.get_by_role("main")).to_contain_text("Paused")
    assert troubles(looked, axe) == []
    picture(looked, "versions")


def test_warnings_follow_what_is_typed_and_the_hand_stays_where_it_is(looked: Looked) -> None:
    page = looked.page
    looked.sign_in("Cam")
    looked.go("/campaigns/")
    page.locator("a.campaign-name >> text=Tyre swap").first.click()
    expect(page.get_by_role("button", name="Save and apply now")).to_be_visible()
    expect(page.locator("#frame-told")).to_contain_text("This frame is over since")
    page.get_by_label("No end date").check()
    expect(page.locator("#frame-told")).not_to_contain_text("This frame is over since")
    expect(page.locator("#frame-told")).to_contain_text("No end")
    expect(page.get_by_label("No end date")).to_be_focused()
    page.get_by_label("No end date").uncheck()
    page.get_by_label("Last day").fill("2020-01-01")
    page.get_by_label("Name").focus()
    page.get_by_label("Name").fill("Typed meanwhile")
    page.wait_for_load_state("networkidle")
    expect(page.get_by_label("Name")).to_have_value("Typed meanwhile")
    expect(page.get_by_label("Name")).to_be_focused()
    looked.go("/campaigns/?find=Typed")
    expect(page.get_by_text("No campaign is like that.")).to_be_visible()


def test_what_is_typed_before_the_scripts_are_there_is_checked_too(looked: Looked) -> None:
    page, held = looked.page, list[Route]()
    looked.sign_in("Cam")
    begin(looked, "Slow line")
    page.get_by_role("link", name="Add engagement").click()
    expect(page.get_by_label("Note to agents")).to_be_visible()
    page.route(re.compile(r"/htmx\.js"), lambda route: held.append(route))  # noqa: PLW0108 - a built-in method cannot be marked as Playwright does
    page.goto(page.url, wait_until="commit")
    page.get_by_label("Campaign ID, address of its page, or number").fill(f"{looked.site.sandbox}/campaigns/731/edit")
    for route in held:
        route.continue_()
    assert held
    expect(page.locator("#taken")).to_contain_text("Campaign ID 731, taken from the address.", timeout=LATER)


def test_two_at_once_see_each_others_change(looked: Looked, second: Looked) -> None:
    looked.sign_in("Cam")
    second.sign_in("Ana")
    begin(looked, "Shared")
    second.page.goto(looked.page.url)
    second.page.get_by_label("How many").fill("40")
    second.page.get_by_role("button", name="Save draft").click()
    expect(second.page.get_by_role("status").filter(has_text="Saved")).to_be_visible()
    looked.page.get_by_label("Name").fill("Shared by two")
    looked.page.get_by_role("button", name="Save draft").click()
    expect(looked.page.get_by_role("alert")).to_contain_text("How many: none is now 40")
    looked.complaints.clear()  # the browser tells of the 422
    expect(looked.page.get_by_label("Name")).to_have_value("Shared by two")
    picture(looked, "builder-stale")
    looked.page.get_by_role("button", name="Save draft").click()
    expect(looked.page.get_by_role("heading", level=1)).to_have_text("Shared by two")


def test_a_broadcast_of_a_paused_campaign_is_told_while_one_looks(looked: Looked) -> None:
    page, planned_id = looked.page, planned(looked, "Winter check")
    looked.sign_in("Cam")
    begin(looked, "Winter check")
    campaign = page.url
    page.get_by_role("link", name="Add engagement").click()
    page.get_by_label("Campaign ID, address of its page, or number").fill(planned_id)
    page.get_by_role("button", name="Add engagement").click()
    page.get_by_role("button", name="Publish").click()
    page.get_by_role("button", name="Pause").click()
    expect(chip(looked)).to_have_text("Paused")
    httpx.post(f"{looked.site.sandbox}/sandbox/campaigns/{planned_id}/sending", json={}, timeout=10).raise_for_status()
    expect(page.locator("#live")).to_contain_text(re.compile(r"Winter check goes out: \d texts? since"), timeout=LATER)
    assert page.url == campaign
    picture(looked, "builder-attention")
    looked.go("/campaigns/")
    expect(page.locator("tbody tr").first).to_contain_text("goes out")
    picture(looked, "outbound")


def test_without_scripts(looked: Looked) -> None:
    browser = looked.page.context.browser
    assert browser is not None
    context = browser.new_context(java_script_enabled=False)
    plain = Looked(context.new_page(), looked.site)
    plain.sign_in("Cam")
    begin(plain, "Plain")
    plain.page.get_by_role("link", name="Add engagement").click()
    plain.page.get_by_label("Campaign ID, address of its page, or number").fill("777001")
    plain.page.get_by_role("button", name="Check without saving").click()
    expect(plain.page.locator("#guard-points")).to_contain_text("CM has never told of 777001.")
    plain.page.get_by_role("button", name="Add engagement").click()
    plain.page.get_by_role("button", name="Publish").click()
    expect(chip(plain)).to_have_text("Live")
    plain.page.get_by_role("link", name="Edit Plain").click()
    plain.page.get_by_role("button", name="Switch off").click()
    expect(plain.page.get_by_role("status")).to_contain_text("Plain is switched off.")
    plain.page.get_by_role("status").get_by_role("button", name="Undo").click()
    expect(plain.page.get_by_role("status")).to_contain_text("Plain is switched on.")
    context.close()

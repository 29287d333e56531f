"""Building, saving, sharing and exporting a report in a real browser; every picture in both themes."""

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import Looked
from tests.browser.desk import PHONES, write

pytestmark = pytest.mark.xdist_group("browser")
SHOTS = Path(__file__).parents[2] / "var" / "screenshots"
PICTURES = {
    "lines": "metric=responders&metric=response_rate&by=campaign&range=all",
    "bars": "metric=replies&by=verdict&picture=bars&range=all",
    "stacked": "metric=replies&by=verdict&picture=stacked&range=all",
    "funnel": "picture=funnel&range=all",
    "heat": "metric=replies&by=&picture=heat&range=all",
}
PATIENCE_SECONDS = 60
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def drawn(page: Page) -> str:
    """Return what the picture's marks look like, once it is drawn."""
    expect(page.locator("[data-chart][data-ready] svg")).to_be_visible()
    return page.locator("[data-chart] svg").inner_html()


def total(page: Page) -> str:
    return page.locator("table.table").first.locator("tfoot td").first.inner_text()


@pytest.mark.parametrize("picture", PICTURES)
def test_a_picture_is_drawn_in_both_themes(looked: Looked, picture: str) -> None:
    looked.sign_in("Cam")
    SHOTS.mkdir(parents=True, exist_ok=True)
    seen = {}
    for scheme in SCHEMES:
        looked.page.emulate_media(color_scheme=scheme)
        looked.go(f"/analytics/?{PICTURES[picture]}")
        seen[scheme] = drawn(looked.page)
        looked.page.screenshot(path=SHOTS / f"analytics-{picture}-{scheme}.png")
    assert seen["light"] != seen["dark"]
    looked.page.emulate_media(color_scheme="light")
    expect(looked.page.locator("[data-chart] svg")).to_be_visible()
    looked.page.wait_for_function("light => document.querySelector('[data-chart] svg').innerHTML !== light", arg=seen["dark"])


def test_a_tooltip_is_made_of_elements(looked: Looked) -> None:
    looked.sign_in("Cam")
    looked.go(f"/analytics/?{PICTURES['heat']}")
    drawn(looked.page)
    box = looked.page.locator("[data-chart]").bounding_box()
    assert box
    looked.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 3)
    expect(looked.page.locator(".drawing-tip")).to_contain_text(":00")


def test_numbers_of_today_follow_and_never_under_the_hand(looked: Looked) -> None:
    """A reply comes in: the table and the picture are brought up to date, though not while the pointer is in them."""
    page = looked.page
    page.clock.install()
    looked.sign_in("Cam")
    looked.go("/analytics/?metric=replies&by=verdict&picture=bars&range=today")
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    before = int(total(page).replace(",", "")) if page.locator("table.table").count() else 0
    page.locator("h1").hover()
    write(looked.site, next(PHONES), "One more for today")
    until(page, lambda: page.locator("table.table").count() == 1 and total(page) == str(before + 1))
    drawing = drawn(page)
    assert page.locator("[data-chart] svg").count() == 1
    page.locator("table.table").hover()
    write(looked.site, next(PHONES), "And another")
    with page.expect_response(lambda answer: "/analytics/" in answer.url):
        page.clock.run_for(16_000)
    assert total(page) == str(before + 1)
    page.locator("h1").hover()
    until(page, lambda: total(page) == str(before + 2))
    expect(page.locator("[data-chart] svg")).to_have_count(1)
    assert drawn(page) != drawing


def test_days_that_are_over_stay_as_they_are(looked: Looked) -> None:
    looked.sign_in("Cam")
    looked.go("/analytics/?metric=replies&first=2026-01-01&last=2026-01-31")
    expect(looked.page.get_by_text("Live", exact=True)).to_have_count(0)
    assert looked.page.locator("#live[data-often]").count() == 0


def until(page: Page, holds: Callable[[], bool]) -> None:
    """Let the page's clock go until something holds, however long the machine takes for it."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        page.clock.run_for(16_000)
        page.wait_for_timeout(200)
        if holds():
            return
    pytest.fail("the page did not follow")


def test_built_by_keyboard_saved_shared_and_found_by_another(looked: Looked, second: Looked) -> None:
    looked.sign_in("Cam")
    looked.go("/analytics/?metric=sent&by=campaign&range=all")
    page = looked.page
    page.get_by_text("Add metric").focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name=re.compile("^Handled Conversations with")).click()
    page.wait_for_url(re.compile("metric=sent&metric=handled"))
    expect(page.get_by_role("columnheader", name="Handled")).to_be_visible()
    page.get_by_role("link", name="Move Handled up").click()
    page.wait_for_url(re.compile("metric=handled&metric=sent"))
    page.go_back()
    page.wait_for_url(re.compile("metric=sent&metric=handled"))
    page.locator(".pick").get_by_role("link", name="Sent", exact=True).focus()
    expect(page.get_by_role("tooltip").filter(has_text="texts that the provider says it sent")).to_be_visible()
    counted = total(page)
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_label("Name").first.fill("Handled by campaign")
    page.get_by_role("button", name="Save report").click()
    expect(page.get_by_role("status").filter(has_text="Handled by campaign is saved.")).to_be_visible()
    path = re.sub(r"^https?://[^/]+", "", page.url)
    second.sign_in("Ana")
    second.go("/analytics/reports/")
    second.page.get_by_role("link", name="Handled by campaign").click()
    expect(second.page.get_by_role("heading", name="Handled by campaign")).to_be_visible()
    assert re.sub(r"^https?://[^/]+", "", second.page.url) == path
    assert total(second.page) == counted
    page.get_by_role("button", name="Rename or share").click()
    page.get_by_role("button", name="Remove report").click()
    expect(page.get_by_role("status").filter(has_text="is removed")).to_be_visible()
    page.get_by_role("button", name=re.compile("Undo")).click()
    expect(page.get_by_role("heading", name="Handled by campaign")).to_be_visible()


def test_exported_as_it_stands(looked: Looked) -> None:
    looked.sign_in("Cam")
    looked.go("/analytics/?metric=sent&by=campaign&range=all")
    counted = total(looked.page)
    looked.page.get_by_role("button", name="Export").click()
    with looked.page.expect_download() as waiting:
        looked.page.get_by_role("link", name=re.compile("CSV, exact")).click()
    lines = Path(waiting.value.path()).read_text().splitlines()
    assert lines[0] == "campaign,campaign_id,sent"
    assert sum(int(line.rpartition(",")[2]) for line in lines[1:]) == int(counted.replace(",", ""))


def test_days_of_ones_own_and_a_filter_without_scripts(looked: Looked) -> None:
    browser = looked.page.context.browser
    assert browser is not None
    context: BrowserContext = browser.new_context(java_script_enabled=False)
    plain = Looked(context.new_page(), looked.site)
    plain.sign_in("Cam")
    plain.go("/analytics/?metric=replies&by=verdict&range=all")
    everything = int(total(plain.page))
    plain.page.get_by_text("Add filter").click()
    plain.page.get_by_role("link", name="Verdict", exact=True).click()
    plain.page.get_by_role("checkbox", name="Linked by campaign ID").check()
    plain.page.get_by_role("button", name="Show only these").click()
    plain.page.wait_for_url(re.compile("verdict=linked_by_campaign_id"))
    assert 0 < int(total(plain.page)) < everything
    plain.page.get_by_role("button", name="Custom").click()
    plain.page.get_by_label("First day").fill("2020-01-01")
    plain.page.get_by_label("Last day, included").fill("2020-01-31")
    plain.page.get_by_role("button", name="Show these days").click()
    expect(plain.page.get_by_text("Nothing was counted: 1 January 2020")).to_be_visible()
    context.close()

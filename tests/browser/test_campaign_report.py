"""A campaign's report in a real browser: looked at in both themes, drilled into, taken along, live while a broadcast runs, printed."""

import re
from pathlib import Path
from typing import Literal

import httpx
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Looked
from tests.browser.test_builder import LATER, begin
from tests.browser.test_every_page import troubles

pytestmark = pytest.mark.xdist_group("browser")
SHOTS = Path(__file__).parents[2] / "var" / "screenshots"
PHONES = ("+31600000771", "+31600000772", "+31600000773")
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def report(looked: Looked, name: str = "Tyre swap") -> str:
    """Return the address of a campaign's report, by the way that leads there."""
    looked.go("/campaigns/")
    row = looked.page.locator("tr", has=looked.page.get_by_role("link", name=name, exact=True))
    return str(row.get_by_role("link", name=f"Report of {name}").get_attribute("href"))


def test_it_is_drawn_in_both_themes_at_every_width_and_axe_finds_nothing(looked: Looked, axe: str) -> None:
    looked.sign_in("Cam")
    address = report(looked)
    SHOTS.mkdir(parents=True, exist_ok=True)
    for path, name in (
        (address, "report"),
        (f"{address}replies/", "report-replies"),
        (f"{address}sent/?first=2020-01-01&last=2020-01-02", ""),
    ):
        looked.go(path)
        looked.page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        assert troubles(looked, axe) == [], path
        for scheme in SCHEMES if name else ():
            looked.page.emulate_media(color_scheme=scheme)
            looked.page.screenshot(path=SHOTS / f"{name}-{scheme}.png", full_page=True)


def test_pictures_take_the_colours_of_the_theme(looked: Looked) -> None:
    looked.sign_in("Cam")
    looked.go(report(looked))
    seen = set()
    for scheme in SCHEMES:
        looked.page.emulate_media(color_scheme=scheme)
        seen.add(looked.page.locator(".chart-bar").first.evaluate("bar => getComputedStyle(bar).fill"))
    assert len(seen) == 2


def test_every_number_of_the_demo_leads_to_as_many_rows(looked: Looked) -> None:
    looked.sign_in("Cam")
    page = looked.page
    looked.go(report(looked))
    page.locator("summary", has_text="Replies by hour of the week").click()
    found = page.locator("a.figure").evaluate_all("all => all.map((one) => [one.getAttribute('href'), one.textContent])")
    assert len(found) > 30
    for to, text in found:
        looked.go(to)
        expect(page.locator(".report-number")).to_have_text(re.compile(rf"^(EUR )?{re.escape(text)}$"))
        if "goal_value" not in to:
            expect(page.locator("tbody tr")).to_have_count(int(text))


def test_one_click_from_an_unlinked_reply_to_why_by_keyboard(looked: Looked) -> None:
    looked.sign_in("Cam")
    page = looked.page
    looked.go(report(looked))
    page.get_by_role("link", name="See them, and why").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Replies")).to_be_visible()
    page.get_by_role("link", name="Why", exact=True).first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/why/$"))


def test_a_list_is_taken_along_as_a_file(looked: Looked) -> None:
    looked.sign_in("Cam")
    page = looked.page
    looked.go(f"{report(looked)}opt_outs/")
    rows = page.locator("tbody tr").count()
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="CSV, exact").click()
    lines = Path(waiting.value.path()).read_text().splitlines()
    assert waiting.value.suggested_filename.endswith("opt_outs-exact.csv")
    assert lines[0].startswith("at,phone,text,")
    assert len(lines) == rows + 1 > 1


def published(looked: Looked, name: str) -> str:
    """Publish a campaign for a broadcast of the sandbox that is not sent yet; return the broadcast's ID."""
    body = {"name": name, "text": f"{name}: reply YES.", "numbers": list(PHONES)}
    planned = httpx.post(f"{looked.site.sandbox}/sandbox/campaigns", json=body, timeout=10).raise_for_status().json()
    begin(looked, name)
    looked.page.get_by_role("link", name="Add engagement").click()
    looked.page.get_by_label("Campaign ID, address of its page, or number").fill(planned["id"])
    looked.page.get_by_role("button", name="Add engagement").click()
    looked.page.get_by_role("button", name="Publish").click()
    expect(looked.page.get_by_role("button", name="Pause")).to_be_visible()
    return str(planned["id"])


def says(looked: Looked, phone: str, text: str) -> None:
    httpx.post(f"{looked.site.sandbox}/sandbox/handsets/{phone}/replies", json={"text": text}, timeout=10).raise_for_status()


def test_it_is_live_while_a_broadcast_runs_and_what_was_opened_stays_open(looked: Looked) -> None:
    looked.sign_in("Cam")
    page, external = looked.page, published(looked, "Live report")
    page.get_by_role("link", name="Report", exact=True).click()
    expect(page.get_by_text("Nothing sent yet")).to_be_visible()
    httpx.post(f"{looked.site.sandbox}/sandbox/campaigns/{external}/sending", json={}, timeout=10).raise_for_status()
    expect(page.locator(".funnel-value").first).to_have_text("3", timeout=LATER)
    says(looked, PHONES[0], "Yes")
    expect(page.locator(".funnel-value").nth(2)).to_have_text("1", timeout=LATER)
    page.locator("summary", has_text="Replies over time").click()
    page.mouse.move(1, 1)
    page.evaluate("document.activeElement.blur()")
    says(looked, PHONES[1], "Me too")
    expect(page.locator(".funnel-value").nth(2)).to_have_text("2", timeout=LATER)
    expect(page.locator("#steps-time table")).to_be_visible()
    expect(page.locator("#steps-time tbody td").first).to_have_text("2")


def test_on_paper_there_is_what_was_counted(looked: Looked) -> None:
    looked.sign_in("Cam")
    looked.go(report(looked))
    looked.page.emulate_media(media="print")
    for hidden in ("nav.nav", ".report-filters", ".page-actions"):
        expect(looked.page.locator(hidden).first).to_be_hidden()
    expect(looked.page.locator(".chart").first).to_be_visible()
    expect(looked.page.locator("#steps-time table")).to_be_visible()
    assert looked.page.pdf().startswith(b"%PDF")

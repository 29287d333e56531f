"""Finding a conversation and its consumer in a real browser: the number stays out of the address, axe and the console stay quiet."""

import re

import httpx
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Looked
from tests.browser.test_every_page import troubles

pytestmark = pytest.mark.xdist_group("browser")
PHONE = "+31600000402"


@pytest.fixture
def written(looked: Looked) -> None:
    """Have a consumer write of something that nobody else writes of."""
    url = f"{looked.site.sandbox}/sandbox/handsets/{PHONE}/replies"
    httpx.post(url, json={"text": "My Citroën's carburettor whistles"}, timeout=10).raise_for_status()
    looked.sign_in("Sol")
    looked.go("/conversations/?state=queued")
    expect(looked.page.locator("a.conversation-line").filter(has_text="carburettor")).to_be_visible()


@pytest.mark.usefixtures("written")
def test_from_a_part_of_a_number_to_everything_of_a_consumer(looked: Looked, axe: str) -> None:
    page = looked.page
    looked.go("/conversations/")
    page.get_by_label("Phone, any part").fill("0000402")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/conversations/\?kept="))
    assert "402" not in page.url.partition("kept=")[0]
    expect(page.locator("a.conversation-line")).to_have_count(1)
    expect(page.get_by_label("Phone, any part")).to_have_value("0000402")
    page.get_by_label("Phone, any part").fill("")
    page.get_by_label("Words").fill("citroen whistle")
    page.get_by_role("button", name="Search").click()
    expect(page.locator("a.conversation-line mark").first).to_be_visible()
    assert troubles(looked, axe) == []
    page.locator("a.conversation-line").click()
    page.get_by_role("link", name="Everything of this consumer").click()
    expect(page.get_by_role("heading", name="May they be messaged?")).to_be_visible()
    page.get_by_role("link", name="Replies", exact=True).click()
    expect(page.get_by_role("table")).to_contain_text("carburettor")
    assert troubles(looked, axe) == []
    page.get_by_role("link", name="Conversions", exact=True).click()
    assert troubles(looked, axe) == []


@pytest.mark.usefixtures("written")
def test_what_cannot_be_sought_is_said_beside_its_field(looked: Looked, axe: str) -> None:
    looked.go("/conversations/")
    looked.page.get_by_text("More to search by").click()
    looked.page.get_by_label("Phone, any part").fill("06")
    looked.page.get_by_role("button", name="Search").click()
    expect(looked.page.get_by_text("Type at least three digits of the number.")).to_be_visible()
    expect(looked.page.get_by_label("Phone, any part")).to_have_attribute("aria-invalid", "true")
    looked.complaints.clear()  # the browser tells of every 422
    assert troubles(looked, axe) == []

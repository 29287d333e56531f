"""Dry run, entry points, relinking and long work in a real browser, with the worker that really runs."""

import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.browser.conftest import Looked
from tests.browser.test_every_page import troubles

pytestmark = pytest.mark.xdist_group("browser")
PHONE, CAMPAIGN, OTHER = "+31600000777", "482138", "990777"
LONG = 45_000


@pytest.fixture
def cam(looked: Looked) -> Iterator[Looked]:
    """Sign Cam in. The browser says that a form was refused, and that the focus is in it already: neither is a complaint."""
    looked.sign_in("Cam")
    yield looked
    looked.complaints[:] = [one for one in looked.complaints if not re.search(r"status of (409|422) |^info: Autofocus", one)]


def test_a_dry_run_by_keyboard_alone(cam: Looked, axe: str) -> None:
    page = cam.page
    cam.go("/dry-run/")
    expect(page.get_by_label("Phone number that replies")).to_be_focused()
    page.keyboard.type("06-00000778")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Phone number that replies")).to_be_focused()
    expect(page.get_by_label("Phone number that replies")).to_have_value("06-00000778")
    assert troubles(cam, axe) == []
    page.get_by_label("Phone number that replies").fill("0031 6 00000778")
    page.get_by_label("Campaign ID that the reply carries").fill(CAMPAIGN)
    page.keyboard.press("Enter")
    heading = page.get_by_role("heading", name="It would be linked to Spring check-up")
    expect(heading).to_be_focused()
    expect(page.get_by_text("Chosen.")).to_be_visible()
    assert "778" not in page.url
    assert troubles(cam, axe) == []


def test_the_pages_are_in_order(cam: Looked, axe: str) -> None:
    found = {}
    paths = ["/entry-points/", "/entry-points/?find=nothing", "/entry-points/new/", "/notices/upload/", "/tasks/"]
    cam.go("/entry-points/")
    paths.append(str(cam.page.locator(".entry-points th a").first.get_attribute("href")))
    for path in paths:
        cam.go(path)
        if wrong := troubles(cam, axe):
            found[path] = wrong
    assert found == {}


def test_what_began_unlinked_is_relinked_while_one_watches(cam: Looked, axe: str) -> None:
    page = cam.page
    uploaded(cam, f"phone;text;external_campaign\n{PHONE};Time for your check-up;{OTHER}\nnobody;x;{OTHER}\n")
    replied(cam, "Is it free?")
    other_value(cam, CAMPAIGN, OTHER)
    try:
        expect(page.get_by_text("1 conversation began unlinked.")).to_be_visible()
        page.get_by_role("link", name="Look at them and relink").click()
        expect(page.get_by_text("“Is it free?”")).to_be_visible()
        assert troubles(cam, axe) == []
        page.get_by_role("button", name="Relink 1 conversation").click()
        expect(page.get_by_text("1 conversation is linked now.")).to_be_visible(timeout=LONG)
        assert troubles(cam, axe) == []
        cam.go("/tasks/")
        expect(page.get_by_text("Relinking conversations").first).to_be_visible()
        assert troubles(cam, axe) == []
    finally:
        other_value(cam, OTHER, CAMPAIGN)


def uploaded(cam: Looked, table: str) -> None:
    """Upload notices, watch until that is done, and fetch what could not be taken."""
    page = cam.page
    cam.go("/notices/upload/")
    file: FilePayload = {"name": "notices.csv", "mimeType": "text/csv", "buffer": table.encode()}
    page.set_input_files("#file", files=file)
    page.get_by_role("button", name="Upload", exact=True).click()
    expect(page.get_by_text("1 notice stored, 1 line not taken.")).to_be_visible(timeout=LONG)
    with page.expect_download() as fetched:
        page.get_by_role("link", name="errors.csv").click()
    assert fetched.value.path().read_text().splitlines()[1].startswith("3,")


def replied(cam: Looked, words: str) -> None:
    """Have the consumer answer, and wait until the conversation is there, unlinked."""
    url = f"{cam.site.sandbox}/sandbox/handsets/{PHONE}/replies"
    httpx.post(url, json={"text": words}, timeout=10).raise_for_status()
    cam.go("/conversations/?state=all")
    expect(cam.page.locator("a.conversation-line").filter(has_text=words)).to_be_visible()


def other_value(cam: Looked, value: str, other: str) -> None:
    """Give the entry point of Spring check-up another value: it says what that changes, and asks."""
    page: Page = cam.page
    cam.go(f"/entry-points/?find={value}")
    page.get_by_role("link", name=value, exact=True).click()
    page.get_by_label("Campaign ID").fill(other)
    page.get_by_role("button", name="Save and apply now").click()
    expect(page.get_by_text("This changes 1 engagement.")).to_be_visible()
    page.get_by_label("Yes, change it for all of them, at once").check()
    page.get_by_role("button", name="Save and apply now").click()
    expect(page.get_by_role("heading", name=other)).to_be_visible()

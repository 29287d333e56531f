"""Data sources in a browser: connect, paste by keyboard, watch a webhook turn green or be refused, try a text; axe, themes, widths."""

import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Looked
from tests.browser.test_every_page import troubles

pytestmark = pytest.mark.xdist_group("browser")
SOON = 15_000
PHONE = "+31600000402"


@pytest.fixture
def ana(looked: Looked) -> Looked:
    looked.sign_in("Ana")
    return looked


@pytest.fixture
def connected(ana: Looked) -> Iterator[str]:
    """Connect a source by the form, for one test; return the address of its page."""
    page = ana.page
    ana.go("/sources/")
    page.get_by_role("link", name="Connect CM").click()
    page.get_by_label("Name", exact=True).fill("CM Belgium")
    page.get_by_label("Product token").fill("a token of the tests")
    page.get_by_label("Numbers").fill("0031 97 0000 4499\nNoordgarage")
    page.get_by_role("button", name="Connect CM").click()
    page.wait_for_url(re.compile(r"/sources/\d+/$"))
    url = page.url.removeprefix(ana.site.url)
    yield url
    ana.go(f"{url}disconnection/")
    if page.get_by_label(re.compile("to disconnect it")).count():
        page.get_by_label(re.compile("to disconnect it")).fill("CM Belgium")
    page.get_by_role("button", name="Disconnect CM Belgium").click()
    expect(page.get_by_role("status").filter(has_text="CM Belgium is disconnected.")).to_be_visible()


def test_a_source_is_connected_and_heard_while_one_watches(ana: Looked, connected: str, axe: str) -> None:
    page = ana.page
    expect(page.locator("code", has_text="+319700004499")).to_be_visible()
    expect(page.locator("#token")).to_contain_text(re.compile("Refused|Confirmed"), timeout=SOON)
    expect(page.locator("#notice-heard")).to_contain_text("Not heard yet")
    notice_url, token = page.locator("#notice-url").input_value(), page.locator("#notice-token").input_value()
    notice = {"to": PHONE, "from": "+319700004499", "body": "Your parcel is on its way.", "customGrouping": "482190"}
    refused = httpx.post(notice_url, json=notice | {"webhooktoken": "wrong"}, timeout=10)
    assert refused.status_code == 401
    expect(page.locator("#notice-heard")).to_contain_text("Refused: wrong notice token", timeout=SOON)
    httpx.post(notice_url, json=notice | {"webhooktoken": token}, timeout=10).raise_for_status()
    expect(page.locator("#notice-heard")).to_contain_text("Heard", timeout=SOON)
    expect(page.locator("#notice-heard")).to_have_attribute("data-state", "heard")
    expect(page.locator("#heard")).to_contain_text("Your parcel is on its way.", timeout=SOON)
    wrong = {}
    for path in (connected, f"{connected}edit/", f"{connected}campaigns/"):
        ana.go(path)
        wrong[path] = troubles(ana, axe)
    assert wrong == {path: [] for path in wrong}


def test_addresses_are_copied_by_keyboard(ana: Looked, connected: str) -> None:
    ana.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ana.go(connected)
    button = ana.page.get_by_role("button", name="Copy the address for replies")
    button.focus()
    ana.page.keyboard.press("Enter")
    expect(ana.page.locator("[data-copy=reply-url]")).to_contain_text("Copied")
    expect(button.or_(ana.page.locator("[data-copy=reply-url]"))).to_be_focused()
    assert ana.page.evaluate("navigator.clipboard.readText()") == ana.page.locator("#reply-url").input_value()


def test_a_test_text_arrives_and_what_is_typed_stays(ana: Looked) -> None:
    page = ana.page
    ana.go("/sources/")
    page.locator("h3").get_by_role("link", name="CM", exact=True).click()
    page.get_by_label("To", exact=True).fill("12345")
    page.get_by_label("Text", exact=True).fill("Typed with care")
    page.get_by_role("button", name="Send the test text").click()
    expect(page.get_by_label("To", exact=True)).to_be_focused()
    expect(page.get_by_text("Write the number of a telephone with its country")).to_be_visible()
    expect(page.get_by_label("Text", exact=True)).to_have_value("Typed with care")
    page.get_by_label("To", exact=True).fill(PHONE)
    page.get_by_role("button", name="Send the test text").click()
    expect(page.locator("#trials")).to_contain_text("Delivered", timeout=SOON)
    page.get_by_label("Text", exact=True).fill("What is typed while news comes in")
    httpx.post(f"{ana.site.sandbox}/sandbox/handsets/{PHONE}/replies", json={"text": "STOP"}, timeout=10).raise_for_status()
    expect(page.get_by_label("Text", exact=True)).to_have_value("What is typed while news comes in")
    page.get_by_label("To", exact=True).fill(PHONE)
    page.wait_for_timeout(500)  # the line has taken the stop word
    page.get_by_role("button", name="Send the test text").click()
    expect(page.get_by_text("This number opted out")).to_be_visible()
    ana.complaints.clear()  # the browser says that an answer was 409 and 422


def test_every_page_of_sources(ana: Looked, axe: str) -> None:
    wrong = {}
    for path in ("/sources/", "/sources/new/?app=cm", "/sources/1/disconnection/", "/sources/1/campaigns/?ignored=1"):
        ana.go(path)
        wrong[path] = troubles(ana, axe)
    assert wrong == {path: [] for path in wrong}


def test_without_scripts_a_source_can_be_connected(ana: Looked) -> None:
    browser = ana.page.context.browser
    assert browser is not None
    context = browser.new_context(java_script_enabled=False)
    plain = Looked(context.new_page(), ana.site)
    plain.sign_in("Ana")
    plain.go("/sources/new/?app=cm")
    plain.page.get_by_label("Name", exact=True).fill("CM")
    plain.page.get_by_label("Product token").fill("typed")
    plain.page.get_by_label("Numbers").fill("+31970000450")
    plain.page.get_by_role("button", name="Connect CM").click()
    expect(plain.page.get_by_text("There is a source CM already")).to_be_visible()
    expect(plain.page.get_by_label("Numbers")).to_have_value("+31970000450")
    context.close()

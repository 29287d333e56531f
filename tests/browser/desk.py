"""What tests of the workspace do in a browser: write as a consumer, take and close conversations, compare a page with a fresh one."""

import itertools
import re
import time

import httpx
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Looked, Site

PHONES = (f"+316123405{number:02}" for number in itertools.count(1))
STREAMS = "window.streams = []; window.EventSource = class extends EventSource { constructor(from) { super(from); streams.push(this); } };"
SLEEP = "() => streams.forEach(one => one.close())"
WAKE = """() => {
    const now = Date.now;
    Date.now = () => now() + 600000;
    document.dispatchEvent(new Event('visibilitychange'));
}"""
SHOWN = """region => {
    const copy = document.querySelector(region).cloneNode(true);
    for (const made of copy.querySelectorAll('[hx-morph-skip], input[type=hidden], progress, [data-lost]')) made.remove();
    for (const one of [copy, ...copy.querySelectorAll('*')])
        for (const name of ['data-live', 'data-htmx-powered', 'hidden', 'class', 'data-soon']) one.removeAttribute(name);
    return copy.outerHTML.replace(/\\s+/g, ' ').replace(/\\b\\d+ (s|min|h|days?)\\b( \\d+ min)?/g, 'a while');
}"""
CATCHING_UP_SECONDS = 10


def write(site: Site, phone: str, text: str) -> None:
    """Have a consumer write."""
    httpx.post(f"{site.sandbox}/sandbox/handsets/{phone}/replies", json={"text": text}, timeout=10).raise_for_status()


def row(page: Page, text: str) -> Locator:
    return page.locator("#mine a.conversation").filter(has_text=text)


def begin(looked: Looked, text: str) -> str:
    """Have somebody new write, and let who looks have the conversation; return the number."""
    phone = next(PHONES)
    write(looked.site, phone, text)
    looked.go("/conversations/?state=queued")
    looked.page.locator("a.conversation-line").filter(has_text=text).click()
    looked.page.get_by_role("button", name="Take", exact=True).click()
    expect(looked.page.locator("#open .chip").filter(has_text="Yours").first).to_be_visible()
    looked.page.wait_for_load_state()
    return phone


def close_all(looked: Looked) -> None:
    """Close every conversation of who looks."""
    looked.go("/workspace/")
    for href in [one.get_attribute("href") for one in looked.page.locator("#mine a.conversation").all()]:
        looked.go(str(href))
        looked.page.get_by_role("button", name="Close", exact=True).click()
        looked.page.get_by_role("button", name="Close conversation").click()
        looked.page.wait_for_load_state()


def place_of(page: Page) -> str:
    """Return the address of a page within its site."""
    return re.sub("^https?://[^/]+", "", page.url)


def equal_fresh(page: Page) -> None:
    """Hold what a page shows against the same page, loaded now: it may take a moment to catch up, and nothing helps it."""
    expect(page.locator("[data-lost]:visible")).to_have_count(0)
    fresh = page.context.new_page()
    for region in ("#mine", "#open"):
        deadline = time.monotonic() + CATCHING_UP_SECONDS
        fresh.goto(page.url)
        while page.evaluate(SHOWN, region) != fresh.evaluate(SHOWN, region) and time.monotonic() < deadline:
            page.wait_for_timeout(300)
            fresh.goto(page.url)
        assert page.evaluate(SHOWN, region) == fresh.evaluate(SHOWN, region)
    fresh.close()

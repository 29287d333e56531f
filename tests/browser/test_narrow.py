"""On a small phone: long names break, every target is large enough, and nothing that has the focus lies under the bar at the bottom."""

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Looked

pytestmark = pytest.mark.xdist_group("browser")
LONG = "Winterbandenwisselactie voorjaar Noord-Holland-Noorderkwartier 2026 (tweede herinnering)"
HEIGHTS = (568, 640, 800)
COVERED = """() => {
    const found = [];
    const bar = document.querySelector('.tabbar');
    for (const one of document.querySelectorAll('main :is(a[href], button, textarea, input, select, summary)')) {
        if (!one.checkVisibility() || one.closest('[popover]')) continue;
        one.focus();
        const at = one.getBoundingClientRect();
        if (document.activeElement === one && at.bottom > bar.getBoundingClientRect().top + 1) found.push(one.outerHTML.slice(0, 120));
    }
    return found;
}"""
STOPS = "() => document.querySelectorAll('main :is(a[href], button, textarea)').length"


def lengthened(page: Page) -> None:
    """Give everything of a conversation that people name a long name."""
    page.evaluate(
        "long => document.querySelectorAll('.facts dd > a, .facts dd:not(:has(*)), .talk-who, .timeline a')"
        ".forEach(one => { one.textContent = long; })",
        LONG,
    )


def test_a_conversation_with_long_names(looked: Looked, axe: str) -> None:
    page = looked.page
    page.set_viewport_size({"width": 320, "height": HEIGHTS[0]})
    looked.sign_in("Ada")
    looked.go("/conversations/?verdict=linked_by_campaign_id")
    looked.go(str(page.locator("a.conversation-line").first.get_attribute("href")))
    lengthened(page)
    assert page.locator(".facts dd > a").first.inner_text() == LONG
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    for height in HEIGHTS:
        page.set_viewport_size({"width": 320, "height": height})
        assert page.evaluate(STOPS) > 5
        assert page.evaluate(COVERED) == [], height
        page.locator(".facts dd > a").first.focus()
        page.evaluate(axe)
        told = page.evaluate("axe.run({runOnly: ['wcag22aa']})")
        assert [one["id"] for one in told["passes"]] == ["target-size"]
        assert [node["html"] for one in told["violations"] for node in one["nodes"]] == [], height

"""Every page in a real browser: nothing in the console, nothing for axe to find, no page scrolls sideways."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Looked

PAGES = {
    "home": ("Cam", "/"),
    "home of an agent": ("Ada", "/"),
    "campaigns": ("Cam", "/campaigns/"),
    "campaigns, none": ("Cam", "/campaigns/?state=paused"),
    "campaign": ("Cam", "campaign"),
    "campaign of an agent": ("Ada", "campaign"),
    "conversations": ("Ada", "/conversations/?state=all"),
    "conversations, none": ("Ada", "/conversations/?state=all&phone=%2B31600000000"),
    "conversation": ("Ada", "conversation"),
    "why": ("Ada", "why"),
    "quarantine": ("Ana", "/quarantine/"),
    "you": ("Ada", "/accounts/you/"),
    "second factor": ("Ada", "/accounts/second-factor/"),
}


def found(looked: Looked, path: str) -> str:
    """Return the address of a page that has a number in it."""
    if path in {"conversation", "why"}:
        looked.go("/conversations/?state=all")
        address = looked.page.locator("a.conversation-line").first.get_attribute("href") or ""
        return f"{address}why/" if path == "why" else address
    if path == "campaign":
        looked.go("/campaigns/")
        return looked.page.get_by_role("link", name="Tyre swap").first.get_attribute("href") or ""
    return path


def violations(looked: Looked, axe: str) -> list[str]:
    """Return what axe finds wrong with the page as it stands."""
    looked.page.evaluate(axe)
    told: dict[str, Any] = looked.page.evaluate(
        "axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})"
    )
    assert told["passes"]
    return [f"{one['id']}: {node['html'][:200]}" for one in told["violations"] for node in one["nodes"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_of_people_signed_in(looked: Looked, axe: str) -> None:
    wrong = {}
    at = ""
    for name, (person, path) in sorted(PAGES.items(), key=lambda row: row[1]):
        if person != at:
            looked.page.context.clear_cookies()
            looked.sign_in(person)
            at = person
        looked.go(found(looked, path))
        if broken := violations(looked, axe):
            wrong[name] = broken
    assert wrong == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_sign_in_page(looked: Looked, axe: str) -> None:
    looked.go("/accounts/login/")
    assert violations(looked, axe) == []
    looked.page.get_by_label("E-mail").fill("ada@noordgarage.example")
    looked.page.get_by_label("Password").fill("not the password")
    looked.page.get_by_role("button", name="Sign in").click()
    expect(looked.page.get_by_role("alert")).to_be_visible()
    assert violations(looked, axe) == []


@pytest.mark.parametrize("width", [1280, 960, 390, 320])
def test_nothing_scrolls_sideways(looked: Looked, width: int) -> None:
    looked.page.set_viewport_size({"width": width, "height": 800})
    wide = {}
    at = ""
    for name, (person, path) in sorted(PAGES.items(), key=lambda row: row[1]):
        if person != at:
            looked.page.context.clear_cookies()
            looked.sign_in(person)
            at = person
        looked.go(found(looked, path))
        if (scroll := looked.page.evaluate("document.documentElement.scrollWidth")) > width:
            wide[name] = scroll
    assert wide == {}


def test_forms_over_the_page(looked: Looked, axe: str) -> None:
    """Transfer, close and link open over the page, by keyboard, and give the focus back."""
    looked.sign_in("Ada")
    looked.go("/conversations/?state=open")
    looked.page.locator("a.conversation-line").filter(has_text=re.compile("Queued")).first.click()
    looked.page.get_by_role("button", name="Take", exact=True).click()
    for name, heading in (("Transfer", "Transfer"), ("Close", "Close"), ("Change the link", "Set the link by hand")):
        button = looked.page.get_by_role("button", name=name, exact=True).first
        button.focus()
        looked.page.keyboard.press("Enter")
        expect(looked.page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
        assert violations(looked, axe) == []
        looked.page.keyboard.press("Escape")
        expect(looked.page.get_by_role("heading", name=heading, exact=True)).to_be_hidden()
        expect(button).to_be_focused()


@pytest.mark.parametrize("path", ["/", "/conversations/?state=all", "conversation"])
def test_the_first_stop_of_the_keyboard_skips_to_the_page(looked: Looked, path: str) -> None:
    looked.sign_in("Ada")
    looked.go(found(looked, path))
    looked.page.evaluate("document.activeElement.blur()")
    looked.page.keyboard.press("Tab")
    expect(looked.page.get_by_role("link", name="Skip to the page")).to_be_focused()


def test_without_scripts_everything_still_works(looked: Looked) -> None:
    browser = looked.page.context.browser
    assert browser is not None
    context = browser.new_context(java_script_enabled=False)
    plain = Looked(context.new_page(), looked.site)
    plain.sign_in("Ada")
    plain.go("/conversations/?state=queued")
    plain.page.locator("a.conversation-line").first.click()
    plain.page.get_by_label("Your answer").fill("Without any script")
    plain.page.get_by_role("button", name="Take and send").click()
    expect(plain.page.get_by_role("log")).to_contain_text("Without any script")
    context.close()

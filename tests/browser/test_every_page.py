"""Every page in a real browser: nothing in the console, nothing for axe to find in either theme, no page scrolls sideways."""

from collections.abc import Iterator
from typing import Any, Literal

import httpx
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Looked, Site, running
from tests.browser.desk import place_of

pytestmark = pytest.mark.xdist_group("browser")
PAGES = {
    "Ada": (
        "/",
        "campaign",
        "/conversations/?state=all",
        "/conversations/?text=nobody+said+this&since=2026-01-01",
        "conversation",
        "why",
        "/workspace/",
        "/goto/",
        "/accounts/you/",
        "/accounts/second-factor/",
    ),
    "Ana": (
        "/",
        "/quarantine/",
        "arrival",
        "/settings/",
        "/settings/people/",
        "/settings/people/invite/",
        "/settings/people/1/",
        "/settings/skills/",
        "/settings/skills/1/",
        "/settings/canned-answers/",
        "/settings/canned-answers/new/",
        "/settings/account/",
        "/settings/api-keys/",
        "/settings/api-keys/new/",
        "/settings/webhooks/",
        "/settings/webhooks/new/",
        "/settings/retention/",
        "erasure",
        "webhook",
        "/settings/audit/",
        "/accounts/password/",
        "/analytics/exports/",
        "task",
        "/tasks/",
    ),
    "Sol": ("/supervisor/", "/supervisor/?show=overdue"),
    "Cam": (
        "/",
        "/campaigns/",
        "/campaigns/?state=paused",
        "/campaigns/new/",
        "/campaigns/engagements/new/",
        "campaign",
        "engagement",
        "versions",
        "report",
        "report list",
        "/analytics/?range=all",
        "/analytics/?range=all&metric=replies&by=verdict&picture=bars",
        "/analytics/?range=all&metric=replies&picture=heat&narrow=verdict",
        "/analytics/?range=all&picture=funnel",
        "/analytics/?range=today&metric=transfers",
        "/analytics/reports/",
        "/analytics/metrics/",
    ),
}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
WIDTHS = (1280, 960, 390, 320)
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PHONE = "+31600000401"


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """Run a site of its own: every page as the demo leaves it, whatever other tests did before."""
    with running() as one:
        yield one


@pytest.fixture
def waiting(looked: Looked) -> None:
    """Have a consumer write, whom no broadcast reached, so that a conversation waits in the queue; Ada looks at it there."""
    url = f"{looked.site.sandbox}/sandbox/handsets/{PHONE}/replies"
    httpx.post(url, json={"text": "Is anybody there?"}, timeout=10).raise_for_status()
    looked.sign_in("Ada")
    looked.go("/conversations/?state=queued")
    expect(looked.page.locator("a.conversation-line").filter(has_text="Is anybody there?")).to_be_visible()


@pytest.fixture
def quarantined(looked: Looked) -> None:
    """Have something in quarantine: a body that no reader of CM's words understands."""
    settings = httpx.get(f"{looked.site.sandbox}/sandbox/settings", timeout=10).json()
    httpx.post(settings["webhooks"]["reply"], content=b'{"from": "<b>', timeout=10).raise_for_status()


def address(looked: Looked, path: str) -> str:
    """Return the address of a page that has a number in it, by the way that leads there."""
    ways = {
        "conversation": ("/conversations/?state=all", "a.conversation-line", ""),
        "why": ("/conversations/?state=all", "a.conversation-line", "why/"),
        "campaign": ("/campaigns/", "a.campaign-name >> text=Tyre swap", ""),
        "versions": ("/campaigns/", "a.campaign-name >> text=Tyre swap", "versions/"),
        "report": ("/campaigns/", "a.campaign-name >> text=Tyre swap", "report/"),
        "report list": ("/campaigns/", "a.campaign-name >> text=Tyre swap", "report/replies/"),
        "engagement": ("/campaigns/engagements/new/", "a.choice-link:has-text('Tyre swap')", ""),
        "arrival": ("/quarantine/", "text=Look", ""),
    }
    if path in MADE:
        return MADE[path](looked)
    if path not in ways:
        return path
    start, link, rest = ways[path]
    looked.go(start)
    return f"{looked.page.locator(link).first.get_attribute('href')}{rest}"


def a_task(looked: Looked) -> str:
    """Have facts exported; return the address of that task."""
    looked.go("/analytics/exports/")
    looked.page.get_by_role("button", name="Export", exact=True).click()
    looked.page.wait_for_url("**/tasks/*/")
    expect(looked.page.get_by_text("Done", exact=True)).to_be_visible()
    return place_of(looked.page)


def a_webhook(looked: Looked) -> str:
    """Add a webhook to an address that is nobody's; return the address of its page."""
    looked.go("/settings/webhooks/new/")
    looked.page.get_by_label("Name").fill("CRM")
    looked.page.get_by_label("Address").fill("https://crm.example/")
    looked.page.get_by_role("button", name="Add webhook").click()
    looked.go("/settings/webhooks/")
    return str(looked.page.get_by_role("link", name="CRM", exact=True).get_attribute("href"))


def an_erasure(looked: Looked) -> str:
    """Look at somebody who wrote; return the address of the page that would erase them."""
    looked.go("/conversations/?state=all")
    looked.go(str(looked.page.locator("a.conversation-line").first.get_attribute("href")))
    consumer = looked.page.get_by_role("link", name="Everything of this consumer").first.get_attribute("href")
    return f"{consumer}erasure/"


MADE = {"task": a_task, "webhook": a_webhook, "erasure": an_erasure}


def violations(looked: Looked, axe: str) -> list[str]:
    """Return what axe finds wrong with the page as it stands."""
    looked.page.evaluate(axe)
    told: dict[str, Any] = looked.page.evaluate("tags => axe.run({runOnly: tags})", TAGS)
    assert told["passes"]
    return [f"{one['id']}: {node['html'][:200]}" for one in told["violations"] for node in one["nodes"]]


def troubles(looked: Looked, axe: str) -> list[str]:
    """Return what is wrong with a page in either theme and at any width."""
    found = []
    for scheme in SCHEMES:
        looked.page.emulate_media(color_scheme=scheme)
        found += [f"{scheme}: {one}" for one in violations(looked, axe)]
    for width in WIDTHS:
        looked.page.set_viewport_size({"width": width, "height": 800})
        wide = looked.page.evaluate("document.documentElement.scrollWidth")
        found += [f"{wide} px wide at {width}"] if wide > width else []
    looked.page.set_viewport_size({"width": WIDTHS[-1], "height": 4000})  # so high that the bar at the bottom covers nothing
    found += [f"at {WIDTHS[-1]}: {one}" for one in violations(looked, axe)]
    looked.page.set_viewport_size({"width": WIDTHS[0], "height": 800})
    return found


@pytest.mark.parametrize("person", PAGES)
@pytest.mark.usefixtures("quarantined")
def test_every_page(looked: Looked, axe: str, person: str) -> None:
    looked.sign_in(person)
    wrong = {}
    for path in PAGES[person]:
        looked.go(address(looked, path))
        if found := troubles(looked, axe):
            wrong[path] = found
    assert wrong == {}


def test_the_sign_in_page(looked: Looked, axe: str) -> None:
    looked.go("/accounts/login/")
    assert troubles(looked, axe) == []
    looked.page.get_by_label("E-mail").fill("nobody@noordgarage.example")
    looked.page.get_by_label("Password").fill("not the password")
    looked.page.get_by_role("button", name="Sign in").click()
    expect(looked.page.get_by_role("alert")).to_be_visible()
    assert troubles(looked, axe) == []


@pytest.mark.usefixtures("waiting")
def test_forms_over_the_page(looked: Looked, axe: str) -> None:
    """Transfer, close and link open over the page, by keyboard, and give the focus back."""
    looked.page.locator("a.conversation-line").filter(has_text="Is anybody there?").click()
    looked.page.wait_for_load_state()
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
    looked.page.get_by_role("button", name="Close", exact=True).click()
    looked.page.get_by_role("button", name="Close conversation").click()
    expect(looked.page.get_by_role("status").filter(has_text="Closed.")).to_be_visible()


def test_the_first_stop_of_the_keyboard_skips_to_the_page(looked: Looked) -> None:
    looked.sign_in("Ada")
    for path in ("/", "/conversations/?state=all", "/campaigns/"):
        looked.go(path)
        looked.page.keyboard.press("Tab")
        expect(looked.page.get_by_role("link", name="Skip to the page")).to_be_focused()


@pytest.mark.usefixtures("waiting")
def test_an_answer_that_cannot_leave_stays_and_says_so(looked: Looked) -> None:
    page = looked.page
    page.locator("a.conversation-line").filter(has_text="Is anybody there?").click()
    page.wait_for_load_state()
    page.route("**/answers", lambda route: route.abort())
    page.get_by_label("Your answer").fill("Typed with care")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("alert")).to_contain_text("Not sent")
    expect(page.get_by_label("Your answer")).to_have_value("Typed with care")
    looked.complaints.clear()  # the browser says that the request was aborted
    page.unroute("**/answers")
    page.get_by_label("Your answer").press("Control+Enter")
    expect(page.get_by_role("log")).to_contain_text("Typed with care")
    expect(page.get_by_role("alert")).to_be_hidden()
    page.get_by_role("button", name="Close", exact=True).click()
    page.get_by_role("button", name="Close conversation").click()
    expect(page.get_by_role("status").filter(has_text="Closed.")).to_be_visible()


@pytest.mark.usefixtures("waiting")
def test_without_scripts_everything_still_works(looked: Looked) -> None:
    browser = looked.page.context.browser
    assert browser is not None
    context = browser.new_context(java_script_enabled=False)
    plain = Looked(context.new_page(), looked.site)
    plain.sign_in("Ada")
    plain.go("/conversations/?state=queued")
    plain.page.locator("a.conversation-line").filter(has_text="Is anybody there?").click()
    plain.page.wait_for_load_state()
    plain.page.get_by_label("Your answer").fill("Without any script")
    plain.page.get_by_role("button", name="Take and send").click()
    expect(plain.page.get_by_role("log")).to_contain_text("Without any script")
    plain.page.get_by_role("button", name="Close", exact=True).click()
    plain.page.get_by_role("button", name="Close conversation").click()
    expect(plain.page.get_by_role("status").filter(has_text="Closed.")).to_be_visible()
    context.close()

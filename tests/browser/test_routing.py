"""Two agents and a supervisor at once, in real browsers: what waits comes to who is there, and everybody sees it without asking."""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.browser.conftest import Looked, Site
from tests.browser.desk import close_all, row, write
from tests.browser.test_every_page import troubles, violations

pytestmark = pytest.mark.xdist_group("browser")
SOON = 15_000
_PHONES = (f"+316123409{number:02}" for number in itertools.count(1))


@dataclass
class Floor:
    """Three windows: Ada's, Ben's, and the supervisor's."""

    ada: Looked
    ben: Looked
    sol: Looked

    def be(self, agent: Looked, state: str) -> None:
        """Say of oneself that one is there or not, at the head of one's conversations, by keyboard."""
        agent.page.locator("#presence-button-mine").focus()
        agent.page.keyboard.press("Enter")
        choice = agent.page.locator("#presence-choices-mine").get_by_role("button", name=re.compile(state))
        expect(choice).to_be_visible()
        choice.focus()
        agent.page.keyboard.press("Enter")
        expect(agent.page.locator("#presence-button-mine")).to_have_text(state)

    def agent(self, name: str) -> Locator:
        """Return an agent's row on the supervisor's page."""
        return self.sol.page.locator("#agents tbody tr").filter(has=self.sol.page.get_by_role("link", name=name, exact=True))

    def talk(self, text: str) -> Locator:
        """Return a conversation's row on the supervisor's page."""
        return self.sol.page.locator("#talks .supervised").filter(has_text=text)


@pytest.fixture
def floor(looked: Looked, second: Looked, chromium: Browser, site: Site) -> Iterator[Floor]:
    """Have all three at work; afterwards nobody is online and nothing is left open, so that others find things as they expect."""
    window = chromium.new_context(viewport={"width": 1280, "height": 900})
    window.set_default_timeout(SOON)
    ben = Looked(window.new_page(), site)
    staffed = Floor(second, ben, looked)
    for one, name in ((second, "Ada"), (ben, "Ben"), (looked, "Sol")):
        one.sign_in(name)
        one.go("/supervisor/" if name == "Sol" else "/workspace/")
    yield staffed
    for one in (second, ben):
        one.go("/workspace/")
        staffed.be(one, "Offline")
        close_all(one)
    window.close()


def test_what_waits_comes_to_who_is_there_and_the_supervisor_sees_it(floor: Floor) -> None:
    site, first, then = floor.sol.site, "Who is there first?", "And who is there then?"
    floor.sol.page.mouse.move(2, 2)
    write(site, next(_PHONES), first)
    expect(floor.talk(first)).to_contain_text("Waiting", timeout=SOON)
    expect(floor.agent("Ada")).to_contain_text("Offline")
    floor.be(floor.ada, "Online")
    expect(row(floor.ada.page, first)).to_be_visible(timeout=SOON)
    expect(floor.agent("Ada")).to_contain_text("Online", timeout=SOON)
    expect(floor.talk(first)).to_contain_text("Ada", timeout=SOON)
    floor.be(floor.ben, "Online")
    write(site, next(_PHONES), then)
    expect(row(floor.ben.page, then)).to_be_visible(timeout=SOON)
    the_supervisor_moves_one(floor, then)
    floor.be(floor.ada, "Away")
    expect(floor.agent("Ada")).to_contain_text("Away", timeout=SOON)
    the_supervisor_says_it_for_another(floor)


def the_supervisor_moves_one(floor: Floor, text: str) -> None:
    page = floor.sol.page
    floor.talk(text).get_by_role("checkbox").check()
    page.get_by_label("Move the chosen to").select_option(label="Ada")
    page.get_by_role("button", name="Move", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="1 conversation moved.")).to_be_visible()
    expect(floor.talk(text)).to_contain_text("Ada")
    expect(row(floor.ada.page, text)).to_be_visible(timeout=SOON)
    expect(row(floor.ben.page, text)).to_be_hidden(timeout=SOON)


def the_supervisor_says_it_for_another(floor: Floor) -> None:
    button = floor.agent("Ben").get_by_role("button", name=re.compile("Ben is Online"))
    button.focus()
    floor.sol.page.keyboard.press("Enter")
    floor.agent("Ben").get_by_role("button", name="Offline", exact=True).click()
    expect(floor.sol.page.get_by_role("status").filter(has_text="Ben is offline now.")).to_be_visible()
    expect(floor.ben.page.locator("#presence-button-mine")).to_have_text("Offline", timeout=SOON)


def test_what_is_chosen_stays_chosen_while_the_page_lives(floor: Floor) -> None:
    page, first, then = floor.sol.page, "Choose me and look away", "News beside what is chosen"
    write(floor.sol.site, next(_PHONES), first)
    expect(floor.talk(first)).to_be_visible(timeout=SOON)
    floor.talk(first).get_by_role("checkbox").check()
    page.evaluate("document.activeElement.blur()")
    page.mouse.move(2, 2)
    write(floor.sol.site, next(_PHONES), then)
    expect(floor.talk(then)).to_be_visible(timeout=SOON)
    expect(floor.talk(first).get_by_role("checkbox")).to_be_checked()
    expect(floor.talk(then).get_by_role("checkbox")).not_to_be_checked()
    floor.be(floor.ada, "Online")
    expect(floor.talk(then)).to_contain_text("Ada", timeout=SOON)


def test_a_move_to_nowhere_is_refused_beside_the_choice(floor: Floor, axe: str) -> None:
    page, text = floor.sol.page, "Where should I go?"
    write(floor.sol.site, next(_PHONES), text)
    expect(floor.talk(text)).to_be_visible(timeout=SOON)
    floor.talk(text).get_by_role("checkbox").check()
    page.get_by_role("button", name="Move", exact=True).click()
    expect(page.get_by_role("alert")).to_have_text("Choose where they go.")
    expect(page.get_by_label("Move the chosen to")).to_be_focused()
    expect(floor.talk(text).get_by_role("checkbox")).to_be_checked()
    floor.sol.complaints.clear()  # the browser says that the answer was 422
    assert violations(floor.sol, axe) == []
    page.locator("#presence-button-nav").click()
    expect(page.locator("#presence-choices-nav")).to_be_visible()
    assert violations(floor.sol, axe) == []
    page.keyboard.press("Escape")
    floor.agent("Ada").get_by_role("button", name=re.compile("Ada is")).click()
    assert violations(floor.sol, axe) == []
    page.keyboard.press("Escape")
    floor.sol.go("/supervisor/")
    assert troubles(floor.sol, axe) == []
    floor.be(floor.ada, "Online")
    expect(row(floor.ada.page, text)).to_be_visible(timeout=SOON)


def test_without_scripts_presence_still_works(looked: Looked) -> None:
    browser = looked.page.context.browser
    assert browser is not None
    context = browser.new_context(java_script_enabled=False)
    plain = Looked(context.new_page(), looked.site)
    plain.sign_in("Sol")
    for state in ("Away", "Offline"):
        plain.page.locator("#presence-button-nav").click()
        plain.page.locator("#presence-choices-nav").get_by_role("button", name=re.compile(state)).first.click()
        expect(plain.page.locator("#presence-button-nav")).to_have_text(state)
    context.close()

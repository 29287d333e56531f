"""The first five minutes, as the README tells them: broadcast in the sandbox, notices, reply, conversation, answer.

Everything happens in browsers, on a site that really runs; nothing is reloaded by hand where a page is live.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.browser.conftest import Looked, Site, running

pytestmark = pytest.mark.xdist_group("browser")
ANSWER = "Gladly. Tuesday at 09:15 or 13:30?"
DRAFT = "A draft that must stay"
SOON, LATER = 15_000, 30_000


@dataclass
class Cast:
    """Three windows: the campaign manager's, the sandbox, the agent's."""

    manager: Looked
    sandbox: Looked
    agent: Looked

    def count(self, step: int) -> Locator:
        """Return a count of the funnel on the campaign's page, which the manager keeps open."""
        return self.manager.page.locator(".funnel-step").nth(step).locator(".funnel-value")

    @property
    def handset(self) -> Locator:
        """Return the first handset that got the broadcast."""
        return self.sandbox.page.locator("article.handset").filter(has_text="spring check-up").first

    def write(self, words: str) -> None:
        """Reply on the handset."""
        self.handset.locator("input[name=words]").fill(words)
        self.handset.locator("form.handset-reply button").click()

    @property
    def timeline(self) -> Locator:
        """Return the timeline that the agent looks at."""
        return self.agent.page.get_by_role("log", name="Timeline")

    @property
    def box(self) -> Locator:
        """Return the agent's answer box."""
        return self.agent.page.get_by_label("Your answer")


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """Run a site that nobody has used: what Home says first is for newcomers."""
    with running() as one:
        yield one


@pytest.fixture
def cast(looked: Looked, second: Looked, chromium: Browser, site: Site) -> Cast:
    window = chromium.new_context(viewport={"width": 1280, "height": 800})
    window.set_default_timeout(SOON)
    return Cast(looked, second, Looked(window.new_page(), site))


def test_the_five_minutes(cast: Cast) -> None:
    prepared = home_leads_to_the_sandbox(cast)
    the_campaigns_page_waits(cast)
    the_broadcast_arrives(cast, prepared)
    a_reply_becomes_a_conversation(cast)
    the_agent_sees_what_it_answers(cast)
    the_answer_reaches_the_handset(cast)
    the_next_reply_leaves_the_draft_alone(cast)
    why_is_one_click_away(cast)
    the_goal_is_counted(cast)


def home_leads_to_the_sandbox(cast: Cast) -> str:
    cast.manager.sign_in("Cam")
    prepared = cast.manager.page.get_by_role("link", name="Open the sandbox").get_attribute("href") or ""
    assert prepared.startswith(cast.manager.site.sandbox)
    return prepared


def the_campaigns_page_waits(cast: Cast) -> None:
    cast.manager.go("/campaigns/")
    cast.manager.page.get_by_role("link", name="Spring check-up").first.click()
    expect(cast.manager.page.get_by_role("heading", level=1)).to_have_text("Spring check-up")
    expect(cast.manager.page.get_by_text("Nothing sent yet.")).to_be_visible()


def the_broadcast_arrives(cast: Cast, prepared: str) -> None:
    cast.sandbox.page.goto(prepared)
    cast.sandbox.page.get_by_role("button", name=re.compile("Send to 20 handsets")).click()
    expect(cast.count(0)).to_have_text("20", timeout=LATER)
    expect(cast.count(1)).to_have_text("20", timeout=LATER)


def a_reply_becomes_a_conversation(cast: Cast) -> None:
    cast.sandbox.page.goto(f"{cast.manager.site.sandbox}/handsets")
    cast.write("yes please, tuesday?")
    expect(cast.count(3)).to_have_text("1", timeout=SOON)


def the_agent_sees_what_it_answers(cast: Cast) -> None:
    cast.agent.sign_in("Ada")
    cast.agent.go("/conversations/?state=queued")
    cast.agent.page.get_by_role("link", name=re.compile("yes please, tuesday")).click()
    cast.agent.page.wait_for_load_state()
    expect(cast.timeline.get_by_text("Time for your spring check-up at Noordgarage")).to_be_visible()
    expect(cast.timeline.get_by_text("Answering Spring check-up")).to_be_visible()
    beside = cast.agent.page.get_by_role("complementary", name="About this conversation")
    expect(beside.get_by_text("Book in Planner under SPRING26.")).to_be_visible()
    expect(beside.get_by_text("Linked by campaign ID")).to_be_visible()


def the_answer_reaches_the_handset(cast: Cast) -> None:
    expect(cast.box).to_be_focused()
    cast.box.fill(ANSWER)
    cast.box.press("Control+Enter")
    expect(cast.timeline.get_by_text(ANSWER)).to_be_visible()
    expect(cast.box).to_have_value("")
    expect(cast.handset.get_by_text(ANSWER)).to_be_visible(timeout=SOON)
    expect(cast.timeline.locator("[data-kind=answer]").get_by_text("Delivered")).to_be_visible(timeout=LATER)


def the_next_reply_leaves_the_draft_alone(cast: Cast) -> None:
    cast.box.fill(DRAFT)
    cast.write("09:15 it is")
    expect(cast.timeline.get_by_text("09:15 it is")).to_be_visible(timeout=SOON)
    expect(cast.box).to_have_value(DRAFT)
    expect(cast.box).to_be_focused()


def why_is_one_click_away(cast: Cast) -> None:
    cast.agent.page.get_by_role("link", name="Why, with every candidate").click()
    expect(cast.agent.page.get_by_role("heading", level=1)).to_have_text("Why Spring check-up?")
    cast.agent.page.go_back()
    expect(cast.box).to_have_value(DRAFT)


def the_goal_is_counted(cast: Cast) -> None:
    cast.agent.page.get_by_role("button", name="Close", exact=True).click()
    cast.agent.page.get_by_label(re.compile("Goal reached")).check()
    cast.agent.page.get_by_role("button", name="Close conversation").click()
    expect(cast.agent.page.get_by_role("status").filter(has_text="Closed.")).to_be_visible()
    expect(cast.count(5)).to_have_text("1", timeout=SOON)

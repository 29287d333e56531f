"""The workspace in a real browser: the keyboard, two agents at once, nothing moves under the hand, what was missed is caught up with."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from antiphon.kit.segments import BASIC, EXTENDED, measure
from tests.browser.conftest import Looked
from tests.browser.desk import PHONES, SLEEP, STREAMS, WAKE, begin, close_all, equal_fresh, place_of, row, write
from tests.browser.test_every_page import SCHEMES, violations

pytestmark = pytest.mark.xdist_group("browser")
RECONNECTS = 100


@pytest.fixture
def ada(looked: Looked) -> Iterator[Looked]:
    """Let Ada look; what she has in the end is closed, so that others find room."""
    looked.sign_in("Ada")
    yield looked
    close_all(looked)


@pytest.fixture
def ben(second: Looked) -> Iterator[Looked]:
    """Let Ben look, too."""
    second.sign_in("Ben")
    yield second
    close_all(second)


def test_a_day_by_keyboard(ada: Looked) -> None:
    page, phone = ada.page, next(PHONES)
    write(ada.site, phone, "By keyboard?")
    page.keyboard.press("g")
    page.keyboard.press("w")
    page.wait_for_url("**/workspace/")
    expect(page.get_by_role("button", name=re.compile("Take next"))).to_be_visible()
    page.keyboard.press("n")
    page.wait_for_url("**/conversations/*/")
    expect(page.get_by_label("Your answer")).to_be_focused()
    page.keyboard.type("Every word of it")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("log")).to_contain_text("Every word of it")
    expect(page.get_by_label("Your answer")).to_be_focused()
    expect(page.get_by_label("Your answer")).to_have_value("")
    page.keyboard.press("Escape")
    page.keyboard.press("t")
    expect(page.get_by_label("To the queue of a skill")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("e")
    expect(page.get_by_role("radio", name="No outcome")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="Closed.")).to_be_visible()
    page.wait_for_load_state()
    page.keyboard.press("z")
    expect(page.get_by_role("status").filter(has_text="Open again.")).to_be_visible()
    page.wait_for_load_state()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.wait_for_url("**/workspace/")
    page.keyboard.press("j")
    expect(page.locator("#mine a.conversation").first).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/conversations/*/")
    page.keyboard.press("Escape")
    page.keyboard.press("w")
    page.wait_for_url("**/why/")


def test_going_anywhere_and_all_keys(ada: Looked) -> None:
    page = ada.page
    begin(ada, "Find me by name")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("heading", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", name="Keys")).to_be_hidden()
    page.keyboard.press("/")
    expect(page.get_by_placeholder("A page, a name, a number")).to_be_focused()
    page.keyboard.type("find me")
    expect(page.locator("#goto [data-choice]:visible")).to_have_count(1)
    page.keyboard.press("Control+A")
    page.keyboard.type("camp")
    expect(page.locator("#goto [data-choice][data-chosen]")).to_contain_text("Campaigns")
    page.keyboard.press("Enter")
    page.wait_for_url("**/campaigns/")


@pytest.mark.parametrize("key", ["?", "/"])
def test_what_keys_open_over_the_page_is_held_to_axe(ada: Looked, axe: str, key: str) -> None:
    ada.go("/workspace/")
    ada.page.keyboard.press(key)
    expect(ada.page.locator(":popover-open")).to_be_visible()
    if key == "/":
        expect(ada.page.locator("#goto [data-choice]").first).to_be_visible()
    for scheme in SCHEMES:
        ada.page.emulate_media(color_scheme=scheme)
        assert violations(ada, axe) == []


def test_single_keys_that_are_switched_off_do_nothing(ada: Looked) -> None:
    page = ada.page
    ada.go("/workspace/")
    page.keyboard.press("?")
    page.get_by_role("dialog", name="Keys").get_by_role("button", name="Switch single keys off").click()
    page.wait_for_load_state()
    page.keyboard.press("?")
    page.keyboard.press("/")
    expect(page.locator(":popover-open")).to_have_count(0)
    page.get_by_role("button", name="Ada", exact=True).click()
    page.locator("#you-menu").get_by_role("button", name="Switch single keys on").click()
    page.wait_for_load_state()
    page.keyboard.press("?")
    expect(page.get_by_role("heading", name="Keys")).to_be_visible()


def test_two_agents_see_what_the_other_does(ada: Looked, ben: Looked) -> None:
    phone = begin(ada, "For both of us")
    ben.go("/workspace/")
    expect(row(ben.page, "For both of us")).to_have_count(0)
    ada.page.get_by_role("button", name="Transfer", exact=True).click()
    agents = ada.page.get_by_label("or to an agent who has the skill")
    agents.select_option(agents.locator("option").filter(has_text="Ben").get_attribute("value"))
    ada.page.locator("#transfer").get_by_role("button", name="Transfer", exact=True).click()
    expect(ada.page.get_by_role("status").filter(has_text="Transferred.")).to_be_visible()
    expect(row(ben.page, "For both of us")).to_be_visible()
    expect(ben.page).to_have_title(re.compile(r"^\(1\) "))
    row(ben.page, "For both of us").click()
    write(ben.site, phone, "And live?")
    expect(ben.page.get_by_role("log")).to_contain_text("And live?")
    expect(row(ben.page, "And live?")).to_be_visible()
    ben.page.get_by_label("Your answer").fill("Live, yes")
    ben.page.keyboard.press("Control+Enter")
    expect(ben.page.locator('article[data-kind="answer"]').filter(has_text="Live, yes")).to_contain_text("Delivered")
    ada.go(re.sub("^https?://[^/]+", "", ben.page.url))
    expect(ada.page.get_by_text("Ben has this conversation. Only they can answer.")).to_be_visible()


def test_the_list_never_moves_under_the_pointer(ada: Looked) -> None:
    page = ada.page
    first, second = begin(ada, "First of two"), begin(ada, "Second of two")
    page.get_by_label("Your answer").fill("Answered, so it waits for the consumer")
    page.keyboard.press("Control+Enter")
    ada.go("/workspace/")
    expect(page.locator(".mine-group").filter(has_text="Waiting for the consumer")).to_be_visible()
    order = [one.get_attribute("id") for one in page.locator("#mine a.conversation").all()]
    row(page, "First of two").hover()
    write(ada.site, first, "First again")
    write(ada.site, second, "Second again")
    expect(row(page, "Second again")).to_be_visible()
    expect(row(page, "First again")).to_be_visible()
    page.wait_for_timeout(1500)
    assert [one.get_attribute("id") for one in page.locator("#mine a.conversation").all()] == order
    expect(page.locator(".mine-group").filter(has_text="Waiting for the consumer")).to_be_visible()
    page.mouse.move(900, 300)
    expect(page.locator(".mine-group").filter(has_text="Waiting for the consumer")).to_have_count(0)


def test_a_timeline_that_is_read_stays_put_and_counts_what_is_new(ada: Looked) -> None:
    page, phone = ada.page, begin(ada, "Line 0")
    for line in range(1, 25):
        write(ada.site, phone, f"Line {line} of a long talk that goes on")
    log = page.get_by_role("log")
    expect(log).to_contain_text("Line 24")
    assert log.evaluate("line => line.scrollHeight - line.scrollTop - line.clientHeight") < 60
    log.evaluate("line => { line.scrollTop = 0; }")
    for text in ("Below one", "Below two"):
        write(ada.site, phone, text)
        expect(log).to_contain_text(text)
    expect(page.get_by_role("button", name="2 new replies")).to_be_visible()
    assert log.evaluate("line => line.scrollTop") == 0
    page.get_by_role("button", name="2 new replies").click()
    expect(page.get_by_role("button", name="2 new replies")).to_be_hidden()
    assert log.evaluate("line => line.scrollHeight - line.scrollTop - line.clientHeight") < 60
    page.get_by_label("Your answer").fill("It\u2019s a text that is costly")
    expect(page.locator("#costly")).to_be_visible()
    page.wait_for_timeout(200)
    assert log.evaluate("line => line.scrollHeight - line.scrollTop - line.clientHeight") < 2
    page.get_by_label("Your answer").fill("")


def test_a_form_that_is_being_filled_in_stays_open_while_news_arrives(ada: Looked) -> None:
    page, phone = ada.page, begin(ada, "Close me")
    page.get_by_role("button", name="Close", exact=True).click()
    page.get_by_role("radio", name="Goal reached").check()
    page.get_by_label("Value").fill("89")
    for text in ("One more thing", "And another"):
        write(ada.site, phone, text)
        expect(page.get_by_role("log")).to_contain_text(text)
    expect(page.get_by_label("Value")).to_be_focused()
    expect(page.get_by_label("Value")).to_have_value("89")
    expect(page.get_by_role("radio", name="Goal reached")).to_be_checked()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Close", exact=True)).to_be_focused()


def test_a_draft_survives_until_it_is_sent_or_its_writer_signs_out(ada: Looked) -> None:
    page = ada.page
    begin(ada, "Draft for me")
    page.get_by_label("Your answer").fill("Half a thou")
    page.reload()
    expect(page.get_by_label("Your answer")).to_have_value("Half a thou")
    page.keyboard.press("Control+End")
    page.keyboard.type("ght")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("log")).to_contain_text("Half a thought")
    page.reload()
    expect(page.get_by_label("Your answer")).to_have_value("")
    page.get_by_label("Your answer").fill("Not for the next one")
    assert page.evaluate("Object.keys(localStorage).some(name => name.startsWith('draft:'))")
    page.get_by_role("button", name="Ada", exact=True).click()
    page.locator("#you-menu").get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/accounts/login/**")
    assert not page.evaluate("Object.keys(localStorage).some(name => name.startsWith('draft:'))")
    ada.sign_in("Ada")


def test_segments_are_counted_by_the_same_rule_on_both_sides(ada: Looked) -> None:
    begin(ada, "Count my letters")
    texts = ["👍" * 35, "👍" * 36, "línea\nnueva", "\f" * 81]
    texts += ["", "a" * 160, "a" * 161, "€" * 80, "€" * 81, "é~[]" * 40, "\u2019" * 70, "\u2019" * 71]
    texts += [one * 3 for one in (BASIC + EXTENDED).replace("\r", "")] + ["ç", "\u2013", "“x”", "Ω", "ω"]
    told: list[dict[str, Any]] = ada.page.evaluate(
        """texts => { const form = document.querySelector('[data-composer]').dataset;
        return texts.map(text => segments.measure(text, form.alphabet, form.extended)); }""",
        texts,
    )
    assert [(one["length"], one["room"], one["count"]) for one in told] == [measure(text) for text in texts]


def test_a_costly_character_is_named_and_can_be_written_plainly(ada: Looked) -> None:
    page = ada.page
    begin(ada, "Costly?")
    box = page.get_by_label("Your answer")
    box.fill("It\u2019s 09:15 \u2013 until then")
    expect(page.locator("#costly")).to_contain_text("“\u2019” “\u2013” are not in the SMS alphabet")
    expect(page.locator("#segments")).to_contain_text("23 of 70 · 1 segment")
    page.get_by_role("button", name="Write plainly").click()
    expect(box).to_have_value("It's 09:15 - until then")
    expect(page.locator("#costly")).to_be_hidden()
    expect(page.locator("#segments")).to_contain_text("23 of 160 · 1 segment")


def test_the_page_says_when_it_is_not_live_and_catches_up(ada: Looked) -> None:
    page, phone = ada.page, begin(ada, "Are you live?")
    page.evaluate("window.dispatchEvent(new Event('offline'))")
    expect(page.get_by_text(re.compile(r"Not live since \d\d:\d\d, trying again"))).to_be_visible()
    page.get_by_label("Your answer").fill("Typed while away")
    write(ada.site, phone, "Missed this?")
    page.wait_for_timeout(800)
    expect(page.get_by_role("log")).not_to_contain_text("Missed this?")
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.get_by_role("log")).to_contain_text("Missed this?")
    expect(page.get_by_text(re.compile("Not live since"))).to_be_hidden()
    expect(page.get_by_label("Your answer")).to_have_value("Typed while away")


def test_a_page_that_lost_its_stream_a_hundred_times_equals_a_fresh_one(ada: Looked) -> None:
    page, phone = ada.page, begin(ada, "Round 0")
    page.mouse.move(700, 300)
    for number in range(1, RECONNECTS + 1):
        page.evaluate("window.dispatchEvent(new Event('offline'))")
        if number % 4 == 0:
            write(ada.site, phone, f"Round {number}")
        page.evaluate("window.dispatchEvent(new Event('online'))")
        if number % 7 == 0:
            page.wait_for_timeout(150)
    write(ada.site, phone, "The last word")
    expect(page.get_by_role("log")).to_contain_text("The last word")
    expect(row(page, "The last word")).to_be_visible()
    equal_fresh(page)
    assert page.get_by_role("log").locator('article[data-kind="reply"]').count() == RECONNECTS // 4 + 2


def test_what_is_being_typed_stays_in_sight_when_the_conversation_is_taken_away(ada: Looked, second: Looked) -> None:
    page, sol = ada.page, second
    begin(ada, "Taken while you type")
    page.get_by_label("Your answer").press_sequentially("Half a sentence")
    sol.sign_in("Sol")
    sol.go(place_of(page))
    sol.page.get_by_role("button", name="Transfer", exact=True).click()
    agents = sol.page.get_by_label("or to an agent who has the skill")
    agents.select_option(agents.locator("option").filter(has_text="Ben").get_attribute("value"))
    sol.page.locator("#transfer").get_by_role("button", name="Transfer", exact=True).click()
    kept = page.get_by_label("What you wrote here and did not send")
    expect(kept).to_have_value("Half a sentence")
    expect(kept).to_be_focused()
    at = page.url
    page.keyboard.type("next")
    page.wait_for_timeout(300)
    assert page.url == at
    page.reload()
    expect(kept).to_have_value("Half a sentence")
    page.get_by_role("button", name="Throw it away").click()
    expect(kept).to_be_hidden()
    page.reload()
    expect(page.get_by_role("log")).to_contain_text("Taken while you type")
    expect(kept).to_be_hidden()
    sol.page.get_by_role("button", name="Close", exact=True).click()
    sol.page.get_by_role("button", name="Close conversation").click()
    expect(sol.page.get_by_role("status").filter(has_text="Closed.")).to_be_visible()


def test_an_earlier_conversation_is_put_above_without_moving_what_is_read(ada: Looked) -> None:
    page, phone = ada.page, begin(ada, "Long ago")
    page.get_by_role("button", name="Close", exact=True).click()
    page.get_by_role("button", name="Close conversation").click()
    expect(page.get_by_role("status").filter(has_text="Closed.")).to_be_visible()
    write(ada.site, phone, "Later line 0")
    ada.go("/conversations/?state=queued")
    page.locator("a.conversation-line").filter(has_text="Later line 0").click()
    page.get_by_role("button", name="Take", exact=True).click()
    for line in range(1, 25):
        write(ada.site, phone, f"Later line {line} of a talk that goes on")
    log = page.get_by_role("log")
    expect(log).to_contain_text("Later line 24")
    log.evaluate("line => { line.scrollTop = 0; }")
    first = log.locator("article").filter(has_text=re.compile("^Later line 0"))
    place = first.evaluate("one => one.getBoundingClientRect().top")
    log.get_by_role("link", name="Show the earlier conversation").click()
    expect(log).to_contain_text("Long ago")
    expect(log).to_be_focused()
    assert abs(first.evaluate("one => one.getBoundingClientRect().top") - place) < 2
    expect(page.locator("#timeline-new")).to_be_hidden()
    write(ada.site, phone, "And one more")
    expect(page.get_by_role("button", name="1 new reply")).to_be_visible()
    expect(log).to_contain_text("Long ago")
    assert abs(first.evaluate("one => one.getBoundingClientRect().top") - place) < 2


def test_a_page_that_was_open_while_the_server_was_restarted_equals_a_fresh_one(ada: Looked) -> None:
    page, phone = ada.page, begin(ada, "Before the restart")
    page.get_by_label("Your answer").fill("Typed before")
    heard = len(ada.complaints)
    ada.site.end_web()
    expect(page.get_by_text(re.compile(r"Not live since \d\d:\d\d, trying again"))).to_be_visible()
    write(ada.site, phone, "While nobody listened")
    expect(page.get_by_role("log")).to_contain_text("While nobody listened", timeout=60_000)
    expect(page.get_by_label("Your answer")).to_have_value("Typed before")
    page.mouse.move(700, 300)
    equal_fresh(page)
    page.get_by_label("Your answer").fill("")
    del ada.complaints[heard:]  # that a connection was lost the browser says itself


def test_a_page_on_a_laptop_that_slept_equals_a_fresh_one(ada: Looked) -> None:
    page = ada.page
    page.add_init_script(STREAMS)
    phone = begin(ada, "Before the sleep")
    page.evaluate(SLEEP)
    write(ada.site, phone, "While it slept")
    page.wait_for_timeout(1500)
    expect(page.get_by_role("log")).not_to_contain_text("While it slept")
    page.evaluate(WAKE)
    expect(page.get_by_role("log")).to_contain_text("While it slept")
    write(ada.site, phone, "And it hears again")
    expect(page.get_by_role("log")).to_contain_text("And it hears again")
    page.mouse.move(700, 300)
    equal_fresh(page)

"""The search page: what the form asks, where a number is kept, pages, what cannot be asked, the file, and who may take it."""

import csv
import io
from typing import Any

import pytest

from antiphon.accounts.models import AuditEntry
from antiphon.kit.db import account
from tests.kit.world import CLEO, OTTO, Tenant
from tests.pages.conftest import Visitor
from tests.pages.story import Story

EVERYBODY = {CLEO, OTTO}


@pytest.fixture
def waiting(story: Story) -> Story:
    """Have Ada talk to Cleo, while Otto, whom no broadcast reached, waits."""
    story.reply(OTTO, "Hello? =SUM(1) < 2 & tyres")
    story.take(story.conversation_of(CLEO), by="Ada")
    return story


def shown(story: Story, html: str) -> set[str]:
    return {phone for phone in EVERYBODY if str(story.conversation_of(phone)) in html}


@pytest.mark.parametrize(
    ("query", "finds"),
    [
        ("", EVERYBODY),
        ("?state=open", EVERYBODY),
        ("?state=queued", {OTTO}),
        ("?state=assigned", {CLEO}),
        ("?state=closed", set()),
        ("?verdict=linked_by_campaign_id", {CLEO}),
        ("?verdict=no_broadcast", {OTTO}),
        ("?mine=1", {CLEO}),
        ("?text=tuesday", {CLEO}),
        ("?text=tyre", {OTTO}),
        ("?text=tuesday&state=queued", set()),
        ("?outcome=none", EVERYBODY),
        ("?since=2026-03-24", EVERYBODY),
        ("?until=2026-03-23", set()),
        ("?overdue=1", set()),
        ("?skill=999999", set()),
        ("?phone=%2B31611111111", EVERYBODY),
        ("?skill=nonsense&verdict=nonsense&state=nonsense&since=nonsense&after=nonsense", EVERYBODY),
    ],
)
def test_the_address_is_the_search(waiting: Story, visitor: Visitor, query: str, finds: set[str]) -> None:
    response = visitor("Ada").get(f"/conversations/{query}")
    assert response.status_code == 200
    assert shown(waiting, response.content.decode()) == finds


def test_a_number_is_in_no_address_and_in_no_other_session(waiting: Story, visitor: Visitor) -> None:
    ada, ben = visitor("Ada"), visitor("Ben")
    for typed in ({"phone": "06 1111"}, {"text": "+31 6 11111111"}, {"text": "", "phone": CLEO, "state": "assigned"}):
        response = ada.post("/conversations/search", typed)
        assert response.status_code == 303
        assert "1111" not in response["Location"]
        found = ada.get(response["Location"]).content.decode()
        assert shown(waiting, found) == {CLEO}
        assert f'value="{typed.get("phone") or typed["text"]}"' in found
        assert "phone=" not in found.partition('id="list"')[2]
        forgotten = ben.get(response["Location"]).content.decode()
        assert "not kept any more" in forgotten
    assert "not kept any more" not in ada.get("/conversations/?state=queued").content.decode()
    words = ada.post("/conversations/search", {"text": "tuesday", "state": "assigned"})
    assert words["Location"] == "/conversations/?text=tuesday&state=assigned"
    assert "22222222" not in ada.post("/conversations/search", {"text": "call 06 22222222"})["Location"]
    assert ada.post("/conversations/search", {})["Location"] == "/conversations/"


@pytest.mark.parametrize(
    ("typed", "says", "field"),
    [
        ({"text": "👍"}, "Type at least one word", "text"),
        ({"phone": "06"}, "Type at least three digits", "phone"),
        ({"phone": "Cleo", "state": "queued"}, "Type at least three digits", "phone"),
    ],
)
def test_what_cannot_be_asked_comes_back_with_the_reason(
    waiting: Story, visitor: Visitor, typed: dict[str, str], says: str, field: str
) -> None:
    ada = visitor("Ada")
    response = ada.post("/conversations/search", typed)
    html = response.content.decode()
    assert (response.status_code, shown(waiting, html)) == (422, set())
    assert says in html.partition(f'id="{field}-error"')[2][:400]
    assert f'value="{typed[field]}"' in html
    assert ada.get("/conversations/?text=%F0%9F%91%8D").status_code == 422
    assert ada.post("/conversations/search", typed | {field: "tuesday" if field == "text" else "611"}).status_code == 303


def test_the_words_that_were_looked_for_are_shown_as_text(waiting: Story, visitor: Visitor) -> None:
    html = visitor("Ada").get("/conversations/?text=tyres").content.decode()
    assert "&lt; 2 &amp; <mark>tyres</mark>" in html
    waiting.tenant.clock.forward(minutes=1)
    waiting.answer(waiting.conversation_of(CLEO), "We have room at nine o'clock", by="Ada")
    html = visitor("Ada").get("/conversations/?text=room+tuesday").content.decode()
    assert "<mark>room</mark> at nine" in html


def test_a_long_search_goes_on_and_says_how_many(story: Story, visitor: Visitor) -> None:
    for index in range(51):
        story.tenant.clock.forward(seconds=1)
        story.deliver.reply(f"+3160000{index:04d}", "Hello there", at=story.now)
    ada = visitor("Ada")
    kept = ada.post("/conversations/search", {"phone": "60000"})["Location"]
    for path, total in (("/conversations/", 52), ("/conversations/?text=hello", 51), (kept, 51)):
        first = ada.get(path).content.decode()
        assert (first.count('class="conversation-line"'), f"{total} conversations" in first) == (50, True), path
        following = first.partition('class="more"><a class="button" href="')[2].partition('"')[0].replace("&amp;", "&")
        second = ada.get(f"/conversations/{following}").content.decode()
        assert second.count('class="conversation-line"') == total - 50
        assert not set(_ids(first)) & set(_ids(second))


def _ids(html: str) -> list[str]:
    return [part[:36] for part in html.split('id="c-')[1:]]


def test_the_file_holds_what_was_found_and_is_told(waiting: Story, visitor: Visitor) -> None:
    sol = visitor("Sol")
    kept = sol.post("/conversations/search", {"phone": OTTO})["Location"]
    exact, safe = (_lines(sol.post(f"/conversations/export{kept[15:]}", {"form": form})) for form in ("exact", "spreadsheet"))
    assert [(one["phone"], one["state"], one["last_text"]) for one in exact] == [(OTTO, "queued", "Hello? =SUM(1) < 2 & tyres")]
    assert [one["phone"] for one in safe] == [f"'{OTTO}"]
    everything = {one["phone"]: one for one in _lines(sol.post("/conversations/export"))}
    assert set(everything) == {OTTO, CLEO}
    cleo = everything[CLEO]
    assert (cleo["campaign"], cleo["agent"], cleo["entry_point"]) == ("Spring check-up", "Ada", "C1")
    with account(waiting.tenant.id):
        told = list(AuditEntry.objects.filter(action="conversations.exported").values_list("detail", flat=True))
    assert sorted(one["rows"] for one in told) == [1, 1, 2]
    assert OTTO[1:] not in str(told)
    assert sol.post("/conversations/export?text=%21").status_code == 422
    for name in ("Ada", "Cam", "Lyn"):
        assert visitor(name).post("/conversations/export").status_code == 403
    assert "conversations/export" not in visitor("Ada").get("/conversations/").content.decode()


def _lines(response: Any) -> list[dict[str, str]]:
    assert response.status_code == 200
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))


@pytest.mark.usefixtures("waiting")
def test_another_account_finds_nothing(visitor: Visitor, south: Tenant) -> None:
    zoe = visitor("Zoe")
    kept = zoe.post("/conversations/search", {"phone": "611"})["Location"]
    for path in ("/conversations/", "/conversations/?text=tuesday", kept):
        assert "conversation-line" not in zoe.get(path).content.decode(), south.account.name
        assert "conversation-line" in visitor("Ada").get(path).content.decode()


def test_the_page_says_when_the_index_is_behind(waiting: Story, visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    from antiphon.events.relay import number  # noqa: PLC0415 - beside what it is for
    from antiphon.search import verbs  # noqa: PLC0415 - as above

    with account(waiting.tenant.id) as db:
        number(db, waiting.tenant.id)
    assert "behind" not in visitor("Ada").get("/conversations/").content.decode()
    monkeypatch.setattr(verbs, "FRESH", 1)
    assert "changes behind" in visitor("Ada").get("/conversations/").content.decode()

"""Home, the lists and a campaign's page: what each role finds, and what it never finds."""

import pytest

from tests.kit.world import CLEO, Tenant
from tests.pages.conftest import Visitor
from tests.pages.story import Story


def test_a_long_list_goes_on(story: Story, visitor: Visitor) -> None:
    for index in range(51):
        story.tenant.clock.forward(seconds=1)
        story.deliver.reply(f"+3160000{index:04d}", "Hello", at=story.now)
    ada = visitor("Ada")
    first = ada.get("/conversations/").content.decode()
    assert first.count('class="conversation-line"') == 50
    after = first.partition("after=")[2].partition('"')[0]
    second = ada.get(f"/conversations/?after={after}").content.decode()
    assert second.count('class="conversation-line"') == 2
    assert str(story.conversation_of(CLEO)) in second
    assert str(story.conversation_of(CLEO)) not in first


def test_taking_the_next_of_a_queue(story: Story, north: Tenant, visitor: Visitor) -> None:
    care = north.skills["care"].pk
    ada = visitor("Ada")
    assert ada.post(f"/queues/{care}/next")["Location"] == f"/conversations/{story.conversation_of(CLEO)}/"
    empty = ada.post(f"/queues/{care}/next", follow=True)
    assert "Nobody waits there any more." in empty.content.decode()


def test_quarantine_shows_what_came_as_text(story: Story, visitor: Visitor) -> None:
    story.webhook("reply", b'{"from": "<script>alert(1)</script>"')
    story.webhook("report", b"\xff\x00\x01nonsense")
    ana = visitor("Ana")
    html = ana.get("/quarantine/").content.decode()
    assert html.count(">Look</a>") == 2
    bodies = [ana.get(path).content.decode() for path in _links(html)]
    assert any("&lt;script&gt;alert(1)&lt;/script&gt;" in body for body in bodies)
    assert any("ff 00 01 6e" in body for body in bodies)
    assert not any("<script>alert" in body for body in bodies)
    assert visitor("Cam").get("/quarantine/").status_code == 403
    assert visitor("Zoe").get(_links(html)[0]).status_code == 404


def test_replaying_from_quarantine(story: Story, visitor: Visitor) -> None:
    story.webhook("reply", b"{")
    ana = visitor("Ana")
    path = _links(ana.get("/quarantine/").content.decode())[0]
    assert visitor("Zoe").post(f"{path}replay").status_code == 404
    replayed = ana.post(f"{path}replay", follow=True)
    assert "On its way again." in replayed.content.decode()
    assert "Nothing is in quarantine" in replayed.content.decode()
    assert "not in quarantine any more" in ana.get(path).content.decode()
    assert ana.post(f"{path}replay").status_code == 404


def _links(html: str) -> list[str]:
    return [part.partition('"')[0] for part in html.split('href="')[1:] if part.startswith("/quarantine/0")]


@pytest.mark.parametrize("path", ["/", "/conversations/", "/campaigns/"])
def test_pages_are_private(story: Story, visitor: Visitor, path: str) -> None:
    response = visitor("Ada").get(path)
    assert response["Cache-Control"] == "no-store"
    assert "script-src 'self'" in response["Content-Security-Policy"]
    assert story.tenant.account.name in response.content.decode()


@pytest.mark.parametrize("path", ["/", "/conversations/"])
def test_lists_take_a_fixed_number_of_statements(story: Story, visitor: Visitor, path: str, django_assert_max_num_queries: object) -> None:
    for index in range(10):
        story.reply(f"+3160000{index:04d}", "Hello")
        story.tenant.campaign(f"Another {index}", entry_points=(f"D{index}",))
    cam = visitor("Cam")
    with django_assert_max_num_queries(18):  # type: ignore[operator]
        cam.get(path)

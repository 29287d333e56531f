"""What the navigation counts beside Workspace: unread of one's own, else what waits in one's queues."""

import re

from tests.kit.world import CLEO, MIA, Tenant
from tests.pages.conftest import Visitor
from tests.pages.story import Story

_COUNT = re.compile(r'id="counts-(nav|bar)".*?>(?:(\d+\+?)<span class="sr"> ([a-z ]+)</span>)?</span>', re.DOTALL)


def counted(html: str) -> dict[str, tuple[str, str]]:
    return {place: (number, what) for place, number, what in _COUNT.findall(html)}


def test_it_counts_what_waits_and_then_what_is_unread(story: Story, visitor: Visitor) -> None:
    ada, ben = visitor("Ada"), visitor("Ben")
    waiting = dict.fromkeys(("nav", "bar"), ("1", "waiting in your queues"))
    assert counted(ada.get("/conversations/").content.decode()) == counted(ben.get("/").content.decode()) == waiting
    talk = story.conversation_of(CLEO)
    story.take(talk, by="Ada")
    assert counted(ada.get("/conversations/").content.decode())["nav"] == ("1", "unread")
    assert counted(ben.get("/conversations/").content.decode())["nav"] == ("", "")
    ada.get(f"/conversations/{talk}/")
    assert counted(ada.get("/conversations/").content.decode())["nav"] == ("", "")
    story.tenant.clock.forward(minutes=1)
    story.reply(CLEO, "And thursday?")
    story.reply(MIA, "Hello?")
    assert counted(ada.get("/conversations/").content.decode())["nav"] == ("1", "unread")
    assert counted(ben.get("/conversations/").content.decode())["nav"] == ("1", "waiting in your queues")


def test_it_is_asked_for_alone_and_the_same(story: Story, visitor: Visitor, south: Tenant) -> None:
    ada = visitor("Ada")
    page = counted(ada.get("/conversations/").content.decode())
    assert story.tenant.id != south.id
    for place in ("nav", "bar"):
        assert counted(ada.get(f"/presence/counts/?at={place}").content.decode()) == {place: page[place]}
    assert counted(ada.get("/presence/counts/?at=nowhere").content.decode()) == {"nav": page["nav"]}
    assert counted(visitor("Zed").get("/").content.decode())["nav"] == ("", "")
    assert "counts-" not in visitor("Lyn").get("/").content.decode()
    assert visitor("Lyn").get("/presence/counts/").status_code == 403


def test_many_are_told_as_more_than_can_be_read(story: Story, visitor: Visitor) -> None:
    for number in range(100):
        story.deliver.reply(f"+3165554{number:04d}", "Hello", at=story.now)
    assert counted(visitor("Ada").get("/").content.decode())["nav"] == ("99+", "waiting in your queues")

"""What an agent has read, who waits, and in what order a timeline stands, earlier conversations above it."""

import re
from datetime import timedelta

from antiphon.intake.models import Notice
from antiphon.kit.db import account
from tests.kit.world import CLEO, Tenant
from tests.pages.conftest import Visitor
from tests.pages.story import Story
from tests.pages.test_supervisor import cells
from tests.pages.test_workspace import PART, html_of, talk


def unread(html: str) -> list[str]:
    """Return the texts of the conversations that the list shows as unread."""
    return [text.strip() for text in re.findall(r'data-unread.*?class="conversation-text">([^<]*)<', html, re.DOTALL)]


def test_what_an_agent_has_not_opened_since_the_last_reply_is_unread(story: Story, north: Tenant, visitor: Visitor) -> None:
    ada, ben, conversation = visitor("Ada"), visitor("Ben"), story.conversation_of(CLEO)
    story.take(conversation, by="Ada")
    assert unread(html_of(ada, "/workspace/")) == ["Yes please, tuesday?"]
    talk(visitor("Sol"), conversation)
    assert unread(html_of(ada, "/workspace/")) == ["Yes please, tuesday?"]
    talk(ada, conversation)
    assert unread(html_of(ada, "/workspace/")) == []
    assert "data-waits" in html_of(ada, "/workspace/")
    north.clock.forward(minutes=1)
    story.reply(CLEO, "Or wednesday")
    assert unread(html_of(ada, "/workspace/")) == ["Or wednesday"]
    talk(ada, conversation)
    ada.post(f"/conversations/{conversation}/transfer", {"agent": str(north.people["Ben"].pk)})
    assert unread(html_of(ben, "/workspace/")) == ["Or wednesday"]
    talk(ben, conversation)
    assert unread(html_of(ben, "/workspace/")) == []


def test_who_has_opted_out_does_not_wait_in_any_count(story: Story, north: Tenant, visitor: Visitor) -> None:
    ada, sol = visitor("Ada"), visitor("Sol")
    offer = f'action="/queues/{north.skills["care"].pk}/next"'
    for path in ("/workspace/", "/"):
        assert offer in html_of(ada, path)
    assert cells(html_of(sol, "/supervisor/"), "queues", "care")[0] == "1"
    north.clock.forward(minutes=1)
    story.deliver.reply(CLEO, "STOP", at=story.now)
    for path in ("/workspace/", "/"):
        assert offer not in html_of(ada, path)
    assert cells(html_of(sol, "/supervisor/"), "queues", "care")[0] == "0"


def test_a_timeline_stands_in_the_order_of_receipt(story: Story, north: Tenant, visitor: Visitor) -> None:
    ada, conversation = visitor("Ada"), story.conversation_of(CLEO)
    story.take(conversation, by="Ada")
    north.clock.forward(minutes=5)
    story.reply(CLEO, "Before it was heard of")
    sent_at = story.now - timedelta(minutes=3)
    north.clock.forward(minutes=30)
    story.deliver.notice(CLEO, "C1", at=story.now, text="Heard of late")
    with account(north.id):
        Notice.objects.filter(account_id=north.id, text="Heard of late").update(sent_at=sent_at)
    north.clock.forward(minutes=1)
    story.reply(CLEO, "After it was heard of")
    html = talk(ada, conversation).partition('id="timeline"')[2]
    places = [html.index(text) for text in ("Before it was heard of", "Heard of late", "After it was heard of")]
    assert places == sorted(places)
    assert f'sent <time datetime="{sent_at.isoformat()}"' in html
    assert "heard of <time" in html


def test_the_consumers_earlier_conversations_are_shown_above_one_by_one(story: Story, north: Tenant, visitor: Visitor) -> None:
    ada, first = visitor("Ada"), story.conversation_of(CLEO)
    assert 'id="earlier"' not in talk(ada, first)
    talks = [first]
    for text in ("A second time", "A third time"):
        story.take(talks[-1], by="Ada")
        ada.post(f"/conversations/{talks[-1]}/closure", {"outcome": ""})
        north.clock.forward(hours=1)
        talks.append(story.reply(CLEO, text))
    html = talk(ada, talks[2])
    assert f'hx-get="/conversations/{talks[1]}/"' in html
    assert "A second time" not in html.partition('id="timeline"')[2]
    part = html_of(ada, f"/conversations/{talks[1]}/", **PART, **{"HX-Target": "p#earlier"})
    assert "<main" not in part
    assert "A second time" in part
    assert f'hx-get="/conversations/{talks[0]}/"' in part
    assert 'id="e-' not in part
    last = html_of(ada, f"/conversations/{talks[0]}/", **PART, **{"HX-Target": "p#earlier"})
    assert "Yes please, tuesday?" in last
    assert 'id="earlier"' not in last

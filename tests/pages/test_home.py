"""Home by role: today, the checklist until it is done, what needs attention; as many statements however much there is."""

from datetime import timedelta
from typing import Any

import pytest

from antiphon.conversations.models import Answer
from antiphon.kit.db import account
from antiphon.providers import verbs
from antiphon.providers.models import Source, SourceHeard
from tests.kit.world import ACTOR, CLEO, MIA, Tenant
from tests.pages.conftest import Visitor
from tests.pages.story import Story


def home(visitor: Visitor, name: str) -> str:
    return visitor(name).get("/").content.decode()


def test_the_checklist_leads_to_the_first_answer_and_leaves(north: Tenant, visitor: Visitor) -> None:
    story = Story(north)
    html = home(visitor, "Ana")
    assert "Done: connect a source<" in html
    assert f'href="/sources/{north.source.id}/"' in html
    assert "An administrator gives them to the provider." in home(visitor, "Cam")
    story.notice(CLEO)
    assert "Done: connect a source, paste its addresses, hear the first notice<" in home(visitor, "Cam")
    north.campaign()
    assert "3 of 6 done" not in home(visitor, "Cam")
    assert "4 of 6 done" in home(visitor, "Cam")
    north.clock.forward(minutes=1)
    talk = story.reply(CLEO)
    assert "5 of 6 done" in home(visitor, "Cam")
    story.take(talk, by="Ada")
    story.answer(talk, "Gladly", by="Ada")
    with account(north.id):
        Answer.objects.filter(account_id=north.id).update(is_accepted=True)
    assert "First minutes" not in home(visitor, "Cam")
    north.clock.forward(days=400)
    assert "First minutes" not in home(visitor, "Cam")


def test_who_sets_nothing_up_sees_no_checklist(north: Tenant, visitor: Visitor) -> None:
    assert "First minutes" in home(visitor, "Ana")
    for name in ("Ada", "Sol", "Lyn"):
        assert "First minutes" not in home(visitor, name)
    with account(north.id):
        verbs.disconnect(north.id, north.source.id, actor=ACTOR, at=north.clock())
    assert "0 of 6 done" in home(visitor, "Ana")
    assert "Data sources</a>" in home(visitor, "Ana").replace("\n", "")


def test_home_counts_today_for_those_who_may(story: Story, visitor: Visitor) -> None:
    assert "1 reply so far today." in home(visitor, "Cam")
    html = home(visitor, "Ada")
    assert "so far today" not in html
    assert "Take next from care" in html
    assert visitor("Zed").get("/").status_code == 200
    assert story.tenant.account.name not in home(visitor, "Zed")


@pytest.mark.parametrize(
    ("heard", "refused", "says"),
    [
        (None, timedelta(0), "Broadcast notices for CM are refused"),
        (timedelta(days=8), None, "No broadcast notices on CM for over a week"),
        (timedelta(days=6), None, ""),
        (timedelta(0), timedelta(hours=1), ""),
    ],
)
def test_webhooks_that_need_a_person(
    north: Tenant, visitor: Visitor, heard: timedelta | None, refused: timedelta | None, says: str
) -> None:
    at = north.clock()
    ago = {"heard_at": heard, "refused_at": refused}
    with account(north.id):
        when = {name: None if span is None else at - span for name, span in ago.items()}
        SourceHeard.objects.create(account_id=north.id, source=north.source, kind="notice", **when)
    for name in ("Ana", "Cam", "Sol"):
        html = home(visitor, name)
        assert says in html
        assert ("Needs attention" in html) == bool(says)
    assert "Needs attention" not in home(visitor, "Ada")
    assert "Needs attention" not in home(visitor, "Zoe")


def test_a_token_and_quarantine_need_a_person(story: Story, north: Tenant, visitor: Visitor) -> None:
    story.webhook("reply", b"{")
    with account(north.id):
        Source.objects.update(token_state="refused", token_reason="CM refuses this product token.")
    html = home(visitor, "Ana")
    for words in ("CM refuses the product token of CM", "1 arrival is in quarantine"):
        assert words in html
    assert "in quarantine" not in home(visitor, "Sol")
    with account(north.id):
        Source.objects.update(token_state="not_checked", token_reason="CM could not be reached.")
    assert "The product token of CM is not confirmed" in home(visitor, "Sol")
    with account(north.id):
        Source.objects.update(token_state="confirmed", token_reason="")
    assert "product token" not in home(visitor, "Sol")


def test_what_no_engagement_claims_needs_a_person(story: Story, north: Tenant, visitor: Visitor) -> None:
    story.notice(MIA, campaign="482190")
    html = home(visitor, "Cam")
    assert "482190 is sent on CM, and no engagement claims it" in html
    assert f"?source={north.source.id}&amp;external_campaign=482190" in html
    assert "C1 is sent on" not in html
    assert "482190" not in home(visitor, "Sol")
    with account(north.id):
        verbs.ignore_campaign(north.id, north.source.id, "482190", actor=ACTOR, at=north.clock())
    assert "482190" not in home(visitor, "Cam")


def test_what_needs_attention_comes_by_itself(story: Story, north: Tenant, visitor: Visitor, django_assert_max_num_queries: Any) -> None:
    """Its place asks for itself, hidden while it is empty; it is asked for alone, and reads nothing that it does not show."""
    with account(north.id):
        Source.objects.update(token_state="confirmed")
    asked = {"HX-Request": "true", "HX-Target": "section#attention"}
    ana = visitor("Ana")
    empty = ana.get("/", headers=asked).content.decode()
    assert 'id="attention"' in empty
    assert "Needs attention" not in empty
    assert "hidden" in empty.partition(">")[0]
    story.notice(MIA, campaign="482190")
    with django_assert_max_num_queries(12):
        part = ana.get("/", headers=asked).content.decode()
    assert "482190 is sent on CM" in part
    assert "hidden" not in part.partition(">")[0]
    assert 'data-heard="campaigns"' in part
    assert "First minutes" not in part
    assert part.strip().split() == _section(ana.get("/").content.decode()).split()


def _section(page: str) -> str:
    return (
        '<section class="panel"'
        + page.partition('id="attention"')[0].rpartition('<section class="panel"')[2]
        + 'id="attention"'
        + (page.partition('id="attention"')[2].partition("</section>")[0] + "</section>")
    )


def test_home_asks_as_often_however_much_there_is(
    story: Story, north: Tenant, visitor: Visitor, django_assert_max_num_queries: Any
) -> None:
    ana = visitor("Ana")
    ana.get("/")
    for number in range(6):
        north.connect(f"CM {number}")
        north.campaign(f"Campaign {number}", entry_points=(f"D{number}",), state="draft")
        story.notice(MIA, campaign=f"D{number}")
        story.notice(MIA, campaign=f"X{number}")
    with django_assert_max_num_queries(16):
        html = ana.get("/").content.decode()
    assert html.count("no engagement claims it</strong>") == 3
    assert html.count("It is a draft") == 6

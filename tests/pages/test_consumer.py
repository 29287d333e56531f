"""One consumer's page: what reached them, what they wrote, opt-outs with how, goals; lists that go on; another account's is not found."""

from uuid import UUID, uuid4

import pytest

from antiphon.consumers.models import Consumer
from antiphon.conversations import verbs
from antiphon.kit.db import account
from tests.kit.world import CLEO, MIA, Tenant
from tests.pages.conftest import Visitor
from tests.pages.story import Story


def consumer_of(tenant: Tenant, phone: str) -> UUID:
    with account(tenant.id):
        return Consumer.objects.get(account_id=tenant.id, phone=phone).id


@pytest.fixture
def lived(story: Story) -> Story:
    """Have Cleo answered and her conversation closed with a goal worth 89 euro; then she opts out, after a broadcast of no campaign."""
    talk, ada = story.conversation_of(CLEO), story.tenant.people["Ada"].pk
    story.take(talk, by="Ada")
    story.answer(talk, "Tuesday at nine?", by="Ada")
    outcome = verbs.Outcome(is_goal_reached=True, amount=None, currency="")
    with account(story.tenant.id) as db:
        verbs.close(db, story.tenant.id, talk, actor=f"membership:{ada}", at=story.now, outcome=outcome)
    story.tenant.clock.forward(minutes=30)
    story.notice(CLEO, "Your parcel is near", campaign="C9")
    story.tenant.clock.forward(minutes=5)
    story.deliver.reply(CLEO, "STOP", at=story.now)
    return story


def test_everything_of_a_consumer(lived: Story, visitor: Visitor) -> None:
    ada, path = visitor("Ada"), f"/consumers/{consumer_of(lived.tenant, CLEO)}/"
    shown = {
        what: ada.get(f"{path}?show={what}").content.decode() for what in ("conversations", "notices", "replies", "opt-outs", "conversions")
    }
    head = shown["notices"].partition('class="tabs"')[0]
    assert "Opted out" in head
    assert "by texting a stop word" in head
    assert "“STOP”" in head
    contacted = head.partition("Contacted in the last 7 days")[2]
    assert ("Spring check-up" in contacted, "external campaign C9" in contacted) == (True, True)
    assert ("Time for your spring check-up" in shown["notices"], "Your parcel is near" in shown["notices"]) == (True, True)
    assert "Yes please, tuesday?" in shown["replies"]
    assert "Linked by campaign ID" in shown["replies"]
    assert "Goal reached" in shown["conversations"]
    assert "by texting a stop word" in shown["opt-outs"].partition('class="tabs"')[2]
    assert "Service" in shown["conversions"].partition('class="tabs"')[2]
    talk = f'href="/conversations/{lived.conversation_of(CLEO)}/"'
    assert all(talk in shown[what] for what in ("conversations", "replies", "conversions"))
    assert ada.get(f"{path}?show=nonsense&after=nonsense").content.decode().count('aria-current="page">Conversations') == 1


def test_what_reached_them_before_the_last_seven_days_is_no_contact(lived: Story, visitor: Visitor) -> None:
    lived.tenant.clock.forward(days=8)
    html = visitor("Ada").get(f"/consumers/{consumer_of(lived.tenant, CLEO)}/").content.decode()
    assert "By no campaign." in html
    assert "Opted out" in html


def test_nothing_yet(story: Story, visitor: Visitor) -> None:
    story.notice(MIA)
    html = visitor("Cam").get(f"/consumers/{consumer_of(story.tenant, MIA)}/").content.decode()
    assert "Yes: no opt-out is in force." in html
    assert "No conversation yet." in html
    assert "They have not replied." in visitor("Cam").get(f"/consumers/{consumer_of(story.tenant, MIA)}/?show=replies").content.decode()


def test_a_long_list_goes_on(story: Story, visitor: Visitor) -> None:
    for index in range(51):
        story.tenant.clock.forward(seconds=1)
        story.reply(CLEO, f"Text {index:02d}.")
    ada, path = visitor("Ada"), f"/consumers/{consumer_of(story.tenant, CLEO)}/"
    first = ada.get(f"{path}?show=replies").content.decode()
    older = " ".join(first.split()).partition('class="more"><a class="button" href="')[2].partition('"')[0].replace("&amp;", "&")
    assert older
    second = ada.get(f"{path}{older}").content.decode()
    assert [f"Text {index:02d}." in first for index in (0, 1, 2, 50)] == [False, True, True, True]
    assert ("Text 00." in second, "Text 01." in second, "Yes please, tuesday?" in second) == (True, False, True)
    assert 'class="more"' not in second


def test_it_is_reached_from_the_conversation_and_is_nobody_elses(lived: Story, visitor: Visitor) -> None:
    path = f"/consumers/{consumer_of(lived.tenant, CLEO)}/"
    assert f'href="{path}"' in visitor("Ada").get(f"/conversations/{lived.conversation_of(CLEO)}/").content.decode()
    assert visitor("Zoe").get(path).status_code == 404
    assert visitor("Ada").get(f"/consumers/{uuid4()}/").status_code == 404
    assert visitor("Lyn").get(path).status_code == 403
    assert visitor("Cam").get(path).status_code == 200

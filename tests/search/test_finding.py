"""Finding conversations: by any part of a number, by words in the account's languages, by what they are linked to; never another's."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from antiphon.conversations import verbs
from antiphon.conversations.models import Conversation
from antiphon.events.relay import number
from antiphon.kit.db import account
from antiphon.kit.problems import Invalid
from antiphon.search import indexing
from antiphon.search.models import SearchEntry, SearchPosition
from antiphon.search.verbs import Sought, behind, find
from tests.kit.world import CLEO, MIA, OTTO, Tenant
from tests.pages.story import Story

pytestmark = pytest.mark.django_db(databases=["default", "owner"])
Finds = Callable[..., set[str]]


def caught_up(tenant: Tenant) -> None:
    """Have events numbered and the index know them all, and nothing be fresh."""
    with account(tenant.id) as db:
        number(db, tenant.id)
        while indexing.index_next(db, tenant.id):
            pass


@pytest.fixture
def told(north: Tenant) -> Story:
    """Three consumers of a campaign and one of none: Cleo writes twice and is answered, Mia writes Dutch, Otto German."""
    north.account.languages = ["nl", "en", "de"]
    north.account.save()
    north.campaign()
    story = Story(north)
    story.notice(CLEO)
    north.clock.forward(minutes=10)
    talk = story.reply(CLEO, "Yes please, tuesday?")
    story.take(talk, by="Ada")
    story.answer(talk, "Tuesday at nine in our garage, with winter tyres?", by="Ada")
    north.clock.forward(minutes=10)
    story.reply(CLEO, "Great, see you there 👍")
    north.clock.forward(minutes=10)
    story.reply(MIA, "Mijn banden zijn versleten, kan ik een afspraak maken? Café d'Oude Brug")
    north.clock.forward(minutes=10)
    story.reply(OTTO, "Ich möchte die Häuser sehen")
    return story


@pytest.fixture(params=["indexed", "fresh"])
def finds(request: pytest.FixtureRequest, told: Story) -> Finds:
    """Return who is found: by the index, and by what is not indexed yet; both are the same."""
    north = told.tenant
    if request.param == "indexed":
        caught_up(north)

    def found(**sought: Any) -> set[str]:
        with account(north.id) as db:
            ids = find(db, north.id, Sought(**sought), at=north.clock()).ids
            return set(Conversation.objects.filter(account_id=north.id, id__in=ids).values_list("consumer__phone", flat=True))

    return found


@pytest.mark.parametrize(
    ("phone", "finds_whom"),
    [
        (CLEO, {CLEO}),
        ("+31 6 11 11", {CLEO}),
        ("0031 6-2222", {MIA}),
        ("06 333", {OTTO}),
        ("333", {OTTO}),
        ("0033", set()),
        ("316", {CLEO, MIA, OTTO}),
        ("6116", set()),
    ],
)
def test_any_part_of_a_number(finds: Finds, phone: str, finds_whom: set[str]) -> None:
    assert finds(phone=phone) == finds_whom


@pytest.mark.parametrize(
    ("text", "finds_whom"),
    [
        ("tuesday", {CLEO}),
        ("TUESDAYS", {CLEO}),  # by its stem
        ("garage", {CLEO}),  # in an answer
        ("check-up", {CLEO}),  # in the broadcast
        ("great tyre", {CLEO}),  # in different texts
        ("band", {MIA}),  # of banden, in Dutch
        ("afspr", {MIA}),  # the beginning of a word
        ("cafe", {MIA}),  # without its accent
        ("haus", {OTTO}),  # of Häuser, in German
        ('"see you there"', {CLEO}),
        ('"you see there"', set()),
        ("ich -häuser", set()),
        ("ich -banden", {OTTO}),
        ("see or möchte", {CLEO, OTTO}),
        ("elephants", set()),
        ("x' | 'y", set()),
    ],
)
def test_words(finds: Finds, text: str, finds_whom: set[str]) -> None:
    assert finds(text=text) == finds_whom


def test_what_conversations_are_linked_to_and_became(finds: Finds, told: Story) -> None:
    north, ada = told.tenant, told.tenant.people["Ada"].pk
    engagement = north.engagements["Spring check-up"]
    assert finds() == {CLEO, MIA, OTTO}
    assert finds(campaign=engagement.campaign_id) == finds(engagement=engagement.pk) == {CLEO}
    assert finds(entry_point=north.entry_point("C1").pk) == finds(agent=ada) == finds(states=("assigned",)) == {CLEO}
    assert finds(verdict="no_broadcast") == finds(states=("queued",)) == {MIA, OTTO}
    assert finds(states=("queued", "assigned"), source=north.source.pk, skill=north.skills["care"].pk) == {CLEO, MIA, OTTO}
    assert finds(skill=north.skills["sales"].pk) == finds(campaign=0) == finds(states=("closed",)) == set()
    assert finds(text="yes", states=("queued",)) == set()
    with account(north.id) as db:
        verbs.close(
            db,
            north.id,
            told.conversation_of(CLEO),
            actor=f"membership:{ada}",
            at=told.now,
            outcome=verbs.Outcome(is_goal_reached=True, amount=None, currency=""),
        )
    assert finds(outcome="reached") == finds(states=("closed",)) == finds(phone=CLEO, text="garage", states=("closed",)) == {CLEO}
    assert finds(outcome="missed") == set()
    assert finds(outcome="none") == {MIA, OTTO}


def test_when_they_began_and_what_is_overdue(finds: Finds, told: Story) -> None:
    north = told.tenant
    began = {phone: _began(told, phone) for phone in (CLEO, MIA, OTTO)}
    assert finds(since=began[MIA]) == finds(since=began[MIA], text="zijn or möchte") == {MIA, OTTO}
    assert finds(until=began[MIA]) == finds(until=began[MIA], phone="316") == {CLEO}
    with account(north.id):
        Conversation.objects.update(due_at=told.now)
    assert finds(is_overdue=True) == set()
    with account(north.id):
        Conversation.objects.filter(id=told.conversation_of(MIA)).update(due_at=began[MIA])
    assert finds(is_overdue=True) == finds(is_overdue=True, text="banden") == {MIA}
    assert finds(is_overdue=True, states=("assigned",)) == set()


def _began(told: Story, phone: str) -> Any:
    with account(told.tenant.id):
        return Conversation.objects.get(id=told.conversation_of(phone)).started_at


def test_pages_follow_each_other_and_say_how_many_there_are(told: Story) -> None:
    north = told.tenant
    for sought in (Sought(), Sought(phone="316")):
        with account(north.id) as db:
            first = find(db, north.id, sought, limit=2, at=north.clock())
            second = find(db, north.id, sought, after=first.ids[-1], limit=2, at=north.clock())
        assert [*first.ids, *second.ids] == [told.conversation_of(phone) for phone in (OTTO, MIA, CLEO)]
        assert (first.count, first.is_more, first.has_next, second.has_next) == (3, False, True, False)


def test_nobody_finds_another_accounts(told: Story, south: Tenant) -> None:
    caught_up(told.tenant)
    asked = [Sought(text="yes"), Sought(phone=CLEO), Sought(verdict="no_broadcast"), Sought()]
    for one in asked:
        with account(told.tenant.id) as db:
            assert find(db, told.tenant.id, one, at=told.now).ids
            assert find(db, south.id, one, at=told.now).ids == []
    for one in asked:
        with account(south.id) as db:
            assert find(db, south.id, one, at=told.now).ids == []
            assert find(db, told.tenant.id, one, at=told.now).ids == []


@pytest.mark.parametrize(
    "sought", [Sought(text="👍"), Sought(text="!?"), Sought(text='""'), Sought(phone="+3"), Sought(phone="06"), Sought(phone="hello")]
)
def test_what_cannot_be_sought_is_said(told: Story, sought: Sought) -> None:
    with account(told.tenant.id) as db:
        with pytest.raises(Invalid) as refused:
            find(db, told.tenant.id, sought, at=told.now)
        assert refused.value.field in {"text", "phone"}
        assert find(db, told.tenant.id, replace(sought, text="tuesday", phone=""), at=told.now).count == 1


def test_the_index_goes_on_where_it_stopped(told: Story) -> None:
    north = told.tenant
    caught_up(north)
    with account(north.id) as db:
        reached = SearchPosition.objects.get(account_id=north.id).position
        assert SearchEntry.objects.count() == 3
        assert not indexing.index_next(db, north.id)
    told.reply("+31644444444", "A newcomer")
    caught_up(north)
    with account(north.id) as db:
        assert SearchPosition.objects.get(account_id=north.id).position > reached
        assert SearchEntry.objects.count() == 4
        assert behind(db, north.id) == 0
        SearchPosition.objects.update(position=reached - 600)
        assert behind(db, north.id) > 0


def test_what_no_conversation_is_any_more_is_not_found(told: Story) -> None:
    north = told.tenant
    caught_up(north)
    gone = told.conversation_of(MIA)
    with account(north.id) as db:
        assert gone in find(db, north.id, Sought(text="banden"), at=told.now).ids
        Conversation.objects.filter(id=gone).delete()
        assert find(db, north.id, Sought(text="banden"), at=told.now).ids == []

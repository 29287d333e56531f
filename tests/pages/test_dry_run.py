"""Dry run: the decision and every reason, for any number, and nothing of it stored or in an address."""

from typing import Any

import pytest
from django.db import connection

from antiphon.attribution.models import Decision
from antiphon.consumers.models import Consumer
from antiphon.conversations.models import Conversation
from antiphon.events.models import Event
from antiphon.kit.db import account
from tests.kit.world import CLEO, MIA, Tenant
from tests.pages.conftest import Visitor
from tests.pages.story import Story

pytestmark = pytest.mark.django_db
ADDRESS = "/dry-run/"


def asked(visitor: Visitor, north: Tenant, *, by: str = "Cam", status: int = 200, **typed: Any) -> str:
    response = visitor(by).post(ADDRESS, {"source": north.source.pk, "phone": MIA} | typed)
    assert response.status_code == status
    return response.content.decode()


def test_a_reply_that_would_be_linked(story: Story, north: Tenant, visitor: Visitor) -> None:
    story.notice(MIA)
    html = asked(visitor, north)
    for words in (
        "It would be linked to Spring check-up", "Linked by campaign ID", "It is the text that the reply answers.", "Chosen.",
        "Skill care and language Dutch.", "Book in Planner under SPRING26.", "Texts, frames and the reply on one axis of time",
    ):  # fmt: skip
        assert words in html
    assert "is not known here" not in html


@pytest.mark.usefixtures("story")
@pytest.mark.parametrize("typed", [MIA, "0031 6 2222 2222", "06-22222222", "31622222222", "+31 (6) 222.222.22"])
def test_a_number_in_any_spelling(north: Tenant, visitor: Visitor, typed: str) -> None:
    with account(north.id):
        north.source.home_region = "NL"
        north.source.save(update_fields=["home_region"])
    html = asked(visitor, north, phone=typed)
    assert "+31 6 22222222" in html
    assert "This number is not known here" in html


def test_the_time_of_the_reply_in_the_account_s_zone(story: Story, north: Tenant, visitor: Visitor) -> None:
    story.notice(MIA)
    assert "It would be linked" in asked(visitor, north, at="2026-03-25T23:59")
    over = asked(visitor, north, at="2026-03-26T00:00")
    assert "It would not be linked: out of frame" in over
    assert "The reply came after its frame." in over
    assert "default skill and language, care and" in over


@pytest.mark.usefixtures("story")
def test_the_number_written_to_and_the_campaign_that_it_carries(north: Tenant, visitor: Visitor) -> None:
    assert "It would not be linked: no broadcast" in asked(visitor, north)
    assert "It would be linked to Spring check-up" in asked(visitor, north, external_campaign=" c1 ")
    north.campaign("Always", entry_points=("+3197000004499",))
    assert "It would not be linked" in asked(visitor, north)
    assert "It would be linked to Always" in asked(visitor, north, to="0031 97 0000 04499")


def test_whoever_talks_already_would_go_on_doing_so(story: Story, north: Tenant, visitor: Visitor) -> None:
    html = asked(visitor, north, phone=CLEO)
    assert "This consumer has an open conversation since" in html
    assert f'href="/conversations/{story.conversation_of(CLEO)}/"' in html
    assert "open conversation since" not in asked(visitor, north)


def test_nothing_is_stored(story: Story, north: Tenant, visitor: Visitor) -> None:  # noqa: ARG001 - a story to look at
    def counted() -> list[int]:
        with account(north.id):
            return [model.objects.count() for model in (Consumer, Conversation, Decision, Event)]

    before, cam = counted(), visitor("Cam")
    with connection.execute_wrapper(_only_reading):
        assert cam.post(ADDRESS, {"source": north.source.pk, "phone": "+31699999999"}).status_code == 200
    assert counted() == before


def _only_reading(execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
    words = str(sql).lstrip().lower()
    assert not words.startswith(("update", "insert", "delete")) or "django_session" in words, words
    return execute(sql, params, many, context)


@pytest.mark.usefixtures("story")
@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"phone": "12"}, "Write the whole number with its country"),
        ({"phone": ""}, "Write the whole number with its country"),
        ({"phone": MIA, "at": "tomorrow"}, "Write a date and a time"),
        ({"phone": MIA, "at": "9999-12-31T23:59"}, "Write a date and a time"),
        ({"phone": MIA, "source": ""}, "Choose the source"),
    ],
)
def test_what_cannot_be_read_comes_back_as_typed(north: Tenant, visitor: Visitor, typed: dict[str, str], says: str) -> None:
    html = asked(visitor, north, status=422, **typed)
    assert says in html
    assert 'aria-invalid="true"' in html
    assert all(f'value="{value}"' in html for name, value in typed.items() if value and name != "source")


def test_a_source_of_somebody_else_is_not_there(south: Tenant, north: Tenant, visitor: Visitor) -> None:
    assert visitor("Cam").post(ADDRESS, {"source": south.source.pk, "phone": MIA}).status_code == 404
    assert visitor("Zoe").post(ADDRESS, {"source": north.source.pk, "phone": MIA}).status_code == 404


def test_who_may(visitor: Visitor) -> None:
    assert {name: visitor(name).get(ADDRESS).status_code for name in ("Ana", "Cam", "Sol", "Ada", "Lyn")} == {
        "Ana": 200, "Cam": 200, "Sol": 200, "Ada": 403, "Lyn": 403,
    }  # fmt: skip


def test_without_a_source_it_says_what_to_do(north: Tenant, visitor: Visitor) -> None:
    with account(north.id):
        north.source.disconnected_at = north.clock()
        north.source.save(update_fields=["disconnected_at"])
    html = visitor("Cam").get(ADDRESS).content.decode()
    assert "No source is connected yet" in html
    assert '<form class="panel-body' not in html


def test_the_reasons_of_a_conversation_lead_to_deciding_again(story: Story, north: Tenant, visitor: Visitor) -> None:
    address = f"/conversations/{story.conversation_of(CLEO)}/why/"
    html = visitor("Sol").get(address).content.decode()
    assert "Decide again, dry run" in html
    assert CLEO in html
    assert "Decide again, dry run" not in visitor("Ada").get(address).content.decode()
    assert f"?{CLEO}" not in html
    assert north.campaigns

"""The workspace: one's own conversations by urgency, queues, canned answers, what to do about answers that failed, going places."""

import re
from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.test import Client

from antiphon.accounts.models import CannedAnswer, Membership
from antiphon.conversations.models import Answer, Conversation
from antiphon.kit.db import account
from antiphon.workspace import words
from antiphon.workspace.pages.beside import local_time
from tests.kit.world import CLEO, MIA, OTTO, Tenant
from tests.pages.conftest import Visitor
from tests.pages.story import Story

PART = {"HX-Request": "true", "HX-Request-Type": "partial"}


def html_of(client: Client, path: str, **headers: str) -> str:
    response = client.get(path, headers=headers)
    assert response.status_code == 200, path
    return response.content.decode()


def talk(client: Client, conversation: UUID, query: str = "") -> str:
    return html_of(client, f"/conversations/{conversation}/{query}")


def groups(html: str) -> dict[str, list[str]]:
    """Return the ids of the conversations under each heading of the list."""
    found: dict[str, list[str]] = {}
    for part in re.split(r'<h3 class="mine-group"', html)[1:]:
        name = re.search(r"</span>([^<]+)<span", part)
        assert name
        found[name[1].strip()] = re.findall(r'id="c-([0-9a-f-]{36})"', part)
    return found


def settle(north: Tenant, answer: UUID, **columns: object) -> None:
    """Have an answer be as a provider's word would leave it."""
    with account(north.id):
        Answer.objects.filter(account_id=north.id, id=answer).update(**columns)


def canned(tenant: Tenant, shortcut: str, text: str, *, skill: str = "", language: str = "") -> CannedAnswer:
    with account(tenant.id):
        return CannedAnswer.objects.create(
            account_id=tenant.id,
            shortcut=shortcut,
            name=shortcut.title(),
            text=text,
            skill=tenant.skills[skill] if skill else None,
            language=language,
            updated_at=tenant.clock(),
        )


def test_the_list_is_grouped_by_urgency_most_urgent_first(story: Story, north: Tenant, visitor: Visitor) -> None:
    late, soon = story.conversation_of(CLEO), None
    story.take(late, by="Ada")
    north.clock.forward(minutes=9)
    soon = story.reply(OTTO, "Soon?")
    north.clock.forward(minutes=6, seconds=1)
    turn = story.reply(MIA, "No hurry")
    for conversation in (soon, turn):
        story.take(conversation, by="Ada")
    answered = story.reply("+31644444444", "Asked")
    story.answer(answered, "Answered", by="Ada")
    with account(north.id):
        Conversation.objects.filter(account_id=north.id, id=answered).update(turn="consumer", due_at=None)
    found = groups(html_of(visitor("Ada"), "/workspace/"))
    assert found == {
        "Overdue": [str(late)],
        "Due soon": [str(soon)],
        "Your turn": [str(turn)],
        "Waiting for the consumer": [str(answered)],
    }
    assert list(found) == ["Overdue", "Due soon", "Your turn", "Waiting for the consumer"]
    north.clock.forward(hours=25)
    assert groups(html_of(visitor("Ada"), "/workspace/"))["Idle for a day"] == [str(answered)]


def test_a_row_shows_the_newest_text_of_either_side_and_what_went_wrong(story: Story, north: Tenant, visitor: Visitor) -> None:
    conversation = story.conversation_of(CLEO)
    north.clock.forward(minutes=1)
    answer = story.answer(conversation, "Tuesday at nine", by="Ada")
    html = html_of(visitor("Ada"), "/workspace/")
    assert "You: Tuesday at nine" in html
    assert "Not delivered" not in html
    settle(north, answer, state="failed", reason="unreachable")
    assert "Not delivered" in html_of(visitor("Ada"), "/workspace/")
    north.clock.forward(minutes=1)
    story.reply(CLEO, "Nobody answers me")
    html = html_of(visitor("Ada"), "/workspace/")
    assert "Nobody answers me" in html
    assert "You: " not in html


def test_the_open_conversation_is_marked_in_its_list_and_the_navigation_stays_in_the_workspace(story: Story, visitor: Visitor) -> None:
    ada, conversation = visitor("Ada"), story.conversation_of(CLEO)
    assert "data-unread" not in html_of(ada, "/workspace/")
    story.take(conversation, by="Ada")
    assert "data-unread" in html_of(ada, "/workspace/")
    html = talk(ada, conversation)
    assert re.search(rf'id="c-{conversation}"[^>]*aria-current="true"', html)
    assert re.search(r'href="/workspace/"[^>]*aria-current="page"', html)
    assert not re.search(r'href="/workspace/"[^>]*aria-current="page"', talk(visitor("Sol"), conversation))


def test_who_takes_no_conversations_has_no_list(story: Story, visitor: Visitor) -> None:
    html = talk(visitor("Cam"), story.conversation_of(CLEO))
    assert 'id="mine"' not in html
    assert 'data-live="/live/' in html
    assert visitor("Cam").get("/workspace/").status_code == 403
    assert 'id="mine"' in talk(visitor("Ada"), story.conversation_of(CLEO))


def test_taking_the_next_leads_to_it_and_an_empty_queue_says_so(story: Story, north: Tenant, visitor: Visitor) -> None:
    ada, care = visitor("Ada"), north.skills["care"].pk
    assert ">Take next" in html_of(ada, "/workspace/")
    assert ada.post(f"/queues/{care}/next")["Location"] == f"/conversations/{story.conversation_of(CLEO)}/"
    again = ada.post(f"/queues/{care}/next", follow=True)
    assert "Nobody waits there any more." in again.content.decode()
    assert "Choose a conversation from the list." in again.content.decode()


def test_an_empty_workspace_says_where_conversations_come_from(north: Tenant, visitor: Visitor) -> None:
    html = html_of(visitor("Ada"), "/workspace/")
    assert "A conversation starts when a consumer replies." in html
    assert "0 of 8" in html
    north.campaign()
    Story(north).reply(CLEO)
    assert "Somebody waits in a queue below." in html_of(visitor("Ada"), "/workspace/")


def test_only_the_owner_or_a_supervisor_acts_on_a_conversation(story: Story, visitor: Visitor) -> None:
    ben, conversation = visitor("Ben"), story.conversation_of(CLEO)
    story.take(conversation, by="Ada")
    for deed, posted in (("closure", {}), ("transfer", {}), ("link", {"engagement": "", "reason": "mine"})):
        refused = ben.post(f"/conversations/{conversation}/{deed}", posted)
        assert refused.status_code == 422, deed
        assert "Ada has this conversation" in refused.content.decode()
    assert visitor("Sol").post(f"/conversations/{conversation}/link", {"engagement": "", "reason": "asked to"}).status_code == 303
    assert visitor("Ada").post(f"/conversations/{conversation}/closure").status_code == 303


def test_a_transfer_can_be_taken_back_while_nobody_has_it(story: Story, north: Tenant, visitor: Visitor) -> None:
    ada, conversation = visitor("Ada"), story.conversation_of(CLEO)
    story.take(conversation, by="Ada")
    north.clock.forward(seconds=1)
    given = ada.post(f"/conversations/{conversation}/transfer", {"skill": north.skills["sales"].pk}, follow=True)
    assert f'action="/conversations/{conversation}/recall"' in given.content.decode()
    assert visitor("Ben").post(f"/conversations/{conversation}/recall").status_code == 422
    assert ada.post(f"/conversations/{conversation}/recall").status_code == 303
    with account(north.id):
        back = Conversation.objects.get(account_id=north.id, id=conversation)
    assert (back.state, back.agent_id, back.skill_id) == ("assigned", north.people["Ada"].pk, north.skills["care"].pk)


def test_a_transfer_cannot_be_taken_back_late_or_from_who_took_it(story: Story, north: Tenant, visitor: Visitor) -> None:
    ada, conversation = visitor("Ada"), story.conversation_of(CLEO)
    story.take(conversation, by="Ada")
    north.clock.forward(seconds=1)
    ada.post(f"/conversations/{conversation}/transfer", {"skill": ""})
    north.clock.forward(minutes=2, seconds=1)
    assert "two minutes" in ada.post(f"/conversations/{conversation}/recall").content.decode()
    story.take(conversation, by="Ada")
    ada.post(f"/conversations/{conversation}/transfer", {"skill": ""})
    north.clock.forward(seconds=1)
    story.take(conversation, by="Ben")
    refused = ada.post(f"/conversations/{conversation}/recall")
    assert (refused.status_code, "Somebody has taken this conversation" in refused.content.decode()) == (422, True)


def test_canned_answers_fit_the_skill_and_the_language_the_closest_first(
    story: Story, north: Tenant, south: Tenant, visitor: Visitor
) -> None:
    ada, conversation = visitor("Ada"), story.conversation_of(CLEO)
    canned(north, "any", "For everybody")
    canned(north, "care", "Of the skill, in Dutch", skill="care", language="nl")
    canned(north, "sales", "Of another skill", skill="sales")
    canned(north, "french", "In another language", language="fr")
    canned(south, "south", "Of another account")
    html = html_of(ada, f"/conversations/{conversation}/canned/")
    assert re.findall(r'data-insert="([^"]+)"', html) == ["Of the skill, in Dutch", "For everybody"]
    part = html_of(ada, f"/conversations/{conversation}/canned/", **PART, **{"HX-Target": "ul#choices"})
    assert part.strip().startswith("<ul")
    assert part.strip() in html


def test_a_canned_answer_is_put_into_the_box_by_its_address(story: Story, north: Tenant, south: Tenant, visitor: Visitor) -> None:
    ada, conversation = visitor("Ada"), story.conversation_of(CLEO)
    one, foreign = canned(north, "hi", "Gladly & soon"), canned(south, "hi", "Not yours")
    assert "Gladly &amp; soon</textarea>" in talk(ada, conversation, f"?canned={one.pk}")
    assert "Not yours" not in talk(ada, conversation, f"?canned={foreign.pk}")


@pytest.mark.parametrize("reason", sorted(words.REASONS))
def test_a_failed_answer_says_why_and_what_to_do(story: Story, north: Tenant, visitor: Visitor, reason: str) -> None:
    ada, conversation = visitor("Ada"), story.conversation_of(CLEO)
    answer = story.answer(conversation, "Typed once", by="Ada")
    settle(north, answer, state="failed", reason=reason)
    html = talk(ada, conversation)
    assert f"Not delivered: {words.REASONS[reason]}" in html
    assert str(words.NEXT_STEPS[reason]) in html
    assert f'href="?again={answer}"' in html
    assert "Typed once</textarea>" in talk(ada, conversation, f"?again={answer}")
    assert f'href="?again={answer}"' not in talk(visitor("Sol"), conversation)


def test_an_unknown_answer_is_sent_again_only_by_a_person(story: Story, north: Tenant, visitor: Visitor) -> None:
    ada, conversation = visitor("Ada"), story.conversation_of(CLEO)
    answer = story.answer(conversation, "Did it leave?", by="Ada")
    assert f'href="?again={answer}"' not in talk(ada, conversation)
    settle(north, answer, state="unknown")
    html = talk(ada, conversation)
    assert "The provider did not say whether it left." in html
    assert f'href="?again={answer}"' in html
    with account(north.id):
        assert Answer.objects.filter(account_id=north.id).count() == 1
    other = story.reply(OTTO, "Hello?")
    assert "Did it leave?</textarea>" not in talk(ada, other, f"?again={answer}")


def test_a_reply_that_answers_another_campaign_says_so_and_can_be_linked_there(story: Story, north: Tenant, visitor: Visitor) -> None:
    ada, conversation = visitor("Ada"), story.conversation_of(CLEO)
    north.campaign("Tyre swap", entry_points=("C2",))
    story.take(conversation, by="Ada")
    north.clock.forward(minutes=11)
    story.notice(CLEO, "Your tyres are waiting.", campaign="C2")
    north.clock.forward(minutes=1)
    story.reply(CLEO, "And the tyres?")
    html = talk(ada, conversation)
    assert "This reply answers Tyre swap" in html
    assert "Your tyres are waiting." in html
    engagement = north.engagements["Tyre swap"].pk
    assert f'href="?link={engagement}"' in html
    opened = talk(ada, conversation, f"?link={engagement}")
    assert re.search(rf'<option value="{engagement}" selected', opened)
    assert 'value="Their reply answers it"' in opened


def test_an_opt_out_is_told_with_when_and_how_and_whether_it_blocks(story: Story, north: Tenant, visitor: Visitor) -> None:
    ada, conversation = visitor("Ada"), story.conversation_of(CLEO)
    assert "May be messaged, no opt-out" in talk(ada, conversation)
    north.clock.forward(minutes=1)
    story.deliver.reply(CLEO, "STOP", at=story.now)
    html = talk(ada, conversation)
    assert "by texting a stop word (“STOP”)" in html
    assert "They wrote again since" not in html
    north.clock.forward(minutes=1)
    story.reply(CLEO, "Sorry, yes after all")
    html = talk(ada, conversation)
    assert "by texting a stop word (“STOP”)" in html
    assert "They wrote again since, so this conversation may be answered." in html
    assert 'id="answer"' in html


def test_a_number_that_is_not_the_sources_is_warned_of(story: Story, north: Tenant, visitor: Visitor) -> None:
    ada, conversation = visitor("Ada"), story.conversation_of(CLEO)
    assert "list of numbers" not in talk(ada, conversation)
    north.clock.forward(minutes=1)
    story.deliver.reply(CLEO, "By another number", at=story.now, to="+3197000009999")
    assert "is not in CM's list of numbers" in talk(ada, conversation)


def test_the_panel_names_entry_point_and_reason(story: Story, visitor: Visitor) -> None:
    html = talk(visitor("Ada"), story.conversation_of(CLEO))
    assert "The reply answers broadcast C1, and Spring check-up claims that ID." in html
    assert re.search(r"<dt>\s*Entry point\s*</dt>", html)
    unlinked = talk(visitor("Ada"), story.reply(OTTO, "Hello?"))
    assert "No broadcast reached this consumer lately" in unlinked
    assert not re.search(r"<dt>\s*Entry point\s*</dt>", unlinked)


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        ("+31612345678", "11:42 in Amsterdam"),
        ("+12125550123", "06:42 in New York"),
        ("+61412345678", ""),  # a mobile number of a country with many zones
        ("+351912345678", ""),  # Lisbon and the Azores differ
        ("INFO", ""),
    ],
)
def test_the_consumers_time_is_told_where_it_is_certain(phone: str, shown: str) -> None:
    assert local_time(phone, at=datetime(2026, 3, 24, 10, 42, tzinfo=UTC)) == shown


def test_a_step_says_how_long_it_waited_and_who_did_it(story: Story, north: Tenant, visitor: Visitor) -> None:
    conversation = story.conversation_of(CLEO)
    north.clock.forward(seconds=38)
    story.take(conversation, by="Ada")
    assert "Waited 38 s in care, then went to you" in talk(visitor("Ada"), conversation)
    assert "Waited 38 s in care, then went to Ada" in talk(visitor("Sol"), conversation)
    visitor("Ada").post(f"/conversations/{conversation}/closure")
    assert "Closed by you" in talk(visitor("Ada"), conversation)
    assert "Closed by Ada" in talk(visitor("Sol"), conversation)


def test_going_places_lists_the_open_conversations_and_what_the_role_may(story: Story, visitor: Visitor) -> None:
    ada, conversation = visitor("Ada"), story.conversation_of(CLEO)
    assert f"/conversations/{conversation}/" not in html_of(ada, "/goto/")
    story.take(conversation, by="Ada")
    part = html_of(ada, "/goto/", **PART, **{"HX-Target": "ul#choices"})
    assert f'href="/conversations/{conversation}/"' in part
    assert 'href="/workspace/"' in part
    assert part.strip() in html_of(ada, "/goto/")
    cam = html_of(visitor("Cam"), "/goto/", **PART, **{"HX-Target": "ul#choices"})
    assert f"/conversations/{conversation}/" not in cam
    assert 'href="/workspace/"' not in cam


def test_single_keys_can_be_switched_off_and_on(north: Tenant, visitor: Visitor) -> None:
    ada = visitor("Ada")
    assert re.search(r'class="shell"[^>]*data-keys', html_of(ada, "/workspace/"))
    assert ada.post("/keys", {"keys": "off", "next": "/workspace/"})["Location"] == "/workspace/"
    assert not Membership.objects.get(id=north.people["Ada"].pk).has_keys
    assert not re.search(r'class="shell"[^>]*data-keys', html_of(ada, "/workspace/"))
    assert ada.post("/keys", {"keys": "on", "next": "https://elsewhere.example/"})["Location"] == "/"
    assert Membership.objects.get(id=north.people["Ada"].pk).has_keys
    assert Membership.objects.get(id=north.people["Ben"].pk).has_keys


def many(story: Story, count: int) -> None:
    """Have Ada work on many conversations at once."""
    Membership.objects.filter(id=story.tenant.people["Ada"].pk).update(capacity=count + 5)
    for index in range(count):
        story.take(story.reply(f"+3165{index:07}", f"Question {index}"), by="Ada")


def test_the_statements_of_a_workspace_do_not_grow_with_its_conversations(
    story: Story, visitor: Visitor, django_assert_max_num_queries: object
) -> None:
    ada = visitor("Ada")
    many(story, 100)
    html_of(ada, "/workspace/")
    with django_assert_max_num_queries(14):  # type: ignore[operator]
        html = html_of(ada, "/workspace/")
    assert html.count('class="conversation"') == 100


def test_the_statements_of_a_conversation_do_not_grow_with_its_lines(
    story: Story, north: Tenant, visitor: Visitor, django_assert_max_num_queries: object
) -> None:
    ada, conversation = visitor("Ada"), story.conversation_of(CLEO)
    for index in range(150):
        north.clock.forward(seconds=1)
        story.reply(CLEO, f"Line {index}")
        story.answer(conversation, f"Answer {index}", by="Ada")
    talk(ada, conversation)
    with django_assert_max_num_queries(28):  # type: ignore[operator]
        html = talk(ada, conversation)
    assert html.count('class="message"') == 301
    headers = {**PART, "HX-Target": "div#open"}
    with django_assert_max_num_queries(24):  # type: ignore[operator]
        html_of(ada, f"/conversations/{conversation}/", **headers)

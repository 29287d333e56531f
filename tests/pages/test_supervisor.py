"""The supervisor's page: who waits where, who is there, and moving conversations, several at once."""

import re
from uuid import UUID

import pytest

from antiphon.accounts.models import AuditEntry, Membership, MembershipSkill
from antiphon.conversations.models import Conversation
from antiphon.kit.db import account
from antiphon.routing.models import Presence
from antiphon.routing.presence import set_presence
from tests.kit.world import CLEO, MIA, OTTO, Tenant
from tests.pages.conftest import Visitor
from tests.pages.story import Story

pytestmark = pytest.mark.django_db
HERE = "/supervisor/"


def be(north: Tenant, name: str, state: str = "online") -> None:
    set_presence(north.id, north.people[name].pk, state=state, actor=f"membership:{north.people[name].pk}", at=north.clock())


def cells(html: str, table: str, first: str) -> list[str]:
    """Return the cells of the row that begins with these words, as people read them."""
    part = html.partition(f'id="{table}"')[2].partition("</section>")[0]
    row = next(row for row in re.split(r"<tr>", part) if re.search(rf">{first}<", row))
    found = re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)
    return [re.sub(r"\s+", " ", re.sub(r"<form.*?</form>|<[^>]+>", " ", cell, flags=re.DOTALL)).strip() for cell in found]


def holder(conversation: UUID) -> str:
    found = Conversation.objects.get(id=conversation)
    return found.agent.name if found.agent else str(found.skill)


def test_queues_say_who_waits_and_who_could_take_them(story: Story, north: Tenant, visitor: Visitor) -> None:
    story.reply(OTTO, "Hello?")
    sol = visitor("Sol")
    html = sol.get(HERE).content.decode()
    assert cells(html, "queues", "care") == ["2", "0 s", "0", "0", "0 of 2", "nobody is online"]
    assert cells(html, "queues", "sales") == ["0", "–", "0", "0", "0 of 1", "0"]  # noqa: RUF001 - the dash of an empty cell
    be(north, "Ada")
    story.take(story.conversation_of(CLEO), by="Ada")
    north.clock.forward(minutes=16)
    html = sol.get(HERE).content.decode()
    assert cells(html, "queues", "care") == ["1", "16 min", "1 overdue", "1", "1 of 2", "7"]
    with account(north.id):
        Membership.objects.filter(id=north.people["Ada"].pk).update(capacity=1)
    assert cells(sol.get(HERE).content.decode(), "queues", "care")[-1] == "everybody is full"
    with account(north.id):
        MembershipSkill.objects.all().delete()
    assert cells(sol.get(HERE).content.decode(), "queues", "care")[-2:] == ["0 of 0", "nobody has this skill"]


def test_agents_say_whether_they_are_there_and_what_they_have(story: Story, north: Tenant, visitor: Visitor) -> None:
    be(north, "Ada")
    story.take(story.conversation_of(CLEO), by="Ada")
    north.clock.forward(minutes=20)
    html = visitor("Sol").get(HERE).content.decode()
    assert cells(html, "agents", "Ada") == ["Online", "1 of 8", "1 1 overdue", "20 min ago"]
    assert cells(html, "agents", "Ben") == ["Offline", "0 of 8", "0", "–"]  # noqa: RUF001 - as above
    assert "1 of 2 agents is online" in html or "1 of 2 agents are online" in html
    assert ">Cam<" not in html, "who has no skill is no agent"


@pytest.mark.parametrize(
    ("query", "finds"),
    [
        ("", {CLEO, MIA, OTTO}),
        ("?show=waiting", {MIA, OTTO}),
        ("?show=overdue", {CLEO, OTTO}),
        ("?agent={ada}", {CLEO}),
        ("?agent={ben}", set()),
        ("?skill={care}", {CLEO, OTTO}),
        ("?skill={sales}&show=waiting", {MIA}),
        ("?skill={sales}&agent={ada}", set()),
        ("?show=nonsense&skill=x&agent=x&after=x~y~z", {CLEO, MIA, OTTO}),
    ],
)
def test_filters(story: Story, north: Tenant, visitor: Visitor, query: str, finds: set[str]) -> None:
    story.reply(OTTO, "Hello?")
    story.take(story.conversation_of(CLEO), by="Ada")
    north.clock.forward(minutes=16)
    story.reply(MIA, "For sale?")
    keys = {
        "ada": north.people["Ada"].pk,
        "ben": north.people["Ben"].pk,
        "care": north.skills["care"].pk,
        "sales": north.skills["sales"].pk,
    }
    sol = visitor("Sol")
    sol.post(f"{HERE}assignment", {"to": f"skill:{keys['sales']}", "conversation": str(story.conversation_of(MIA))})
    html = sol.get(HERE + query.format(**keys)).content.decode()
    assert {phone for phone in (CLEO, MIA, OTTO) if f'id="s-{story.conversation_of(phone)}"' in html} == finds


def test_a_long_list_goes_on_in_order(story: Story, visitor: Visitor) -> None:
    for index in range(60):
        story.tenant.clock.forward(seconds=1)
        story.deliver.reply(f"+3160000{index:04d}", "Hello", at=story.now)
    with account(story.tenant.id):
        last = story.conversation_of("+31600000003")
        Conversation.objects.filter(id__in=[last, story.conversation_of(CLEO)]).update(due_at=None, waiting_since=None)
    sol = visitor("Sol")
    pages, path = [], HERE
    while path:
        html = sol.get(path).content.decode()
        pages.append(re.findall(r'id="s-([0-9a-f-]+)"', html))
        more = re.search(r'href="(\?[^"]*after=[^"]+)"', html)
        path = HERE + more[1].replace("&amp;", "&") if more else ""
    assert [len(page) for page in pages] == [50, 11]
    found = [one for page in pages for one in page]
    assert len(set(found)) == 61
    assert found[-2:] == [str(story.conversation_of(CLEO)), str(last)], "what is not due goes last, the older first"


def test_several_move_at_once(story: Story, north: Tenant, visitor: Visitor) -> None:
    ids = [str(story.conversation_of(CLEO)), str(story.reply(MIA)), str(story.reply(OTTO))]
    sol, ada, sales = visitor("Sol"), north.people["Ada"].pk, north.skills["sales"].pk
    moved = sol.post(f"{HERE}assignment", {"to": f"agent:{ada}", "conversation": ids, "show": "waiting"}, follow=True)
    html = moved.content.decode()
    assert moved.redirect_chain == [(f"{HERE}?show=waiting", 303)]
    assert "3 conversations moved. They are not online: nobody answers until they are back." in html
    with account(north.id):
        assert {holder(UUID(one)) for one in ids} == {"Ada"}
    again = sol.post(f"{HERE}assignment", {"to": f"agent:{ada}", "conversation": ids}, follow=True)
    assert "They are there already." in again.content.decode()
    sol.post(f"{HERE}assignment", {"to": f"skill:{sales}", "conversation": ids[:2]})
    sol.post(f"{HERE}assignment", {"to": "queue", "conversation": ids[2]})
    with account(north.id):
        assert [holder(UUID(one)) for one in ids] == ["sales", "sales", "care"]
        assert set(Conversation.objects.values_list("state", flat=True)) == {"queued"}


def test_one_that_moved_can_be_taken_back(story: Story, north: Tenant, visitor: Visitor) -> None:
    talk, ben = story.conversation_of(CLEO), north.people["Ben"].pk
    story.take(talk, by="Ada")
    north.clock.forward(seconds=1)
    sol = visitor("Sol")
    moved = sol.post(f"{HERE}assignment", {"to": f"agent:{ben}", "conversation": str(talk)}, follow=True)
    assert f'action="/conversations/{talk}/recall"' in moved.content.decode()
    sol.post(f"/conversations/{talk}/recall")
    with account(north.id):
        assert holder(talk) == "Ada"


def test_taking_over(story: Story, north: Tenant, visitor: Visitor) -> None:
    talk, sol = story.conversation_of(CLEO), visitor("Sol")
    story.take(talk, by="Ada")
    refused = sol.post(f"{HERE}assignment", {"take": "1", "to": "queue", "conversation": str(talk)})
    assert refused.status_code == 422
    assert "Sol does not have the skill of this conversation" in refused.content.decode()
    with account(north.id):
        assert holder(talk) == "Ada"
        MembershipSkill.objects.create(account_id=north.id, membership=north.people["Sol"], skill=north.skills["care"])
    assert sol.post(f"{HERE}assignment", {"take": "1", "to": "queue", "conversation": str(talk)}).status_code == 303
    with account(north.id):
        assert holder(talk) == "Sol"


def test_what_cannot_go_stays_and_says_why(story: Story, north: Tenant, visitor: Visitor) -> None:
    talks = [story.conversation_of(CLEO), story.reply(MIA)]
    north.clock.forward(minutes=1)
    talks.append(story.reply(OTTO))
    ben = north.people["Ben"].pk
    with account(north.id):
        Membership.objects.filter(id=ben).update(capacity=2)
    sol = visitor("Sol")
    some = sol.post(f"{HERE}assignment", {"to": f"agent:{ben}", "conversation": [str(one) for one in talks]}, follow=True)
    assert "2 conversations moved. 1 not: Ben has 2 open conversations" in some.content.decode().replace("&#x27;", "'")
    none = sol.post(f"{HERE}assignment", {"to": f"agent:{ben}", "conversation": str(talks[2])})
    html = " ".join(none.content.decode().split())
    assert none.status_code == 422
    assert f'value="{talks[2]}" id="k-{talks[2]}" checked' in html
    assert f'<option value="agent:{ben}" selected' in html
    assert 'role="alert"' in html


@pytest.mark.parametrize(
    "posted", [{}, {"to": "queue"}, {"to": "agent:x", "conversation": "{id}"}, {"to": "agent:999999", "conversation": "{id}"}]
)
def test_incomplete(story: Story, visitor: Visitor, posted: dict[str, str]) -> None:
    talk = story.conversation_of(CLEO)
    given = {name: value.format(id=talk) for name, value in posted.items()}
    assert visitor("Sol").post(f"{HERE}assignment", given).status_code == 422
    with account(story.tenant.id):
        assert holder(talk) == "care"


def test_strangers_move_nothing(story: Story, south: Tenant, visitor: Visitor) -> None:
    talk = story.conversation_of(CLEO)
    zoe = visitor("Zoe").post(f"{HERE}assignment", {"to": f"agent:{south.people['Zed'].pk}", "conversation": str(talk)}, follow=True)
    assert "moved" not in zoe.content.decode()
    assert visitor("Ada").get(HERE).status_code == 403
    assert visitor("Ada").post(f"{HERE}assignment", {"to": "queue", "conversation": str(talk)}).status_code == 403
    with account(story.tenant.id):
        assert holder(talk) == "care"


def test_saying_it_for_another(story: Story, north: Tenant, south: Tenant, visitor: Visitor) -> None:
    sol, ada = visitor("Sol"), north.people["Ada"].pk
    said = sol.post(f"/people/{ada}/presence", {"state": "online", "agent": str(ada)}, follow=True)
    assert "Ada is online now." in said.content.decode()
    assert said.redirect_chain == [(f"{HERE}?agent={ada}", 303)]
    with account(north.id):
        assert Presence.objects.get().state == "online"
        assert AuditEntry.objects.get(action="presence.set").actor == f"membership:{north.people['Sol'].pk}"
    assert sol.post(f"/people/{ada}/presence", {"state": "busy"}).status_code == 422
    assert sol.post(f"/people/{north.people['Lyn'].pk}/presence", {"state": "online"}).status_code == 404
    assert sol.post(f"/people/{south.people['Zed'].pk}/presence", {"state": "online"}).status_code == 404
    assert visitor("Ben").post(f"/people/{ada}/presence", {"state": "offline"}).status_code == 403
    assert story.tenant is north


@pytest.mark.parametrize("part", ["queues", "agents", "talks"])
def test_what_is_pushed_is_what_the_page_shows(story: Story, north: Tenant, visitor: Visitor, part: str) -> None:
    be(north, "Ada")
    talk, sol = story.conversation_of(CLEO), visitor("Sol")
    query = f"?show=waiting&conversation={talk}"
    page = sol.get(HERE + query).content.decode()
    target = "div" if part == "talks" else "section"
    pushed = sol.get(HERE + query, headers={"HX-Request": "true", "HX-Target": f"{target}#{part}"}).content.decode()
    assert "<html" not in pushed
    assert plain(pushed) in plain(page)
    assert part != "talks" or f'value="{talk}" id="k-{talk}" checked' in plain(pushed)


def plain(html: str) -> str:
    """Return HTML without spaces, and without what is new at every request."""
    html = re.sub(r'(csrfmiddlewaretoken" value|data-live)="[^"]*"', "", html)
    return re.sub(r"\s+", " ", html).strip()


def test_empty(south: Tenant, visitor: Visitor) -> None:
    html = visitor("Zoe").get(HERE).content.decode()
    assert "Nothing is open. A conversation starts when a consumer replies." in html
    assert south.people["Zed"].name in html
    with account(south.id):
        MembershipSkill.objects.all().delete()
    assert "Nobody has a skill yet" in visitor("Zoe").get(HERE).content.decode()


def test_it_takes_a_fixed_number_of_statements(
    story: Story, north: Tenant, visitor: Visitor, django_assert_max_num_queries: object
) -> None:
    for index in range(20):
        story.reply(f"+3160000{index:04d}", "Hello")
        north.person(f"Agent{index}", skills=("care", "sales"))
        be(north, f"Agent{index}")
    for index in range(5):
        north.skill(f"skill {index}")
    sol = visitor("Sol")
    with django_assert_max_num_queries(16):  # type: ignore[operator]
        sol.get(HERE)

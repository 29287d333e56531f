"""Home, the lists and a campaign's page: what each role finds, and what it never finds."""

import pytest

from antiphon.campaigns.models import Campaign
from antiphon.kit.db import account
from tests.kit.world import CLEO, MIA, OTTO, Tenant
from tests.pages.conftest import Visitor
from tests.pages.story import Story


def test_home_shows_the_next_step(north: Tenant, visitor: Visitor) -> None:
    cam = visitor("Cam")
    html = cam.get("/").content.decode()
    assert "Done: connect a source" in html
    assert "Publish a campaign" in html
    north.campaign()
    story = Story(north)
    story.notice(CLEO)
    html = cam.get("/").content.decode()
    assert "Done: connect a source, publish a campaign, send the broadcast" in html
    story.reply(CLEO)
    assert "See a reply become a conversation" not in cam.get("/").content.decode()


def test_home_counts_today_for_those_who_may(story: Story, visitor: Visitor) -> None:
    assert "1 reply so far today." in visitor("Cam").get("/").content.decode()
    html = visitor("Ada").get("/").content.decode()
    assert "so far today" not in html
    assert "Take next from care" in html
    assert visitor("Zed").get("/").status_code == 200
    assert story.tenant.account.name not in visitor("Zed").get("/").content.decode()


@pytest.mark.parametrize(
    ("query", "finds"),
    [
        ("", {CLEO, OTTO}),
        ("?state=queued", {OTTO}),
        ("?state=assigned", {CLEO}),
        ("?state=closed", set()),
        ("?verdict=linked_by_campaign_id", {CLEO}),
        ("?verdict=no_broadcast", {OTTO}),
        ("?phone=06%2011111111", set()),
        ("?phone=%2B31%206%2011111111", {CLEO}),
        ("?mine=1", {CLEO}),
        ("?skill=999999", set()),
        ("?skill=nonsense&verdict=nonsense&state=nonsense&after=nonsense", {CLEO, OTTO}),
    ],
)
def test_filters(story: Story, visitor: Visitor, query: str, finds: set[str]) -> None:
    story.reply(OTTO, "Hello?")
    story.take(story.conversation_of(CLEO), by="Ada")
    html = visitor("Ada").get(f"/conversations/{query}").content.decode()
    ids = {phone: str(story.conversation_of(phone)) for phone in (CLEO, OTTO)}
    assert {phone for phone, known in ids.items() if known in html} == finds


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


def test_a_campaigns_page(story: Story, north: Tenant, visitor: Visitor) -> None:
    campaign = north.campaigns["Spring check-up"]
    story.notice(MIA)
    html = visitor("Cam").get(f"/campaigns/{campaign.pk}/").content.decode()
    for words in ("Live", "24 – 25 Mar, Amsterdam time", "care", "<code>C1</code>", "Book in Planner under SPRING26."):  # noqa: RUF001
        assert words in html
    assert '<span class="funnel-value">2</span>' in html
    assert "50.0 % of sent" in html
    assert "Not for this role" not in html
    assert visitor("Zoe").get(f"/campaigns/{campaign.pk}/").status_code == 404
    agents = visitor("Ada").get(f"/campaigns/{campaign.pk}/").content.decode()
    assert "funnel" not in agents
    assert "Book in Planner under SPRING26." in agents


@pytest.mark.usefixtures("story")
def test_pausing_and_resuming(north: Tenant, visitor: Visitor) -> None:
    campaign = north.campaigns["Spring check-up"]
    cam = visitor("Cam")
    paused = cam.post(f"/campaigns/{campaign.pk}/state", {"state": "paused"}, follow=True)
    assert "is paused. Replies from now on are not linked to it." in paused.content.decode()
    assert cam.post(f"/campaigns/{campaign.pk}/state", {"state": "published"}).status_code == 303
    assert cam.post(f"/campaigns/{campaign.pk}/state", {"state": "live"}).status_code == 422
    assert visitor("Ada").post(f"/campaigns/{campaign.pk}/state", {"state": "paused"}).status_code == 403
    assert visitor("Zoe").post(f"/campaigns/{campaign.pk}/state", {"state": "paused"}).status_code == 404
    with account(north.id):
        assert Campaign.objects.get(id=campaign.pk).state == "published"


@pytest.mark.usefixtures("story")
def test_the_list_of_campaigns(north: Tenant, visitor: Visitor) -> None:
    north.campaign("Winter wash", frame=("2026-01-19", "2026-03-08"), entry_points=("C7",))
    north.campaign("Easter hours", frame=("2026-04-02", None), entry_points=("C8",), state="draft")
    cam = visitor("Cam")
    html = cam.get("/campaigns/").content.decode()
    for words in ("Spring check-up", "Winter wash", "19 Jan – 8 Mar", "Easter hours", "2 Apr, no end", "Nothing sent yet"):  # noqa: RUF001
        assert words in html
    ended = cam.get("/campaigns/?state=ended").content.decode()
    assert "Winter wash" in ended
    assert "Spring check-up" not in ended
    assert "Spring check-up" not in visitor("Zoe").get("/campaigns/").content.decode()


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


@pytest.mark.parametrize("path", ["/", "/conversations/", "/campaigns/", "/campaigns/?state=live"])
def test_lists_take_a_fixed_number_of_statements(story: Story, visitor: Visitor, path: str, django_assert_max_num_queries: object) -> None:
    for index in range(10):
        story.reply(f"+3160000{index:04d}", "Hello")
        story.tenant.campaign(f"Another {index}", entry_points=(f"D{index}",))
    cam = visitor("Cam")
    with django_assert_max_num_queries(18):  # type: ignore[operator]
        cam.get(path)

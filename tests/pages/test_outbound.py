"""The list of campaigns: its order, what is found, what is drawn, how it goes on."""

import re
from datetime import date
from typing import Any

import pytest

from antiphon.accounts.models import AppGrant
from antiphon.campaigns.models import Campaign
from antiphon.kit.db import account
from tests.kit.world import CLEO, Tenant
from tests.pages.conftest import Visitor
from tests.pages.story import Story
from tests.pages.test_campaigns import FORM


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


def order(html: str) -> list[str]:
    """Return the names in the table, from top to bottom."""
    return re.findall(r'class="campaign-name"\s+href="[^"]+">([^<]+)<', html.partition("</table>")[0])


def test_what_needs_attention_comes_first_and_other_orders_are_chosen(north: Tenant, visitor: Visitor) -> None:
    story = Story(north)
    for index, (name, starts, ends) in enumerate(
        [
            ("Beta", "2026-03-01", "2026-05-01"),
            ("Alpha", "2026-03-02", "2026-04-01"),
            ("Gamma", "2026-03-03", None),
            ("Delta", "2026-02-01", None),
        ]
    ):
        north.campaign(name, frame=(starts, ends), entry_points=(f"D{index}",))
        if name != "Beta":
            story.notice(CLEO, campaign=f"D{index}")
    cam = visitor("Cam")
    assert order(cam.get("/campaigns/").content.decode()) == ["Beta", "Gamma", "Alpha", "Delta"]
    assert order(cam.get("/campaigns/?sort=start").content.decode()) == ["Gamma", "Alpha", "Beta", "Delta"]
    assert order(cam.get("/campaigns/?sort=end").content.decode()) == ["Alpha", "Beta", "Gamma", "Delta"]
    assert order(cam.get("/campaigns/?sort=name").content.decode()) == ["Alpha", "Beta", "Delta", "Gamma"]
    assert "CM has never told of D0." in cam.get("/campaigns/").content.decode()
    assert "never told" not in visitor("Ada").get("/campaigns/").content.decode()


@pytest.mark.parametrize(
    ("query", "finds"),
    [
        ("find=spring", {"Spring check-up"}),
        ("find=SWAP", {"Tyre swap"}),
        ("find=c7", {"Tyre swap"}),
        ("find=%2B31+97+00000+4410", {"Tyre swap"}),
        ("find=00319700000441", {"Tyre swap"}),
        ("goal=sale", {"Tyre swap"}),
        ("goal=sale&find=spring", set()),
        ("state=draft", {"Spring check-up"}),
        ("state=nonsense&sort=nonsense&goal=nonsense&after=nonsense", {"Spring check-up", "Tyre swap"}),
        ("find=%25", set()),
    ],
)
def test_finding_campaigns(north: Tenant, visitor: Visitor, query: str, finds: set[str]) -> None:
    north.campaign(state="draft")
    north.campaign("Tyre swap", entry_points=("C7", "+3197000004410"), goal="sale")
    assert set(order(visitor("Cam").get(f"/campaigns/?{query}").content.decode())) == finds


def test_a_claim_that_is_shared_is_drawn_on_the_frame(north: Tenant, visitor: Visitor) -> None:
    north.campaign("Tyre swap", frame=("2026-03-01", "2026-04-30"))
    north.campaign()
    html = visitor("Cam").get("/campaigns/").content.decode()
    assert html.count('data-state="overlap"') == 4  # two campaigns, in the table and in the cards
    assert "Spring check-up claims the same" in html
    assert "Spring check-up claims C1 too" in html


@pytest.mark.parametrize("sort", ["", "name", "start", "end"])
def test_many_campaigns_go_on_and_none_is_left_out(north: Tenant, visitor: Visitor, sort: str) -> None:
    with account(north.id):
        Campaign.objects.bulk_create(
            Campaign(
                account_id=north.id,
                name=f"Campaign {index % 7} {index}",
                time_zone="UTC",
                starts_on=date(2026, 3, 1 + index % 5),
                starts_at=north.clock().replace(day=1 + index % 5),
                created_at=north.clock(),
                updated_at=north.clock(),
            )
            for index in range(120)
        )
    cam, seen, address = visitor("Cam"), [], f"/campaigns/?sort={sort}"
    for _ in range(3):
        html = cam.get(address).content.decode()
        seen += order(html)
        address = "/campaigns/" + html.partition('<p class="more">')[2].partition('href="')[2].partition('"')[0].replace("&amp;", "&")
    assert len(seen) == len(set(seen)) == 120
    assert "more" not in address


@pytest.mark.parametrize("path", ["/campaigns/", "/campaigns/?state=live", "/campaigns/?find=another&sort=name"])
def test_the_list_takes_a_fixed_number_of_statements(story: Story, visitor: Visitor, path: str, django_assert_max_num_queries: Any) -> None:
    for index in range(10):
        story.tenant.campaign(f"Another {index}", entry_points=(f"D{index}",))
    cam = visitor("Cam")
    with django_assert_max_num_queries(20):
        cam.get(path)


def test_without_an_app_that_broadcasts_the_page_says_what_to_do_and_by_whom(north: Tenant, visitor: Visitor) -> None:
    with account(north.id):
        AppGrant.objects.update(installed_at=None)
    manager, administrator = visitor("Cam").get("/campaigns/").content.decode(), visitor("Ana").get("/campaigns/").content.decode()
    for html in (manager, administrator):
        assert "No installed app can broadcast" in html
        assert 'href="/campaigns/new/"' not in html
    assert "An administrator does that under Data sources." in manager
    assert 'data-kind="primary" href="/sources/"' in administrator
    assert "No installed app can broadcast" in visitor("Cam").get("/campaigns/new/").content.decode()
    refused = visitor("Cam").post("/campaigns/drafts", FORM)
    assert (refused.status_code, "No installed app can broadcast" in refused.content.decode()) == (422, True)

"""Relinking on pages: offered where its cause was mended, looked at, begun once, watched."""

import pytest

from antiphon.conversations.models import Conversation
from antiphon.kit.db import account
from antiphon.tasks import verbs
from antiphon.worker import tasks
from tests.kit.deliver import Deliver
from tests.kit.world import CLEO, MIA, Tenant
from tests.pages.conftest import Visitor

pytestmark = pytest.mark.django_db


@pytest.fixture
def unlinked(north: Tenant) -> str:
    """Have two answer a broadcast that only then is claimed; return the address of its campaign's relinking."""
    deliver = Deliver(north)
    for phone in (CLEO, MIA):
        deliver.notice(phone, "C7", at=north.clock())
        deliver.reply(phone, "When can I come?", at=north.clock.forward(minutes=1))
    return f"/campaigns/{north.campaign(entry_points=('C7',)).pk}/relink/"


def part(visitor: Visitor, address: str) -> str:
    return visitor("Cam").get(address, headers={"HX-Request": "true", "HX-Target": "div#relink"}).content.decode()


def test_it_is_offered_with_its_count(unlinked: str, visitor: Visitor) -> None:
    offer = part(visitor, unlinked)
    assert "2 conversations began unlinked." in offer
    assert "With Spring check-up as it is now, the rule would link them." in offer
    assert f'href="{unlinked}"' in offer
    assert "<html" not in offer


def test_it_is_looked_at_before(unlinked: str, visitor: Visitor) -> None:
    html = visitor("Cam").get(unlinked).content.decode()
    for words in ("+31 6 11111111", "+31 6 22222222", "“When can I come?”", "Relink 2 conversations", "Queued", "Spring check-up"):
        assert words in html


def test_it_is_begun_once_and_watched(unlinked: str, north: Tenant, visitor: Visitor) -> None:
    cam, post = visitor("Cam"), unlinked.replace("/relink/", "/relinking")
    first, second = (cam.post(post)["Location"] for _ in range(2))
    assert first == second
    (task,) = verbs.recent(north.id)
    assert (first, task.actor) == (f"/tasks/{task.pk}/", f"membership:{north.people['Cam'].pk}")
    for html in (part(visitor, unlinked), cam.get(unlinked).content.decode()):
        assert "Waiting for the worker" in html
        assert "Relink 2 conversations" not in html
    tasks.run(north.id, task.pk, tries=0, most=6)
    with account(north.id):
        assert set(Conversation.objects.values_list("campaign_id", flat=True)) == {north.campaigns["Spring check-up"].pk}
    after = cam.get(unlinked).content.decode()
    assert "2 conversations are linked now." in after
    assert "Nothing to relink" in after
    assert part(visitor, unlinked).split() == ["<div", 'id="relink"', "hidden>", "</div>"]


def test_an_entry_point_offers_what_it_would_find(unlinked: str, north: Tenant, visitor: Visitor) -> None:
    assert unlinked
    found, other = north.entry_point("C7"), north.entry_point("C8")
    address = f"/entry-points/{found.pk}/relink/"
    assert f'hx-get="{address}"' in visitor("Cam").get(f"/entry-points/{found.pk}/").content.decode()
    assert "Relink 2 conversations" in visitor("Cam").get(address).content.decode()
    assert "Nothing to relink" in visitor("Cam").get(f"/entry-points/{other.pk}/relink/").content.decode()
    visitor("Cam").post(f"/entry-points/{found.pk}/relinking")
    assert verbs.recent(north.id)[0].arguments == {"entry_point": found.pk}


def test_late_mapping_under_way_is_shown_there_too(unlinked: str, north: Tenant, visitor: Visitor) -> None:
    assert "Counting what came earlier" not in part(visitor, unlinked)
    task = verbs.begin(north.id, "late_mapping", actor="system", at=north.clock())
    assert "Counting what came earlier" in part(visitor, unlinked)
    tasks.run(north.id, task.pk, tries=0, most=6)
    assert "Counting what came earlier" not in part(visitor, unlinked)


def test_a_published_campaign_offers_it(unlinked: str, north: Tenant, visitor: Visitor) -> None:
    campaign = north.campaigns["Spring check-up"]
    address = f"/campaigns/{campaign.pk}/"
    assert f'hx-get="{unlinked}"' in visitor("Cam").get(address).content.decode()
    assert f'hx-get="{unlinked}"' not in visitor("Sol").get(address).content.decode()


def test_who_may(unlinked: str, north: Tenant, visitor: Visitor) -> None:
    post = unlinked.replace("/relink/", "/relinking")
    for name, status in {"Ana": 200, "Sol": 403, "Ada": 403, "Lyn": 403, "Zoe": 404}.items():
        assert visitor(name).get(unlinked).status_code == status
        assert visitor(name).post(post).status_code == {200: 303}.get(status, status)
    assert visitor("Zoe").post(f"/entry-points/{north.entry_point('C7').pk}/relinking").status_code == 404
    assert len(verbs.recent(north.id)) == 1

"""The library on pages: found, added, changed with what that changes, taken out; and what was heard and belongs to nothing."""

import re
from html import unescape
from typing import Any

import pytest

from antiphon.campaigns import verbs
from antiphon.campaigns.models import EngagementVersion, EntryPoint
from antiphon.kit.db import account
from antiphon.workspace.pages.entry_points import SHOWN
from tests.kit.deliver import Deliver
from tests.kit.world import ACTOR, CLEO, MIA, Tenant
from tests.pages.conftest import Visitor

pytestmark = pytest.mark.django_db
ADDRESS = "/entry-points/"


def shown(visitor: Visitor, path: str = ADDRESS, *, by: str = "Cam") -> str:
    response = visitor(by).get(path)
    assert response.status_code == 200
    return response.content.decode()


def library_of(html: str) -> str:
    """Return the table of the library, without what was heard below it."""
    return html.partition('id="list"')[2].partition("</section>")[0]


def test_an_empty_library_says_what_to_do(visitor: Visitor) -> None:
    assert "The library is empty" in shown(visitor)
    assert "New entry point" in shown(visitor)
    assert "New entry point" not in shown(visitor, by="Ada")


def test_where_each_is_used_and_what_was_heard(north: Tenant, visitor: Visitor) -> None:
    north.campaign()
    north.entry_point("+3197000004410")
    Deliver(north).notice(CLEO, "C1", at=north.clock())
    html = library_of(shown(visitor))
    for words in ("<code>C1</code>", "Spring check-up", "Live", "24 – 25 Mar", "Today", "Time for your check-up", "No engagement"):  # noqa: RUF001
        assert words in html
    assert '<td class="n">1</td>' in html
    assert '<td class="n">' not in library_of(shown(visitor, by="Ada"))


def test_a_campaign_id_that_nobody_broadcast_to_and_a_number_that_no_source_has(north: Tenant, visitor: Visitor) -> None:
    north.campaign(entry_points=("C1", "+3197000009999"))
    html = library_of(shown(visitor))
    assert "Nobody has broadcast to C1 yet." in html
    assert "No connected source has this number" in html
    Deliver(north).notice(CLEO, "C1", at=north.clock())
    assert "Nobody has broadcast" not in library_of(shown(visitor))


def test_who_wins_where_two_claim_the_same_and_until_when(north: Tenant, visitor: Visitor) -> None:
    north.campaign("Spring check-up", frame=("2026-03-20", "2026-04-10"))
    north.campaign("Tyre swap", frame=("2026-03-24", "2026-03-31"))
    north.campaign("Summer", frame=("2026-04-05", None))
    html = library_of(shown(visitor))
    assert "Until 31 March replies go to Tyre swap, not to Spring check-up." in html
    assert "From 5 April to 10 April replies go to Summer, not to Spring check-up." in html
    verbs.set_state(north.id, north.campaigns["Tyre swap"].pk, "paused", actor=ACTOR, at=north.clock())
    assert "Tyre swap, not to" not in library_of(shown(visitor))


def test_the_address_narrows_the_library(north: Tenant, south: Tenant, visitor: Visitor) -> None:
    north.campaign()
    north.entry_point("C2")
    north.entry_point("+3197000004410")
    south.entry_point("C9")
    cases = {
        "": {"C1", "C2", "+31 970 000 04410"},
        "?find=c2": {"C2"},
        "?find=0031 97 0000": {"+31 970 000 04410"},
        "?kind=phone_number": {"+31 970 000 04410"},
        "?used=yes": {"C1"},
        "?used=no": {"C2", "+31 970 000 04410"},
        f"?source={north.source.pk}": {"C1", "C2", "+31 970 000 04410"},
        f"?source={south.source.pk}": set(),
        "?source=x&kind=x&used=x&after=x": {"C1", "C2", "+31 970 000 04410"},
    }
    for query, wanted in cases.items():
        html = library_of(shown(visitor, ADDRESS + query))
        assert {value for value in ("C1", "C2", "C9", "+31 970 000 04410") if f"<code>{value}</code>" in html} == wanted, query
    assert "No entry point fits." in shown(visitor, f"{ADDRESS}?find=nothing")


def test_a_long_library_comes_in_pages_by_few_queries(north: Tenant, visitor: Visitor, django_assert_max_num_queries: Any) -> None:
    with account(north.id):
        EntryPoint.objects.bulk_create(
            EntryPoint(
                account_id=north.id, source=north.source, kind="campaign_id", value=f"L{n:03}", key=f"l{n:03}", created_at=north.clock()
            )
            for n in range(SHOWN + 10)
        )
    cam = visitor("Cam")
    with django_assert_max_num_queries(16):
        html = cam.get(ADDRESS).content.decode()
    assert html.count("<code>L") == SHOWN
    assert "Show older" in html
    (older,) = re.findall(r'href="(\?[^"]*after=[^"]*)"', html)
    rest = cam.get(ADDRESS + unescape(older)).content.decode()
    assert rest.count("<code>L") == 10
    assert "Show older" not in rest


def test_what_was_heard_and_belongs_to_nothing_is_offered(north: Tenant, visitor: Visitor) -> None:
    Deliver(north).notice(MIA, "C7", at=north.clock())
    html = shown(visitor)
    for words in ("Heard on CM, not mapped", "<code>C7</code>", "Add to library", "Map to an engagement"):
        assert words in html
    assert f"?source={north.source.pk}&amp;external_campaign=C7" in html
    typed = {"source": north.source.pk, "kind": "campaign_id", "value": "C7"}
    added = visitor("Cam").post(f"{ADDRESS}new/", typed, follow=True).content.decode()
    assert "C7 is in the library." in added
    assert f"?entry_point={north.entry_point('C7').pk}" in shown(visitor)
    assert "Add to library" not in shown(visitor, by="Ada")


def test_adding(north: Tenant, visitor: Visitor) -> None:
    cam = visitor("Cam")
    typed = {"source": north.source.pk, "kind": "campaign_id", "value": "https://www.cm.com/campaigns/482138", "name": "Spring"}
    html = cam.post(f"{ADDRESS}new/", typed, follow=True).content.decode()
    assert "Spring is in the library." in html
    assert "<code>482138</code>" in html
    assert "was in the library already." in cam.post(f"{ADDRESS}new/", typed, follow=True).content.decode()
    refused = cam.post(f"{ADDRESS}new/", typed | {"value": "  ", "name": "Kept"})
    assert refused.status_code == 422
    assert 'value="Kept"' in refused.content.decode()
    assert "There is no campaign ID or number in this value." in refused.content.decode()
    assert visitor("Zoe").post(f"{ADDRESS}new/", typed).status_code == 404
    assert visitor("Sol").post(f"{ADDRESS}new/", typed).status_code == 403


def test_changing_one_that_is_used_says_what_it_changes_and_asks(north: Tenant, visitor: Visitor) -> None:
    north.campaign()
    Deliver(north).notice(CLEO, "C1", at=north.clock())
    cam, address = visitor("Cam"), f"{ADDRESS}{north.entry_point('C1').pk}/"
    assert "Save and apply now" in shown(visitor, address)
    asked = cam.post(f"{address}edition", {"name": "Second", "value": "C2"})
    html = asked.content.decode()
    assert asked.status_code == 409
    for words in (
        "This changes 1 engagement.", "would find its replies by C2 instead of C1", "1 notice of the last 30 days came by the",
        "Yes, change it for all of them", 'value="C2"', 'value="Second"',
    ):  # fmt: skip
        assert words in html
    with account(north.id):
        assert EngagementVersion.objects.count() == 1
    done = cam.post(f"{address}edition", {"name": "Second", "value": "C2", "confirmed": "1"}, follow=True).content.decode()
    assert "Saved." in done
    assert "<code>C2</code>" in done
    assert "Spring check-up" in done
    assert cam.get(address).status_code == 404


def test_renaming_asks_nothing(north: Tenant, visitor: Visitor) -> None:
    north.campaign()
    address = f"{ADDRESS}{north.entry_point('C1').pk}/"
    html = visitor("Cam").post(f"{address}edition", {"name": "Spring 2026", "value": "C1"}, follow=True).content.decode()
    assert "Spring 2026" in html
    refused = visitor("Cam").post(f"{address}edition", {"name": "x", "value": ""})
    assert refused.status_code == 422
    assert 'aria-invalid="true"' in refused.content.decode()


def test_only_what_nobody_has_is_taken_out(north: Tenant, visitor: Visitor) -> None:
    north.campaign()
    used, free = north.entry_point("C1"), north.entry_point("C2")
    cam = visitor("Cam")
    assert "Take out of the library" not in shown(visitor, f"{ADDRESS}{used.pk}/")
    refused = cam.post(f"{ADDRESS}{used.pk}/removal")
    assert refused.status_code == 409
    assert "has it: take it from there first." in refused.content.decode()
    assert "Taken out of the library." in cam.post(f"{ADDRESS}{free.pk}/removal", follow=True).content.decode()
    assert "<code>C2</code>" not in shown(visitor)


def test_who_may_not_change_reads(north: Tenant, visitor: Visitor) -> None:
    north.campaign()
    address = f"{ADDRESS}{north.entry_point('C1').pk}/"
    for name in ("Ada", "Sol", "Lyn"):
        html = shown(visitor, address, by=name)
        assert "Where it is used" in html
        assert "edition" not in html
        assert visitor(name).post(f"{address}edition", {"value": "C2"}).status_code == 403
    assert visitor("Zoe").get(address).status_code == 404
    assert visitor("Zoe").post(f"{address}edition", {"value": "C2"}).status_code == 404
    assert visitor("Zoe").post(f"{address}removal").status_code == 404

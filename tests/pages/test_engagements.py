"""The engagement wizard: what is offered, what is taken from what was pasted, what is warned of, what is saved."""

from typing import Any

import pytest

from antiphon.campaigns import verbs
from antiphon.campaigns.models import Campaign, Engagement, EntryPoint
from antiphon.kit.db import account
from antiphon.providers import verbs as providers
from tests.kit.world import ACTOR, CLEO, MIA, Tenant
from tests.pages.conftest import Visitor
from tests.pages.story import Story
from tests.pages.test_campaigns import text_of


def form(north: Tenant, **changed: Any) -> dict[str, Any]:
    return {
        "name": "Reminder",
        "source": str(north.source.pk),
        "skill": str(north.skills["care"].pk),
        "language": "nl",
        "note": "Book in Planner.",
        "entry_points": [],
        "new_kind": "campaign_id",
        "new_value": "",
        **changed,
    }


def held(north: Tenant, name: str = "Reminder") -> Engagement:
    with account(north.id):
        return Engagement.objects.prefetch_related("entry_points").get(name=name, account_id=north.id)


def values(engagement: Engagement) -> list[str]:
    return sorted(point.value for point in engagement.entry_points.all())


def test_what_was_heard_and_is_not_mapped_is_offered_with_its_text(north: Tenant, visitor: Visitor) -> None:
    campaign = north.campaign()
    story = Story(north)
    story.notice(CLEO, "Last weeks for your check-up.", campaign="482190")
    story.notice(MIA, "Last weeks for your check-up.", campaign="482190")
    story.notice(CLEO, campaign="C1")
    html = visitor("Cam").get(f"/campaigns/{campaign.pk}/engagements/new/").content.decode()
    assert 'value="heard:482190"' in html
    assert 'value="heard:C1"' not in html
    assert "2 texts since 11:42" in text_of(html)
    assert "last 11:42" in text_of(html)
    assert "<q>Last weeks for your check-up.</q>" in html
    assert "Authentication" in html
    assert "Always on: a consumer is known by the number they write from" in html
    assert visitor("Ada").get(f"/campaigns/{campaign.pk}/engagements/new/").status_code == 403
    assert visitor("Zoe").get(f"/campaigns/{campaign.pk}/engagements/new/").status_code == 404


def test_the_order_of_the_form_is_the_order_of_thought(north: Tenant, visitor: Visitor) -> None:
    campaign = north.campaign()
    html = visitor("Cam").get(f"/campaigns/{campaign.pk}/engagements/new/").content.decode().partition("<form")[2]
    places = [
        html.index(mark) for mark in ('name="source"', "switch-track", 'name="skill"', 'name="language"', 'name="note"', 'name="new_value"')
    ]
    assert places == sorted(places)


def test_only_connected_sources_are_offered(north: Tenant, visitor: Visitor) -> None:
    gone = north.connect("CM old", numbers=("+3197000006600",))
    campaign = north.campaign(state="draft")
    address = f"/campaigns/{campaign.pk}/engagements/new/"
    assert "CM old" in visitor("Cam").get(address).content.decode()
    providers.disconnect(north.id, gone.pk, actor=ACTOR, at=north.clock())
    assert "CM old" not in visitor("Cam").get(address).content.decode()
    refused = visitor("Cam").post(f"/campaigns/{campaign.pk}/engagements", form(north, source=str(gone.pk)))
    assert (refused.status_code, "CM old is not connected" in refused.content.decode()) == (422, True)
    providers.disconnect(north.id, north.source.pk, actor=ACTOR, at=north.clock())
    assert "No source is connected" in visitor("Cam").get(address).content.decode()


@pytest.mark.parametrize(
    ("pasted", "taken"),
    [
        ("https://www.cm.com/app/campaigns/482137/edit", "482137"),
        ("http://localhost:8090/campaigns/482138", "482138"),
        ("  Spring-A ", "Spring-A"),
    ],
)
def test_a_pasted_address_gives_the_campaign_id(north: Tenant, visitor: Visitor, pasted: str, taken: str) -> None:
    campaign, cam = north.campaign(), visitor("Cam")
    shown = cam.post(f"/campaigns/{campaign.pk}/engagements/checks", form(north, new_value=pasted)).content.decode()
    assert (f"Campaign ID <strong>{taken}</strong>, taken from the address." in shown) is pasted.startswith("http")
    assert f"CM has never told of {taken}." in shown
    with account(north.id):
        assert not EntryPoint.objects.filter(value=taken).exists()
    assert cam.post(f"/campaigns/{campaign.pk}/engagements", form(north, new_value=pasted)).status_code == 303
    assert values(held(north)) == [taken]


def test_heard_library_and_new_are_taken_together(north: Tenant, visitor: Visitor) -> None:
    campaign = north.campaign()
    Story(north).notice(CLEO, campaign="482190")
    library = north.entry_point("C5")
    chosen = [str(library.pk), "heard:482190"]
    posted = form(north, entry_points=chosen, new_kind="phone_number", new_value="0031 97 0000 4410")
    made = visitor("Cam").post(f"/campaigns/{campaign.pk}/engagements", posted, follow=True)
    assert "Reminder is added. Replies that it claims go to it from now on." in made.content.decode()
    assert values(held(north)) == ["+319700004410", "482190", "C5"]
    engagement = held(north)
    assert (engagement.campaign_id, engagement.language, engagement.note) == (campaign.pk, "nl", "Book in Planner.")


@pytest.mark.parametrize(
    ("changed", "field", "says"),
    [
        ({"name": ""}, "name", "Name needs 1 to 200 characters."),
        ({"source": ""}, "source", "Choose the source that replies come in through."),
        ({"skill": ""}, "skill", "Choose the skill that answers."),
        ({"skill": "999999"}, "skill", "There is no skill 999999"),
        ({"language": ""}, "language", "Language needs 1 to 16 characters."),
        ({"new_value": "https://www.cm.com/"}, "new_value", "There is no campaign ID or number in this value."),
        ({"entry_points": ["999999"]}, "entry_points", "There is no entry point 999999"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(
    north: Tenant, visitor: Visitor, changed: dict[str, Any], field: str, says: str
) -> None:
    campaign = north.campaign()
    kept = north.entry_point("C5")
    posted = (
        form(north, note="Typed with care", new_value="C77", **{"entry_points": [str(kept.pk)], **changed})
        if "new_value" not in changed
        else form(north, note="Typed with care", **changed)
    )
    refused = visitor("Cam").post(f"/campaigns/{campaign.pk}/engagements", posted)
    html = refused.content.decode()
    assert refused.status_code == 422
    assert says in html.partition(f'id="{field}-error"')[2][:400]
    assert "Typed with care" in html
    if "new_value" not in changed:
        assert 'value="C77"' in html
    with account(north.id):
        assert not Engagement.objects.filter(name="Reminder").exists()
        assert not EntryPoint.objects.filter(value="C77").exists()


def test_an_address_chooses_what_it_names(north: Tenant, visitor: Visitor) -> None:
    campaign = north.campaign()
    point = north.entry_point("C5")
    Story(north).notice(CLEO, campaign="482190")
    cam, address = visitor("Cam"), f"/campaigns/{campaign.pk}/engagements/new/"

    def chosen(query: str) -> list[str]:
        html = cam.get(address + query).content.decode()
        boxes = [part.partition(">")[0] for part in html.split('name="entry_points"')[1:]]
        return [box.partition('value="')[2].partition('"')[0] for box in boxes if "checked" in box]

    assert chosen("") == []
    assert chosen(f"?entry_point={point.pk}") == [str(point.pk)]
    assert chosen(f"?source={north.source.pk}&external_campaign=482190") == ["heard:482190"]
    assert chosen(f"?source={north.source.pk}&external_campaign=c5") == [str(point.pk)]
    assert chosen(f"?source={north.source.pk}&external_campaign=never+heard") == ["heard:never heard"]
    assert chosen("?entry_point=nonsense&source=99&external_campaign=x") == []


def test_where_no_campaign_is_known_it_is_asked_for(north: Tenant, visitor: Visitor) -> None:
    campaign = north.campaign()
    cam = visitor("Cam")
    query = f"?source={north.source.pk}&external_campaign=482190"
    html = cam.get(f"/campaigns/engagements/new/{query}").content.decode()
    assert "Which campaign is 482190 for?" in html
    escaped = query.replace("&", "&amp;")
    assert f"/campaigns/{campaign.pk}/engagements/new/{escaped}" in html
    assert f"/campaigns/new/{escaped}" in html
    new = cam.get(f"/campaigns/new/{query}").content.decode()
    assert 'name="external_campaign" value="482190"' in new
    posted = {"name": "Easter", "goal": "lead", "starts_on": "2026-04-01", "no_end": "1", "time_zone": "UTC"}
    made = cam.post("/campaigns/drafts", posted | {"source": str(north.source.pk), "external_campaign": "482190"})
    with account(north.id):
        assert made["Location"] == f"/campaigns/{Campaign.objects.get(name='Easter').pk}/engagements/new/{query}"
    assert "Spring check-up" not in visitor("Zoe").get("/campaigns/engagements/new/").content.decode()
    assert visitor("Ada").get("/campaigns/engagements/new/").status_code == 403


def test_warnings_stand_beside_their_fields_before_anything_is_saved(north: Tenant, visitor: Visitor) -> None:
    north.campaign("Tyre swap", frame=("2026-03-01", "2026-04-30"), entry_points=("C7",))
    campaign = north.campaign()
    spare = north.skill("spare")
    posted = form(
        north, note="", skill=str(spare.pk), entry_points=[str(north.entry_point("C7").pk)], new_kind="phone_number", new_value="+3197999"
    )
    html = visitor("Cam").post(f"/campaigns/{campaign.pk}/engagements/checks", posted).content.decode()

    def beside(field: str) -> str:
        return text_of(html.partition(f'id="guard-{field}"')[2].partition('id="')[0])

    assert "Nobody has the skill spare." in beside("skill")
    assert "There is no note to agents." in beside("note")
    assert "Tyre swap claims C7 too, until 30 April." in beside("points")
    assert "On" not in beside("source")[:3]
    assert "replies to it would come here, because Spring check-up starts later. Tyre swap would get none." in beside("points")
    assert "CM has never told of C7." in beside("points")
    assert "No connected source has +3197999." in beside("points")
    with account(north.id):
        assert not Engagement.objects.filter(name="Reminder").exists()


def test_the_preview_is_what_stands_beside_the_agents_conversation(north: Tenant, visitor: Visitor) -> None:
    campaign = north.campaign()
    story = Story(north)
    story.notice(CLEO, "Time for your spring check-up.", campaign="C1")
    talk = story.reply(CLEO)
    preview = visitor("Cam").get(f"/campaigns/engagements/{north.engagements['Spring check-up'].pk}/").content.decode()
    agents = visitor("Ada").get(f"/conversations/{talk}/").content.decode()
    for words in (
        "Note to you",
        "Book in Planner under SPRING26.",
        "Linked by campaign ID",
        "24 – 25 Mar",  # noqa: RUF001
        "The reply answers broadcast C1",
    ):
        assert words in preview, words
        assert words in agents, words
    assert "Time for your spring check-up." in preview
    typed = form(north, name="Dutch", note="Ask first <b>whether</b>", entry_points=[str(north.entry_point("C1").pk)])
    live = visitor("Cam").post(f"/campaigns/{campaign.pk}/engagements/checks", typed).content.decode().partition('id="preview"')[2]
    assert "Ask first &lt;b&gt;whether&lt;/b&gt;" in live
    assert "Dutch claims that ID." in live


def test_editing_saves_a_version_and_a_stale_edit_keeps_what_was_typed(north: Tenant, visitor: Visitor) -> None:
    north.campaign()
    engagement = north.engagements["Spring check-up"]
    point, address = str(north.entry_point("C1").pk), f"/campaigns/engagements/{engagement.pk}/"
    mine = form(north, name="Spring check-up", note="Mine", entry_points=[point], version="1")
    theirs = form(north, name="Spring check-up", note="Theirs", entry_points=[point], skill=str(north.skills["sales"].pk), version="1")
    assert "Save and apply now" in visitor("Cam").get(address).content.decode()
    assert visitor("Ana").post(f"{address}edits", theirs).status_code == 303
    refused = visitor("Cam").post(f"{address}edits", mine)
    html = refused.content.decode()
    assert refused.status_code == 422
    for words in ("Changed meanwhile by Ana.", "Skill: care is now sales", "is now Theirs"):
        assert words in html
    assert "Mine</textarea>" in html
    assert 'name="version" value="2"' in html
    assert visitor("Cam").post(f"{address}edits", mine | {"version": "2"}).status_code == 303
    assert (held(north, "Spring check-up").note, held(north, "Spring check-up").version) == ("Mine", 3)
    assert visitor("Cam").post(f"{address}edits", mine | {"version": "3", "entry_points": []}).status_code == 422


def test_switching_off_and_on_and_taking_out_and_back(north: Tenant, visitor: Visitor) -> None:
    campaign = north.campaign()
    second = north.engagement(campaign, name="Second", entry_points=["C2"])
    cam, address = visitor("Cam"), f"/campaigns/engagements/{second.pk}/"
    off = cam.post(f"{address}switch", {"enabled": "0"}, follow=True).content.decode()
    assert "Second is switched off." in off
    assert "Switched off" in off.partition(f'id="engagement-{second.pk}"')[2]
    assert f'action="{address}switch?enabled=1"' in off
    assert cam.post(f"{address}switch?enabled=1").status_code == 303
    assert held(north, "Second").enabled
    gone = cam.post(f"{address}removal", follow=True).content.decode()
    assert "Second is removed. What was linked to it stays linked." in gone
    assert f'id="engagement-{second.pk}"' not in gone
    assert cam.get(address).status_code == 404
    assert visitor("Ana").post(f"{address}restoration", follow=True).content.decode().count("only who removed it may undo that") == 1
    assert cam.post(f"{address}restoration", follow=True).content.decode().count(f'id="engagement-{second.pk}"') == 1
    last = cam.post(f"/campaigns/engagements/{north.engagements['Spring check-up'].pk}/removal")
    assert last.status_code == 303
    refused = cam.post(f"{address}removal")
    assert (refused.status_code, "its last entry point cannot be taken away" in refused.content.decode()) == (422, True)
    for deed in ("switch", "removal", "restoration", "edits", "checks"):
        assert visitor("Ada").post(address + deed).status_code == 403
        assert visitor("Zoe").post(address + deed).status_code == 404


def test_who_may_not_change_an_engagement_reads_what_agents_see(north: Tenant, visitor: Visitor) -> None:
    campaign = north.campaign()
    address = f"/campaigns/engagements/{north.engagements['Spring check-up'].pk}/"
    html = visitor("Ada").get(address).content.decode().partition("<main")[2].partition("</main>")[0]
    assert "Book in Planner under SPRING26." in html
    assert "<input" not in html
    verbs.set_state(north.id, campaign.pk, "archived", actor=ACTOR, at=north.clock())
    archived = visitor("Cam").get(address).content.decode().partition("<main")[2].partition("</main>")[0]
    assert "<textarea" not in archived
    assert visitor("Zoe").get(address).status_code == 404


def test_another_source_shows_its_own_entry_points(north: Tenant, visitor: Visitor) -> None:
    campaign = north.campaign()
    other = north.connect("CM South", numbers=("+3197000006600",))
    north.entry_point("S1", source=other)
    cam, address = visitor("Cam"), f"/campaigns/{campaign.pk}/engagements/checks"
    asked = form(north, source=str(other.pk), shown_source=str(north.source.pk))
    html = cam.post(address, asked, headers={"HX-Request": "true"}).content.decode()
    assert 'id="points"' in html
    assert "S1" in html.partition('id="points"')[2]
    same = cam.post(address, asked | {"shown_source": str(other.pk)}, headers={"HX-Request": "true"}).content.decode()
    assert 'id="points"' not in same
    refused = cam.post(f"/campaigns/{campaign.pk}/engagements", asked | {"entry_points": [str(north.entry_point("C1").pk)]})
    assert "belongs to another source" in refused.content.decode()


def test_the_wizard_takes_a_fixed_number_of_statements(north: Tenant, visitor: Visitor, django_assert_max_num_queries: Any) -> None:
    campaign = north.campaign()
    for index in range(15):
        north.entry_point(f"L{index}")
        Story(north).notice(CLEO, campaign=f"H{index}")
    cam = visitor("Cam")
    with django_assert_max_num_queries(26):
        cam.get(f"/campaigns/{campaign.pk}/engagements/new/")

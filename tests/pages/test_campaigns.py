"""The list of campaigns and the builder: what each role finds, what is saved, what is refused, what is never lost."""

import re
from datetime import date
from typing import Any

import pytest

from antiphon.campaigns import verbs
from antiphon.campaigns.models import Campaign, CampaignVersion
from antiphon.kit.db import account
from antiphon.workspace.plan import WIDTH, Drawn, plan
from tests.kit.world import ACTOR, CLEO, MIA, Tenant
from tests.pages.conftest import Visitor
from tests.pages.story import Story

FORM = {
    "name": "Spring check-up",
    "goal": "service",
    "target": "",
    "starts_on": "2026-03-24",
    "ends_on": "2026-03-25",
    "time_zone": "Europe/Amsterdam",
}


def stored(north: Tenant, campaign: Campaign) -> Campaign:
    with account(north.id):
        return Campaign.objects.get(id=campaign.pk)


def form(campaign: Campaign, **changed: str) -> dict[str, str]:
    return FORM | {"version": str(campaign.version)} | changed


def text_of(html: str) -> str:
    """Return what a page says, without markup."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_a_campaigns_page(story: Story, north: Tenant, visitor: Visitor) -> None:
    campaign = north.campaigns["Spring check-up"]
    story.notice(MIA)
    html = visitor("Cam").get(f"/campaigns/{campaign.pk}/").content.decode()
    for words in ("Live: replies inside the frame are linked.", "care", "<code>C1</code>", "Book in Planner under SPRING26."):
        assert words in html
    assert "2 days, 1 day left. 24 Mar 00:00 to 25 Mar 24:00 in Amsterdam" in text_of(html)
    assert "23 Mar 23:00 – 25 Mar 23:00 UTC" in html  # noqa: RUF001
    assert '<span class="funnel-value">2</span>' in html
    assert "50.0 % of sent" in html
    assert "All in order" in html
    assert visitor("Zoe").get(f"/campaigns/{campaign.pk}/").status_code == 404


def test_who_may_not_change_a_campaign_reads_it(story: Story, north: Tenant, visitor: Visitor) -> None:
    campaign = north.campaigns["Spring check-up"]
    agents = visitor("Ada").get(f"/campaigns/{campaign.pk}/").content.decode()
    assert "funnel" not in agents
    assert "Book in Planner under SPRING26." in agents
    assert "24 – 25 Mar, Amsterdam time" in agents  # noqa: RUF001
    for control in ("<input", "Publish", "Pause", "Save"):
        assert control not in agents.partition("<main")[2].partition("</main>")[0]
    assert visitor("Ada").post(f"/campaigns/{campaign.pk}/edits", form(campaign, name="Mine")).status_code == 403
    assert stored(north, campaign).name == "Spring check-up"
    assert visitor("Lyn").get(f"/campaigns/{campaign.pk}/").content.decode().count("funnel-value") == 6
    assert story.tenant is north


@pytest.mark.usefixtures("story")
def test_pausing_and_resuming(north: Tenant, visitor: Visitor) -> None:
    campaign = north.campaigns["Spring check-up"]
    cam = visitor("Cam")
    paused = cam.post(f"/campaigns/{campaign.pk}/state", {"state": "paused"}, follow=True).content.decode()
    assert "is paused. Replies from now on are not linked to it." in paused
    undo = paused.partition("data-toast")[2].partition('action="')[2].partition('"')[0]
    assert undo == f"/campaigns/{campaign.pk}/state?state=published"
    assert cam.post(undo).status_code == 303
    assert stored(north, campaign).state == "published"
    assert cam.post(f"/campaigns/{campaign.pk}/state", {"state": "live"}).status_code == 422
    assert visitor("Ada").post(f"/campaigns/{campaign.pk}/state", {"state": "paused"}).status_code == 403
    assert visitor("Zoe").post(f"/campaigns/{campaign.pk}/state", {"state": "paused"}).status_code == 404
    assert stored(north, campaign).state == "published"


@pytest.mark.usefixtures("story")
def test_archiving_is_undone_by_the_same_person_for_two_minutes(north: Tenant, visitor: Visitor) -> None:
    campaign = north.campaigns["Spring check-up"]
    address = f"/campaigns/{campaign.pk}/state"
    assert visitor("Cam").post(address, {"state": "archived"}).status_code == 303
    page = visitor("Cam").get(f"/campaigns/{campaign.pk}/").content.decode()
    assert "nothing changes any more" in page
    assert 'name="starts_on"' not in page
    refused = visitor("Ana").post(f"{address}?state=published")
    assert refused.status_code == 422
    assert "only who archived it may undo that" in refused.content.decode()
    assert visitor("Cam").post(f"{address}?state=published").status_code == 303
    assert stored(north, campaign).state == "published"


def test_a_campaign_is_added_as_a_draft_and_what_was_typed_stays(north: Tenant, visitor: Visitor) -> None:
    cam = visitor("Cam")
    assert 'value="2026-' in cam.get("/campaigns/new/").content.decode()
    refused = cam.post("/campaigns/drafts", FORM | {"name": "Easter", "ends_on": "2026-03-20", "target": "1,200"})
    html = refused.content.decode()
    assert refused.status_code == 422
    assert "The last day is before the first" in html.partition('id="ends_on-error"')[2]
    for kept in ('value="Easter"', 'value="2026-03-20"', 'value="1,200"'):
        assert kept in html
    made = cam.post("/campaigns/drafts", FORM | {"name": "Easter", "target": "1,200", "ends_on": "", "no_end": "1"})
    assert made.status_code == 303
    with account(north.id):
        easter = Campaign.objects.get(name="Easter")
        assert (easter.state, easter.goal_target, easter.ends_on, easter.version) == ("draft", 1200, None, 1)
    assert made["Location"] == f"/campaigns/{easter.pk}/"
    assert visitor("Ada").post("/campaigns/drafts", FORM).status_code == 403


@pytest.mark.parametrize(
    ("changed", "field", "says"),
    [
        ({"starts_on": ""}, "starts_on", "Choose the first day."),
        ({"starts_on": "24 March"}, "starts_on", "Write the day as year, month, day"),
        ({"ends_on": ""}, "ends_on", "Choose the last day, or tick that there is no end date."),
        ({"ends_on": "9999-12-31"}, "ends_on", "out of range"),
        ({"name": "  "}, "name", "Name needs 1 to 200 characters."),
        ({"goal": "fame"}, "goal", "There is no goal fame"),
        ({"target": "many"}, "target", "Write how many as a number"),
        ({"target": "0"}, "target", "Write how many as a number"),
        ({"time_zone": "Mars/Base"}, "time_zone", "There is no time zone Mars/Base"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(north: Tenant, visitor: Visitor, changed: dict[str, str], field: str, says: str) -> None:
    campaign = north.campaign(state="draft")
    refused = visitor("Cam").post(f"/campaigns/{campaign.pk}/edits", form(campaign, **{"name": "Kept", **changed}))
    assert refused.status_code == 422
    html = refused.content.decode()
    assert says in html.partition(f'id="{field}-error"')[2][:400]
    assert html.count(" autofocus") == 1
    assert f'name="{field}"' in html.partition(" autofocus")[0].rpartition("<")[2]
    assert field == "name" or 'value="Kept"' in html
    assert stored(north, campaign).version == campaign.version


def test_saving_a_published_campaign_holds_at_once_as_a_new_version(north: Tenant, visitor: Visitor) -> None:
    campaign = north.campaign()
    cam = visitor("Cam")
    assert "Save and apply now" in cam.get(f"/campaigns/{campaign.pk}/").content.decode()
    saved = cam.post(f"/campaigns/{campaign.pk}/edits", form(campaign, ends_on="2026-04-07"), follow=True)
    assert "Saved. It holds from now on." in saved.content.decode()
    after = stored(north, campaign)
    assert (after.ends_on, after.version, after.state) == (date(2026, 4, 7), campaign.version + 1, "published")
    cam.post(f"/campaigns/{campaign.pk}/edits", form(after, ends_on="2026-04-07"))
    assert stored(north, campaign).version == after.version


def test_publishing_saves_what_stands_in_the_form(north: Tenant, visitor: Visitor) -> None:
    campaign = north.campaign(state="draft")
    cam = visitor("Cam")
    cam.post(f"/campaigns/{campaign.pk}/edits", form(campaign, name="Spring", state="published"))
    after = stored(north, campaign)
    assert (after.name, after.state) == ("Spring", "published")
    empty = cam.post("/campaigns/drafts", FORM | {"name": "Empty"})["Location"]
    refused = cam.post(f"{empty}edits", FORM | {"name": "Renamed", "version": "1", "state": "published"})
    assert refused.status_code == 422
    html = refused.content.decode()
    assert "needs an engagement with an entry point before it is published" in html
    assert 'value="Renamed"' in html
    with account(north.id):
        assert not Campaign.objects.filter(name="Renamed").exists()


def test_a_stale_edit_of_what_was_changed_back_says_so(north: Tenant, visitor: Visitor) -> None:
    campaign = north.campaign(state="draft")
    first = form(campaign)
    assert visitor("Ana").post(f"/campaigns/{campaign.pk}/edits", first | {"name": "Theirs"}).status_code == 303
    assert visitor("Ana").post(f"/campaigns/{campaign.pk}/edits", first | {"version": "2"}).status_code == 303
    refused = visitor("Cam").post(f"/campaigns/{campaign.pk}/edits", first | {"name": "Mine"})
    html = refused.content.decode()
    assert refused.status_code == 422
    assert "Changed meanwhile by Ana." in html
    assert "It was changed, and changed back." in html
    assert 'value="Mine"' in html


def test_a_stale_edit_shows_what_the_other_changed_and_keeps_what_was_typed(north: Tenant, visitor: Visitor) -> None:
    campaign = north.campaign(state="draft")
    mine, theirs = form(campaign, name="Mine"), form(campaign, name="Theirs", ends_on="2026-03-31")
    assert visitor("Ana").post(f"/campaigns/{campaign.pk}/edits", theirs).status_code == 303
    refused = visitor("Cam").post(f"/campaigns/{campaign.pk}/edits", mine)
    html = refused.content.decode()
    assert refused.status_code == 422
    for words in (
        "Changed meanwhile by Ana.",
        "Name: Spring check-up is now Theirs",
        "Last day: 25 March 2026 is now 31 March 2026",
    ):
        assert words in html
    assert 'value="Mine"' in html
    version = html.partition('name="version" value="')[2].partition('"')[0]
    assert visitor("Cam").post(f"/campaigns/{campaign.pk}/edits", mine | {"version": version}).status_code == 303
    assert stored(north, campaign).name == "Mine"


def test_warnings_of_what_stands_in_the_form_are_told_before_it_is_saved(north: Tenant, visitor: Visitor) -> None:
    north.campaign("Tyre swap", frame=("2026-04-01", "2026-04-30"))
    campaign = north.campaign()
    cam = visitor("Cam")
    assert "claims C1 too" not in cam.get(f"/campaigns/{campaign.pk}/").content.decode()
    told = cam.post(f"/campaigns/{campaign.pk}/checks", form(campaign, ends_on="2026-04-07"))
    html = told.content.decode()
    assert told.status_code == 200
    assert "Tyre swap claims C1 too, until 30 April." in html
    assert "From 1 April to 7 April replies to it would go to Tyre swap, because Tyre swap starts later." in html
    assert f'href="#engagement-{north.engagements["Spring check-up"].pk}"' in html
    assert "Tyre swap, claims C1 too" in html
    over = cam.post(f"/campaigns/{campaign.pk}/checks", form(campaign, starts_on="2026-03-01", ends_on="2026-03-02")).content.decode()
    assert "This frame is over since 2 March." in over
    wrong = cam.post(f"/campaigns/{campaign.pk}/checks", form(campaign, ends_on="2026-03-01"))
    assert (wrong.status_code, "The last day is before the first" in wrong.content.decode()) == (200, True)
    assert stored(north, campaign).version == campaign.version


def test_days_on_which_clocks_change_are_said(north: Tenant, visitor: Visitor) -> None:
    campaign = north.campaign(frame=("2026-03-24", "2026-04-07"))
    html = visitor("Cam").get(f"/campaigns/{campaign.pk}/").content.decode()
    assert "Sunday 29 March has 23 hours: the clocks go forward." in html
    assert "15 days, 14 days left" in html
    assert "23 Mar 23:00 – 7 Apr 22:00 UTC" in html  # noqa: RUF001


def test_versions_are_told_in_words(north: Tenant, visitor: Visitor) -> None:
    campaign = north.campaign(state="draft")
    cam = visitor("Cam")
    north.clock.forward(minutes=1)
    cam.post(f"/campaigns/{campaign.pk}/edits", form(campaign, name="Spring", target="40"))
    north.clock.forward(minutes=1)
    verbs.edit_engagement(
        north.id,
        north.engagements["Spring check-up"].pk,
        {"note": "Call first.", "skill_id": north.skills["sales"].pk},
        actor=ACTOR,
        at=north.clock(),
    )
    cam.post(f"/campaigns/{campaign.pk}/state", {"state": "published"})
    told = text_of(cam.get(f"/campaigns/{campaign.pk}/versions/").content.decode().partition("<main")[2])
    for words in (
        "by Cam, version 3",
        "Spring check-up changed by The command line, version 2",
        "Skill care became sales",
        "Note to agents Book in Planner under SPRING26. became Call first.",
        "Name Spring check-up became Spring",
        "How many none became 40",
        "Campaign added",
    ):
        assert words in told, told
    assert visitor("Zoe").get(f"/campaigns/{campaign.pk}/versions/").status_code == 404
    assert visitor("Ada").get(f"/campaigns/{campaign.pk}/versions/").status_code == 200


def test_duplicating(north: Tenant, visitor: Visitor) -> None:
    campaign = north.campaign(entry_points=["C1", north.number])
    made = visitor("Cam").post(f"/campaigns/{campaign.pk}/copies", follow=True).content.decode()
    assert "Copy of Spring check-up" in made
    assert "those were not copied" in made
    assert "<code>C1</code>" not in made
    assert visitor("Zoe").post(f"/campaigns/{campaign.pk}/copies").status_code == 404
    assert visitor("Ada").post(f"/campaigns/{campaign.pk}/copies").status_code == 403


def test_a_broadcast_of_a_campaign_that_links_nothing_is_told_at_once(north: Tenant, visitor: Visitor) -> None:
    campaign = north.campaign()
    story, cam = Story(north), visitor("Cam")
    page = f"/campaigns/{campaign.pk}/"

    def attention() -> str:
        html = cam.get(page).content.decode()
        listed = cam.get("/campaigns/").content.decode()
        assert ("goes out" in html) == ("goes out" in listed)
        return text_of(html.partition("data-lost-words")[2].partition("builder-step")[0])

    story.notice(CLEO)
    assert "goes out" not in attention()
    north.clock.forward(minutes=1)
    cam.post(f"{page}state", {"state": "paused"})
    assert "goes out" not in attention()
    north.clock.forward(minutes=5)
    story.notice(MIA)
    assert "Spring check-up goes out: 1 text since 11:48" in attention()
    assert "It is paused" in attention()
    cam.post(f"{page}state", {"state": "draft"})
    north.clock.forward(minutes=5)
    story.notice("+31644444444")
    assert "It is a draft" in attention()
    with account(north.id):
        verbs.set_state(north.id, campaign.pk, "published", actor=ACTOR, at=north.clock())
        verbs.edit_campaign(north.id, campaign.pk, {"starts_on": date(2026, 3, 28), "ends_on": None}, actor=ACTOR, at=north.clock())
    assert "Its first day is 28 March:" in attention()
    with account(north.id):
        verbs.edit_campaign(
            north.id, campaign.pk, {"starts_on": date(2026, 3, 20), "ends_on": date(2026, 3, 23)}, actor=ACTOR, at=north.clock()
        )
    assert "It is over, its last day was 23 March:" in attention()
    assert "goes out" not in visitor("Ada").get(page).content.decode()


def test_a_broadcast_that_nobody_claims_is_offered(north: Tenant, visitor: Visitor) -> None:
    campaign = north.campaign()
    Story(north).notice(CLEO, campaign="C9")
    html = visitor("Cam").get(f"/campaigns/{campaign.pk}/").content.decode()
    assert "CM sends a broadcast that no engagement claims: C9." in html
    assert f"/campaigns/{campaign.pk}/engagements/new/?source={north.source.pk}&amp;external_campaign=C9" in html
    assert "no engagement claims" not in visitor("Ada").get(f"/campaigns/{campaign.pk}/").content.decode()


def test_a_campaigns_page_takes_a_fixed_number_of_statements(
    story: Story, north: Tenant, visitor: Visitor, django_assert_max_num_queries: Any
) -> None:
    campaign = north.campaigns["Spring check-up"]
    for index in range(10):
        north.engagement(campaign, name=f"Another {index}", entry_points=(f"D{index}",))
        story.notice(CLEO, campaign=f"D{index}")
    cam = visitor("Cam")
    with django_assert_max_num_queries(26):
        cam.get(f"/campaigns/{campaign.pk}/")


def test_the_drawing_of_frames() -> None:
    own = Drawn("Own", date(2026, 3, 24), date(2026, 4, 7), "live")
    rivals = [Drawn("Long", date(2026, 1, 1), None, "ended"), Drawn("Apart", date(2026, 4, 8), date(2026, 4, 9), "ended")]
    drawn = plan(own, rivals, today=date(2026, 3, 27))
    first, long, apart = drawn.rows
    assert float(first.x) < float(drawn.today) < float(first.x) + float(first.width)
    assert long.overlap == (first.x, first.width)
    assert (long.x, long.width, long.is_open) == ("0.0", f"{WIDTH:.1f}", True)
    assert apart.overlap is None
    assert abs(float(apart.x) - float(first.x) - float(first.width)) < 0.2
    far = plan(Drawn("Far", date(2030, 1, 1), None, "scheduled"), [], today=date(2026, 3, 27))
    assert 0 <= float(far.today) <= WIDTH
    assert len(far.marks) < 10


def test_versions_hold_who_saved(north: Tenant, visitor: Visitor) -> None:
    campaign = north.campaign(state="draft")
    visitor("Cam").post(f"/campaigns/{campaign.pk}/edits", form(campaign, name="Spring"))
    with account(north.id):
        newest = CampaignVersion.objects.filter(campaign_id=campaign.pk).latest("version")
        assert newest.actor == f"membership:{north.people['Cam'].pk}"

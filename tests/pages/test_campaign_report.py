"""The report of a campaign: what it shows, and that every number is exactly what stands behind it."""

import json
import random
import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.test import Client

from antiphon.accounts import allowances
from antiphon.accounts.models import Account, AuditEntry
from antiphon.config.env import current
from antiphon.conversations import conversions
from antiphon.conversations.models import Conversation
from antiphon.conversations.verbs import Outcome
from antiphon.kit.db import account
from antiphon.metrics.recount import differences
from antiphon.workspace.pages import campaign_report_files as files
from tests.conversations.desk import Desk
from tests.conversations.provider import providing
from tests.kit.world import CLEO, MIA, OTTO, Tenant
from tests.pages.conftest import Visitor
from tests.pages.history import History
from tests.pages.story import Story

LINK = re.compile(r'<a class="figure" href="([^"]+)">([^<]*)</a>')


@pytest.fixture
def desk(north: Tenant) -> Iterator[Desk]:
    """Have Ada at work, and a provider that takes what she writes."""
    with providing() as provider, Desk(north, provider) as one:
        yield one


def lived(north: Tenant, desk: Desk, *, seed: int, steps: int) -> None:
    """Have two campaigns, one of them over, and a stretch of life."""
    spring = north.campaign(frame=("2026-03-24", "2026-03-27"), goal="sale")
    north.engagement(spring, name="English", entry_points=("C2", north.number), language="en")
    north.campaign("Winter wash", frame=("2026-01-19", "2026-03-20"), entry_points=("C7",), goal="conversation")
    story = Story(north)
    story.deliver.notice(MIA, "C9", at=story.now, sender="+3197000009999")
    History(story, desk, random.Random(seed)).live(steps)
    with account(north.id) as db:
        assert differences(db, north.id) == []


def behind(client: Client, url: str) -> list[dict[str, str]]:
    """Return what stands behind a number, as the file of its list says it."""
    path, _, query = url.partition("?")
    response = client.get(f"{path}file?{query}&format=json")
    assert response.status_code == 200, url
    return list(json.loads(response.content)["items"])


def amount(found: list[dict[str, str]]) -> str:
    """Return the values of goals as the page writes them."""
    sums: dict[str, Decimal] = {}
    for one in found:
        sums[one["currency"]] = sums.get(one["currency"], Decimal(0)) + Decimal(one["value"])
    return ", ".join(f"{currency} {value:,.2f}" for currency, value in sorted(sums.items()))


def numbers_of(client: Client, url: str) -> dict[str, str]:
    """Return every number of a report that leads somewhere, by where it leads."""
    return {unescape(to): text for to, text in LINK.findall(client.get(url).content.decode())}


def agrees(client: Client, to: str, text: str) -> None:
    """Compare a number with the list behind it, and with what the list says it is."""
    found = behind(client, to)
    if "/goal_value/" in to:
        assert amount(found).removeprefix("EUR ").removeprefix("GBP ") == text or amount(found) == text, to
    else:
        assert f"{len(found):,}" == text, to
        assert f'<span class="report-number num">{text}</span>' in client.get(to).content.decode(), to


@pytest.fixture
def any_number_of_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let an account ask for as many files as it likes."""
    monkeypatch.setattr(allowances, "current", lambda: replace(current(), exports_per_hour=0))


@pytest.mark.usefixtures("any_number_of_files")
@pytest.mark.parametrize(("seed", "zone"), [(1, "Europe/Amsterdam"), (2, "Asia/Kathmandu"), (3, "America/St_Johns")])
def test_every_number_is_what_stands_behind_it(north: Tenant, desk: Desk, visitor: Visitor, seed: int, zone: str) -> None:
    """A week with a change of clocks in Amsterdam, and zones whose hours begin beside the hour."""
    Account.objects.filter(pk=north.id).update(time_zone=zone)
    lived(north, desk, seed=seed, steps=120)
    cam, seen = visitor("Cam"), set()
    narrower = ["", "?first=2026-03-25&last=2026-03-27", f"?engagement={north.engagements['English'].id}"]
    for name in ("Spring check-up", "Winter wash"):
        for query in narrower if name == "Spring check-up" else [""]:
            for to, text in numbers_of(cam, report_of(north, name) + query).items():
                agrees(cam, to, text)
                seen.add((to.split("/")[4], *sorted(re.findall(r"[?&](verdict|hour|at|entry_point|first|source|currency)=", to))))
    kinds = {one for one, *_ in seen}
    assert kinds >= {"sent", "delivered", "responders", "conversations_started", "handled", "goals", "replies", "opt_outs", "unmapped"}
    assert {("replies", "verdict"), ("replies", "hour"), ("replies", "at"), ("responders", "at"), ("sent", "entry_point")} <= seen


def told_story(north: Tenant, desk: Desk) -> Story:
    """Tell of Cleo, who replied, was answered and bought; Mia, whose text failed; Otto, who opted out; and a broadcast nobody claims."""
    spring = north.campaign(goal="sale")
    north.engagement(spring, name="English", entry_points=("C2",), language="en")
    story = Story(north)
    for phone in (CLEO, MIA, OTTO):
        story.notice(phone)
        story.deliver.report(phone, f"r{phone}", code=1 if phone == MIA else 2, at=story.now)
    story.notice(MIA, campaign="C9")
    north.clock.forward(minutes=14)
    talk = Conversation(account_id=north.id, id=story.reply(CLEO, "=Yes"))
    story.deliver.reply(OTTO, "STOP", at=story.now)
    desk.take(talk, at=north.clock.forward(minutes=2))
    desk.answer(talk, at=story.now)
    outcome = Outcome(is_goal_reached=True, amount=Decimal("249.50"), currency="EUR")
    desk.do("close", talk, at=story.now, outcome=outcome, member_id=desk.agent("Ada"))
    return story


def report_of(north: Tenant, name: str = "Spring check-up") -> str:
    return f"/campaigns/{north.campaigns[name].id}/report/"


def words_of(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


def test_the_report_of_a_small_story(north: Tenant, desk: Desk, visitor: Visitor) -> None:
    told_story(north, desk)
    text = words_of(visitor("Lyn").get(report_of(north)).content.decode())
    for told in (
        "Sent 3 since 11:42", "Delivered 2 66.7 % of sent", "Responders 1 50.0 % of delivered", "Conversations 1 100.0 % of responders",
        "Handled 1 100.0 % of conversations", "Goals 1 100.0 % of conversations", "Failed 1 33.3 % of sent",
        "Opt-outs 1 50.0 % of delivered", "Value in EUR 249.50", "Half replied within 14 min", "First text 11:42 , last text 11:42",
        "Linked by campaign ID", "claimed by no engagement", "CM", "C9", "Exact as of 11:58:00",
    ):  # fmt: skip
        assert told in text, told
    assert "English" not in text.split("By engagement and entry point")[1].split("What became")[0]


def test_nothing_yet_and_nothing_in_these_days(north: Tenant, desk: Desk, visitor: Visitor) -> None:
    north.campaign("Winter wash", entry_points=("C7",))
    cam = visitor("Cam")
    assert "Nothing sent yet" in cam.get(report_of(north, "Winter wash")).content.decode()
    told_story(north, desk)
    html = cam.get(report_of(north) + "?first=2026-03-20&last=2026-03-23").content.decode()
    assert "Nothing was sent or written in these days" in html
    assert "20 Mar – 23 Mar, Amsterdam time" in html  # noqa: RUF001 - the dash of a range
    assert "Nothing was sent" not in cam.get(report_of(north) + "?first=2026-03-24&last=2026-03-24").content.decode()


def test_words_that_mean_nothing_are_said_and_days_the_wrong_way_round_are_turned(north: Tenant, desk: Desk, visitor: Visitor) -> None:
    told_story(north, desk)
    html = visitor("Cam").get(report_of(north) + "?first=2026-03-25&last=2026-03-24&engagement=x&entry_point=%C2%B2").content.decode()
    assert "Left out, since it means nothing here: x, ²." in html
    assert "24 Mar – 25 Mar" in html  # noqa: RUF001 - the dash of a range
    assert "<b>" not in visitor("Cam").get(report_of(north) + "?engagement=<b>").content.decode()


def test_an_analyst_sees_lists_without_people_and_is_told(north: Tenant, desk: Desk, visitor: Visitor) -> None:
    told_story(north, desk)
    lyn, cam = visitor("Lyn"), visitor("Cam")
    for metric in ("sent", "replies", "conversations_started", "opt_outs", "goals", f"unmapped/?source={north.source.id}"):
        url = report_of(north) + (metric if "?" in metric else f"{metric}/")
        mine, theirs = lyn.get(url).content.decode(), cam.get(url).content.decode()
        assert "shown to those who may read conversations" in mine
        assert "shown to those who may read conversations" not in theirs
        assert re.search(r"\+31 6 \d", theirs), url
        for secret in ("+31 6", "31611111111", "=Yes", "check-up. Reply", "/conversations/"):
            assert secret not in mine.split("<main")[1], (url, secret)
        assert behind(cam, url)[0]["phone"].startswith("+316")
        assert set(behind(cam, url)[0]) - set(behind(lyn, url)[0]) >= {"phone"}
        assert "+316" not in json.dumps(behind(lyn, url))


def test_no_number_of_a_phone_is_in_an_address(north: Tenant, desk: Desk, visitor: Visitor) -> None:
    told_story(north, desk)
    cam = visitor("Cam")
    html = cam.get(report_of(north)).content.decode()
    html += "".join(cam.get(to).content.decode() for to in numbers_of(cam, report_of(north)))
    found = [unescape(url) for url in re.findall(r'(?:href|action|hx-get)="([^"]*)"', html)]
    assert len(found) > 50
    assert [url for url in found if "316" in url or "%2B31" in url] == []


def test_a_list_goes_on_page_by_page(north: Tenant, visitor: Visitor) -> None:
    north.campaign()
    story = Story(north)
    for number in range(120):
        story.notice(f"+3165550{number:04d}")
        if number % 3:
            north.clock.forward(seconds=1)
    cam, url, seen = visitor("Cam"), report_of(north) + "sent/", []
    pages = 0
    while url:
        html = cam.get(url).content.decode()
        assert '<span class="report-number num">120</span>' in html
        seen += re.findall(r"\+31 6 5550\d{4}", html)
        older = re.search(r'class="more"><a class="button" href="([^"]+)">Show older', html)
        url, pages = unescape(older[1]) if older else "", pages + 1
    assert (pages, len(seen), len(set(seen))) == (3, 120, 120)
    unmapped = report_of(north) + f"unmapped/?source={north.source.id}"
    for number in range(60):
        story.notice(f"+3165551{number:04d}", campaign=f"D{number % 7}")
    first = cam.get(unmapped).content.decode()
    second = cam.get(unescape(re.findall(r'href="([^"]+)">Show older', first)[0])).content.decode()
    numbers = [re.findall(r"\+31 6 5551\d{4}", html) for html in (first, second)]
    assert [len(found) for found in numbers] == [50, 10]
    assert len({*numbers[0], *numbers[1]}) == 60


def test_a_list_as_a_file_is_audited_and_safe_for_spreadsheets(north: Tenant, desk: Desk, visitor: Visitor) -> None:
    told_story(north, desk)
    cam, url = visitor("Cam"), report_of(north) + "replies/file?verdict=linked_by_campaign_id"
    exact = cam.get(f"{url}&format=csv")
    assert exact.headers["Content-Disposition"].endswith('replies-exact.csv"')
    assert exact.content.decode().splitlines()[0] == "at,phone,text,engagement,verdict,time_to_reply,conversation"
    assert f",{CLEO},=Yes,Spring check-up,linked_by_campaign_id,840," in exact.content.decode()
    safe = cam.get(f"{url}&format=csv-safe").content.decode("utf-8-sig")
    assert f",'{CLEO},'=Yes," in safe
    with account(north.id):
        kept = AuditEntry.objects.filter(account_id=north.id, action="list.exported").order_by("pk").values_list("actor", "detail")
        assert [(actor, detail["format"], detail["rows"], detail["list"]) for actor, detail in kept] == [
            (f"membership:{north.people['Cam'].pk}", "csv", 1, "replies"),
            (f"membership:{north.people['Cam'].pk}", "csv-safe", 1, "replies"),
        ]
    wrong = cam.get(f"{url}&format=pdf")
    assert (wrong.status_code, wrong.content.decode()) == (422, "There is no such kind of file: use one of csv, csv-safe, xlsx, json.")


def test_a_file_is_read_a_part_after_another(north: Tenant, visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    north.campaign()
    story = Story(north)
    monkeypatch.setattr(files, "_AT_ONCE", 2)
    for number in range(3):
        story.notice(f"+3165552{number:04d}")
    assert len({one["phone"] for one in behind(visitor("Cam"), report_of(north) + "sent/")}) == 3


@pytest.mark.parametrize("path", ["nonsense/", "time_to_reply/", "unmapped/", "unmapped/?source=999999", "nonsense/file", "unmapped/file"])
def test_there_is_no_such_list(north: Tenant, desk: Desk, visitor: Visitor, path: str) -> None:
    told_story(north, desk)
    assert visitor("Cam").get(report_of(north) + path).status_code == 404
    assert visitor("Cam").get(report_of(north) + "sent/").status_code == 200


def test_the_source_of_another_account_has_no_list(north: Tenant, south: Tenant, desk: Desk, visitor: Visitor) -> None:
    told_story(north, desk)
    assert visitor("Cam").get(report_of(north) + f"unmapped/?source={south.source.id}").status_code == 404
    assert visitor("Cam").get(report_of(north) + f"unmapped/?source={north.source.id}").status_code == 200
    assert visitor("Zoe").get(report_of(north)).status_code == 404


def counts(client: Client, url: str) -> dict[str, str]:
    """Return the last number of each kind that stands in the row of an engagement, by its list."""
    return {to.split("/")[4]: text for to, text in numbers_of(client, url).items() if "entry_point=" not in to}


def test_goals_and_values_move_with_the_link_and_come_back_with_an_undo(north: Tenant, desk: Desk, visitor: Visitor) -> None:
    story = told_story(north, desk)
    north.campaign("Winter wash", entry_points=("C7",), goal="sale")
    cam, talk = visitor("Cam"), Conversation(account_id=north.id, id=story.conversation_of(CLEO))
    with account(north.id) as db:
        told = conversions.told(phone=CLEO, value=Decimal("20.00"), currency="EUR", now=story.now)
        conversions.convert(db, north.id, [told], actor="api_key:1", at=story.now)

    def worth(name: str) -> tuple[str, str, str]:
        found = counts(cam, report_of(north, name))
        return found.get("conversations_started", "0"), found.get("goals", "0"), found.get("goal_value", "0").removeprefix("EUR ")

    def linked(name: str) -> None:
        desk.do("link", talk, by="Sol", at=story.now, engagement_id=north.engagements[name].id, reason="They meant this")

    assert (worth("Spring check-up"), worth("Winter wash")) == (("1", "2", "269.50"), ("0", "0", "0"))
    linked("Winter wash")
    assert (worth("Spring check-up"), worth("Winter wash")) == (("0", "0", "0"), ("1", "2", "269.50"))
    desk.do("undo_close", talk, at=story.now)
    assert worth("Winter wash") == ("1", "1", "20.00")
    linked("Spring check-up")
    assert (worth("Spring check-up"), worth("Winter wash")) == (("1", "1", "20.00"), ("0", "0", "0"))
    for to, text in numbers_of(cam, report_of(north)).items():
        agrees(cam, to, text)


def test_it_is_read_with_few_questions_however_much_there_is(
    north: Tenant, desk: Desk, visitor: Visitor, django_assert_max_num_queries: Any
) -> None:
    lived(north, desk, seed=4, steps=60)
    cam = visitor("Cam")
    with django_assert_max_num_queries(24):
        cam.get(report_of(north))
    for metric in ("sent", "replies", "conversations_started", "goals", "opt_outs"):
        with django_assert_max_num_queries(14):
            cam.get(report_of(north) + f"{metric}/")


def test_outbound_and_the_campaign_lead_to_the_report(north: Tenant, desk: Desk, visitor: Visitor) -> None:
    told_story(north, desk)
    for path in ("/campaigns/", report_of(north).removesuffix("report/")):
        assert f'href="{report_of(north)}"' in visitor("Cam").get(path).content.decode()
        assert f'href="{report_of(north)}"' not in visitor("Ada").get(path).content.decode()

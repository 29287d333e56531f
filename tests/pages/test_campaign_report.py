"""The report of a campaign: what it shows, and that every number is exactly what stands behind it."""

import json
import random
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.test import Client

from antiphon.accounts.models import Account, AuditEntry
from antiphon.conversations import conversions
from antiphon.conversations.models import Conversation
from antiphon.conversations.verbs import Outcome
from antiphon.kit.db import account
from antiphon.kit.problems import Missing, Problem
from antiphon.metrics.ranges import Grain
from antiphon.metrics.recount import differences
from antiphon.workspace.pages import campaign_report_files as files
from antiphon.workspace.pages.campaign_report_asked import Asked, read, step_end
from antiphon.workspace.pages.campaign_report_drawn import scale, since, week
from tests.conversations.desk import Desk
from tests.conversations.provider import providing
from tests.kit.world import CLEO, MIA, OTTO, Tenant
from tests.pages.conftest import Visitor
from tests.pages.story import Story

PHONES = [CLEO, MIA, OTTO, *(f"+316444444{number:02d}" for number in range(9))]
IDS = ["C1", "C1", "C2", "C7", "C9", ""]
LINK = re.compile(r'<a class="figure" href="([^"]+)">([^<]*)</a>')


@dataclass
class History:
    """A stretch of life of a tenant, made by chance but the same for the same seed."""

    story: Story
    desk: Desk
    chance: random.Random

    def live(self, steps: int) -> None:
        """Let things happen, one after the other; what is refused does not happen."""
        deeds = [self.broadcast] * 3 + [self.report] * 2 + [self.reply] * 4 + [self.answer] * 2
        deeds += [self.close, self.reopen, self.convert, self.link, self.stop]
        for _ in range(steps):
            self.story.tenant.clock.forward(minutes=self.chance.choice([1, 7, 45, 200]), seconds=self.chance.randrange(60))
            with suppress(Problem):
                self.chance.choice(deeds)()

    def phone(self) -> str:
        return self.chance.choice(PHONES)

    def broadcast(self) -> None:
        campaign = self.chance.choice(IDS)
        for phone in self.chance.sample(PHONES, 4):
            self.story.notice(phone, campaign=campaign)

    def report(self) -> None:
        self.story.deliver.report(self.phone(), f"ref-{self.chance.random()}", code=self.chance.choice([2, 2, 1]), at=self.story.now)

    def reply(self) -> None:
        self.story.reply(self.phone(), self.chance.choice(["Yes", "When?", "=1+1", ""]))

    def stop(self) -> None:
        self.story.deliver.reply(self.phone(), "STOP", at=self.story.now)

    def conversation(self, *states: str) -> Conversation:
        with account(self.story.tenant.id):
            found = list(Conversation.objects.filter(account_id=self.story.tenant.id, state__in=states).order_by("id"))
        if not found:
            raise Missing("not_found", "There is none.")
        return self.chance.choice(found)

    def answer(self) -> None:
        found = self.conversation("queued", "assigned")
        with suppress(Problem):
            self.desk.take(found, at=self.story.now)
        self.desk.answer(found, at=self.story.now)

    def close(self) -> None:
        amount, currency = self.chance.choice([(None, ""), (Decimal("19.90"), "EUR"), (Decimal(5), "GBP")])
        outcome = Outcome(is_goal_reached=self.chance.random() < 0.7, amount=amount, currency=currency)
        self.desk.do("close", self.conversation("queued", "assigned"), at=self.story.now, outcome=outcome, member_id=self.desk.agent("Ada"))

    def reopen(self) -> None:
        self.desk.do("undo_close", self.conversation("closed"), at=self.story.now)

    def convert(self) -> None:
        tenant = self.story.tenant
        told = conversions.told(phone=self.phone(), value=Decimal(self.chance.randrange(1, 500)), currency="EUR", now=self.story.now)
        with account(tenant.id) as db:
            conversions.convert(db, tenant.id, [told], actor="api_key:1", at=self.story.now)

    def link(self) -> None:
        chosen = self.chance.choice([*self.story.tenant.engagements.values(), None])
        found = self.conversation("queued", "assigned", "closed")
        self.desk.do("link", found, at=self.story.now, engagement_id=chosen.id if chosen else None, reason="They meant this")


@pytest.fixture
def desk(north: Tenant) -> Iterator[Desk]:
    """Have Ada at work, and a provider that takes what she writes."""
    with providing() as provider, Desk(north, provider) as one:
        yield one


def lived(north: Tenant, desk: Desk, *, seed: int, steps: int) -> None:
    """Have two campaigns, one of them over, and a stretch of life."""
    spring = north.campaign(frame=("2026-03-24", "2026-03-29"), goal="sale")
    north.engagement(spring, name="English", entry_points=("C2", north.number), language="en")
    north.campaign("Winter wash", frame=("2026-01-19", "2026-03-20"), entry_points=("C7",), goal="conversation")
    History(Story(north), desk, random.Random(seed)).live(steps)
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
    assert (wrong.status_code, wrong.content.decode()) == (422, "There is no such kind of file: use one of csv, csv-safe, json.")


def test_a_file_that_is_too_large_is_refused(north: Tenant, visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    north.campaign()
    story = Story(north)
    monkeypatch.setattr(files, "MOST", 3)
    monkeypatch.setattr(files, "_AT_ONCE", 2)
    for number, expected in ((3, 200), (4, 422)):
        story.notice(f"+3165552{number:04d}")
        story.notice(f"+3165553{number:04d}")
        if number == 4:
            story.notice(f"+3165554{number:04d}")
        response = visitor("Cam").get(report_of(north) + "sent/file")
        assert response.status_code == (200 if number == 3 else expected)
    assert "more than 3 rows" in response.content.decode()


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


@pytest.mark.parametrize(("most", "expected"), [(1, (1, 1)), (3, (1, 3)), (7, (2, 8)), (347, (100, 400)), (10_000, (5_000, 10_000))])
def test_the_grid_is_round_and_holds_the_most(most: int, expected: tuple[int, int]) -> None:
    assert scale(most) == expected


def test_every_scale_holds_its_most_with_few_lines() -> None:
    for most in range(1, 3000):
        stride, top = scale(most)
        assert top >= most > top - stride
        assert top // stride <= 4


def test_bars_stand_on_the_ground_and_the_line_ends_on_top() -> None:
    told = since(["a", "b"], [4, 2], [3, 3], labels=[(0, "sent")])
    assert [(float(bar.y) + float(bar.height), bar.title) for bar in told.bars] == [(188, "a"), (188, "b")]
    assert float(told.bars[0].height) == 2 * float(told.bars[1].height)
    assert told.line.endswith("586.0 16.0")
    assert (told.end and told.end.text, told.peak and told.peak.text) == ("3", "4")
    nothing = since(["a"], [0], [0], labels=[])
    assert (nothing.line, nothing.end, nothing.peak) == ("", None, None)


def test_the_week_is_darkest_where_most_was_written() -> None:
    cells = week({0: 10, 25: 1, 167: 5}, titles=[str(hour) for hour in range(168)])
    assert [cells[hour].level for hour in (0, 1, 25, 167)] == [5, 0, 1, 3]
    assert len({(cell.x, cell.y) for cell in cells}) == 168


def test_a_step_ends_where_the_next_begins_also_when_clocks_change() -> None:
    spring = datetime(2026, 3, 28, 23, tzinfo=UTC)
    assert step_end(spring, Grain.DAY, "Europe/Amsterdam") - spring == timedelta(hours=23)
    assert step_end(datetime(2026, 3, 24, 4, 30, tzinfo=UTC), Grain.HOUR, "Asia/Kolkata") == datetime(2026, 3, 24, 5, 30, tzinfo=UTC)
    assert step_end(datetime(2026, 3, 22, 23, tzinfo=UTC), Grain.WEEK, "Europe/Amsterdam") == datetime(2026, 3, 29, 22, tzinfo=UTC)
    assert read({"at": "2026-03-28T23:00Z", "grain": "day"})[0].window("Europe/Amsterdam") == (
        spring,
        datetime(2026, 3, 29, 22, tzinfo=UTC),
    )
    assert read({"at": "2026-03-28T23:00Z", "grain": "month", "first": "2026-03-28"})[0] == Asked(first=date(2026, 3, 28))

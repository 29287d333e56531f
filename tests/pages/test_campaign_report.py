"""The report of a campaign: what it shows, and that every number is exactly what stands behind it."""

import json
import random
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from html import unescape

import pytest
from django.test import Client

from antiphon.conversations import conversions
from antiphon.conversations.models import Conversation
from antiphon.conversations.verbs import Outcome
from antiphon.kit.db import account
from antiphon.kit.problems import Missing, Problem
from antiphon.metrics.recount import differences
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


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_number_is_what_stands_behind_it(north: Tenant, desk: Desk, visitor: Visitor, seed: int) -> None:
    lived(north, desk, seed=seed, steps=150)
    cam, seen = visitor("Cam"), set()
    for name in ("Spring check-up", "Winter wash"):
        address = f"/campaigns/{north.campaigns[name].id}/report/"
        for query in ("", "?first=2026-03-25&last=2026-03-27", f"?engagement={north.engagements['English'].id}"):
            for to, text in numbers_of(cam, address + query).items():
                agrees(cam, to, text)
                seen.add((to.split("/")[4], *sorted(re.findall(r"[?&](verdict|hour|at|entry_point|first|source|currency)=", to))))
    kinds = {one for one, *_ in seen}
    assert kinds >= {"sent", "delivered", "responders", "conversations_started", "handled", "goals", "replies", "opt_outs", "unmapped"}
    assert {("replies", "verdict"), ("replies", "hour"), ("replies", "at"), ("responders", "at"), ("sent", "entry_point")} <= seen

"""A stretch of a tenant's life, made by chance: broadcasts, reports, replies, answers, closes, goals, links, stop words."""

import random
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal

from antiphon.conversations import conversions
from antiphon.conversations.models import Conversation
from antiphon.conversations.verbs import Outcome
from antiphon.kit.db import account
from antiphon.kit.problems import Missing, Problem
from tests.conversations.desk import Desk
from tests.kit.world import CLEO, MIA, OTTO
from tests.pages.story import Story

PHONES = [CLEO, MIA, OTTO, *(f"+316444444{number:02d}" for number in range(9))]
IDS = ["C1", "C1", "C2", "C7", "C9", ""]


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
            self.story.tenant.clock.forward(minutes=self.chance.choice([1, 7, 60, 300]), seconds=self.chance.randrange(60))
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

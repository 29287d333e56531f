"""What happens to a tenant while its clock goes: texts come in by CM's webhooks, people work."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from antiphon.conversations import verbs
from antiphon.conversations.models import Conversation
from antiphon.kit.db import account
from antiphon.providers.protocol import HookKind
from tests.kit.deliver import Deliver, Post
from tests.kit.world import Tenant


@dataclass
class Story:
    """One tenant's provider and people at work; the clock tells when."""

    tenant: Tenant

    @property
    def now(self) -> datetime:
        """Return the instant at which the next thing happens."""
        return self.tenant.clock()

    @property
    def deliver(self) -> Deliver:
        """Return the way in."""
        return Deliver(self.tenant)

    def notice(self, phone: str, text: str = "Time for your spring check-up. Reply YES.", *, campaign: str = "C1") -> None:
        """Tell of one broadcast text."""
        self.deliver.notice(phone, campaign, at=self.now, text=text)

    def reply(self, phone: str, text: str = "Yes please, tuesday?", *, campaign: str = "") -> UUID:
        """Have a consumer write; return the conversation."""
        self.deliver.reply(phone, text, at=self.now, campaign=campaign)
        return self.conversation_of(phone)

    def webhook(self, kind: str, body: bytes) -> None:
        """Take in whatever a provider may send."""
        self.deliver(Post(HookKind(kind), body, self.now, self.tenant.source))

    def conversation_of(self, phone: str) -> UUID:
        """Return the newest conversation of a consumer."""
        with account(self.tenant.id):
            found = Conversation.objects.filter(account_id=self.tenant.id, consumer__phone=phone)
            return found.order_by("-started_at").values_list("id", flat=True)[0]

    def take(self, conversation_id: UUID, *, by: str) -> None:
        """Have an agent take a conversation."""
        agent = self.tenant.people[by].pk
        with account(self.tenant.id) as db:
            verbs.take(db, self.tenant.id, conversation_id, agent_id=agent, actor=f"membership:{agent}", at=self.now)

    def answer(self, conversation_id: UUID, text: str, *, by: str) -> UUID:
        """Have an agent answer; return the answer."""
        agent = self.tenant.people[by].pk
        with account(self.tenant.id) as db:
            return verbs.answer(db, self.tenant.id, conversation_id, agent_id=agent, actor=f"membership:{agent}", text=text, at=self.now)

"""What the people of a tenant do with conversations, by name, with the verbs that pages and API use; and the worker's sending."""

from datetime import datetime
from types import TracebackType
from typing import Any, Self
from uuid import UUID

from antiphon.conversations import sending, verbs
from antiphon.conversations.models import Answer, Conversation
from antiphon.intake.refusals import learn_of_opt_out
from antiphon.kit.db import account
from antiphon.providers.transport import Transport
from tests.conversations.provider import Provider
from tests.kit.world import Tenant


class Desk:
    """Acts in a tenant; every act is one transaction."""

    def __init__(self, tenant: Tenant, provider: Provider) -> None:
        self.tenant, self.provider = tenant, provider
        self.transport = Transport(step_seconds=5)
        self.base_url = provider.url

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.transport.close()

    def agent(self, name: str) -> int:
        return int(self.tenant.people[name].id)

    def do(self, verb: str, conversation: Conversation, *, by: str = "Ada", at: datetime, **more: Any) -> Any:
        """Do something with a conversation as one of the people."""
        with account(self.tenant.id) as db:
            act = getattr(verbs, verb)
            return act(db, self.tenant.id, conversation.id, actor=f"membership:{self.agent(by)}", at=at, **more)

    def take(self, conversation: Conversation, *, by: str = "Ada", at: datetime) -> None:
        self.do("take", conversation, by=by, at=at, agent_id=self.agent(by))

    def take_next(self, skill: str, *, by: str = "Ada", at: datetime) -> UUID | None:
        with account(self.tenant.id) as db:
            skill_id = self.tenant.skills[skill].id
            return verbs.take_next(db, self.tenant.id, skill_id, agent_id=self.agent(by), actor=f"membership:{self.agent(by)}", at=at)

    def write(self, conversation: Conversation, text: str = "Gladly", *, by: str = "Ada", at: datetime) -> Answer:
        """Store an answer, not yet sent."""
        answer_id = self.do("answer", conversation, by=by, at=at, agent_id=self.agent(by), text=text)
        with account(self.tenant.id):
            return Answer.objects.get(account_id=self.tenant.id, id=answer_id)

    def send(self, answer: Answer, *, at: datetime, **more: Any) -> Answer:
        """Send it, as the worker does."""
        try:
            sending.send(
                self.tenant.id, answer.id, transport=self.transport, base_url=self.base_url, now=lambda: at, learn=learn_of_opt_out, **more
            )
        finally:
            with account(self.tenant.id):
                answer.refresh_from_db()
        return answer

    def answer(self, conversation: Conversation, text: str = "Gladly", *, by: str = "Ada", at: datetime) -> Answer:
        """Store an answer and send it at once."""
        return self.send(self.write(conversation, text, by=by, at=at), at=at)

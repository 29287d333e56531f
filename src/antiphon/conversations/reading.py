"""What the agent of a conversation has seen of it: texts that came later are unread."""

from datetime import datetime
from uuid import UUID

from antiphon.kit.db import Database, run, sql


def read(db: Database, account_id: int, conversation_id: UUID, *, agent_id: int, until: datetime) -> None:
    """Remember that its agent was shown a conversation with the texts received up to `until`; nothing if it is not theirs."""
    asked = {"account": account_id, "id": conversation_id, "agent": agent_id, "until": until}
    run(db, sql("antiphon.conversations", "read"), asked)

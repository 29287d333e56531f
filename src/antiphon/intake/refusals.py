"""What a refused send tells: the consumer has opted out at the provider. It goes down the line as any opt-out does."""

from datetime import datetime
from uuid import UUID

from antiphon.conversations.models import Answer
from antiphon.intake import line
from antiphon.intake.types import Facts, InstructionFact
from antiphon.kit.db import Database
from antiphon.kit.ids import uuid7
from antiphon.kit.keys import fingerprint, fold
from antiphon.providers.protocol import OptOutHow, OptOutScope


def learn_of_opt_out(db: Database, account_id: int, answer_id: UUID, /, *, at: datetime) -> None:
    """Mirror the opt-out for which the provider refused an answer."""
    answer = Answer.objects.select_related("conversation__consumer").get(account_id=account_id, id=answer_id)
    fact = InstructionFact(
        id=uuid7(at),
        arrival_id=None,
        source_id=answer.source_id,
        phone=answer.conversation.consumer.phone,
        is_out=True,
        scope=OptOutScope.SOURCE,
        number="",
        how=OptOutHow.REFUSED_SEND,
        text="",
        at=at,
        received_at=at,
        dedupe_key=fingerprint((OptOutHow.REFUSED_SEND, answer.reference)),
        to_key=fold(answer.from_number),
    )
    line.take(db, account_id, Facts(instructions=[fact]), sources={}, at=at)

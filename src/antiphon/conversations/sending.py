"""Sending an answer: at most once. What broke after the request left is `unknown` and is never sent again by itself."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from antiphon.consumers.store import lock_consumers
from antiphon.conversations.delivery import Said, raise_answers
from antiphon.conversations.models import Answer
from antiphon.conversations.types import AnswerState
from antiphon.events.verbs import record
from antiphon.kit.db import Database, account, rows, run, sql
from antiphon.kit.failpoints import reach
from antiphon.metrics.verbs import counting
from antiphon.providers.models import Source
from antiphon.providers.protocol import Adapter, Malformed, OutgoingText, Reason, SendResult, SourceSettings
from antiphon.providers.registry import adapter_of
from antiphon.providers.transport import Answered, Broke, Transport
from antiphon.providers.verbs import settings_of

_HERE = "antiphon.conversations"


class Learn(Protocol):
    """Takes in that a provider refused an answer because its consumer opted out."""

    def __call__(self, db: Database, account_id: int, answer_id: UUID, /, *, at: datetime) -> None:
        """Take it in, in the transaction that keeps the refusal."""
        ...


class NotSentYet(Exception):  # noqa: N818 - reads as what it says
    """Nothing reached the provider: try this answer again later."""


def send(
    account_id: int,
    answer_id: UUID,
    *,
    transport: Transport,
    base_url: str,
    now: Callable[[], datetime],
    learn: Learn,
    is_last_try: bool = False,
) -> None:
    """Send one stored answer, at most once, and keep what the provider said.

    1. Claim it in a transaction of its own: a claim found means that an earlier call may have left, so it is unknown.
    2. Call the provider. 3. Keep its word: accepted, refused with a reason, or unknown when the call broke after it left.
       Refused because the consumer opted out, `learn` is told, in the same transaction.
    Raises NotSentYet when nothing left and this is not the last try; on the last one the answer fails, provider unavailable.
    """
    with account(account_id) as db:  # 1
        claimed = rows(db, sql(_HERE, "begin_sending"), {"account": account_id, "id": answer_id, "at": now()})
        if not claimed:
            _settle_unfinished(db, account_id, answer_id, at=now())
            return
        settings = settings_of(Source.objects.get(account_id=account_id, id=claimed[0].source_id))
    reach("answer.claimed")
    said = _call(claimed[0], settings, transport=transport, base_url=base_url, now=now)  # 2
    reach("answer.called")
    with account(account_id) as db:  # 3
        if said is None and not is_last_try:
            run(db, sql(_HERE, "release_sending"), {"account": account_id, "id": answer_id})
        else:
            _keep(db, account_id, answer_id, said or _unavailable(now()))
            if said and said.reason == Reason.OPTED_OUT:
                learn(db, account_id, answer_id, at=said.received_at)
    if said is None and not is_last_try:
        raise NotSentYet


def _settle_unfinished(db: Database, account_id: int, answer_id: UUID, *, at: datetime) -> None:
    unfinished = Answer.objects.filter(account_id=account_id, id=answer_id, state=AnswerState.DISPATCHING, attempted_at__isnull=False)
    if unfinished.exists():
        _keep(db, account_id, answer_id, Said(state=AnswerState.UNKNOWN, received_at=at, detail="the sender stopped during the call"))


def _call(claimed: Any, settings: SourceSettings, *, transport: Transport, base_url: str, now: Callable[[], datetime]) -> Said | None:
    adapter = adapter_of(settings.app)
    text = OutgoingText(to=claimed.phone, sender=claimed.from_number, text=claimed.text, reference=claimed.reference)
    outcome = transport.call(adapter.send([text], source=settings, base_url=base_url))
    if isinstance(outcome, Answered):
        return _read(adapter, outcome, text, at=now())
    if isinstance(outcome, Broke):
        return Said(state=AnswerState.UNKNOWN, received_at=now(), detail=outcome.detail)
    return None


def _read(adapter: Adapter, answered: Answered, text: OutgoingText, *, at: datetime) -> Said | None:
    try:
        result = adapter.read_send(answered.status, answered.body, texts=[text])[0]
    except Malformed as error:
        return Said(state=AnswerState.UNKNOWN, received_at=at, detail=str(error))
    return None if result.retry else _said(result, at)


def _said(result: SendResult, at: datetime) -> Said:
    state = AnswerState.SENT if result.is_accepted else AnswerState.FAILED
    return Said(state=state, received_at=at, reason=result.reason or "", detail=result.detail)


def _unavailable(at: datetime) -> Said:
    return Said(state=AnswerState.FAILED, received_at=at, reason=Reason.PROVIDER_UNAVAILABLE, detail="the provider could not be reached")


def _keep(db: Database, account_id: int, answer_id: UUID, said: Said) -> None:
    answer = Answer.objects.get(account_id=account_id, id=answer_id)
    lock_consumers(db, account_id, [answer.consumer_id])
    with counting(db, account_id) as tally:
        record(db, account_id, raise_answers(db, account_id, {answer_id: said}, tally=tally))

"""Erasing one consumer: numbers, texts and names go, rows stay, so that no count changes (docs/operations/privacy.md).

What hangs off the consumer goes in one transaction. What only mentions the number (raw copies, what receivers said) is looked through
afterwards, in batches, by a task; what still waits in spools is emptied as it comes in.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from antiphon.accounts.audit import audit
from antiphon.consumers.erased import mark_of, stand_in
from antiphon.consumers.models import Consumer, Erasure
from antiphon.consumers.store import lock_consumers
from antiphon.conversations.models import Answer, Conversation
from antiphon.conversations.types import AnswerState, ClosedBy, State
from antiphon.conversations.verbs import close
from antiphon.events.types import Kind, NewEvent
from antiphon.events.verbs import record
from antiphon.kit.db import Database, account, rows, run, sql
from antiphon.kit.ids import uuid7
from antiphon.kit.problems import Conflict, Invalid, Missing
from antiphon.privacy.sessions import forget_searches
from antiphon.privacy.spelling import spellings
from antiphon.search.indexing import index
from antiphon.tasks import files
from antiphon.tasks.models import Task
from antiphon.tasks.verbs import begin

KIND = "erase_consumer"
AT_ONCE = 2_000
EMPTIED = (
    "empty_first_arrivals",
    "empty_broadcasts",
    "empty_notices",
    "empty_replies",
    "empty_answers",
    "empty_told_reasons",
    "empty_audit",
    "empty_steps",
    "empty_conversations",
    "empty_opt_outs",
    "empty_test_texts",
    "empty_consumer",
)
"""The statements that empty what hangs off a consumer, in their order: those that read a text before those that empty it."""
SWEPT = ("sweep_arrivals", "sweep_reports", "sweep_attempts")
"""The statements that look through what may mention the number, a page at a time, by id."""

Told = Callable[[int], None]


def erase(account_id: int, consumer_id: UUID, *, actor: str, at: datetime) -> Task:
    """Erase a consumer for ever, and begin the task that looks through the rest; return that task.

    An open conversation is closed. Raises Missing; Conflict for one who is erased already, or to whom an answer is on its way.
    """
    with account(account_id) as db:
        consumer = _locked(db, account_id, consumer_id)
        talks = Conversation.objects.filter(account_id=account_id, consumer_id=consumer_id)
        for open_one in talks.exclude(state=State.CLOSED).values_list("id", flat=True):
            close(db, account_id, open_one, actor=actor, at=at, by=ClosedBy.SYSTEM)
        _empty(db, account_id, consumer, at=at)
        index(db, account_id, list(talks.values_list("id", flat=True)))
        content = {"consumer": str(consumer_id), "actor": actor}
        record(db, account_id, [NewEvent(type=Kind.CONSUMER_ERASED, subject=f"consumer:{consumer_id}", time=at, content=content, at=at)])
        audit(account_id, actor=actor, action="consumer.erased", subject=f"consumer:{consumer_id}", at=at)
        return begin(account_id, KIND, subject=f"consumer:{consumer_id}", actor=actor, at=at)


def check_typed(typed: str, phone: str) -> None:
    """Raise Invalid unless the last four characters of the number were typed: what cannot return is confirmed by typing."""
    if typed.strip() != phone[-4:]:
        raise Invalid("not_confirmed", "Type the last four digits of the number to erase this consumer.", field="confirmation")


def _locked(db: Database, account_id: int, consumer_id: UUID) -> Consumer:
    lock_consumers(db, account_id, [consumer_id])
    consumer = Consumer.objects.filter(account_id=account_id, id=consumer_id).first()
    if consumer is None:
        raise Missing("not_found", "There is no such consumer in this account.")
    if consumer.erased_at:
        raise Conflict("already_erased", "This consumer was erased before.")
    if Answer.objects.filter(
        account_id=account_id, conversation__consumer_id=consumer_id, conversation__account_id=account_id, state=AnswerState.DISPATCHING
    ).exists():
        raise Conflict("answer_under_way", "An answer to this consumer is on its way: erase them when it has been sent.")
    return consumer


def _empty(db: Database, account_id: int, consumer: Consumer, *, at: datetime) -> None:
    Erasure.objects.create(
        account_id=account_id, id=uuid7(at), consumer_id=consumer.id, mark=mark_of(account_id, consumer.phone), number=consumer.phone, at=at
    )
    given = {"account": account_id, "consumer": consumer.id, "phone": consumer.phone, "stand_in": stand_in(consumer.id), "at": at}
    for name in EMPTIED:
        rows(db, sql(__package__, name), given)


def sweep(account_id: int, consumer_id: UUID, *, at: datetime, told: Told = lambda _seen: None) -> int:
    """Look through what may still mention an erased number, and empty what does; return how much that was.

    In batches of a transaction each, by primary keys, so that nothing waits for it; harmless to repeat. `told` gets how many rows
    were looked at. Afterwards nothing of the number is left but its keyed hash.
    """
    with account(account_id):
        left = list(Erasure.objects.filter(account_id=account_id, consumer_id=consumer_id, swept_at=None))
    emptied = sum(_swept(account_id, erasure, told=told) for erasure in left)
    with account(account_id):
        Erasure.objects.filter(account_id=account_id, id__in=[erasure.id for erasure in left]).update(number="", swept_at=at)
    return emptied


def _swept(account_id: int, erasure: Erasure, *, told: Told) -> int:
    given = {"account": account_id, "pattern": spellings(erasure.number), "consumer": erasure.consumer_id, "limit": AT_ONCE}
    seen, emptied = 0, 0
    for name in SWEPT:
        after: UUID | None = UUID(int=0)
        while after is not None:
            with account(account_id) as db:
                (page,) = rows(db, sql(__package__, name), {**given, "after": after})
            after, seen, emptied = page.last, seen + page.looked, emptied + page.emptied
            told(seen)
    with account(account_id) as db:
        emptied += run(db, sql(__package__, "sweep_responses"), given) + run(db, sql(__package__, "sweep_tasks"), given)
        _delete_files(db, account_id, at=erasure.at)
    return emptied + forget_searches(erasure.number)


def _delete_files(db: Database, account_id: int, *, at: datetime) -> None:
    """Delete files of long work begun before the erasure: who is in them cannot be told; they can be made again."""
    for row in rows(db, sql(__package__, "files_of_before"), {"account": account_id, "at": at}):
        files.delete(account_id, row.id)


def sweep_known(work: Any) -> dict[str, Any]:
    """Do the task of an erasure: what is looked through already is looked through again when a worker died over it."""
    consumer_id = UUID(work.subject.partition(":")[2])
    return {"emptied": sweep(work.account_id, consumer_id, at=work.at, told=work.tell)}

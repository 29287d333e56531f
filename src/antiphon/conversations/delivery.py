"""How far answers got: accepted by the provider, failed, delivered. States climb, whatever order the news comes in."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from antiphon.conversations.types import AnswerState
from antiphon.events.types import Kind, NewEvent
from antiphon.kit.db import Database, rows, run, sql
from antiphon.metrics.verbs import Tally
from antiphon.providers.protocol import DeliveryState

_HERE = "antiphon.conversations"
_CLIMB = {AnswerState.DISPATCHING: -1} | {AnswerState(state): rank for rank, state in enumerate(DeliveryState)}


class Word(Protocol):
    """A provider's word on one answer: a delivery report, or what it said when asked to send."""

    @property
    def state(self) -> str:
        """Return the delivery state."""
        ...

    @property
    def reason(self) -> str:
        """Return why it failed, from the closed list."""
        ...

    @property
    def detail(self) -> str:
        """Return the provider's own code and words."""
        ...

    @property
    def received_at(self) -> datetime:
        """Return when we heard it."""
        ...


@dataclass(frozen=True, slots=True)
class Said:
    """What the provider said when asked to send."""

    state: str
    received_at: datetime
    reason: str = ""
    detail: str = ""


def raise_answers(db: Database, account_id: int, words: Mapping[UUID, Word], *, tally: Tally) -> list[NewEvent]:
    """Let answers climb to what the provider says of them; return what to tell.

    An answer that reaches a state above failed for the first time, or one that says it left, is accepted: it counts at the instant
    it was stored and turns the turn. One that fails makes it the agent's turn, due from that word; its counts stay.
    """
    found = rows(db, sql(_HERE, "answer_states"), {"account": account_id, "ids": list(words)}) if words else []
    rising = [row for row in found if _CLIMB[AnswerState(words[row.id].state)] > _CLIMB[AnswerState(row.state)]]
    if not rising:
        return []
    accepted = [row for row in rising if not row.is_accepted and words[row.id].state not in (AnswerState.UNKNOWN, AnswerState.FAILED)]
    failed = [row for row in rising if words[row.id].state == AnswerState.FAILED]
    tally.changing("answer", [row.id for row in accepted] + _later(accepted))
    tally.changing("conversation", [row.conversation_id for row in (*accepted, *failed)])
    _raise(db, account_id, rising, words)
    _accept(db, account_id, accepted)
    _fail(db, account_id, failed, words)
    return list(_events(rising, {row.id for row in accepted}, words))


def _later(accepted: Sequence[Any]) -> list[UUID]:
    """Return the answers that were accepted before the ones they followed: what they answer is less now."""
    return [row.later_id for row in accepted if row.later_id is not None]


def _raise(db: Database, account_id: int, rising: Sequence[Any], words: Mapping[UUID, Word]) -> None:
    said = [words[row.id] for row in rising]
    run(
        db,
        sql(_HERE, "raise_answers"),
        {
            "account": account_id,
            "id": [row.id for row in rising],
            "state": [str(word.state) for word in said],
            "state_at": [word.received_at for word in said],
            "reason": [word.reason for word in said],
            "detail": [word.detail for word in said],
        },
    )


def _accept(db: Database, account_id: int, accepted: Sequence[Any]) -> None:
    if accepted:
        ids = [row.id for row in accepted]
        run(db, sql(_HERE, "accept_answers"), {"account": account_id, "ids": ids, "later": _later(accepted)})
        run(db, sql(_HERE, "turn_to_consumer"), {"account": account_id, "ids": list({row.conversation_id for row in accepted})})


def _fail(db: Database, account_id: int, failed: Sequence[Any], words: Mapping[UUID, Word]) -> None:
    first: dict[UUID, datetime] = {}
    for row in failed:
        at = words[row.id].received_at
        first[row.conversation_id] = min(at, first.get(row.conversation_id, at))
    if first:
        run(db, sql(_HERE, "turn_to_agent"), {"account": account_id, "ids": list(first), "ats": list(first.values())})


def _events(rising: Iterable[Any], accepted: set[UUID], words: Mapping[UUID, Word]) -> Iterable[NewEvent]:
    for row in rising:
        word = words[row.id]
        for kind in _kinds(row, word, is_accepted=row.id in accepted):
            time = row.created_at if kind is Kind.ANSWER_SENT else word.received_at
            content = {
                "answer": str(row.id), "conversation": str(row.conversation_id), "consumer": str(row.consumer_id), "source": row.source_id,
                "agent": row.agent_id, "skill": row.skill_id, "state": str(word.state), "reason": word.reason or None,
            }  # fmt: skip
            yield NewEvent(type=kind, subject=f"conversation:{row.conversation_id}", time=time, content=content, at=word.received_at)


def _kinds(row: Any, word: Word, *, is_accepted: bool) -> Iterable[Kind]:
    """Return what a climb is told as: what was read was delivered."""
    if is_accepted:
        yield Kind.ANSWER_SENT
    if word.state == AnswerState.FAILED:
        yield Kind.ANSWER_FAILED
    if _CLIMB[AnswerState(word.state)] >= _CLIMB[AnswerState.DELIVERED] > _CLIMB[AnswerState(row.state)]:
        yield Kind.ANSWER_DELIVERED

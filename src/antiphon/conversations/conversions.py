"""Conversions that the account's own systems tell: credited to a conversation, counted, told once however often they come."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from antiphon.accounts.models import Account
from antiphon.consumers.store import lock_consumers
from antiphon.events.types import Kind, NewEvent
from antiphon.events.verbs import record
from antiphon.kit import phones
from antiphon.kit.db import Database, columns, rows, sql
from antiphon.kit.ids import uuid7
from antiphon.kit.keys import clean
from antiphon.kit.problems import Conflict, Invalid, Missing, Problem
from antiphon.metrics.verbs import counting

KINDS = ("lead", "sale", "service", "other")
AHEAD = timedelta(minutes=2)
_HERE = "antiphon.conversations"
_MOST = Decimal("999999999999.99")
_LONGEST_ID = 200


@dataclass(frozen=True, slots=True)
class Told:
    """A conversion as it is told: by number or by conversation. `kind` None: what the campaign wants; `at` None: now."""

    own_id: str
    phone: str | None
    conversation: UUID | None
    kind: str | None
    amount: Decimal | None
    currency: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of one: stored now, stored before (`is_new` false), or refused for `problem`."""

    id: UUID | None
    is_new: bool = False
    problem: Problem | None = None


def told(  # noqa: PLR0913 - one argument per thing that can be said
    *,
    own_id: str = "",
    phone: str | None = None,
    conversation: UUID | None = None,
    kind: str | None = None,
    value: Decimal | None = None,
    currency: str | None = None,
    at: datetime | None = None,
    now: datetime,
    home_region: str = "",
) -> Told:
    """Return a conversion that can be stored. Raises Invalid."""
    if (phone is None) == (conversation is None):
        raise Invalid("phone_or_conversation", "Say whose it is: by phone, or by conversation.", field="phone")
    if kind is not None and kind not in KINDS:
        raise Invalid("bad_kind", "kind is one of {listed}; left out, what the campaign wants.", field="kind", listed=", ".join(KINDS))
    if at is not None and at - now > AHEAD:
        raise Invalid("in_the_future", "at is in the future.", field="at")
    if len(own_id) > _LONGEST_ID:
        raise Invalid("bad_length", "id may have {longest_id} characters.", field="id", longest_id=_LONGEST_ID)
    number = None if phone is None else phones.normalise(clean(phone), home_region=home_region or None).value
    return Told(clean(own_id).strip(), number, conversation, kind, value, _currency(value, currency), at)


def _currency(value: Decimal | None, currency: str | None) -> str:
    """Return the currency of a value, or none without one. Raises Invalid."""
    if value is None:
        if currency:
            raise Invalid("bad_value", "A currency needs a value.", field="value")
        return ""
    if not value.is_finite() or not 0 <= value <= _MOST or value != round(value, 2):
        raise Invalid("bad_value", "A value is between 0 and {most}, with at most two decimals.", field="value", most=_MOST)
    code = (currency or "").strip().upper()
    if not (len(code) == 3 and code.isascii() and code.isalpha()):  # noqa: PLR2004 - ISO 4217
        raise Invalid("bad_currency", "A value needs a currency of three letters, such as EUR.", field="currency")
    return code


def convert(db: Database, account_id: int, conversions: Sequence[Told], *, actor: str, at: datetime) -> list[Kept]:
    """Store what is new of these, in order; a statement for all of them each, under the consumers' locks.

    The same own ID with the same content changes nothing; with another content it is refused. One that no conversation can be
    credited with is refused: its consumer has none that began at or before it, within the account's conversion window.
    """
    with counting(db, account_id) as tally:
        known = _known(db, account_id, conversions)
        whose = _whose(db, account_id, conversions)
        lock_consumers(db, account_id, [one for one in whose.values() if one is not None])
        window = Account.objects.values_list("conversion_window_days", flat=True).get(id=account_id)
        fresh = {n: one for n, one in enumerate(conversions) if one.own_id not in known and whose[n] is not None}
        made = _made(db, account_id, fresh, whose, window_days=window, at=at)
        stored = _store(db, account_id, list(made.values()), window_days=window)
        tally.added("conversion", stored)
        record(db, account_id, [_event(one, actor=actor, at=at) for one in made.values() if one.id in stored])
        known = _known(db, account_id, conversions)
        return [_kept(one, whose[n], made.get(n), stored, known.get(one.own_id)) for n, one in enumerate(conversions)]


@dataclass(frozen=True, slots=True)
class _Made:
    """A conversion with the conversation that it is credited to."""

    id: UUID
    own_id: str
    conversation_id: UUID
    campaign_id: int | None
    engagement_id: int | None
    consumer_id: UUID
    kind: str
    amount: Decimal | None
    currency: str
    at: datetime
    skill_id: int | None
    agent_id: int | None


def _known(db: Database, account_id: int, conversions: Iterable[Told]) -> dict[str, Any]:
    own = [one.own_id for one in conversions if one.own_id]
    return {row.own_id: row for row in rows(db, sql(_HERE, "conversions_by_own_id"), {"account": account_id, "own_ids": own})}


def _whose(db: Database, account_id: int, conversions: Sequence[Told]) -> dict[int, UUID | None]:
    asked = {"account": account_id, "n": list(range(len(conversions))), **columns(conversions, "phone", "conversation")}
    return {row.n: row.consumer_id for row in rows(db, sql(_HERE, "whose_conversions"), asked)}


def _made(
    db: Database, account_id: int, fresh: dict[int, Told], whose: dict[int, UUID | None], *, window_days: int, at: datetime
) -> dict[int, _Made]:
    asked = {
        "account": account_id,
        "n": list(fresh),
        "consumer_id": [whose[n] for n in fresh],
        "conversation": [one.conversation for one in fresh.values()],
        "at": [one.at or at for one in fresh.values()],
        "window_days": window_days,
    }
    credited = {row.n: row for row in rows(db, sql(_HERE, "credit_conversions"), asked)}
    return {n: _credited(fresh[n], whose[n], row, at=at) for n, row in sorted(credited.items())}


def _credited(one: Told, consumer_id: Any, row: Any, *, at: datetime) -> _Made:
    wanted = row.goal_kind if row.goal_kind in KINDS else "other"
    return _Made(
        id=uuid7(at),
        own_id=one.own_id,
        conversation_id=row.conversation_id,
        campaign_id=row.campaign_id,
        engagement_id=row.engagement_id,
        consumer_id=consumer_id,
        kind=one.kind or wanted,
        amount=one.amount,
        currency=one.currency,
        at=one.at or at,
        skill_id=row.skill_id,
        agent_id=row.agent_id,
    )


def _store(db: Database, account_id: int, made: Sequence[_Made], *, window_days: int) -> set[UUID]:
    if not made:
        return set()
    names = ("id", "own_id", "conversation_id", "consumer_id", "kind", "amount", "currency", "at", "skill_id", "agent_id")
    given = {"account": account_id, "window_days": window_days, **columns(made, *names)}
    return {row.id for row in rows(db, sql(_HERE, "store_conversions"), given)}


def _event(one: _Made, *, actor: str, at: datetime) -> NewEvent:
    conversation = str(one.conversation_id)
    content = {
        "conversation": conversation,
        "consumer": str(one.consumer_id),
        "actor": actor,
        "goal": str(one.id),
        "kind": one.kind,
        "value": None if one.amount is None else str(one.amount),
        "currency": one.currency or None,
        "credited_to": conversation,
        "campaign": one.campaign_id,
        "engagement": one.engagement_id,
    }
    return NewEvent(type=Kind.GOAL_REACHED, subject=f"conversation:{conversation}", time=one.at, content=content, at=at)


def _kept(one: Told, consumer_id: UUID | None, made: _Made | None, stored: set[UUID], known: Any) -> Kept:
    if made is not None and made.id in stored:
        return Kept(made.id, is_new=True)
    if one.own_id and known is not None:
        return Kept(known.id) if _is_same(one, consumer_id, known) else Kept(None, problem=_differs(one))
    if consumer_id is None and one.conversation is not None:
        return Kept(None, problem=Missing("not_found", "There is no such conversation in this account.", field="conversation"))
    return Kept(None, problem=_nothing_to_credit(one))


def _is_same(one: Told, consumer_id: UUID | None, known: Any) -> bool:
    """Compare what is said; what is left unsaid fits anything."""
    said = (consumer_id, one.kind or known.kind, one.amount, one.currency, one.at or known.at)
    return said == (known.consumer_id, known.kind, known.amount, known.currency, known.at)


def _differs(one: Told) -> Problem:
    return Conflict("conversion_differs", "A conversion {own_id} was told before, with another content.", field="id", own_id=one.own_id)


def _nothing_to_credit(one: Told) -> Problem:
    if one.conversation:
        return Invalid("nothing_to_credit", "This conversation began after it: check at.", field="at")
    return Invalid(
        "nothing_to_credit",
        "This consumer has no conversation that it can be credited to: check phone, at, and the account's conversion window.",
        field="phone",
    )

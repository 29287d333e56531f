"""Delivering: events are put in each endpoint's line, calls are made beside each other, and how they ended is written down.

A delivery is leased while it is called, so that one that a killed worker had is called again: at least once, with the same id.
"""

import random
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec

from antiphon.events.verbs import envelope
from antiphon.kit.db import Database, columns, lane_account, rows, run, sql
from antiphon.kit.failpoints import reach
from antiphon.kit.ids import uuid7
from antiphon.measures import counting
from antiphon.webhooks import signing
from antiphon.webhooks.addresses import Network
from antiphon.webhooks.calling import call
from antiphon.webhooks.decide import Ended, ruling

CALLS = 32
"""Calls at a time, of one worker."""

CALLS_PER_ENDPOINT = 4
LEASE = timedelta(seconds=60)
KEPT = timedelta(days=30)
TEST = "test"
_FAN_OUT = 5_000
_HERE = "antiphon.webhooks"


@dataclass(frozen=True, slots=True)
class Due:
    """A delivery that was leased for a call."""

    account_id: int
    endpoint_id: int
    event_id: Any
    attempts: int
    url: str
    failing_since: datetime | None
    keys: tuple[str, ...]
    body: bytes


def fan_out(db: Database, account_id: int, *, at: datetime) -> bool:
    """Put new events into the lines of the account's endpoints; return whether some are still behind."""
    (found,) = rows(db, sql(_HERE, "fan_out"), {"account": account_id, "at": at, "limit": _FAN_OUT})
    return bool(found.behind)


def claim(db: Database, account_id: int, *, at: datetime, limit: int) -> list[Due]:
    """Lease what is due, at most `limit`: in order per subject, a few at a time per endpoint."""
    run(db, sql(_HERE, "claim_lock"), {"account": account_id})
    asked = {"account": account_id, "at": at, "until": at + LEASE, "limit": limit, "per_endpoint": CALLS_PER_ENDPOINT}
    return [_due(account_id, row, at=at) for row in rows(db, sql(_HERE, "claim"), asked)]


def _due(account_id: int, row: Any, *, at: datetime) -> Due:
    body = body_of(account_id, row, time=row.time or at, content=row.content or "{}")
    keys = tuple((row.keys or "").split())
    return Due(account_id, row.endpoint_id, row.event_id, row.attempts, row.url, row.failing_since, keys, body)


def body_of(account_id: int, delivery: Any, *, time: datetime, content: str) -> bytes:
    """Return the body of a delivery's request: the same at each attempt. `time` and `content` are its event's."""
    told = {"id": delivery.event_id, "type": delivery.type, "time": time, "subject": delivery.subject, "content": content}
    return msgspec.json.encode(envelope(account_id, position=delivery.position, **told))


def made(due: Due, *, at: datetime, own: Sequence[Network]) -> Ended:
    """Make the call of a delivery."""
    headers = signing.headers(due.body, event_id=str(due.event_id), at=at, keys=due.keys)
    ended = call(due.url, body=due.body, headers=headers, own=own)
    counting.called(ended.status)
    return ended


@dataclass(frozen=True, slots=True)
class _Settled:
    """A row of what is written down."""

    id: Any
    endpoint_id: int
    event_id: Any
    state: str
    next_at: datetime
    status: int | None
    error: str
    took_ms: int
    answer: str
    endpoint_state: str


def settle(db: Database, account_id: int, ended: Sequence[tuple[Due, Ended]], *, at: datetime) -> None:
    """Write down how calls of one account ended, in one statement."""
    settled = [_settled(due, end, at=at) for due, end in ended]
    names = tuple(_Settled.__dataclass_fields__)
    rows(db, sql(_HERE, "settle"), {"account": account_id, "at": at, **columns(settled, *names)})


def _settled(due: Due, end: Ended, *, at: datetime) -> _Settled:
    chance = random.random()  # noqa: S311 - spreads retries, keeps no secret
    found = ruling(end, attempts=due.attempts + 1, failing_since=due.failing_since, at=at, chance=chance)
    return _Settled(
        id=uuid7(at),
        endpoint_id=due.endpoint_id,
        event_id=due.event_id,
        state=found.state,
        next_at=found.next_at,
        status=end.status,
        error=found.error,
        took_ms=end.took_ms,
        answer=end.answer,
        endpoint_state=found.endpoint_state,
    )


class Courier:
    """The calls under way in one worker: a turn writes down those that ended and begins those that are due; none waits for a slow one."""

    def __init__(self, *, own: Sequence[Network], calls: int = CALLS) -> None:
        self._own, self._calls = own, calls
        self._pool = ThreadPoolExecutor(calls, thread_name_prefix="webhook")
        self._under_way: dict[Future[Ended], Due] = {}

    @property
    def under_way(self) -> int:
        """Return how many calls are under way."""
        return len(self._under_way)

    def turn(self, jobs: Database, app: Database, *, at: datetime) -> None:
        """Write down what ended, put new events in line, begin what is due."""
        self._write_down(app, at=at)
        for account_id in _accounts(jobs, "accounts_behind"):
            with lane_account(app, account_id) as db:
                fan_out(db, account_id, at=at)
        due = _accounts(jobs, "accounts_due", at=at)
        for number, account_id in enumerate(due):
            share = max(1, (self._calls - len(self._under_way)) // (len(due) - number))
            if len(self._under_way) < self._calls:
                self._begin(app, account_id, at=at, limit=share)

    def _begin(self, app: Database, account_id: int, *, at: datetime, limit: int) -> None:
        with lane_account(app, account_id) as db:
            leased = claim(db, account_id, at=at, limit=limit)
        if leased:
            reach("webhook.leased")
        for due in leased:
            self._under_way[self._pool.submit(made, due, at=at, own=self._own)] = due

    def _write_down(self, app: Database, *, at: datetime) -> None:
        ended = [future for future in self._under_way if future.done()]
        by_account: dict[int, list[tuple[Due, Ended]]] = defaultdict(list)
        for future in ended:
            due = self._under_way[future]
            by_account[due.account_id].append((due, _end_of(future)))
        if ended:
            reach("webhook.called")
        for account_id, calls in by_account.items():
            with lane_account(app, account_id) as db:
                settle(db, account_id, calls, at=at)
        for future in ended:
            del self._under_way[future]

    def stop(self) -> None:
        """Begin no more; what is under way is leased, and another worker calls it again if its end is not written down."""
        self._pool.shutdown(wait=False, cancel_futures=True)


def forget(jobs: Database, *, before: datetime, at_most: int) -> int:
    """Delete what was settled before an instant, at most so many; return how many went."""
    return run(jobs, sql(_HERE, "forget"), {"before": before, "limit": at_most})


def _end_of(future: Future[Ended]) -> Ended:
    error = future.exception()
    return future.result() if error is None else Ended(None, f"our mistake: {type(error).__name__}")


def _accounts(jobs: Database, statement: str, **asked: Any) -> list[int]:
    return [row.account_id for row in rows(jobs, sql(_HERE, statement), asked)]

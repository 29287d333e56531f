"""Whose turn it is on a lane: accounts share it fairly, however much one of them sends."""

import time
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

AT_MOST = 500
BESIDE = 50
"""The most of an account that takes more than its share while others are about: some 9 ms of a lane (2026-11-22), which is how long
the others may have to wait for it."""
_SHARE = 2
_LATELY_SECONDS = 1.0

One = TypeVar("One")


class Turns(Generic[One]):
    """What waits on a lane, by account.

    1. The account that was served least lately (in the last second or two) comes first; of equals, the one that waits for longer.
    2. It takes whatever waits of it, at most 500. An account that was served more than twice as much as any other that was served
       lately, or waits, takes at most 50: so nobody waits for more than a short batch of it, however long its line is.
    3. Alone, an account has the whole lane.
    """

    def __init__(self, *, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._waiting: dict[int, deque[One]] = {}
        self._served: dict[int, int] = {}
        self._served_before: dict[int, int] = {}
        self._turned_at = now()

    def __bool__(self) -> bool:
        """Tell whether anything waits."""
        return bool(self._waiting)

    def put(self, account_id: int, one: One) -> None:
        """Let one more wait."""
        self._waiting.setdefault(account_id, deque()).append(one)

    def take(self) -> list[One]:
        """Return the next batch, all of one account. Something waits."""
        self._forget()
        account_id = min(self._waiting, key=self._lately)
        waiting = self._waiting.pop(account_id)
        most = BESIDE if self._takes_more_than_its_share(account_id) else AT_MOST
        batch = [waiting.popleft() for _ in range(min(most, len(waiting)))]
        if waiting:
            self._waiting[account_id] = waiting
        self._served[account_id] = self._served.get(account_id, 0) + len(batch)
        return batch

    def _lately(self, account_id: int) -> int:
        return self._served.get(account_id, 0) + self._served_before.get(account_id, 0)

    def _takes_more_than_its_share(self, account_id: int) -> bool:
        others = {*self._served, *self._served_before, *self._waiting} - {account_id}
        return bool(others) and self._lately(account_id) > _SHARE * max(map(self._lately, others))

    def _forget(self) -> None:
        """Forget what was served a second ago and before; what was served in the second before this one still counts."""
        passed = self._now() - self._turned_at
        if passed >= _LATELY_SECONDS:
            self._served_before = self._served if passed < 2 * _LATELY_SECONDS else {}
            self._served, self._turned_at = {}, self._now()

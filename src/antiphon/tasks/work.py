"""Long work as the worker does it: take it up, tell how far it is, finish; a worker that lost it can write no more."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F
from django.db.models.functions import Coalesce

from antiphon.kit import clock
from antiphon.kit.db import account
from antiphon.tasks.models import Task
from antiphon.tasks.verbs import UNFINISHED

_BETWEEN_SECONDS = 0.5
_SECONDS_AGO = -1e9


class Stopped(Exception):  # noqa: N818 - reads as what happened
    """The task was cancelled, or another worker has it now: leave everything as it is."""


@dataclass(slots=True)
class Work:
    """What a runner gets: what to do, and how to tell how far it is."""

    account_id: int
    task_id: int
    kind: str
    subject: str
    actor: str
    arguments: dict[str, Any]
    kept: dict[str, Any]
    attempt: int
    _told_at: float = field(default=_SECONDS_AGO)

    @property
    def at(self) -> datetime:
        """Return the present instant."""
        return clock.now()

    def tell(self, done: int, total: int | None = None, **kept: Any) -> None:
        """Say how far it is, at most twice a second. Raises Stopped.

        What is `kept` is there again, in `work.kept`, when the work is taken up again. It is stored at once; inside the
        transaction of a batch, with that batch or not at all, so that nothing is counted twice.
        """
        self.kept |= kept
        if not kept and time.monotonic() - self._told_at < _BETWEEN_SECONDS:
            return
        self._told_at = time.monotonic()
        values: dict[str, Any] = {"done": done, "updated_at": self.at}
        values |= {"total": total} if total is not None else {}
        values |= {"result": self.kept} if kept else {}
        if not self._write(**values):
            raise Stopped

    def is_cancelled(self) -> bool:
        """Tell whether the rest is not wanted any more."""
        with account(self.account_id):
            return not self._mine().exists()

    def finish(self, result: dict[str, Any], *, files_kept: timedelta | None = None) -> bool:
        """Store what came of it; files of the result are deleted after `files_kept`. Tells whether it was still wanted."""
        expires_at = self.at + files_kept if files_kept else None
        whole = Coalesce(F("total"), F("done"))
        return self._write(state=Task.State.DONE, done=whole, result=result, error="", updated_at=self.at, expires_at=expires_at)

    def fail(self, error: str) -> bool:
        """Store why it could not be done."""
        return self._write(state=Task.State.FAILED, error=error[:300], updated_at=self.at)

    def _write(self, **values: Any) -> bool:
        with account(self.account_id):
            return bool(self._mine().update(**values))

    def _mine(self) -> Any:
        return Task.objects.filter(account_id=self.account_id, pk=self.task_id, state=Task.State.RUNNING, attempt=self.attempt)


Runner = Callable[[Work], dict[str, Any]]
"""Does one kind of work, outside any transaction, in batches of one each; returns the result, as JSON.

It may be killed at any line and is then called again from the start, by another process, with the same arguments: it must
be harmless to repeat, or go on from `work.kept`. `{"file": name, "size": bytes}` in the result is offered for download.
"""


def take_up(account_id: int, task_id: int, *, at: datetime) -> Work | None:
    """Make a task this worker's; None when it is over or there is no such. Whoever had it before is stopped."""
    with account(account_id):
        task = Task.objects.select_for_update().filter(account_id=account_id, pk=task_id, state__in=UNFINISHED).first()
        if task is None:
            return None
        task.state, task.attempt, task.updated_at = Task.State.RUNNING, task.attempt + 1, at
        task.save(update_fields=["state", "attempt", "updated_at"])
    return Work(account_id, task_id, task.kind, task.subject, task.actor, task.arguments, task.result, task.attempt)

"""Work handed to the worker from inside a transaction: it is done if the transaction commits, and arguments are ids only.

The tasks themselves are in `antiphon.worker.jobs`; deferring names them, so that what defers need not import what works.
"""

from uuid import UUID

SEND_ANSWER = "antiphon.send_answer"
MAP_LATE = "antiphon.map_late"


def send_answer_later(account_id: int, answer_id: UUID) -> None:
    """Have a stored answer sent: task `antiphon.send_answer(account_id: int, answer_id: str)`, queue `answers`."""
    _defer(SEND_ANSWER, queue="answers", account_id=account_id, answer_id=str(answer_id))


def map_late(account_id: int) -> None:
    """Have an account's unmapped notices mapped: task `antiphon.map_late(account_id: int)`, queue `mapping`."""
    _defer(MAP_LATE, queue="mapping", account_id=account_id)


def _defer(name: str, *, queue: str, **arguments: int | str) -> None:
    from procrastinate.contrib.django import app  # noqa: PLC0415 - needs Django to be set up

    app.configure_task(name, queue=queue, allow_unknown=True).defer(**arguments)

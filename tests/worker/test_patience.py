"""A worker waits for its database, however long it is away, and ends when it is told."""

import asyncio

import psycopg
import pytest
from procrastinate.exceptions import ConnectorException

from antiphon.worker.patience import work_on


def lives(*ends: Exception | None) -> list[str]:
    """Work until each of these has ended it (None: it stopped by itself), then until told; return what happened."""
    seen: list[str] = []

    async def all_of_them() -> None:
        told, left = asyncio.Event(), list(ends)

        async def work() -> None:
            seen.append("began")
            if not left:
                told.set()
                try:
                    await asyncio.sleep(60)
                finally:
                    seen.append("ended what it had begun")
            end = left.pop(0)
            if end is not None:
                raise end

        await asyncio.wait_for(work_on(work, told, rest_seconds=0), 30)

    asyncio.run(all_of_them())
    return seen


def test_a_worker_goes_on_after_each_loss_of_the_database_and_ends_when_told() -> None:
    seen = lives(ConnectorException("away"), psycopg.OperationalError("still away"), None)
    assert seen == ["began"] * 4 + ["ended what it had begun"]


def test_a_mistake_of_ours_ends_it() -> None:
    with pytest.raises(ZeroDivisionError):
        lives(ZeroDivisionError())


def test_told_while_the_database_is_away_it_does_not_begin_again() -> None:
    began = []

    async def one() -> None:
        told = asyncio.Event()

        async def work() -> None:
            began.append(1)
            told.set()
            raise ConnectorException

        await work_on(work, told, rest_seconds=60)

    asyncio.run(one())
    assert began == [1]

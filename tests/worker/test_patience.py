"""A worker waits for its database, however long it is away."""

import pytest
from procrastinate.exceptions import ConnectorException

from antiphon.worker.patience import work_on


def test_a_worker_goes_on_after_each_loss_of_the_database_and_ends_when_told() -> None:
    ends: list[Exception | None] = [ConnectorException("away"), ConnectorException("still away"), None]
    rests: list[float] = []

    def work() -> None:
        end = ends.pop(0)
        if end is not None:
            raise end

    work_on(work, rest=rests.append)
    assert (ends, len(rests)) == ([], 2)


def test_a_mistake_of_ours_ends_it() -> None:
    def work() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        work_on(work, rest=lambda _: None)

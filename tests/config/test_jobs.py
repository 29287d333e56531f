"""Work whose worker was killed is done again."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector

from antiphon.config.jobs import rescue

pytestmark = pytest.mark.django_db(databases=["default", "owner"], transaction=True)


def doing(worker_seen: timedelta) -> Any:
    """Store a job that a worker, last heard of so long ago, is doing."""
    heard = timezone.now() - worker_seen
    with connection.cursor() as cursor:
        cursor.execute("insert into procrastinate_workers (last_heartbeat) values (%s) returning id", [heard])
        [worker] = cursor.fetchone() or []
        cursor.execute(
            "insert into procrastinate_jobs (task_name, queue_name, status, attempts, worker_id)"
            " values ('t', 'q', 'doing', 1, %s) returning id",
            [worker],
        )
        [job] = cursor.fetchone() or []
    return job


def status(job: Any) -> str:
    with connection.cursor() as cursor:
        cursor.execute("select status from procrastinate_jobs where id = %s", [job])
        [found] = cursor.fetchone() or []
    return str(found)


def test_a_job_of_a_silent_worker_is_to_do_again_and_one_of_a_living_is_left() -> None:
    stalled, alive = doing(timedelta(seconds=40)), doing(timedelta(seconds=5))
    assert isinstance(app.connector, DjangoConnector)
    with app.replace_connector(app.connector.get_worker_connector()) as working:

        async def once() -> None:
            async with working.open_async():
                await rescue(JobContext(app=working, start_timestamp=0, job=None, abort_reason=lambda: None), 0)  # type: ignore[arg-type]

        asyncio.run(once())
    assert (status(stalled), status(alive)) == ("todo", "doing")

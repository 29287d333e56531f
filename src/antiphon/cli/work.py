"""The worker's own program: does jobs until it is told to stop. Started by `antiphon worker` and `antiphon up`."""

import asyncio
import os

import django

from antiphon.config.env import current
from antiphon.kit import failpoints, logs
from antiphon.measures import counting
from antiphon.measures.page import counts_of


def main() -> None:
    """Run the worker; a running job may end first."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "antiphon.config.settings")
    django.setup()
    from procrastinate.contrib.django import app  # noqa: PLC0415 - after Django's set-up
    from procrastinate.contrib.django.django_connector import DjangoConnector  # noqa: PLC0415 - as above

    from antiphon.worker import loops, measuring, patience  # noqa: PLC0415 - as above

    environment = current()
    failpoints.watch(environment.failpoints)
    logs.configure(level=environment.log_level, is_json=environment.is_log_json)
    logs.catch_the_uncaught()
    connector = app.connector
    if not isinstance(connector, DjangoConnector):
        message = "jobs go through Django's connection"
        raise TypeError(message)
    if environment.is_measured:
        counting.begin(counts_of(environment.home), part="worker")

    async def work() -> None:
        with app.replace_connector(connector.get_worker_connector()) as working:
            async with working.open_async():
                # A retried job does not wake the worker: it is found by polling.
                await working.run_worker_async(
                    concurrency=environment.job_threads,
                    fetch_job_polling_interval=1,
                    shutdown_graceful_timeout=environment.stop_seconds,
                    delete_jobs="successful",
                    install_signal_handlers=False,
                )

    async def work_until_told() -> None:
        await patience.work_on(work, patience.told_by_signal())

    with measuring.answering(environment), loops.running():
        asyncio.run(work_until_told())


if __name__ == "__main__":
    main()

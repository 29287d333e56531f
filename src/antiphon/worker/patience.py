"""Patience: a worker whose database is away rests and goes on; one that ended each time would make its supervisor give up on the site."""

import asyncio
import signal
from collections.abc import Awaitable, Callable

import psycopg
import structlog
from procrastinate.exceptions import ConnectorException

from antiphon.kit.failures import reason

_log = structlog.get_logger(__name__)
_REST_SECONDS = 2.0


def told_by_signal() -> asyncio.Event:
    """Return what is set when this process is told to stop; told again, it ends at once. Call inside the running loop."""
    told, loop = asyncio.Event(), asyncio.get_running_loop()

    def tell() -> None:
        told.set()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, tell)
    return told


async def work_on(work: Callable[[], Awaitable[None]], told: asyncio.Event, *, rest_seconds: float = _REST_SECONDS) -> None:
    """Work until told to stop, again after each end that nobody asked for: the library stops, or fails, when it loses the database.

    Told to stop, the work is cancelled, and may end what it has begun. Raises whatever else ends it.
    """
    while not told.is_set():
        why = await _one_life(work, told)
        if not told.is_set():
            _log.warning("jobs_wait_for_the_database", reason=why)
            await asyncio.wait([asyncio.ensure_future(told.wait())], timeout=rest_seconds)


async def _one_life(work: Callable[[], Awaitable[None]], told: asyncio.Event) -> str:
    """Work once, until that ends or the end is told; return what ended it."""
    working, waiting = asyncio.ensure_future(work()), asyncio.ensure_future(told.wait())
    await asyncio.wait([working, waiting], return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    working.cancel()
    try:
        await working
    except asyncio.CancelledError:
        return "told"
    except (ConnectorException, psycopg.OperationalError) as error:
        return reason(error.__cause__ or error)
    return "stopped by itself"

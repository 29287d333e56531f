"""Patience: a worker whose database is away rests and goes on; one that ended each time would make its supervisor give up on the site."""

import time
from collections.abc import Callable

import structlog
from procrastinate.exceptions import ConnectorException

from antiphon.kit.failures import reason

_log = structlog.get_logger(__name__)
_REST_SECONDS = 2.0


def work_on(work: Callable[[], None], *, rest: Callable[[float], None] = time.sleep) -> None:
    """Work until that returns, again after each loss of the database. Raises whatever else ends it."""
    while True:
        try:
            work()
        except ConnectorException as error:
            _log.warning("jobs_wait_for_the_database", reason=reason(error.__cause__ or error))
            rest(_REST_SECONDS)
        else:
            return

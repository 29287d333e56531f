"""What a site may take at most, from its settings: connections and threads of each process."""

from antiphon.config.env import Environment

BACKLOG = 8192
BACKPRESSURE = 8000
"""Connections of clients that one web worker holds. Open streams count (tried 2026-11-22: a full backpressure makes webhooks hang)."""

LOOP_THREADS = 9
"""Threads of the worker's loops: each has a connection of the jobs' role and one of the application's."""

_LISTENERS = 3
"""Connections of a web worker beside lanes and pages: sources, tender, live pages."""

_JOBS_POOL = 4
"""Connections of the worker's own pool for fetching jobs."""


def connections_of_web_worker(environment: Environment) -> int:
    """Return the most connections of one web worker: a lane each, its listeners, its pages."""
    return environment.lanes + _LISTENERS + environment.pool_size


def connections_of_worker(environment: Environment) -> int:
    """Return the most connections of one worker: two a loop's thread, what its jobs work with, what fetches jobs."""
    return 2 * LOOP_THREADS + environment.pool_size + _JOBS_POOL


def connections(environment: Environment) -> int:
    """Return the most connections of one host that runs web and worker."""
    return environment.workers * connections_of_web_worker(environment) + connections_of_worker(environment)

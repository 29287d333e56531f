"""Everything a site takes at most, in one table: memory, connections, threads, disk, time; and what happens at the cap."""

from collections.abc import Callable
from dataclasses import dataclass

from antiphon.config import budget, gate
from antiphon.config.env import Environment
from antiphon.edge import live, poll, turns
from antiphon.webhooks import delivering

_MIB = 1_048_576


@dataclass(frozen=True, slots=True)
class Cap:
    """One cap: of what, how much under some settings, which settings move it, what happens beyond it."""

    of: str
    most: Callable[[Environment], str]
    settings: tuple[str, ...]
    beyond: str


CAPS: tuple[Cap, ...] = (
    Cap("Body of one webhook", lambda e: f"{e.body_limit_bytes // 1024} KiB", ("ANTIPHON_BODY_LIMIT_BYTES",), "413"),
    Cap("Time that its body takes", lambda e: f"{e.body_seconds} s", ("ANTIPHON_BODY_SECONDS",), "408"),
    Cap("Webhooks in one transaction", lambda _: str(turns.AT_MOST), (), "the next transaction, accounts in turn"),
    Cap("Time that the database may be silent", lambda _: "12 s", (), "the batch goes to the spool, the connection is cut"),
    Cap(
        "Spool of one web worker",
        lambda e: f"{e.spool_limit_bytes // _MIB} MiB",
        ("ANTIPHON_SPOOL_LIMIT_BYTES",),
        "503: the provider sends again",
    ),
    Cap(
        "Body of a request to pages and API",
        lambda e: f"{e.upload_limit_bytes // _MIB} MiB, on disk from 2.5 MiB",
        ("ANTIPHON_UPLOAD_LIMIT_BYTES",),
        "413",
    ),
    Cap("Silence within such a body", lambda _: f"{gate.SILENT_SECONDS:g} s", (), "408"),
    Cap(
        "Requests of pages and API at a time, of one web worker: as many threads, as many connections",
        lambda e: str(e.pool_size),
        ("ANTIPHON_POOL_SIZE",),
        f"they wait {gate.LONGEST_WAIT_SECONDS:g} s for their turn, then 503; beyond {gate.MOST_WAITING} that wait, 503 at once",
    ),
    Cap(
        "Open connections of clients to one web worker", lambda _: f"{budget.BACKPRESSURE:,}", (), f"{budget.BACKLOG:,} wait in the kernel"
    ),
    Cap("Live pages of one person, per web worker", lambda _: str(live.PER_PERSON), (), "429"),
    Cap("Life of a live page's stream", lambda _: f"{live.LIFE_SECONDS:g} s", (), "the page asks for another"),
    Cap("Long polls of one web worker; of one account", lambda _: f"{poll.MOST_WAITING}; {poll.MOST_OF_ACCOUNT}", (), "answered at once"),
    Cap("Lanes of one web worker: a thread and a connection each", lambda e: str(e.lanes), ("ANTIPHON_LANES",), "webhooks wait for them"),
    Cap(
        "Connections of one web worker",
        lambda e: str(budget.connections_of_web_worker(e)),
        ("ANTIPHON_LANES", "ANTIPHON_POOL_SIZE"),
        "none is opened",
    ),
    Cap("Connections of one worker", lambda e: str(budget.connections_of_worker(e)), ("ANTIPHON_POOL_SIZE",), "none is opened"),
    Cap(
        "Connections of a host that runs both",
        lambda e: str(budget.connections(e)),
        ("ANTIPHON_WORKERS", "ANTIPHON_LANES", "ANTIPHON_POOL_SIZE"),
        "the doctor compares it with the server's `max_connections`",
    ),
    Cap(
        "Calls of the API a minute, by one key; by one account",
        lambda e: f"{e.key_calls_per_minute:,}; {e.account_calls_per_minute:,}",
        ("ANTIPHON_KEY_CALLS_PER_MINUTE", "ANTIPHON_ACCOUNT_CALLS_PER_MINUTE"),
        "429, with `Retry-After`",
    ),
    Cap("Files of facts and lists an hour, of one account", lambda e: str(e.exports_per_hour), ("ANTIPHON_EXPORTS_PER_HOUR",), "429"),
    Cap("Jobs of one worker at a time", lambda e: str(e.job_threads), ("ANTIPHON_JOB_THREADS",), "they wait"),
    Cap(
        "Calls of webhooks out at a time, of one worker; to one endpoint",
        lambda _: f"{delivering.CALLS}; {delivering.CALLS_PER_ENDPOINT}",
        (),
        "they wait, endpoints in turn",
    ),
    Cap("Wait for a connection", lambda e: f"{e.connect_seconds} s", ("ANTIPHON_CONNECT_SECONDS",), "503"),
    Cap("One statement", lambda e: f"{e.statement_seconds} s", ("ANTIPHON_STATEMENT_SECONDS",), "503; a lane's ends after 10 s and spools"),
    Cap("Wait for a lock", lambda e: f"{e.lock_seconds} s", ("ANTIPHON_LOCK_SECONDS",), "503; a lane spools"),
    Cap("Stop of a part", lambda e: f"{e.stop_seconds} s", ("ANTIPHON_STOP_SECONDS",), "it is killed; nothing acknowledged is lost"),
)

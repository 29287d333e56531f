"""The table of measures: everything `/metrics` says, and what it means (docs/operations/monitoring.md)."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """How a measure behaves over time."""

    COUNTER = "counter"
    HISTOGRAM = "histogram"
    GAUGE = "gauge"


class Origin(StrEnum):
    """Where a measure comes from."""

    PROGRAM = "program"
    HOST = "host"
    DATABASE = "database"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One measure. Labels are words of ours, never a person, a number, a text, a secret or an account."""

    name: str
    kind: Kind
    origin: Origin
    text: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()

    @property
    def shown(self) -> str:
        """Return the name as a scraper stores it."""
        return f"{self.name}_total" if self.kind is Kind.COUNTER else self.name


_QUICK = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_SIZES = (1, 2, 5, 10, 20, 50, 100, 200, 500)


def _counter(name: str, text: str, *labels: str) -> Measure:
    return Measure(name=name, kind=Kind.COUNTER, origin=Origin.PROGRAM, text=text, labels=labels)


def _histogram(name: str, text: str, buckets: tuple[float, ...], *labels: str) -> Measure:
    return Measure(name=name, kind=Kind.HISTOGRAM, origin=Origin.PROGRAM, text=text, labels=labels, buckets=buckets)


def _gauge(name: str, origin: Origin, text: str, *labels: str) -> Measure:
    return Measure(name=name, kind=Kind.GAUGE, origin=origin, text=text, labels=labels)


MEASURES: tuple[Measure, ...] = (
    _counter(
        "antiphon_arrivals", "Webhooks that were taken, by way: `database`, `spool`, `drained` (from a spool), `refused` (503)", "way"
    ),
    _histogram("antiphon_batch_size", "Webhooks that a lane took in one transaction", _SIZES),
    _histogram("antiphon_batch_seconds", "Time that a lane took to make a batch durable", _QUICK),
    _histogram("antiphon_lag_seconds", "Time from the receipt of a batch's oldest webhook until it was durable", _QUICK),
    _counter("antiphon_hooks_refused", "Webhooks that were not let in, by HTTP status", "status"),
    _gauge("antiphon_lanes", Origin.PROGRAM, "Lanes that live"),
    _gauge("antiphon_streams", Origin.PROGRAM, "Live pages that listen"),
    _counter("antiphon_requests", "Requests of pages and API, by kind and HTTP status", "kind", "status"),
    _histogram("antiphon_request_seconds", "Time that pages and API took to answer; long polls apart", _QUICK, "kind"),
    _counter("antiphon_turns", "Turns of the worker's loops, by loop and how they ended: `done`, `cut_short`, `failed`", "loop", "ended"),
    _counter("antiphon_turn_seconds", "Time that the worker's loops took", "loop"),
    _counter("antiphon_webhook_calls", "Calls of webhooks out, by how they ended: `accepted`, `refused`, `unreachable`", "ended"),
    _gauge("antiphon_build", Origin.HOST, "The version that answers", "version"),
    _gauge("antiphon_processes", Origin.HOST, "Processes of this host that count, by part: `web`, `worker`", "part"),
    _gauge("antiphon_resident_bytes", Origin.HOST, "Memory that they hold", "part"),
    _gauge("antiphon_threads", Origin.HOST, "Their threads", "part"),
    _gauge("antiphon_open_files", Origin.HOST, "Their open files and connections", "part"),
    _gauge("antiphon_spool_bytes", Origin.HOST, "Webhooks on disk that wait for the database, in bytes"),
    _gauge("antiphon_spool_segments", Origin.HOST, "Files of the spool"),
    _gauge("antiphon_disk_free_bytes", Origin.HOST, "Room left where `ANTIPHON_HOME` is"),
    _gauge(
        "antiphon_database_up", Origin.DATABASE, "1 when the database answered this scrape; at 0 the figures of the database are left out"
    ),
    _gauge("antiphon_database_bytes", Origin.DATABASE, "Size of the database"),
    _gauge("antiphon_database_connections", Origin.DATABASE, "Connections of the database's server"),
    _gauge("antiphon_database_connections_most", Origin.DATABASE, "Connections that the server allows"),
    _gauge("antiphon_arrivals_pending", Origin.DATABASE, "Webhooks that the line failed on and the worker tries again"),
    _gauge("antiphon_arrivals_pending_seconds", Origin.DATABASE, "Age of the oldest of them"),
    _gauge("antiphon_arrivals_quarantined", Origin.DATABASE, "Webhooks that could not be taken and wait for a person"),
    _gauge("antiphon_events_unnumbered", Origin.DATABASE, "Events that readers cannot see yet"),
    _gauge("antiphon_events_unnumbered_seconds", Origin.DATABASE, "Age of the oldest of them"),
    _gauge("antiphon_counter_moves", Origin.DATABASE, "Moves of counters that are not folded yet, at most 10,000"),
    _gauge("antiphon_search_behind", Origin.DATABASE, "Events that the index of conversations does not know of yet"),
    _gauge("antiphon_conversations", Origin.DATABASE, "Open conversations, by state: `queued`, `assigned`", "state"),
    _gauge("antiphon_conversations_overdue", Origin.DATABASE, "Open conversations past their due time"),
    _gauge("antiphon_jobs", Origin.DATABASE, "Jobs, by state: `todo`, `doing`, `failed`", "state"),
    _gauge("antiphon_jobs_waiting_seconds", Origin.DATABASE, "Age of the oldest job that is due"),
    _gauge("antiphon_workers", Origin.DATABASE, "Workers that showed a sign of life within 30 seconds"),
    _gauge("antiphon_webhooks_waiting", Origin.DATABASE, "Deliveries of webhooks out that are not settled"),
    _gauge("antiphon_webhooks_due_seconds", Origin.DATABASE, "How long the oldest due delivery has been due"),
    _gauge("antiphon_webhook_endpoints", Origin.DATABASE, "Endpoints of webhooks out, by state", "state"),
    _gauge("antiphon_partitions_until", Origin.DATABASE, "Instant, in seconds since 1970, up to which every month has its partitions"),
)

BY_NAME = {measure.name: measure for measure in MEASURES}

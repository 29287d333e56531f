"""The benchmarks `replies` and `notices`: webhooks per second, durable and down the whole line, against a handler that does nothing."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import msgspec

from antiphon.bench.load import Measured, measure, post
from antiphon.bench.seed import counted, seed
from antiphon.bench.site import Seeded, median, progress, scratch, serving
from antiphon.bench.types import Options, WrongFiguresError
from antiphon.config.env import Environment

CONNECTIONS = (8, 32, 256)
_WARM_UP = 2_000
Make = Callable[[Seeded, int], bytes]


def replies(options: Options) -> dict[str, Any]:
    """Measure replies per second, each from another consumer with a stored notice, so each starts a conversation."""
    return _measured(options, kind="reply", make=reply_body, tables=("reply", "conversation", "decision"))


def notices(options: Options) -> dict[str, Any]:
    """Measure CM's MT webhooks per second, one notice a request, to consumers not seen before."""
    return _measured(options, kind="notice", make=notice_body, tables=("notice",))


def reply_body(seeded: Seeded, number: int, *, text: str = "", at: datetime | None = None) -> bytes:
    """Return CM's webhook of a reply by the consumer of this number, now or at another instant."""
    said = text or f"Yes please, at {number % 24}?"
    body = {
        "from": {"number": f"00316{number:08d}", "name": ""}, "to": {"number": seeded.number.replace("+", "00")},
        "message": {"text": said, "media": {"mediaUri": "", "contentType": "", "title": ""}, "custom": {}},
        "reference": None, "groupings": ["", "", ""], "messageContext": "", "channel": "SMS",
        "timeUtc": (at or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%S"),
    }  # fmt: skip
    return msgspec.json.encode(body)


def notice_body(seeded: Seeded, number: int) -> bytes:
    """Return CM's webhook of a notice to a consumer who has none yet."""
    body = {
        "to": f"00317{number:08d}", "from": seeded.number, "body": "Time for your check-up: brakes, tyres and fluids for 89 euro.",
        "webhooktoken": seeded.notice_token, "customGrouping": f"B{1 + number % 1000}", "customGrouping2": "", "customGrouping3": "",
        "skill": "",
    }  # fmt: skip
    return msgspec.json.encode(body)


def report_body(_seeded: Seeded, number: int) -> bytes:
    """Return CM's webhook of a delivery report on the text to the consumer of this number."""
    status = {"code": "2", "errorCode": "", "errorDescription": ""}
    told = {"received": "", "to": f"00316{number:08d}", "reference": f"bench-{number}", "status": status, "operator": ""}
    return msgspec.json.encode({"messages": {"msg": told}})


def _measured(options: Options, *, kind: str, make: Make, tables: Sequence[str]) -> dict[str, Any]:
    with scratch(options.home) as environment:
        seeded = seed(environment, notices=options.notices, engagements=1_000)
        fresh = unused(options, environment, seeded, kind)
        before = {table: counted(environment, seeded.account_id, table) for table in tables}
        with serving(environment) as port, serving(environment, application="antiphon.bench.empty:application") as empty_port:
            bench = Both(options, seeded, seeded.hooks[kind], make, fresh, port, empty_port)
            figures = bench.run()
        for table in tables:
            stored = counted(environment, seeded.account_id, table) - before[table]
            if stored != bench.sent:
                message = f"{bench.sent} {kind} webhooks were acknowledged, {stored} rows are in {table}"
                raise WrongFiguresError(message)
        return {"bench": f"{kind}s".replace("replys", "replies"), "workers": environment.workers, "notices": options.notices, **figures}


def unused(options: Options, environment: Environment, seeded: Seeded, kind: str) -> Iterator[int]:
    """Give numbers of consumers that no earlier run on this home has used."""
    used = counted(environment, seeded.account_id, "arrival")
    room = options.notices if kind == "reply" else 10**8
    return iter(range(used + 1, room + 1))


class Both:
    """Both servers, and the runs over them: each round measures the one and then the other."""

    def __init__(self, options: Options, seeded: Seeded, path: str, make: Make, fresh: Iterator[int], port: int, empty_port: int) -> None:
        self._options, self._seeded, self._path, self._make, self._fresh = options, seeded, path, make, fresh
        self._port, self._empty_port = port, empty_port
        self.sent = 0

    def run(self) -> dict[str, Any]:
        """Return the figures at every number of connections, and p99 at half of the highest rate."""
        self.warm_up()
        at = {str(connections): self.compared(connections) for connections in CONNECTIONS}
        highest = max(figure["per_second"] for figure in at.values())
        paced = self._line(int(highest / 2 * self._options.seconds), connections=256, rate=highest / 2)
        return {
            "at": at,
            "ratio": max(figure["ratio"] for figure in at.values()),
            "per_second": highest,
            "half_rate": {
                "per_second": round(highest / 2),
                "p50_ms": round(paced.percentile(0.5), 2),
                "p99_ms": round(paced.percentile(0.99), 2),
            },
        }

    def warm_up(self) -> None:
        """Have both begin: the first requests of a server are slower."""
        self._both(_WARM_UP, connections=32)

    def compared(self, connections: int) -> dict[str, Any]:
        """Return the medians of the rounds at this number of connections."""
        line: list[Measured] = []
        empty: list[Measured] = []
        for number in range(self._options.rounds):
            size = self._size(line, connections)
            ours, theirs = self._both(size, connections=connections)
            line.append(ours)
            empty.append(theirs)
            progress(f"{connections} connections, round {number + 1}: {ours.rate:,.0f}/s, empty handler {theirs.rate:,.0f}/s")
        return {
            "per_second": round(median([one.rate for one in line])),
            "empty_per_second": round(median([one.rate for one in empty])),
            "ratio": round(median([ours.rate / theirs.rate for ours, theirs in zip(line, empty, strict=True)]), 3),
            "p50_ms": round(median([one.percentile(0.5) for one in line]), 2),
            "p99_ms": round(median([one.percentile(0.99) for one in line]), 2),
        }

    def _size(self, before: Sequence[Measured], connections: int) -> int:
        """Return how many requests fill the seconds of a round, going by the round before."""
        rate = before[-1].rate if before else 50 * connections
        return max(1_000, int(rate * self._options.seconds))

    def _both(self, size: int, *, connections: int) -> tuple[Measured, Measured]:
        requests = self._requests(size)
        ours = measure(self._port, requests, connections=connections)
        return ours, measure(self._empty_port, requests, connections=connections)

    def _line(self, size: int, *, connections: int, rate: float) -> Measured:
        return measure(self._port, self._requests(size), connections=connections, rate=rate)

    def _requests(self, size: int) -> list[bytes]:
        numbers = list(islice(self._fresh, size))
        if len(numbers) < size:
            message = "the seeded consumers are used up: seed more with --notices, on a new home"
            raise WrongFiguresError(message)
        self.sent += size
        return [post(self._path, self._make(self._seeded, number)) for number in numbers]

"""The benchmark `mixed`: an afternoon in three minutes, at 70 % of what the site can take; how late is it counted, and is anything lost."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import httpx

from antiphon.bench.crew import Agent, hired, with_conversations
from antiphon.bench.hooks import notice_body, reply_body, report_body
from antiphon.bench.load import Measured, measure, percentile, post, send
from antiphon.bench.looking import Looks
from antiphon.bench.seed import counted, seed
from antiphon.bench.site import Seeded, as_owner, median, progress, scratch, serving, working
from antiphon.bench.types import Options, WrongFiguresError
from antiphon.bench.watching import Watcher, watching
from antiphon.config.env import Environment

AGENTS = 10
"""Agents of each tenant, who all watch."""
SHARE = 0.7
_HELD = 2
_RUNS = 30  # as long as so many runs of other benchmarks: three minutes, unless --seconds says otherwise
_CONNECTIONS = 128
_WARM_UP = 500
_LOOK_SECONDS = 0.05
_PATIENCE_SECONDS = 120.0
_TABLES = {"sent": "notice", "replies": "reply", "delivered": "delivery_report"}
_OF_TWENTY = {0: "replies", 10: "delivered"}  # the other eighteen are notices


@dataclass(slots=True)
class _Tenant:
    """One account: the numbers that its traffic takes next, and how much of each kind it was sent."""

    seeded: Seeded
    before: dict[str, int]
    fresh: dict[str, Iterator[int]]
    sent: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_TABLES, 0))

    def request(self, metric: str) -> bytes:
        """Return the next request of a kind: replies by consumers from the first on, reports on the texts to the last ones."""
        self.sent[metric] += 1
        make, hook = {"sent": (notice_body, "notice"), "replies": (reply_body, "reply"), "delivered": (report_body, "report")}[metric]
        return post(self.seeded.hooks[hook], make(self.seeded, next(self.fresh[metric])))


def mixed(options: Options) -> dict[str, Any]:
    """Measure how long after its request everything is counted. Raises WrongFiguresError when anything is lost."""
    with scratch(options.home) as environment, ExitStack() as stack:
        tenants = [_tenant(environment, options, name) for name in ("Bench", "Bench too")]
        people = [hired(tenant.seeded, agents=AGENTS, capacity=_HELD) for tenant in tenants]
        stack.enter_context(working())
        port = stack.enter_context(serving(environment))
        agents = [_with_conversations(tenant, held, port) for tenant, held in zip(tenants, people, strict=True)]
        most = _most(tenants, agents, port, options)
        seconds = options.seconds * _RUNS
        requests, kinds = _requests(tenants, round(most * SHARE * seconds))
        with as_owner(environment) as db:
            looks = Looks(db, [tenant.seeded.account_id for tenant in tenants])
            progress(f"{len(requests):,} requests in {seconds:.0f} s")
            measured = asyncio.run(_paced(agents, port, requests, most * SHARE, looks))
        _check_all_stored(environment, tenants)
    lags = looks.lags(measured.began, most * SHARE, kinds)
    return {
        "bench": "mixed",
        "requests": len(requests),
        "seconds": round(measured.seconds, 1),
        "most_per_second": round(most),
        "per_second": round(measured.rate),
        "agents": 2 * AGENTS,
        "lag_ms": {f"p{round(100 * share)}": round(percentile(lags, share), 1) for share in (0.5, 0.9, 0.99, 1)},
        "answered_ms": {f"p{round(100 * share)}": round(measured.percentile(share), 1) for share in (0.5, 0.99)},
        "lost": 0,
        "memory_mb": looks.memory(),
    }


def _tenant(environment: Environment, options: Options, name: str) -> _Tenant:
    """Return a seeded account; numbers that an earlier run on this home has used are left out."""
    seeded = seed(environment, notices=options.notices, engagements=100, name=name)
    before = {table: counted(environment, seeded.account_id, table) for table in (*_TABLES.values(), "arrival")}
    fresh = {
        "sent": count(before["arrival"] + 1),
        "replies": iter(range(before["reply"] + 1, options.notices // 2)),
        "delivered": iter(range(options.notices - before["delivery_report"], options.notices // 2, -1)),
    }
    return _Tenant(seeded, before, fresh)


def _with_conversations(tenant: _Tenant, people: list[int], port: int) -> list[Agent]:
    def begin(missing: int) -> None:
        measure(port, [tenant.request("replies") for _ in range(missing)], connections=8)

    return with_conversations(tenant.seeded, people, each=_HELD, post=begin)


def _requests(tenants: Sequence[_Tenant], total: int) -> tuple[list[bytes], list[tuple[int, str]]]:
    """Return so many requests, and of which account and kind each is."""
    kinds = [(number % len(tenants), _OF_TWENTY.get(number // len(tenants) % 20, "sent")) for number in range(total)]
    try:
        made = [tenants[place].request(metric) for place, metric in kinds]
    except (StopIteration, RuntimeError):
        raise WrongFiguresError("the seeded consumers are used up: seed more with --notices, on a new home") from None
    return made, [(tenants[place].seeded.account_id, metric) for place, metric in kinds]


def _most(tenants: Sequence[_Tenant], agents: Sequence[Sequence[Agent]], port: int, options: Options) -> float:
    """Return how many requests a second are answered at most, while everybody watches."""

    async def once(requests: list[bytes]) -> Measured:
        async with _everybody(agents, port):
            return await send(port, requests, connections=_CONNECTIONS)

    rates = [asyncio.run(once(_requests(tenants, _WARM_UP)[0])).rate]
    for _ in range(min(3, options.rounds)):
        rates.append(asyncio.run(once(_requests(tenants, max(1_000, round(rates[-1] * options.seconds)))[0])).rate)
        progress(f"at most {rates[-1]:,.0f}/s")
    return median(rates[1:])


async def _paced(agents: Sequence[Sequence[Agent]], port: int, requests: list[bytes], rate: float, looks: Looks) -> Measured:
    """Send at this rate while everybody watches and the counters are looked at; look on until everything is counted."""
    async with _everybody(agents, port) as pages:
        with looks.looking():
            measured = await send(port, requests, connections=2 * _CONNECTIONS, rate=rate)
            deadline = time.monotonic() + _PATIENCE_SECONDS
            while looks.counted < len(requests) and time.monotonic() < deadline:  # noqa: ASYNC110 - it is a thread that looks
                await asyncio.sleep(_LOOK_SECONDS)
    asked, told, everything = (sum(getattr(page, name) for page in pages) for name in ("asked", "changes", "everything"))
    progress(f"each second {asked / measured.seconds:.1f} parts of pages were asked for, {told / measured.seconds:.1f} changes told")
    progress(f"{everything:,} of {told:,} changes were too many to name")
    return measured


@asynccontextmanager
async def _everybody(agents: Sequence[Sequence[Agent]], port: int) -> AsyncIterator[list[Watcher]]:
    """Have every agent watch the page of a conversation; give the pages."""
    async with AsyncExitStack() as stack:
        pages = []
        for agent in (agent for some in agents for agent in some):
            site = httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", cookies=agent.cookies, timeout=_PATIENCE_SECONDS)
            pages.append(Watcher(await stack.enter_async_context(site), f"/conversations/{agent.held[0].id}/"))
        await stack.enter_async_context(watching(pages))
        yield pages


def _check_all_stored(environment: Environment, tenants: Sequence[_Tenant]) -> None:
    """Raise WrongFiguresError when the rows are not what was acknowledged."""
    for tenant in tenants:
        for metric, table in _TABLES.items():
            stored = counted(environment, tenant.seeded.account_id, table) - tenant.before[table]
            if stored != tenant.sent[metric]:
                raise WrongFiguresError(f"{tenant.sent[metric]} webhooks were acknowledged, {stored} rows are in {table}")

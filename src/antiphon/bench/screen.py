"""The benchmark `reply-to-screen`: from a provider's request to the reply on its agent's page, at a hundred replies a second."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import httpx

from antiphon.bench.crew import Agent, hired, with_conversations
from antiphon.bench.hooks import reply_body, unused
from antiphon.bench.load import measure, percentile, post, send
from antiphon.bench.seed import counted, seed
from antiphon.bench.site import Seeded, progress, scratch, serving, working
from antiphon.bench.types import Options, WrongFiguresError
from antiphon.bench.watching import Watcher, watching
from antiphon.config.env import Environment

RATE = 100
"""Replies a second; those that are not an agent's own start conversations."""
AGENTS = 5
HELD = 20
_OWN = 10  # every so manieth reply goes to a conversation of one of the agents
_CONNECTIONS = 64
_PATIENCE_SECONDS = 120.0


@dataclass(slots=True)
class _Seen:
    """What the rounds gave, in seconds: until the stream told of a reply, until its page showed it, until its webhook was answered."""

    told: list[float]
    shown: list[float]
    answered: list[float]
    asked: int = 0
    changes: int = 0


def reply_to_screen(options: Options) -> dict[str, Any]:
    """Measure how long replies take to agents' pages, on a site with its worker and `AGENTS` agents who watch. Raises WrongFiguresError."""
    with scratch(options.home) as environment:
        seeded = seed(environment, notices=options.notices, engagements=100)
        fresh = unused(options, environment, seeded, "reply")
        people = hired(seeded, agents=AGENTS, capacity=HELD)
        with working(), serving(environment) as port:
            run = _Run(options, environment, seeded, fresh, port)
            agents = with_conversations(seeded, people, each=HELD, post=run.begin)
            seen = run.rounds(agents)
        stored = counted(environment, seeded.account_id, "reply")
    if stored != run.before + run.sent:
        raise WrongFiguresError(f"{run.sent} replies were acknowledged, {stored - run.before} are stored")
    seconds = options.seconds * options.rounds
    return {
        "bench": "reply-to-screen",
        "rate": RATE,
        "agents": AGENTS,
        "shown": len(seen.shown),
        "shown_ms": _spread(seen.shown),
        "told_ms": _spread(seen.told),
        "answered_ms": _spread(seen.answered),
        "changes_a_second_and_page": round(seen.changes / seconds / AGENTS, 1),
        "asked_a_second_and_page": round(seen.asked / seconds / AGENTS, 1),
    }


def _spread(taken: Sequence[float]) -> dict[str, float]:
    return {f"p{round(100 * share)}": round(percentile(taken, share), 1) for share in (0.5, 0.9, 0.99, 1)}


class _Run:
    """The rounds: requests, and the pages that show what came of them."""

    def __init__(self, options: Options, environment: Environment, seeded: Seeded, fresh: Iterator[int], port: int) -> None:
        self._options, self._seeded, self._fresh, self._port = options, seeded, fresh, port
        self._patience = _PATIENCE_SECONDS
        self.before = counted(environment, seeded.account_id, "reply")
        self.sent = 0

    def begin(self, count: int) -> None:
        """Have so many new consumers reply."""
        measure(self._port, [self._request(number, "Hello, is it still on?") for number in self._new(count)], connections=8)

    def rounds(self, agents: Sequence[Agent]) -> _Seen:
        """Return what every round gave; one before them is not counted."""
        seen = _Seen([], [], [])
        for place in range(self._options.rounds + 1):
            one = _Seen([], [], [])
            asyncio.run(self._round(agents, one, place))
            progress(f"round {place}: {len(one.shown)} replies shown, p99 {percentile(one.shown, 0.99):,.0f} ms")
            if place:
                seen.told += one.told
                seen.shown += one.shown
                seen.answered += one.answered
                seen.asked += one.asked
                seen.changes += one.changes
        return seen

    async def _round(self, agents: Sequence[Agent], seen: _Seen, place: int) -> None:
        count = max(_OWN * len(agents), round(RATE * self._options.seconds))
        async with AsyncExitStack() as stack:
            pages = [await stack.enter_async_context(self._page(agent)) for agent in agents]
            watchers = [Watcher(page, f"/conversations/{agent.held[0].id}/") for page, agent in zip(pages, agents, strict=True)]
            probes = self._expected(agents, watchers, count, place)
            async with watching(watchers):
                requests = self._requests(count, probes)
                measured = await send(self._port, requests, connections=_CONNECTIONS, rate=RATE)
                await _until_shown(watchers)
        for index, (watcher, words, _) in probes.items():
            due = measured.began + index / RATE
            seen.shown.append(watcher.shown[words] - due)
            seen.told.append(min(watcher.told.get(words, watcher.shown[words]), watcher.shown[words]) - due)
        seen.answered += measured.latencies
        seen.asked += sum(watcher.asked for watcher in watchers)
        seen.changes += sum(watcher.changes for watcher in watchers)

    def _page(self, agent: Agent) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=f"http://127.0.0.1:{self._port}", cookies=agent.cookies, timeout=self._patience)

    def _expected(
        self, agents: Sequence[Agent], watchers: Sequence[Watcher], count: int, place: int
    ) -> dict[int, tuple[Watcher, str, int]]:
        """Return by place in the run which page awaits which words from whom: agents in turn, and of each the conversations in turn."""
        probes = {}
        for turn, index in enumerate(range(_OWN - 1, count, _OWN)):
            agent, watcher = agents[turn % len(agents)], watchers[turn % len(agents)]
            held = agent.held[turn // len(agents) % len(agent.held)]
            words = f"Round {place} word {turn} of {time.time_ns()}"
            watcher.expect(words, subject=f"conversation:{held.id}")
            probes[index] = (watcher, words, held.number)
        return probes

    def _requests(self, count: int, probes: dict[int, tuple[Watcher, str, int]]) -> list[bytes]:
        """Return the requests; their instants are those they fall due at, so that the newest of a conversation is the last."""
        began, new = datetime.now(UTC), iter(self._new(count - len(probes)))
        made = []
        for index in range(count):
            _, words, number = probes.get(index) or (None, "", 0)
            made.append(self._request(number or next(new), words, at=began + timedelta(seconds=index / RATE)))
        self.sent += len(probes)
        return made

    def _request(self, number: int, text: str, *, at: datetime | None = None) -> bytes:
        return post(self._seeded.hooks["reply"], reply_body(self._seeded, number, text=text, at=at))

    def _new(self, count: int) -> list[int]:
        found = list(islice(self._fresh, count))
        if len(found) < count:
            raise WrongFiguresError("the seeded consumers are used up: seed more with --notices, on a new home")
        self.sent += count
        return found


async def _until_shown(watchers: Sequence[Watcher]) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while any(len(one.shown) < len(one.awaited) for one in watchers):
        if time.monotonic() > deadline:
            missing = sum(len(one.awaited) - len(one.shown) for one in watchers)
            raise WrongFiguresError(f"{missing} replies were not shown within {_PATIENCE_SECONDS:.0f} s")
        await asyncio.sleep(0.05)

"""An agent's page as a browser keeps it live: the stream, and the regions that ask for themselves again by the rules of live.js."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from html.parser import HTMLParser
from importlib import resources
from typing import Any

import httpx
import msgspec

from antiphon.bench.types import WrongFiguresError

_LONG_SECONDS = 900.0
_OK = 200


def rules() -> dict[str, float]:
    """Return the waits of live.js in seconds, by name: a page of the bench waits as long as a real one."""
    script = (resources.files("antiphon") / "static" / "js" / "live.js").read_text()
    return {name: int(value) / 1000 for name, value in re.findall(r"const (\w+)_MS = (\d+);", script)}


@dataclass(slots=True)
class Region:
    """A part of a page that asks for itself again: what it is, where it asks, what it listens to, and what of that comes at once."""

    tag: str
    name: str
    path: str
    heard: frozenset[str]
    at_once: frozenset[str]
    asked_at: float = 0.0
    due_at: float | None = None
    is_asking: bool = False

    def concerns(self, topics: frozenset[str]) -> bool:
        """Tell whether a change in these topics is one of what it shows; no topics: of everything."""
        return not self.heard or not topics or bool(self.heard & topics)

    def gap(self, topics: frozenset[str]) -> str:
        """Return the name of the wait between two times of asking."""
        if not self.at_once or not topics:
            return "GAP"
        return "QUICK" if self.at_once & topics else "SLOW"


class _Regions(HTMLParser):
    """Finds the regions of a page and the address of its stream."""

    def __init__(self) -> None:
        super().__init__()
        self.regions: list[Region] = []
        self.live = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.live = self.live or given.get("data-live", "")
        if "data-heard" in given and "hx-get" in given:
            heard, at_once = (frozenset(given.get(name, "").split()) for name in ("data-heard", "data-at-once"))
            self.regions.append(Region(tag, given.get("id", ""), given["hx-get"], heard, at_once))


@dataclass(slots=True)
class Watcher:
    """One page that is watched. `awaited` are the words that should come to be on it; `shown` when they did, `told` when it was told."""

    site: httpx.AsyncClient
    path: str
    awaited: dict[str, str] = field(default_factory=dict)
    shown: dict[str, float] = field(default_factory=dict)
    told: dict[str, float] = field(default_factory=dict)
    asked: int = 0
    changes: int = 0
    everything: int = 0
    regions: list[Region] = field(default_factory=list)
    _rules: dict[str, float] = field(default_factory=rules)
    _live: str = ""
    _asking: set["asyncio.Task[None]"] = field(default_factory=set)
    _woken: asyncio.Event = field(default_factory=asyncio.Event)

    async def load(self) -> None:
        """Load the page. Raises WrongFiguresError when it is not shown, or not live."""
        answer = await self.site.get(self.path)
        found = _Regions()
        found.feed(answer.text)
        if answer.status_code != _OK or not found.live:
            raise WrongFiguresError(f"{self.path} answered {answer.status_code}, and {'is' if found.live else 'is not'} live")
        self.regions, self._live = found.regions, found.live

    async def watch(self) -> None:
        """Listen and ask again until cancelled."""
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._listen())
                both.create_task(self._ask_when_due())
        finally:
            for task in self._asking:
                task.cancel()
            await asyncio.gather(*self._asking, return_exceptions=True)

    def expect(self, words: str, *, subject: str) -> None:
        """Await words on the page; `subject` is what the change that brings them is about."""
        self.awaited[words] = subject

    async def _listen(self) -> None:
        while True:
            async with self.site.stream("GET", self._live, timeout=_LONG_SECONDS) as stream:
                async for line in stream.aiter_lines():
                    if line.startswith("data:"):
                        self._hear(msgspec.json.decode(line[5:].encode()))
            await self.load()

    def _hear(self, told: dict[str, Any]) -> None:
        now = time.perf_counter()
        self.changes += 1
        self.everything += not told["topics"]
        for words, subject in self.awaited.items():
            if words not in self.told and (not told["subjects"] or subject in told["subjects"] or subject in told["topics"]):
                self.told[words] = now
        topics = frozenset(told["topics"])
        for region in self.regions:
            if region.concerns(topics):
                due_at = max(now + self._rules["GATHER"], region.asked_at + self._rules[region.gap(topics)])
                region.due_at = due_at if region.due_at is None else min(due_at, region.due_at)
        self._woken.set()

    async def _ask_when_due(self) -> None:
        while True:
            now = time.perf_counter()
            for region in self.regions:
                if region.due_at is not None and region.due_at <= now and not region.is_asking:
                    self._begin(region, now)
            waits = [region.due_at - now for region in self.regions if region.due_at is not None and not region.is_asking]
            self._woken.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(min(waits, default=_LONG_SECONDS)):
                    await self._woken.wait()

    def _begin(self, region: Region, now: float) -> None:
        region.due_at, region.asked_at, region.is_asking = None, now, True
        task = asyncio.create_task(self._ask(region))
        self._asking.add(task)
        task.add_done_callback(self._asking.discard)

    async def _ask(self, region: Region) -> None:
        target = f"{region.tag}#{region.name}"
        headers = {"HX-Request": "true", "HX-Request-Type": "partial", "HX-Current-URL": str(self.site.base_url), "HX-Target": target}
        try:
            answer = await self.site.get(region.path, headers=headers)
        finally:
            region.is_asking = False
            self._woken.set()
        now = time.perf_counter()
        self.asked += 1
        for words in [words for words in self.awaited if words not in self.shown and words in answer.text]:
            self.shown[words] = now


@asynccontextmanager
async def watching(watchers: Iterable[Watcher]) -> AsyncIterator[None]:
    """Have pages watched during a block; one that fails fails the block."""
    pages = list(watchers)
    for page in pages:
        await page.load()
    tasks = [asyncio.create_task(page.watch()) for page in pages]
    try:
        yield
        for task in tasks:
            if task.done():
                task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

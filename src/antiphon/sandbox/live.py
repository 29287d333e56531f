"""Streams of server-sent events: pages are told which of their parts changed, with the new HTML."""

import asyncio
from collections.abc import AsyncIterator, Callable

import msgspec

GATHER_SECONDS = 0.15
BEAT_SECONDS = 15.0
_QUEUE_SIZE = 256


class Live:
    """Gathers changes for a moment, renders each part once, and tells every open page."""

    def __init__(self, render: Callable[[str], str | None]) -> None:
        self._render = render
        self._pages: set[asyncio.Queue[bytes | None]] = set()
        self._changed: dict[str, None] = {}
        self._is_due = False

    def touch(self, part: str) -> None:
        """Say that a part of the pages has changed."""
        if not self._pages:
            return
        self._changed[part] = None
        if not self._is_due:
            self._is_due = True
            asyncio.get_running_loop().call_later(GATHER_SECONDS, self._tell)

    def _tell(self) -> None:
        self._is_due = False
        changed, self._changed = list(self._changed), {}
        for part in changed:
            html = self._render(part)
            if html is not None:
                self._put(b"data: " + msgspec.json.encode({"part": part, "html": html}) + b"\n\n")

    def _put(self, event: bytes | None) -> None:
        for page in list(self._pages):
            try:
                page.put_nowait(event)
            except asyncio.QueueFull:
                # A page that does not read is let go: it comes back and reads the whole.
                self._pages.discard(page)

    async def stream(self) -> AsyncIterator[bytes]:
        """Yield events for one page until the sandbox stops or the page has fallen behind."""
        page: asyncio.Queue[bytes | None] = asyncio.Queue(_QUEUE_SIZE)
        self._pages.add(page)
        try:
            yield b"retry: 1000\n\n"
            while page in self._pages:
                event = await self._next(page)
                if event is None:
                    return
                yield event
        finally:
            self._pages.discard(page)

    @staticmethod
    async def _next(page: "asyncio.Queue[bytes | None]") -> bytes | None:
        try:
            return await asyncio.wait_for(page.get(), BEAT_SECONDS)
        except TimeoutError:
            return b": still here\n\n"

    def stop(self) -> None:
        """End every stream."""
        self._put(None)

"""The hub of a process's streams: one connection that listens, one read per wake-up and account, however many streams it feeds."""

import asyncio
import select
import socket
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import psycopg
import structlog

from antiphon.accounts.people import ENDED, ended_topic
from antiphon.events.changes import Change, changes
from antiphon.events.verbs import TOUCHED
from antiphon.kit import clock
from antiphon.kit.db import Database, lane_account
from antiphon.routing.presence import seen

CHANNEL = "antiphon_live"
_LOOK_SECONDS = 5.0
_PAUSE_SECONDS = 0.5
_SUBJECTS = 200
_BEAT_SECONDS = 15.0
_TOUCH_SECONDS = 60.0
"""How long a touch, or that somebody was shut out, is kept: no ticket is older when it opens its stream."""

_SKEW_SECONDS = 2.0

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Heard:
    """Everything that a reader has not been told yet, as one change, and which of its topics that is in.

    No subjects and no topics: more than can be named, look at everything.
    """

    position: int
    subjects: list[str]
    types: list[str]
    topics: list[str]


class Stream:
    """One open stream, of the event loop: what it listens to, up to where it has heard, and what waits to be told."""

    def __init__(self, account_id: int, membership_id: int, topics: frozenset[str], *, position: int, since: float = 0.0) -> None:
        self.account_id = account_id
        self.membership_id = membership_id
        self.topics = topics
        self.position = position
        self.since = since
        self.is_over = False
        self._woken = asyncio.Event()
        self._told_at: int | None = None
        self._subjects: dict[str, None] = {}
        self._types: dict[str, None] = {}
        self._heard_in: set[str] = set()
        self._is_everything = False

    def hear(self, last: int, found: list[Change] | None) -> None:
        """Take what is new to this stream; `found` is None when it is too much to name."""
        fresh = [change for change in found or () if change.position > self.position and change.topics & self.topics]
        is_everything = found is None and last > self.position
        self.position = last
        if not fresh and not is_everything:
            return
        self._told_at = last if is_everything else max(change.position for change in fresh)
        self._subjects |= dict.fromkeys(change.subject for change in fresh)
        self._types |= dict.fromkeys(change.type for change in fresh)
        self._heard_in |= {topic for change in fresh for topic in change.topics & self.topics}
        self._is_everything = self._is_everything or is_everything or len(self._subjects) > _SUBJECTS
        self._woken.set()

    def touch(self, topic: str) -> None:
        """Take that something was touched which no event tells of; whoever misses it looks again when it is back."""
        if topic in self.topics:
            self._told_at = self.position if self._told_at is None else self._told_at
            self._subjects[topic] = None
            self._types["touched"] = None
            self._heard_in.add(topic)
            self._woken.set()

    def touch_all(self) -> None:
        """Take that any of its topics may have been touched unheard."""
        for topic in self.topics:
            if topic.startswith(TOUCHED):
                self.touch(topic)

    async def change(self) -> Heard | None:
        """Wait for something to tell; None when the stream is over."""
        await self._woken.wait()
        self._woken.clear()
        if self.is_over or self._told_at is None:
            return None
        topics = [] if self._is_everything else sorted(self._heard_in)
        heard = Heard(self._told_at, [] if self._is_everything else list(self._subjects), list(self._types), topics)
        self._told_at, self._subjects, self._types, self._heard_in, self._is_everything = None, {}, {}, set(), False
        return heard

    def end(self) -> None:
        """End the stream: whoever waits for a change gets none."""
        self.is_over = True
        self._woken.set()


class Hub:
    """A thread that listens for numbered events and reads them once for all streams of their account.

    A thread with an ordinary connection, not a task with an asynchronous one: the store functions exist once, and are synchronous.
    """

    def __init__(self, *, connect: Callable[[], Database]) -> None:
        self._connect = connect
        self._streams: dict[int, set[Stream]] = {}
        self._waiting: dict[int, set[asyncio.Event]] = {}
        self._joined: set[int] = set()
        self._touched: dict[tuple[int, str], float] = {}
        self._ended: dict[tuple[int, str], float] = {}
        self._beaten: dict[tuple[int, int], float] = {}
        self._listens_since = 0.0
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._waker, self._woken = socket.socketpair()
        self._waker.settimeout(0)
        self._woken.settimeout(0)
        weakref.finalize(self, _close, self._waker, self._woken)

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin to listen, at the first stream; call in the event loop that the streams run in."""
        if self._thread is None:
            self._loop = loop
            self._thread = threading.Thread(target=self._live, name="live", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End every stream and the thread, from any thread or a signal handler; a stopped hub stays so."""
        self._stopping.set()
        self._wake()
        if self._loop is not None:
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._end_streams)

    @property
    def open_count(self) -> int:
        """Return how many streams are open."""
        return sum(len(streams) for streams in self._streams.values())

    def open_streams(self, like: Stream) -> int:
        """Return how many streams the same person has open."""
        return sum(stream.membership_id == like.membership_id for stream in self._streams.get(like.account_id, ()))

    def is_shut_out(self, stream: Stream) -> bool:
        """Return whether the person's sessions have ended since the stream's ticket was made."""
        return stream.since <= self._ended.get((stream.account_id, ended_topic(stream.membership_id)), -1.0)

    def join_stream(self, stream: Stream) -> None:
        """Feed a stream, beginning with what it has missed."""
        if self._stopping.is_set():
            stream.end()
            return
        self._streams.setdefault(stream.account_id, set()).add(stream)
        for topic in stream.topics:
            if self._touched.get((stream.account_id, topic), -_SKEW_SECONDS) > stream.since - _SKEW_SECONDS:
                stream.touch(topic)
        if stream.since < self._listens_since:
            stream.touch_all()
        with self._lock:
            self._joined.add(stream.account_id)
        self._wake()

    @property
    def is_stopping(self) -> bool:
        """Return whether nothing is told any more."""
        return self._stopping.is_set()

    def waiting(self, account_id: int | None = None) -> int:
        """Return how many wait for events of an account, or of any."""
        return sum(len(events) for account, events in self._waiting.items() if account_id in (None, account))

    @contextmanager
    def listening(self, account_id: int) -> Iterator[asyncio.Event]:
        """Give an event of the loop that is set when events of the account were numbered, or may have been unheard."""
        news = asyncio.Event()
        self._waiting.setdefault(account_id, set()).add(news)
        try:
            yield news
        finally:
            self._waiting[account_id].discard(news)
            if not self._waiting[account_id]:
                del self._waiting[account_id]

    def _news(self, accounts: set[int] | None) -> None:
        for account_id in self._waiting if accounts is None else accounts & self._waiting.keys():
            for news in self._waiting[account_id]:
                news.set()

    def leave_stream(self, stream: Stream) -> None:
        """Feed it no longer."""
        streams = self._streams.get(stream.account_id, set())
        streams.discard(stream)
        if not streams:
            self._streams.pop(stream.account_id, None)

    def _end_streams(self) -> None:
        self._news(None)
        for streams in self._streams.values():
            for stream in streams:
                stream.end()

    def _wake(self) -> None:
        with suppress(BlockingIOError, OSError):
            self._waker.send(b"!")

    def _live(self) -> None:
        while not self._stopping.is_set():
            try:
                with self._connect() as db:
                    self._listen(db)
            except Exception as error:  # noqa: BLE001 - without its listener every page of this process would stand still
                if not isinstance(error, psycopg.Error):
                    _log.exception("live_failed")
                self._stopping.wait(_PAUSE_SECONDS)

    def _listen(self, db: Database) -> None:
        """Read for whoever was notified or joined; at the start for everybody, since notices are lost while not listening."""
        db.execute(f"listen {CHANNEL}")
        self._pass_on(None)
        if self._loop is not None:
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._hear_again, time.time())
        accounts, watched = set(self._streams.copy()), [db.fileno(), self._woken.fileno()]
        told: list[str] = []
        while not self._stopping.is_set():
            accounts |= self._take_told(told) | self._take_joined()
            for account_id in accounts:
                self._read(db, account_id)
            accounts = set()
            self._beat(db)
            # A notice that came with a statement's answer lies in the connection already: the socket would not wake for it.
            told = [one.payload for one in db.notifies(timeout=0)]
            if not told:
                select.select(watched, [], [], _LOOK_SECONDS)
                with suppress(BlockingIOError):
                    self._woken.recv(4096)
                told = [one.payload for one in db.notifies(timeout=0)]

    def _take_told(self, payloads: list[str]) -> set[int]:
        """Return the accounts whose events were numbered (`7 120`).

        Pass on what was touched without an event (`7 heard:3`) and whose sessions ended (`7 ended:12`).
        """
        told = [(int(account), word) for account, _, word in (payload.partition(" ") for payload in payloads)]
        named = {(account_id, word) for account_id, word in told if not word.isdecimal()}
        ended = {(account_id, word) for account_id, word in named if word.startswith(ENDED)}
        if named and self._loop is not None:
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._touch, named - ended)
                self._loop.call_soon_threadsafe(self._end, ended)
        numbered = {account_id for account_id, word in told if word.isdecimal()}
        if numbered:
            self._pass_on(numbered)
        return numbered

    def _pass_on(self, accounts: set[int] | None) -> None:
        """Wake those who wait for events of these accounts; of all after a silence, since notices are lost while not listening."""
        if self._loop is not None:
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._news, accounts)

    def _touch(self, touched: set[tuple[int, str]]) -> None:
        """Tell streams of a touch, and keep it for those that are still on their way: a page is made before its stream opens."""
        now = time.time()
        self._touched = {name: at for name, at in self._touched.items() if now - at < _TOUCH_SECONDS} | dict.fromkeys(touched, now)
        for account_id, topic in touched:
            for stream in self._streams.get(account_id, ()):
                stream.touch(topic)

    def _hear_again(self, since: float) -> None:
        """Tell everybody of touches that nobody heard: those of before a process's first stream, or while its connection was lost."""
        self._listens_since = since
        for streams in self._streams.values():
            for stream in streams:
                stream.touch_all()

    def _end(self, ended: set[tuple[int, str]]) -> None:
        """End the streams of people whose sessions ended; a page that still may listen comes back with a ticket of its own."""
        now = time.time()
        self._ended = {name: at for name, at in self._ended.items() if now - at < _TOUCH_SECONDS} | dict.fromkeys(ended, now)
        for account_id, name in ended:
            for stream in self._streams.get(account_id, ()):
                if ended_topic(stream.membership_id) == name:
                    stream.end()

    def _beat(self, db: Database) -> None:
        """Say who is there, each person at once and then every fifteen seconds: one statement per account, however many pages are open."""
        now = time.monotonic()
        there = {(account_id, stream.membership_id) for account_id, streams in self._streams.copy().items() for stream in streams.copy()}
        self._beaten = {one: at for one, at in self._beaten.items() if one in there and now - at < _BEAT_SECONDS}
        due = there - self._beaten.keys()
        for account_id in {account_id for account_id, _ in due}:
            with lane_account(db, account_id):
                seen(db, account_id, [member for account, member in due if account == account_id], at=clock.now())
        self._beaten |= dict.fromkeys(due, now)

    def _take_joined(self) -> set[int]:
        with self._lock:
            joined, self._joined = self._joined, set()
        return joined

    def _read(self, db: Database, account_id: int) -> None:
        positions = [stream.position for stream in self._streams.get(account_id, set()).copy()]
        if not positions or self._loop is None:
            return
        after = min(positions)
        with lane_account(db, account_id):
            last, found = changes(db, account_id, after=after)
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._deliver, account_id, after, last, found)

    def _deliver(self, account_id: int, after: int, last: int, found: list[Change] | None) -> None:
        """Feed the streams; one that joined meanwhile, from further back, is fed by the read that its joining asked for."""
        for stream in self._streams.get(account_id, ()):
            if stream.position >= after:
                stream.hear(last, found)


def _close(*ends: socket.socket) -> None:
    for end in ends:
        end.close()

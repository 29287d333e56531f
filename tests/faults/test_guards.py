"""Guards switched off, one at a time: what checks the promise each one keeps must then complain, or it checks nothing."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connections

from antiphon.conversations import sending
from antiphon.conversations.models import Conversation
from antiphon.edge.spool import Spool, Spooled, left_behind, read
from antiphon.intake import arrivals
from antiphon.kit import db as doors
from antiphon.kit import failpoints
from antiphon.kit.db import Database, account, lane_account
from antiphon.kit.ids import uuid7
from antiphon.providers.transport import Transport
from tests.conversations.desk import Desk
from tests.conversations.provider import Provider, providing
from tests.kit.deliver import MINUTE, Deliver
from tests.kit.promises import broken
from tests.kit.world import CLEO, Tenant

ON_AND_OFF = pytest.mark.parametrize("is_on", [True, False], ids=["guarded", "unguarded"])
AT = datetime(2026, 3, 24, 10, 42, tzinfo=UTC)


def planted(package: str, name: str, was: str, becomes: str) -> Callable[[str, str], str]:
    """Return a loader of statements that changes one of them."""

    def load(of: str, statement: str) -> str:
        text = doors.sql(of, statement)
        if (of, statement) != (package, name):
            return text
        assert was in text, "the guard is written otherwise now"
        return text.replace(was, becomes)

    return load


# The unique key: n copies of a webhook have the effect of one.


@ON_AND_OFF
@pytest.mark.django_db
def test_copies_are_told_by_the_unique_key(north: Tenant, monkeypatch: pytest.MonkeyPatch, *, is_on: bool) -> None:
    if not is_on:
        every_claim_wins = planted("antiphon.intake", "arrivals_store", "select count(*) as keys from claimed",
                                   "select cardinality(%(key)s::bytea[]) as keys, (select count(*) from claimed)")  # fmt: skip
        monkeypatch.setattr(arrivals, "sql", every_claim_wins)
    deliver = Deliver(north)
    reply, notice = deliver.reply_post(CLEO, "yes", at=north.clock()), deliver.notice_post(CLEO, at=north.clock())
    deliver(reply, notice, reply, notice, reply)
    with account(north.id) as db:
        doubled = {line.partition(":")[0] for line in broken(db)}
    assert doubled >= (set() if is_on else {"I3 a reply is stored once", "I3 a notice is stored once"})
    assert (doubled == set()) is is_on


# fsync: what was acknowledged is there after the power went.


class Disk:
    """A disk that forgets what was not synced: how long each file is, and which names its folder holds."""

    def __init__(self, folder: Path, *, syncs: bool) -> None:
        self._folder, self._syncs = folder, syncs
        self._sizes: dict[int, int] = {}
        self._names: set[str] = set()

    def fsync(self, file: int) -> None:
        """Keep what a file, or the folder, holds now."""
        if not self._syncs:
            return
        status = os.fstat(file)
        self._sizes[status.st_ino] = status.st_size
        if status.st_ino == self._folder.stat().st_ino:
            self._names = {path.name for path in self._folder.iterdir()}

    def power_cut(self) -> None:
        """Forget the rest."""
        for path in self._folder.iterdir():
            if path.name not in self._names:
                path.unlink()
            else:
                os.truncate(path, self._sizes.get(path.stat().st_ino, 0))


@ON_AND_OFF
def test_the_spool_is_synced_before_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_on: bool) -> None:
    disk = Disk(tmp_path, syncs=is_on)
    monkeypatch.setattr(os, "fsync", disk.fsync)
    spool, acknowledged = Spool(tmp_path, limit_bytes=1_048_576), []
    for number in range(5):
        spool.append([Spooled(uuid7(AT), 1, 7, "reply", AT, "{}", f"n={number}", b"{}")])
        acknowledged.append(f"n={number}")
    spool.close()
    disk.power_cut()
    found = [one.query for segment in left_behind(tmp_path) for group in read(segment, at_most=9) for one in group]
    assert (found == acknowledged) is is_on


# The fence: an answer reaches the provider at most once.


@pytest.fixture
def provider() -> Iterator[Provider]:
    with providing() as one:
        yield one


@ON_AND_OFF
@pytest.mark.django_db
def test_a_claim_fences_a_second_sender_off(
    north: Tenant, provider: Provider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_on: bool
) -> None:
    if not is_on:
        monkeypatch.setattr(sending, "sql", planted("antiphon.conversations", "begin_sending", "and attempted_at is null", ""))
    at = north.clock()
    Deliver(north).reply(CLEO, "hello?", at=at)
    with account(north.id):
        asked = Conversation.objects.get(account_id=north.id)
    with Desk(north, provider) as desk, killed_in_the_call(tmp_path):
        answer = desk.write(asked, at=at + MINUTE)
        with suppress(failpoints.Struck):
            desk.send(answer, at=at + MINUTE)
        desk.transport = Transport(step_seconds=5)
        desk.send(answer, at=at + 2 * MINUTE)
    assert (len(provider.texts), str(answer.state)) == ((1, "unknown") if is_on else (2, "sent"))


@contextmanager
def killed_in_the_call(folder: Path) -> Iterator[None]:
    """End the first sender after its call, before it could write down what came of it."""
    failpoints.watch(folder)
    failpoints.arm(folder, "answer.called", "fail")
    try:
        yield
    finally:
        failpoints.watch(None)


# SET LOCAL: the account in force ends with its transaction.


class Leaky(psycopg.Connection[Any]):
    """A connection on which the account in force outlives its transaction."""

    def execute(self, query: Any, *args: Any, **more: Any) -> Any:
        return super().execute(query.replace("', true)", "', false)") if isinstance(query, str) else query, *args, **more)


@ON_AND_OFF
@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_an_account_ends_with_its_transaction_on_a_lane(*, is_on: bool) -> None:
    kind: type[psycopg.Connection[Any]] = psycopg.Connection if is_on else Leaky
    keys = connections["default"].get_connection_params()
    with kind.connect(**{name: keys[name] for name in ("dbname", "user", "host", "port") if keys.get(name)}, autocommit=True) as lane:
        with lane_account(lane, 7):
            lane.execute("select from consumer")
        assert is_closed_afterwards(lane) is is_on


@ON_AND_OFF
@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_an_account_ends_with_its_transaction_on_a_page(monkeypatch: pytest.MonkeyPatch, *, is_on: bool) -> None:
    if not is_on:
        real = doors.run
        monkeypatch.setattr(
            doors, "run", lambda db, text, given=None: real(db, text.replace("%(account)s, true)", "%(account)s, false)"), given)
        )
    with account(7) as page:
        page.execute("select from consumer")
    assert is_closed_afterwards(page) is is_on
    connections["default"].close()


def is_closed_afterwards(db: Database) -> bool:
    """Tell whether the next transaction, which names no account, may read nothing."""
    try:
        db.execute("select count(*) from consumer")
    except psycopg.Error:
        return True
    return False

"""Streams over real HTTP: what changes is told to who listens, at once, in one account, until either side leaves."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import httpx
import psycopg
import pytest
from django.conf import settings
from django.core.signing import TimestampSigner, b62_encode
from django.db import connections
from django.db.backends.postgresql.base import DatabaseWrapper
from django.test import Client

from antiphon.accounts.models import Account, Membership, Role, User
from antiphon.accounts.people import disable
from antiphon.edge.live import PER_PERSON, TICKET_SECONDS, ticket
from antiphon.events import relay
from antiphon.events.changes import FAR_BEHIND
from antiphon.events.types import Kind, NewEvent
from antiphon.events.verbs import record, touch
from antiphon.kit.clock import now
from antiphon.kit.db import lane_account

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

ADA = 7


@dataclass
class Site:
    """A web worker on a port of its own, and a connection to its database."""

    port: int
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def tell(self, account_id: int, subject: str, kind: Kind = Kind.CONVERSATION_CLOSED, times: int = 1, **content: Any) -> None:
        with connected() as db:
            with lane_account(db, account_id):
                record(db, account_id, [NewEvent(kind, subject, now(), content, now())] * times)
            with lane_account(db, account_id):
                relay.number(db, account_id)


@contextmanager
def connected() -> Iterator[psycopg.Connection[Any]]:
    keys = connections["default"].get_connection_params()
    keys = {name: keys[name] for name in ("dbname", "user", "host", "port", "password") if keys.get(name)}
    with psycopg.connect(**keys, autocommit=True) as db:
        yield db


@contextmanager
def started(home: Path) -> Iterator[Site]:
    keys = connections["owner"].get_connection_params()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = os.environ | {
        "DATABASE_URL": f"postgresql://{keys['user']}@/{keys['dbname']}?host={keys['host']}&port={keys.get('port') or 5432}",
        "ANTIPHON_HOME": str(home),
        "ANTIPHON_SECRET_KEY": settings.SECRET_KEY,
    }
    command = [sys.executable, "-m", "granian", "--interface", "asgi", "--port", str(port), "antiphon.config.asgi:application"]
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    site = Site(port, process)
    try:
        _wait_until_ready(site, home / "log")
        yield site
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait_until_ready(site: Site, log: Path) -> None:
    for _ in range(600):
        try:
            if httpx.get(f"{site.url}/healthz").status_code == 200:
                return
        except httpx.TransportError:
            assert site.process.poll() is None, log.read_text()
            time.sleep(0.2)
    raise AssertionError(log.read_text())


@pytest.fixture(scope="module")
def site(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:  # noqa: ARG001 - the worker's database
    """Give a site that listens already: its first stream was told to look again, which later ones are not."""
    with started(tmp_path_factory.mktemp("site")) as running:
        with listening(running, ticket(1, ADA, ["agents"], 0)) as reader:
            assert reader.change()["types"] == ["touched"]
        yield running


class Reader:
    """One open stream, read change by change."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self._lines = response.iter_lines()

    def change(self) -> dict[str, Any]:
        told: dict[str, str] = {}
        for line in self._lines:
            if line.startswith(("id: ", "event: ", "data: ")):
                name, text = line.split(": ", 1)
                told[name] = text
            elif told:
                break
        assert told["event"] == "change"
        content: dict[str, Any] = json.loads(told["data"])
        assert int(told["id"]) == content["position"]
        return content

    def is_ended(self) -> bool:
        return list(self._lines) == []


@contextmanager
def listening(site: Site, opened: str, *, headers: dict[str, Any] | None = None, query: str = "") -> Iterator[Reader]:
    with httpx.stream("GET", f"{site.url}/live/{opened}{query}", headers=headers, timeout=60) as response:
        assert response.status_code == 200, response.read()
        assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert response.headers["cache-control"] == "no-store"
        yield Reader(response)


def status(site: Site, opened: str, method: str = "GET") -> int:
    with httpx.stream(method, f"{site.url}/live/{opened}", timeout=60) as response:
        return response.status_code


@pytest.fixture
def north() -> int:
    return Account.objects.create(name="North").pk


@pytest.fixture
def south() -> int:
    return Account.objects.create(name="South").pk


def test_a_change_of_a_topic_is_told_and_of_another_is_not(site: Site, north: int) -> None:
    with listening(site, ticket(north, ADA, ["campaign:5"], 0)) as reader:
        site.tell(north, "conversation:a", campaign=6)
        site.tell(north, "conversation:b", campaign=5, conversation="b")
        assert reader.change() == {
            "position": 2,
            "subjects": ["conversation:b"],
            "types": ["conversation.closed"],
            "topics": ["campaign:5"],
        }


def test_another_account_hears_nothing_of_it(site: Site, north: int, south: int) -> None:
    topics = ["conversations", "campaigns", "campaign:5", "conversation:a"]
    with listening(site, ticket(south, ADA, topics, 0)) as southern, listening(site, ticket(north, ADA, topics, 0)) as northern:
        site.tell(north, "conversation:a", campaign=5, conversation="a")
        assert northern.change()["subjects"] == ["conversation:a"]
        site.tell(south, "conversation:z", conversation="z")
        told = {"position": 1, "subjects": ["conversation:z"], "types": ["conversation.closed"], "topics": ["conversations"]}
        assert southern.change() == told


def test_what_was_missed_since_the_page_was_made_is_told_first(site: Site, north: int) -> None:
    for name in "abc":
        site.tell(north, f"conversation:{name}")
    with listening(site, ticket(north, ADA, ["conversations"], 1)) as reader:
        named = {"subjects": ["conversation:b", "conversation:c"], "types": ["conversation.closed"], "topics": ["conversations"]}
        assert reader.change() == {"position": 3, **named}
        site.tell(north, "conversation:d")
        assert reader.change()["position"] == 4


@pytest.mark.parametrize("how", ["header", "query"])
def test_a_stream_resumes_after_what_was_heard(site: Site, north: int, how: str) -> None:
    for name in "abc":
        site.tell(north, f"conversation:{name}")
    headers, query = ({"Last-Event-ID": "2"}, "") if how == "header" else ({}, "?position=2")
    with listening(site, ticket(north, ADA, ["conversations"], 0), headers=headers, query=query) as reader:
        assert reader.change()["subjects"] == ["conversation:c"]
    for nonsense in ("-1", "x", "9" * 40, "٣"):
        with listening(site, ticket(north, ADA, ["conversations"], 2), headers={"Last-Event-ID": nonsense.encode()}) as reader:
            assert reader.change()["subjects"] == ["conversation:c"]


def test_whoever_is_far_behind_is_told_to_look_at_everything(site: Site, north: int) -> None:
    site.tell(north, "conversation:a", times=FAR_BEHIND + 1)
    with listening(site, ticket(north, ADA, ["conversations"], 0)) as reader:
        assert reader.change() == {"position": FAR_BEHIND + 1, "subjects": [], "types": [], "topics": []}


def test_a_position_from_the_future_is_brought_back(site: Site, north: int) -> None:
    with listening(site, ticket(north, ADA, ["conversations"], 10**15)) as reader:
        time.sleep(0.5)
        site.tell(north, "conversation:a")
        assert reader.change()["position"] == 1


def _ticket_of(seconds_ago: int, account_id: int) -> str:
    class Earlier(TimestampSigner):
        def timestamp(self) -> str:
            return b62_encode(int(time.time()) - seconds_ago)

    return Earlier(salt="antiphon.live").sign_object({"a": account_id, "m": ADA, "t": ["conversations"], "p": 0})


def test_only_a_fresh_untouched_ticket_opens_a_stream(site: Site, north: int) -> None:
    good = ticket(north, ADA, ["conversations"], 0)
    assert status(site, good) == 200
    foreign = TimestampSigner(salt="something.else").sign_object({"a": north, "m": ADA, "t": ["conversations"], "p": 0})
    for bad in ("", "x", good[:-1], good[1:], good + "/", foreign, _ticket_of(TICKET_SECONDS + 2, north)):
        assert status(site, bad) == 403, bad
    assert status(site, good, "POST") == 405
    assert status(site, _ticket_of(TICKET_SECONDS - 15, north)) == 200


def test_one_person_may_have_many_streams_but_not_any_number(site: Site, north: int) -> None:
    opened = ticket(north, ADA, ["conversations"], 0)
    with ExitStack() as stack:
        readers = [stack.enter_context(listening(site, opened)) for _ in range(PER_PERSON)]
        assert status(site, opened) == 429
        assert status(site, ticket(north, ADA + 1, ["conversations"], 0)) == 200
        site.tell(north, "conversation:a")
        assert {reader.change()["position"] for reader in readers} == {1}
    assert _until(lambda: status(site, opened), 200)


def _until(ask: Any, wanted: object) -> bool:
    for _ in range(300):
        if ask() == wanted:
            return True
        time.sleep(0.1)
    return False


def end_sessions() -> int:
    """End every session of the application in this test's database, and let go of this process's own; return how many."""
    ending = "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and usename = current_user"
    with connected() as db:
        ended = len(db.execute(f"{ending} and pid <> pg_backend_pid()").fetchall())
    connections["default"].close()
    cast("DatabaseWrapper", connections["default"]).close_pool()
    return ended


def test_streams_go_on_after_the_connection_that_listens_is_lost(site: Site, north: int) -> None:
    with listening(site, ticket(north, ADA, ["conversations"], 0)) as reader:
        site.tell(north, "conversation:a")
        assert reader.change()["position"] == 1
        assert end_sessions() > 0
        site.tell(north, "conversation:b")
        assert reader.change()["position"] == 2


def test_a_worker_that_is_told_to_stop_ends_its_streams_and_stops(north: int, tmp_path: Path) -> None:
    with started(tmp_path) as site, listening(site, ticket(north, ADA, ["conversations"], 0)) as reader:
        site.tell(north, "conversation:a")
        assert reader.change()["position"] == 1
        site.process.send_signal(signal.SIGTERM)
        assert reader.is_ended(), "it was still told that the stream is there"
        site.process.wait(timeout=60)


def test_what_is_no_event_is_told_to_its_topic_only(site: Site, north: int, south: int) -> None:
    """A touch wakes the streams of its account that listen to the topic, and moves no position."""
    site.tell(north, "conversation:a")
    with (
        listening(site, ticket(north, ADA, ["heard:3", "conversations"], 1)) as reader,
        listening(site, ticket(south, ADA, ["heard:3", "conversations"], 0)) as southern,
    ):
        with connected() as db:
            for topic in ("heard:4", "heard:3"):
                with lane_account(db, north):
                    touch(db, north, topic)
        assert reader.change() == {"position": 1, "subjects": ["heard:3"], "types": ["touched"], "topics": ["heard:3"]}
        site.tell(north, "conversation:b")
        assert reader.change()["subjects"] == ["conversation:b"]
        site.tell(south, "conversation:z")
        assert southern.change()["subjects"] == ["conversation:z"]


def test_touches_that_nobody_could_hear_are_told_once_the_site_listens(north: int, tmp_path: Path) -> None:
    """At a process's first stream, and after the connection that listens was lost; a topic that only events tell of stays quiet."""
    with started(tmp_path) as site:
        opened = ticket(north, ADA, ["heard:3", "conversations"], 0)
        with connected() as db, lane_account(db, north):
            touch(db, north, "heard:3")
        told = {"position": 0, "subjects": ["heard:3"], "types": ["touched"], "topics": ["heard:3"]}
        with listening(site, opened) as reader:
            assert reader.change() == told
            with listening(site, opened) as late:
                assert late.change() == told
            assert end_sessions() > 0
            assert reader.change() == told


def test_only_topics_that_pages_are_told_again_can_be_touched(north: int) -> None:
    with connected() as db, lane_account(db, north):
        touch(db, north, "agents")
        with pytest.raises(ValueError, match="not in TOUCHED"):
            touch(db, north, "conversations")


def test_what_was_touched_while_a_stream_was_on_its_way_is_told_first(site: Site, north: int) -> None:
    with listening(site, ticket(north, ADA, ["conversations"], 0)) as early:
        opened = ticket(north, ADA, ["heard:3"], 0)
        with connected() as db, lane_account(db, north):
            touch(db, north, "heard:3")
        site.tell(north, "conversation:a")
        assert early.change()["subjects"] == ["conversation:a"]  # by now the touch has been heard too
        with listening(site, opened) as reader:
            assert reader.change()["subjects"] == ["heard:3"]


def _person(account_id: int, name: str) -> Membership:
    user = User.objects.create(email=f"{name}@north.example")
    role = Role.ADMINISTRATOR if name == "ana" else Role.AGENT
    return Membership.objects.create(account_id=account_id, user=user, name=name, role=role)


def _sign_out(person: Membership) -> None:
    client = Client()
    client.force_login(person.user)
    assert client.post("/accounts/logout/").status_code == 302


def _shut_out(person: Membership) -> None:
    disable(person.account_id, person.pk, actor="system", at=now())


def _end_elsewhere(person: Membership) -> None:
    client = Client()
    client.force_login(person.user)
    assert client.post("/accounts/you/sessions").status_code == 302


def _change_password(person: Membership) -> None:
    client, old, new = Client(), "correct horse battery", "tall ships at dawn"
    person.user.set_password(old)
    person.user.save()
    client.force_login(person.user)
    typed = {"oldpassword": old, "password1": new, "password2": new, "next": "/accounts/you/"}
    assert client.post("/accounts/password/", typed).status_code == 302


@pytest.mark.parametrize("leave", [_sign_out, _shut_out, _end_elsewhere, _change_password])
def test_the_streams_of_a_person_end_with_their_sessions(site: Site, north: int, leave: Callable[[Membership], None]) -> None:
    """At once, and an older ticket opens none; another person's go on, and a ticket made since opens one."""
    ada, ana = _person(north, "ada"), _person(north, "ana")
    opened = ticket(north, ada.pk, ["conversations"], 0)
    with listening(site, opened) as reader, listening(site, ticket(north, ana.pk, ["conversations"], 0)) as other:
        site.tell(north, "conversation:a")
        assert reader.change()["position"] == other.change()["position"] == 1
        leave(ada)
        assert reader.is_ended(), "it was still told that the stream is there"
        assert status(site, opened) == 403
        site.tell(north, "conversation:b")
        assert other.change()["position"] == 2
        time.sleep(0.2)
        assert status(site, ticket(north, ada.pk, ["conversations"], 0)) == 200

"""The event stream over real HTTP: waiting without holding a thread, woken at once, without gaps or repeats, by kind."""

import asyncio
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from antiphon.accounts.models import Account
from antiphon.accounts.verbs import create_api_key
from antiphon.edge.poll import MOST_OF_ACCOUNT
from antiphon.events.types import WAITS, Kind
from antiphon.events.verbs import read_on
from antiphon.kit.clock import now
from antiphon.kit.db import account
from tests.docs.reading import DOCS, blocks
from tests.events.test_live import Site, started

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])
SOON = 3.0


@pytest.fixture(scope="module")
def site(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:  # noqa: ARG001 - the worker's database
    with started(tmp_path_factory.mktemp("polled")) as running:
        yield running


class Poller:
    """A consumer of an account's events with a key of its own."""

    def __init__(self, site: Site, account_id: int, *, role: str = "administrator") -> None:
        self.url = f"{site.url}/api/v1/events"
        self.account_id = account_id
        secret = create_api_key(account_id, role=role, actor="command", at=now()).secret
        self.headers = {"Authorization": f"Bearer {secret}"}

    def ask(self, **query: Any) -> httpx.Response:
        return httpx.get(self.url, params=query, headers=self.headers, timeout=40)

    def events(self, **query: Any) -> dict[str, Any]:
        response = self.ask(**query)
        assert response.status_code == 200, response.text
        assert WAITS.lower() not in response.headers
        found: dict[str, Any] = response.json()
        return found


@pytest.fixture
def north(site: Site) -> Poller:
    return Poller(site, Account.objects.create(name="North").pk)


@pytest.fixture
def south(site: Site) -> Poller:
    return Poller(site, Account.objects.create(name="South").pk)


def took(began: float) -> float:
    return time.monotonic() - began


def subjects(found: dict[str, Any]) -> list[str]:
    return [one["subject"] for one in found["items"]]


def test_who_waits_is_woken_at_once(site: Site, north: Poller) -> None:
    with ThreadPoolExecutor(1) as beside:
        for number in range(3):
            waiting = beside.submit(north.events, after=number, wait=30)
            time.sleep(0.5)
            assert not waiting.done()
            began = time.monotonic()
            site.tell(north.account_id, f"conversation:{number}")
            found = waiting.result()
            assert took(began) < SOON
            assert (subjects(found), found["next"]) == ([f"conversation:{number}"], number + 1)


def test_what_is_there_is_answered_at_once_and_nothing_when_time_is_over(site: Site, north: Poller) -> None:
    site.tell(north.account_id, "conversation:1")
    began = time.monotonic()
    assert subjects(north.events(after=0, wait=30)) == ["conversation:1"]
    assert took(began) < SOON
    began = time.monotonic()
    assert north.events(after=1, wait=2) == {"items": [], "next": 1}
    assert 2 <= took(began) < 2 + SOON
    began = time.monotonic()
    assert north.events(after=1) == {"items": [], "next": 1}
    assert took(began) < 2


def test_events_of_another_account_wake_nobody(site: Site, north: Poller, south: Poller) -> None:
    with ThreadPoolExecutor(1) as beside:
        waiting = beside.submit(north.events, after=0, wait=3)
        time.sleep(0.5)
        site.tell(south.account_id, "conversation:1", times=5)
        assert waiting.result() == {"items": [], "next": 0}
    assert len(south.events(after=0, wait=3)["items"]) == 5


def test_events_of_other_kinds_are_waited_past(site: Site, north: Poller) -> None:
    with ThreadPoolExecutor(1) as beside:
        waiting = beside.submit(north.events, after=0, wait=30, kind=["goal.reached", "io.antiphon.reply.received"])
        time.sleep(0.5)
        site.tell(north.account_id, "conversation:1", times=5)
        time.sleep(0.5)
        assert not waiting.done()
        site.tell(north.account_id, "reply:1", kind=Kind.REPLY_RECEIVED)
        found = waiting.result()
    assert (subjects(found), found["next"]) == (["reply:1"], 6)
    site.tell(north.account_id, "conversation:2", times=3)
    assert north.events(after=6, wait=1, kind="goal.reached") == {"items": [], "next": 9}


def test_what_is_refused_does_not_wait(north: Poller, site: Site) -> None:
    began = time.monotonic()
    assert httpx.get(north.url, params={"wait": 30}).status_code == 401
    assert Poller(site, north.account_id, role="agent").ask(wait=30).status_code == 403
    assert north.ask(wait=61).status_code == 422
    assert north.ask(wait="soon").status_code == 422
    assert north.ask(wait=30, kind="reply.read").json()["code"] == "unknown_kind"
    assert httpx.post(north.url, params={"wait": 30}, headers=north.headers).status_code == 405
    assert took(began) < 2 * SOON


def test_as_many_as_may_wait_hold_no_thread(site: Site, north: Poller, south: Poller) -> None:
    asyncio.run(_many(site, north, south))


async def _many(site: Site, north: Poller, south: Poller) -> None:
    """As many as may wait hold no thread; one more is answered at once; all of them hear of the same event."""
    async with httpx.AsyncClient(timeout=60, limits=httpx.Limits(max_connections=200)) as client:

        async def ask(one: Poller, wait: int) -> dict[str, Any]:
            response = await client.get(one.url, params={"wait": wait}, headers=one.headers)
            assert response.status_code == 200, response.text
            found: dict[str, Any] = response.json()
            return found

        waiting = [asyncio.create_task(ask(north, 50)) for _ in range(MOST_OF_ACCOUNT)]
        await asyncio.sleep(4)
        began = time.monotonic()
        assert await ask(north, 50) == {"items": [], "next": 0}
        assert await ask(south, 1) == {"items": [], "next": 0}
        assert took(began) < 2 * SOON
        assert not any(one.done() for one in waiting)
        await asyncio.to_thread(site.tell, north.account_id, "conversation:1")
        told = await asyncio.gather(*waiting)
    assert [subjects(one) for one in told] == [["conversation:1"]] * MOST_OF_ACCOUNT


def test_no_gaps_and_no_repeats_while_many_write(site: Site, north: Poller) -> None:
    writers, each = 4, 20
    written = threading.Barrier(writers)

    def write(number: int) -> None:
        written.wait()
        for count in range(each):
            kind = Kind.GOAL_REACHED if count % 4 == 0 else Kind.REPLY_RECEIVED
            site.tell(north.account_id, f"consumer:{number}", kind=kind, count=count)

    def follow(kinds: tuple[str, ...], expected: int) -> list[tuple[int, str, int]]:
        seen: list[tuple[int, str, int]] = []
        after, deadline = 0, time.monotonic() + 60
        while len(seen) < expected and time.monotonic() < deadline:
            found = north.events(after=after, wait=5, limit=7, kind=kinds)
            seen += [(one["position"], one["subject"], one["data"]["count"]) for one in found["items"]]
            assert found["next"] >= after
            after = found["next"]
        return seen

    with ThreadPoolExecutor(writers + 3) as beside:
        all_of_them = [beside.submit(follow, (), writers * each) for _ in range(2)]
        goals = beside.submit(follow, ("goal.reached",), writers * each // 4)
        for write_one in [beside.submit(write, number) for number in range(writers)]:
            write_one.result()
        first, second, reached = all_of_them[0].result(), all_of_them[1].result(), goals.result()
    assert first == second == sorted(first)
    assert [position for position, *_ in first] == list(range(1, writers * each + 1))
    for number in range(writers):
        assert [count for _, subject, count in first if subject == f"consumer:{number}"] == list(range(each))
    assert reached == [one for one in first if one[2] % 4 == 0]


def test_a_page_that_is_full_reads_on_from_its_last(site: Site, north: Poller) -> None:
    site.tell(north.account_id, "conversation:1", kind=Kind.GOAL_REACHED, times=2)
    site.tell(north.account_id, "conversation:2", times=3)
    with account(north.account_id) as db:
        found, upto = read_on(db, north.account_id, after=0, limit=2, kinds=["goal.reached"])
        assert ([one["position"] for one in found], upto) == ([1, 2], 2)
        assert read_on(db, north.account_id, after=0, limit=3, kinds=["goal.reached"])[1] == 5
        assert read_on(db, north.account_id, after=99, limit=3) == ([], 99)


def test_a_site_that_stops_lets_nobody_wait(north: Poller, tmp_path: Any) -> None:
    with started(tmp_path) as other, ThreadPoolExecutor(1) as beside:
        waiting = beside.submit(Poller(other, north.account_id).events, wait=50)
        time.sleep(1.5)
        began = time.monotonic()
        other.process.terminate()
        assert waiting.result() == {"items": [], "next": 0}
        assert took(began) < 10


def test_the_guides_consumer_gets_every_event_once(site: Site, north: Poller) -> None:
    (example,) = (block.text for block in blocks(DOCS / "events.md") if block.language == "python")
    names: dict[str, Any] = {}
    exec(compile(example, "docs/events.md", "exec"), names)
    seen: list[str] = []

    class Enough(Exception):  # noqa: N818 - it is none
        pass

    def each(event: dict[str, Any]) -> None:
        seen.append(event["subject"])
        if len(seen) == 4:
            raise Enough

    def follow() -> None:
        with pytest.raises(Enough):
            names["follow"](site.url, north.headers["Authorization"].split()[1], 0, each, ("goal.reached",))

    with ThreadPoolExecutor(1) as beside:
        following = beside.submit(follow)
        for number in range(4):
            site.tell(north.account_id, f"conversation:{number}", kind=Kind.GOAL_REACHED)
            site.tell(north.account_id, "consumer:1")
            time.sleep(0.2)
        following.result(timeout=30)
    assert seen == [f"conversation:{number}" for number in range(4)]

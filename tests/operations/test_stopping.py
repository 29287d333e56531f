"""A running site: stopped under load, nothing acknowledged is lost or doubled, it ends in time. And what only several processes show."""

import re
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from tests.faults.judge import judge, recover
from tests.faults.ledger import Ledger
from tests.faults.load import Load
from tests.faults.site import Site, site, until

pytestmark = pytest.mark.xdist_group("faults")

TOKEN = "a-token-for-scrapers"
STOP_SECONDS = 5
_SLACK_SECONDS = 15
"""What a loaded machine may add before a process that was told to end is gone."""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Run a site that measures itself."""
    folder: Path = tmp_path_factory.mktemp("stopping")
    with site(folder / "home", ANTIPHON_METRICS_TOKEN=TOKEN, ANTIPHON_STOP_SECONDS=str(STOP_SECONDS)) as one:
        yield one


def test_a_stop_under_load_loses_nothing_and_ends_in_time(running: Site, tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger")
    waiting = threading.Thread(target=_wait_for_events, args=(running,), daemon=True)
    with Load(running, ledger, seed=7, threads=6) as load:
        until(lambda: len(ledger.names("ack", "reply")) > 60, seconds=90, what="load")
        waiting.start()
        took = {name: _stopped(running, name) for name in ("web", "worker")}
        assert max(took.values()) < STOP_SECONDS + _SLACK_SECONDS, took
        recover(running)
    waiting.join(60)
    assert not waiting.is_alive()
    recover(running)
    verdict = judge(running, ledger)
    ledger.close()
    assert verdict.is_good, verdict
    assert verdict.acknowledged > 60
    assert load.requests >= verdict.acknowledged


def _stopped(running: Site, name: str) -> float:
    """Tell a program to end, as a supervisor does; return how long it took. The site starts it again."""
    program, began = running.programs[name], time.monotonic()
    program.terminate()
    program.wait(60)
    return time.monotonic() - began


def _wait_for_events(running: Site) -> None:
    """Have a long poll under way: it must not hold up the end."""
    with suppress(httpx.TransportError):
        httpx.get(
            f"{running.url}/api/v1/events?wait=60&types=campaign.archived",
            headers={"authorization": f"Bearer {running.seeded['api']}"},
            timeout=70,
        )


def test_every_answer_tells_its_own_id_however_many_are_under_way(running: Site) -> None:
    wrong: list[tuple[str, str]] = []

    def ask(number: int) -> None:
        with httpx.Client(base_url=running.url, timeout=60) as client:
            for turn in range(15):
                path = ("/api/v1/skills", "/accounts/login/", "/hooks/nobody/reply", "/static/css/index.css")[turn % 4]
                given = f"client-{number}-turn-{turn}"
                told = client.get(path, headers={"X-Request-ID": given})
                if told.headers.get_list("x-request-id") != [given] or (path.startswith("/api") and told.json()["request_id"] != given):
                    wrong.append((path, given))

    threads = [threading.Thread(target=ask, args=(number,), daemon=True) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
        assert not thread.is_alive()
    assert wrong == []


def test_either_web_worker_tells_of_all_processes(running: Site) -> None:
    def told() -> str:
        return httpx.get(f"{running.url}/metrics", headers={"authorization": f"Bearer {TOKEN}"}, timeout=30).text

    assert httpx.get(f"{running.url}/metrics", timeout=30).status_code == 401
    until(lambda: 'antiphon_processes{part="web"} 2.0' in told() and "antiphon_lanes 2.0" in told(), seconds=60, what="both web workers")
    until(
        lambda: re.search(r'antiphon_turns_total\{ended="done",loop="route queues"\} [1-9]', told()), seconds=60, what="the worker's counts"
    )
    assert httpx.get(f"{running.url}/api/v1/skills", timeout=30).status_code == 401
    until(lambda: re.search(r'antiphon_requests_total\{kind="api",status="401"\} [1-9]', told()), seconds=60, what="the refused call")
    assert "antiphon_workers 1.0" in told() or "antiphon_workers 2.0" in told()

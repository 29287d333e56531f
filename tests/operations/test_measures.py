"""What operators measure: counts of a real run, figures of the database, and a page that only the right reader gets."""

import asyncio
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connections
from prometheus_client.parser import text_string_to_metric_families

from antiphon.config import env
from antiphon.edge import scrape
from antiphon.edge.doors import connect
from antiphon.measures import counting
from antiphon.measures.page import Places, counts_of, page
from antiphon.measures.table import MEASURES, Kind, Origin
from tests.edge.serving import Serving, reply, serving, wait_until
from tests.kit.world import CLEO, MIA, World

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner", "jobs"])
TOKEN = "a-token-for-scrapers"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """Return a home where this process counts as a web worker."""
    assert counting.begin(counts_of(tmp_path), part="web")
    yield tmp_path
    counting.end()


@pytest.fixture
def edge(committed: World, home: Path) -> Iterator[Serving]:  # noqa: ARG001 - sources are read at the start
    with serving(home / "spool") as one:
        yield one


def places(home: Path) -> Places:
    return Places.of(home, partial(connect, "jobs"))


def told(where: Places) -> dict[tuple[str, str], float]:
    """Return the page's samples by name and label."""
    body, content_type = page(where, at=datetime.now(UTC))
    assert content_type.startswith("text/plain")
    found = {}
    for family in text_string_to_metric_families(body.decode()):
        for sample in family.samples:
            found[sample.name, ",".join(str(value) for value in sample.labels.values())] = sample.value
    return found


def test_a_batch_is_counted_once_with_its_size_and_lag(edge: Serving, committed: World, home: Path) -> None:
    north = committed.north
    key = north.secret("webhook_key")
    assert ("antiphon_arrivals_total", "database") not in told(places(home))
    for phone in (CLEO, MIA, CLEO):
        assert edge.post(key, "reply", reply(north, phone, f"yes {phone[-2:]}")).status_code == 200
    assert edge.post("unknown", "reply", {}).status_code == 404
    wait_until(lambda: told(places(home)).get(("antiphon_arrivals_total", "database")) == 3, seconds=30)
    now = told(places(home))
    assert now["antiphon_batch_size_sum", ""] == 3
    assert now["antiphon_batch_size_count", ""] == now["antiphon_batch_seconds_count", ""] == now["antiphon_lag_seconds_count", ""] <= 3
    assert now["antiphon_hooks_refused_total", "404"] == 1
    wait_until(lambda: told(places(home))["antiphon_lanes", ""] == 2, seconds=30)


def test_figures_of_the_database_are_what_is_in_it(edge: Serving, committed: World, home: Path) -> None:
    north = committed.north
    before = told(places(home))
    assert before["antiphon_database_up", ""] == 1
    assert (before["antiphon_arrivals_quarantined", ""], before["antiphon_conversations", "queued"]) == (0, 0)
    assert edge.post(north.secret("webhook_key"), "reply", b"not json").status_code == 200
    assert edge.post(north.secret("webhook_key"), "reply", reply(north, CLEO, "yes")).status_code == 200
    with connections["owner"].cursor() as cursor:
        cursor.execute("update arrival set state = 'pending', received_at = now() - interval '90 s' where state = 'quarantined'")
        cursor.execute("update conversation set due_at = now() - interval '1 hour'")
    now = told(places(home))
    assert now["antiphon_arrivals_pending", ""] == 1
    assert 85 < now["antiphon_arrivals_pending_seconds", ""] < 300
    assert (now["antiphon_conversations", "queued"], now["antiphon_conversations_overdue", ""]) == (1, 1)
    assert now["antiphon_events_unnumbered", ""] > 0 or now["antiphon_search_behind", ""] > 0
    with connections["owner"].cursor() as cursor:
        cursor.execute("update arrival set state = 'quarantined' where state = 'pending'")
    assert told(places(home))["antiphon_arrivals_quarantined", ""] == 1
    assert now["antiphon_partitions_until", ""] > datetime.now(UTC).timestamp()


def test_the_page_names_every_measure_and_no_other(edge: Serving, home: Path) -> None:
    counting.batch("spool", size=1, seconds=0.1, lag_seconds=-1)
    counting.hook_refused(401)
    counting.answered("page", status=200, seconds=0.01)
    counting.turn("route queues", ended="done", seconds=0.01)
    counting.called(None)
    wait_until(lambda: ("antiphon_lanes", "") in told(places(home)), seconds=30)
    names = {re.sub(r"_(bucket|sum|count|created)$", "", name) for name, _ in told(places(home))}
    assert edge.deaths == []
    assert names == {measure.shown for measure in MEASURES}


def test_with_the_database_away_the_rest_is_still_told(home: Path) -> None:
    def refused() -> Any:
        return psycopg.connect("host=/nowhere")

    now = told(Places(counts=counts_of(home), spool=home / "spool", home=home, connect=refused))
    assert now["antiphon_database_up", ""] == 0
    assert now["antiphon_processes", "web"] == 1
    assert now["antiphon_resident_bytes", "web"] > 1_000_000
    assert not any(name.startswith("antiphon_jobs") for name, _ in now)


def test_what_a_dead_process_counted_stays_and_what_it_was_goes(home: Path) -> None:
    counting.batch("database", size=5, seconds=0.1, lag_seconds=0.2)
    counting.edge_now(lanes=2, streams=7)
    folder = counts_of(home) / "web"
    for path in folder.glob(f"*_{os.getpid()}.db"):
        gone = path.with_name(path.name.replace(str(os.getpid()), "999999999"))
        gone.write_bytes(path.read_bytes())
    now = told(places(home))
    assert now["antiphon_arrivals_total", "database"] == 10
    assert (now["antiphon_lanes", ""], now["antiphon_streams", ""], now["antiphon_processes", "web"]) == (2, 7, 1)
    counting.end()
    for path in folder.glob(f"*_{os.getpid()}.db"):
        path.unlink()
    assert counting.begin(counts_of(home), part="web")
    assert ("antiphon_arrivals_total", "database") not in told(places(home))


def test_where_there_is_no_room_nothing_is_counted_and_nothing_breaks(tmp_path: Path) -> None:
    (tmp_path / "measures").write_text("in the way")
    assert not counting.begin(counts_of(tmp_path), part="web")
    counting.batch("database", size=1, seconds=0.1, lag_seconds=0.1)


def asked(**headers: str) -> tuple[int, bytes]:
    """Ask the page on the site's port; return status and body."""
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        await asyncio.sleep(0)
        sent.append(message)

    async def receive() -> Any:
        await asyncio.sleep(0)
        return {"type": "http.request", "body": b"", "more_body": False}

    given = [(name.encode(), value.encode()) for name, value in headers.items()]
    asyncio.run(scrape.application({"method": "GET", "path": "/metrics", "headers": given}, receive, send))
    return sent[0]["status"], sent[1]["body"]


def test_the_page_is_there_for_who_has_the_token(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_token = env.read({"ANTIPHON_METRICS_TOKEN": TOKEN, "ANTIPHON_HOME": str(home)})
    monkeypatch.setattr(scrape, "current", lambda: with_token)
    assert asked()[0] == asked(authorization="Bearer wrong")[0] == asked(authorization=TOKEN)[0] == 401
    status, body = asked(authorization=f"Bearer {TOKEN}")
    assert (status, b"antiphon_lanes" in body or b"antiphon_database_up 1.0" in body) == (200, True)
    without = env.read({"ANTIPHON_HOME": str(home)})
    monkeypatch.setattr(scrape, "current", lambda: without)
    assert asked(authorization="Bearer ")[0] == asked(authorization=f"Bearer {TOKEN}")[0] == 404


def test_a_short_token_is_refused_and_a_port_alone_is_enough() -> None:
    with pytest.raises(env.SettingError, match="ANTIPHON_METRICS_TOKEN"):
        _ = env.read({"ANTIPHON_METRICS_TOKEN": "short"}).is_measured
    assert env.read({"ANTIPHON_METRICS_TOKEN": TOKEN}).is_measured
    assert env.read({"ANTIPHON_METRICS_PORT": "8439"}).is_measured
    assert not env.read({}).is_measured


def test_no_label_can_name_a_person() -> None:
    assert {label for measure in MEASURES for label in measure.labels} == {
        "way", "status", "kind", "loop", "ended", "part", "state", "version",
    }  # fmt: skip
    assert all(measure.text and not measure.text.endswith(".") for measure in MEASURES)
    assert {measure.origin for measure in MEASURES if measure.kind is not Kind.GAUGE} == {Origin.PROGRAM}

"""A whole run with words that must not be seen: no number, text, name, token or key of anybody reaches a log line or a measure."""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from antiphon.edge.doors import connect
from antiphon.measures import counting
from antiphon.measures.page import Places, counts_of, page
from antiphon.worker.loops import LOOPS
from antiphon.worker.running import Desk, _turn
from tests.edge.serving import Serving, notice, reply, serving
from tests.kit.months import make_months
from tests.kit.world import CLEO, MIA, World
from tests.operations.logged import lines, logged

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner", "jobs"])

WORDS = ("Kanarievogel", "Sijsjesdrijver")
_REFUSE = """
    create function refuse_canary() returns trigger language plpgsql as $$
    begin
        if new.text like '%%Sijsjesdrijver%%' then
            raise exception 'the text %% of %% is refused', new.text, new.consumer_id using detail = new.text;
        end if;
        return new;
    end $$;
    create trigger refuse_canary before insert on reply for each row execute function refuse_canary();
"""


@pytest.fixture
def failing_line() -> Iterator[None]:
    """Have the database refuse replies with one word, and quote them."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(_REFUSE.replace("%%", "%"))
    yield
    with connections["owner"].cursor() as cursor:
        cursor.execute("drop trigger refuse_canary on reply; drop function refuse_canary")


@pytest.fixture
def edge(committed: World, tmp_path: Path) -> Iterator[Serving]:  # noqa: ARG001 - sources are read at the start
    assert counting.begin(counts_of(tmp_path), part="web")
    with serving(tmp_path / "spool") as one:
        yield one
    counting.end()


def test_nothing_private_is_logged_or_measured(edge: Serving, committed: World, failing_line: None, tmp_path: Path) -> None:  # noqa: ARG001
    north = committed.north
    key, desk = north.secret("webhook_key"), Desk(spool=tmp_path / "spool", now=committed.clock)
    with logged("debug") as stream:
        assert edge.post(key, "notice", notice(north, CLEO, text=f"Hello {WORDS[0]}")).status_code == 200
        assert edge.post(key, "reply", reply(north, CLEO, f"I am {WORDS[0]}")).status_code == 200
        assert edge.post(key, "reply", reply(north, MIA, f"I am {WORDS[1]}")).status_code == 200
        assert edge.post(key, "reply", f"not json {WORDS[0]}".encode()).status_code == 200
        assert edge.post("Kanarievogel-key", "reply", {}).status_code == 404
        try:
            for loop in LOOPS:
                if loop.name != "deliver webhooks":
                    _turn(loop, desk)
        finally:
            with connections["owner"].cursor() as cursor:  # one of them let months go
                make_months(cursor)
        client = Client(raise_request_exception=False)
        for address in (f"/api/v1/conversations?text={WORDS[0]}", f"/nowhere/{WORDS[0]}/{CLEO}", f"/accounts/login/?next=/{WORDS[0]}"):
            assert client.get(address, headers={"Authorization": f"Bearer {WORDS[0]}", "Cookie": f"session={WORDS[0]}"}).status_code < 500
        desk.let_go()
        measured, _ = page(Places.of(tmp_path, partial(connect, "jobs")), at=datetime.now(UTC))
    refused = [line for line in lines(stream) if line["event"] in {"batch_refused", "answered"} or "where" in line]
    assert any(line["event"] == "answered" for line in refused), "logs were written"
    assert any(WORDS[1] in str(row) for row in texts()), "the line did fail on it"
    seen(stream.getvalue() + measured.decode(), north)


def texts() -> list[Any]:
    """Return bodies that wait to be tried again, or for a person."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("select convert_from(body, 'UTF8') from arrival where state <> 'done'")
        return list(cursor.fetchall())


def seen(written: str, north: Any) -> None:
    """Fail when anything private was written."""
    private = [
        *WORDS,
        CLEO.lstrip("+"),
        MIA.lstrip("+"),
        north.secret("webhook_key"),
        north.secret("notice_token"),
        north.number.lstrip("+"),
    ]
    assert len(written) > 1000
    assert [word for word in private if word in written] == []

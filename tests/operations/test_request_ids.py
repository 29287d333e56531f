"""One id per request: taken over, told back, in every line, on every page that says that something went wrong, and with its jobs."""

import asyncio
import logging
import re
import sys
import threading
from typing import Any

import pytest
from django.db import connection
from django.test import Client, override_settings

from antiphon.kit import logs, requests
from antiphon.worker.jobs import _letting_go
from tests.kit.world import Tenant
from tests.operations.failing import CANARY
from tests.operations.logged import lines, logged

GIVEN = "proxy-4f2a91.c_7"
MADE = re.compile(r"[0-9a-f]{32}")


@pytest.mark.parametrize("given", [GIVEN, "0199c0de-1234-7000-8000-1234abcd9012", "a" * 64, "deadbeefdeadbeef0123456789abcdef"])
def test_a_sane_id_is_taken_over(given: str) -> None:
    assert requests.id_of(given) == given


@pytest.mark.parametrize(
    "given",
    ["", "short", "a" * 65, "+31612345678", "0031612345678", "31612345678", "call-31612345678", "a\nb-injected", "ééééééééé", "<script>x"],
)
def test_any_other_is_replaced(given: str) -> None:
    made = requests.id_of(given)
    assert MADE.fullmatch(made)
    assert made != requests.id_of(given)


@pytest.mark.django_db
def test_a_page_tells_it_back_and_logs_it() -> None:
    with logged("info") as stream:
        given = Client().get("/accounts/login/", headers={"X-Request-ID": GIVEN})
        made = Client().get("/accounts/login/", headers={"X-Request-ID": "+31612345678"})
    assert given.headers["X-Request-ID"] == GIVEN
    assert MADE.fullmatch(made.headers["X-Request-ID"])
    told = [line for line in lines(stream) if line["event"] == "answered"]
    assert [line["request_id"] for line in told] == [GIVEN, made.headers["X-Request-ID"]]
    assert (told[0]["status"], told[0]["method"], told[0]["route"]) == (200, "GET", "accounts/login/")
    assert requests.current() == ""


@pytest.mark.django_db
def test_a_problem_document_names_it() -> None:
    refused = Client().get("/api/v1/skills", headers={"X-Request-ID": GIVEN})
    assert (refused.status_code, refused.json()["request_id"], refused.headers["X-Request-ID"]) == (401, GIVEN, GIVEN)


@pytest.mark.django_db
def test_pages_of_errors_name_it(north: Tenant) -> None:
    absent = Client(headers={"X-Request-ID": GIVEN}).get("/nowhere/")
    assert (absent.status_code, f"<code>{GIVEN}</code>" in absent.content.decode()) == (404, True)
    with override_settings(ROOT_URLCONF="tests.operations.failing"), logged("info") as stream:
        broken = Client(raise_request_exception=False, headers={"X-Request-ID": GIVEN}).get("/fail/7")
    assert broken.status_code == 500
    assert f"<code>{GIVEN}</code>" in broken.content.decode()
    assert north.id
    failed = [line for line in lines(stream) if line["level"] == "error"]
    assert [(line["event"], line["reason"], line["request_id"]) for line in failed] == [("a request failed", "ValueError", GIVEN)]
    assert failed[0]["where"].startswith("failing.py:")
    assert not any(word in stream.getvalue() for word in ("Kanarie", "778899", "5551"))
    assert "Kanarie" not in broken.content.decode()


@pytest.mark.django_db
def test_a_job_carries_it_on() -> None:
    with override_settings(ROOT_URLCONF="tests.operations.failing"):
        assert Client(headers={"X-Request-ID": GIVEN}).get("/ask").content == b"asked"
    with connection.cursor() as cursor:
        cursor.execute("select args ->> 'request_id' from procrastinate_jobs where task_name = 'check_token'")
        assert cursor.fetchall() == [(GIVEN,)]
    seen: list[tuple[str, int]] = []

    def work(*, account_id: int) -> None:
        seen.append((requests.current(), account_id))

    job: Any = _letting_go(work)
    job(account_id=1, request_id=GIVEN)
    job(account_id=2)
    assert seen == [(GIVEN, 1), ("", 2)]


def test_what_is_answered_without_django_tells_it_too() -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        await asyncio.sleep(0)
        sent.append(message)

    async def receive() -> Any:
        await asyncio.Event().wait()

    scope = {
        "type": "http",
        "method": "GET",
        "path": "/static/nowhere.css",
        "query_string": b"",
        "headers": [(b"x-request-id", GIVEN.encode())],
    }
    with logged():  # importing it configures the logs
        from antiphon.config.asgi import application  # noqa: PLC0415 - as above

        asyncio.run(application(scope, receive, send))
    assert [value for name, value in sent[0]["headers"] if name == b"x-request-id"] == [GIVEN.encode()]


def test_what_nobody_catches_is_told_without_its_message() -> None:
    before = sys.excepthook
    with logged() as stream:
        try:
            logs.catch_the_uncaught()
            sys.excepthook(ValueError, ValueError(CANARY), None)
            sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
        finally:
            sys.excepthook = before
            threading.excepthook = threading.__excepthook__
    (line,) = lines(stream)
    assert (line["event"], line["reason"], line["level"]) == ("uncaught", "ValueError", "critical")
    assert "Kanarie" not in stream.getvalue()


def test_a_library_speaks_without_its_values() -> None:
    with logged() as stream:
        logging.getLogger("library").error("cannot send %r to %s", CANARY, "+31612345678")
        logging.getLogger("asyncio").error("Task exception was never retrieved\nfuture: <Task exception=ValueError(%r)>" % CANARY)  # noqa: G002, UP031 - as asyncio does
        logging.getLogger("procrastinate.worker").info("Job %s ended with status: %s", "run_task[7](account_id=3)", "Success")
    told = [line["event"] for line in lines(stream)]
    assert told == [
        "cannot send %r to %s",
        "Task exception was never retrieved",
        "Job run_task[7](account_id=3) ended with status: Success",
    ]
    assert "Kanarie" not in stream.getvalue()

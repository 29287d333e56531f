"""The doctor looks at the database and at what waits: each thing is broken once, found with how to mend it, and found well again."""

import argparse
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from django.db import connections

from antiphon.cli import database as commands
from antiphon.cli import doctor
from antiphon.cli.diagnosis import database, work
from antiphon.cli.diagnosis.database import Case
from antiphon.cli.diagnosis.finding import Finding, well
from antiphon.config import budget
from antiphon.config.databases import ALIASES
from antiphon.config.migrations import on_disk
from antiphon.worker.loops import LOOPS
from tests.operations.doctor import environment, free_port, is_bad


def to_tests(alias: str = "owner", *, user: str | None = None) -> str:
    """Return the URL of the tests' database."""
    door = connections[alias].settings_dict
    named, password = user or door["USER"], f":{quote(door['PASSWORD'])}" if door["PASSWORD"] else ""
    return f"postgresql://{named}{password}@/{door['NAME']}?host={quote(str(door['HOST']), safe='')}&port={door['PORT'] or 5432}"


@pytest.fixture
def case(db: None, tmp_path: Path) -> Iterator[Case]:  # noqa: ARG001 - everything is rolled back
    """Return a case whose owner's connection is the test's own, inside its transaction."""
    site = environment(tmp_path, DATABASE_URL=to_tests(), ANTIPHON_PORT=str(free_port()))
    with connections["owner"].cursor() as cursor:
        yield Case(site, cursor.connection, lambda: datetime.now(UTC))


def broken(case: Case, *statements: str) -> None:
    for statement in statements:
        case.db.execute(statement.encode())


ALL = pytest.mark.django_db(databases=list(ALIASES))


@ALL
def test_a_database_in_order(case: Case) -> None:
    found = [one for one in [*database.looks(case), *work.looks(case)] if one.name not in {"durability", "clock"}]
    assert [one for one in found if not one.is_well] == []
    assert {one.name for one in found} >= {"migrations", "roles", "grants", "row-level security", "partitions", "jobs", "quarantine"}


def test_a_database_that_does_not_answer(tmp_path: Path) -> None:
    away = environment(tmp_path, DATABASE_URL=f"postgresql://owner:hush@127.0.0.1:{free_port()}/site")
    (found,) = [one for one in doctor.findings(away) if one.name == "database"]
    assert is_bad(found, "cannot be used", "database-away.md")
    assert "hush" not in found.told


@ALL
def test_a_database_that_is_too_old(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "PostgreSQL" in database.version(case).told
    monkeypatch.setattr(commands, "_OLDEST", 990_000)
    (found,) = [one for one in doctor.findings(case.environment) if one.name == "database"]
    assert is_bad(found, "needs 16 or newer")


@ALL
def test_migrations_that_are_missing_or_newer(case: Case) -> None:
    assert database.migrations(case).is_well
    broken(case, "insert into django_migrations (app, name, applied) values ('intake', '0999_later', now())")
    assert is_bad(database.migrations(case), "newer version", "0999_later")
    broken(case, "delete from django_migrations where name in ('0999_later', '0002_tenancy')")
    assert is_bad(database.migrations(case), "1 missing", "antiphon migrate")
    assert "grants" not in {one.name for one in database.looks(case)}
    assert "0002_tenancy" in on_disk()


@ALL
def test_a_role_that_row_level_security_does_not_bind(case: Case, tmp_path: Path) -> None:
    if os.environ.get("ANTIPHON_TEST_DATABASE_URL"):
        pytest.skip("needs a superuser of its own")
    assert database.roles(case).is_well
    free = environment(tmp_path, DATABASE_URL=to_tests(), ANTIPHON_APP_DATABASE_URL=to_tests(user="postgres"))
    assert is_bad(database.roles(Case(free, case.db, case.now)), "postgres", "BYPASSRLS")


@ALL
@pytest.mark.parametrize("name", ["reply", "django_session", "counter_now"])
def test_a_grant_that_is_missing(case: Case, name: str) -> None:
    assert database.grants(case).is_well
    broken(case, f"revoke all on {name} from {case.roles[0]}")
    assert is_bad(database.grants(case), f"{case.roles[0]} on {name}", "GRANT")
    broken(case, f"grant select, insert, update, delete on {name} to {case.roles[0]}")
    assert database.grants(case).is_well


@ALL
@pytest.mark.parametrize(
    ("breaks", "mends"),
    [
        ("alter table reply disable row level security", "alter table reply enable row level security"),
        ("alter table reply no force row level security", "alter table reply force row level security"),
        ("drop policy jobs on reply", 'create policy jobs on reply to "{jobs}" using (true)'),
    ],
)
def test_a_table_that_is_not_kept_apart(case: Case, breaks: str, mends: str) -> None:
    assert database.row_level_security(case).is_well
    broken(case, breaks)
    assert is_bad(database.row_level_security(case), "on reply", "ROW LEVEL SECURITY")
    broken(case, mends.format(jobs=case.roles[1]))
    assert database.row_level_security(case).is_well


@ALL
@pytest.mark.parametrize("setting", ["synchronous_commit"])
def test_a_server_that_forgets_what_it_committed(case: Case, setting: str) -> None:
    broken(case, f"set local {setting} = off")
    assert is_bad(database.durability(case), setting, "crash")
    broken(case, f"set local {setting} = on")
    assert setting not in database.durability(case).told


@ALL
def test_clocks_that_differ(case: Case) -> None:
    assert database.clock(case).is_well
    for wrong in (timedelta(seconds=30), timedelta(seconds=-30)):
        late = Case(case.environment, case.db, lambda wrong=wrong: datetime.now(UTC) + wrong)  # type: ignore[misc]
        assert is_bad(database.clock(late), "ahead of" if wrong < timedelta() else "behind", "in time")


@ALL
def test_too_few_connections(case: Case, tmp_path: Path) -> None:
    assert database.enough_connections(case).is_well
    many = environment(tmp_path, DATABASE_URL=to_tests(), ANTIPHON_WORKERS="400")
    assert is_bad(database.enough_connections(Case(many, case.db, case.now)), "max_connections", "ANTIPHON_WORKERS")


def test_loops_have_as_many_threads_as_are_reckoned_with() -> None:
    assert len({loop.thread for loop in LOOPS}) == budget.LOOP_THREADS


@ALL
def test_a_month_without_partitions(case: Case) -> None:
    assert database.partitions(case).is_well
    later = Case(case.environment, case.db, lambda: datetime(2031, 4, 7, tzinfo=UTC))
    assert is_bad(database.partitions(later), "arrival_2031_04, arrival_2031_05, event_2031_04", "ensure_partitions")
    broken(case, "select ensure_partitions('2031-04-01', '2031-05-01')")
    assert database.partitions(later).is_well
    broken(case, "alter table notice detach partition notice_2031_05")
    assert is_bad(database.partitions(later), "notice_2031_05")


@ALL
def test_an_index_that_was_not_finished(case: Case) -> None:
    assert database.indexes(case).is_well
    if os.environ.get("ANTIPHON_TEST_DATABASE_URL"):
        return
    with psycopg.connect(to_tests(user="postgres"), autocommit=True) as boss:
        boss.execute("update pg_index set indisvalid = false where indexrelid = 'reply_by_consumer'::regclass")
        try:
            assert is_bad(database.indexes(case), "reply_by_consumer", "REINDEX")
        finally:
            boss.execute("update pg_index set indisvalid = true where indexrelid = 'reply_by_consumer'::regclass")


# What waits


def waiting(case: Case) -> dict[str, Finding]:
    return {one.name: one for one in work.looks(case)}


_JOB = "insert into procrastinate_jobs (queue_name, task_name, args, status) values ('default', 'send_answer', '{}', '%s')"


@ALL
def test_jobs_that_a_dead_worker_holds(case: Case) -> None:
    assert waiting(case)["jobs"].is_well
    broken(case, _JOB % "doing")
    assert is_bad(waiting(case)["jobs"], "1 are held", "no-worker.md")
    broken(
        case,
        "insert into procrastinate_workers default values",
        "update procrastinate_jobs set worker_id = (select max(id) from procrastinate_workers)",
    )
    assert waiting(case)["jobs"].is_well
    assert waiting(case)["worker"].told == "1 alive"


@ALL
def test_jobs_that_nobody_does(case: Case) -> None:
    broken(case, _JOB % "todo")
    assert waiting(case)["jobs"].told == "1 wait"
    broken(case, "update procrastinate_events set at = now() - interval '11 minutes'")
    assert is_bad(waiting(case)["jobs"], "1 have waited")
    assert is_bad(waiting(case)["worker"], "sign of life", "antiphon worker")


_ARRIVAL = """
    insert into arrival (account_id, id, source_id, kind, received_at, headers, query, body, state, attempts)
    select 1, uuid_floor(now()), 1, 'reply', now() - interval '%s minutes', '{}', '', '', '%s', 3
"""


@ALL
@pytest.mark.parametrize(("minutes", "is_well"), [(9, True), (11, False)])
def test_webhooks_that_the_line_fails_on(case: Case, minutes: int, is_well: bool) -> None:
    broken(case, "set local row_security = on", _ARRIVAL % (minutes, "pending"))
    found = waiting(case)["pending"]
    assert found.is_well == is_well
    assert is_well or is_bad(found, "1 webhooks", "pending.md")


@ALL
def test_webhooks_in_quarantine(case: Case) -> None:
    assert waiting(case)["quarantine"].told == "empty"
    broken(case, _ARRIVAL % (1, "quarantined"))
    assert is_bad(waiting(case)["quarantine"], "1 webhooks", "quarantine.md")


@ALL
def test_deliveries_that_are_late(case: Case) -> None:
    late = """
        insert into webhook_delivery (account_id, endpoint_id, event_id, type, subject, position, state, attempts, next_at, error)
        select 1, 1, uuid_floor(now()), 'reply.received', 'x', 1, 'waiting', 3, now() - interval '%s minutes', ''
    """
    broken(case, late % 59)
    assert waiting(case)["webhooks out"].is_well
    broken(case, "update webhook_delivery set next_at = now() - interval '61 minutes'")
    assert is_bad(waiting(case)["webhooks out"], "1 deliveries", "webhooks-out.md")


# The command


def test_the_command_says_it_and_its_exit_code_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    site = environment(tmp_path, DATABASE_URL=f"postgresql://owner@127.0.0.1:{free_port()}/site", ANTIPHON_PORT=str(free_port()))
    monkeypatch.setattr(doctor, "current", lambda: site)
    assert doctor.run(argparse.Namespace(json=False)) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if line.startswith("BAD database: ") and " - see " in line]
    assert [line for line in lines if line.startswith("ok  spool: 0 segments")]
    assert doctor.run(argparse.Namespace(json=True)) == 1
    found = {one["name"]: one for one in json.loads(capsys.readouterr().out)}
    assert (found["database"]["is_well"], found["python"]["is_well"]) == (False, True)


def test_a_site_in_order_is_told_by_exit_code_0(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(doctor, "findings", lambda _: [well("python", "3.14"), well("disk", "empty")])
    assert doctor.run(argparse.Namespace(json=False)) == 0
    assert capsys.readouterr().out == "ok  python: 3.14\nok  disk: empty\n"

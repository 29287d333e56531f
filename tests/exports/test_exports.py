"""Facts as Parquet: what DuckDB reads is what is stored; stopped exports go on; days that are not over are refused."""

import argparse
import json
import re
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from django.test import Client

from antiphon.accounts.models import AuditEntry
from antiphon.accounts.permissions import may
from antiphon.cli import export as command
from antiphon.cli.errors import FailedError
from antiphon.conversations.models import Conversation
from antiphon.events.models import Event
from antiphon.events.relay import number
from antiphon.exports import verbs
from antiphon.exports.facts import FACTS, Type
from antiphon.exports.writing import copied, write
from antiphon.intake.models import Notice, Reply
from antiphon.kit.db import account, rows
from antiphon.kit.problems import Invalid
from antiphon.metrics.folding import fold
from antiphon.tasks import files
from antiphon.tasks import verbs as tasks
from antiphon.tasks.models import Task
from antiphon.worker.tasks import run
from tests.kit.caller import Caller
from tests.kit.deliver import Deliver
from tests.kit.world import ACTOR, CLEO, MIA, Tenant

DOCUMENT = Path(__file__).parents[2] / "docs" / "exports.md"
READ = {
    Type.TEXT: "VARCHAR",
    Type.WORD: "VARCHAR",
    Type.INTEGER: "BIGINT",
    Type.NUMBER: "DOUBLE",
    Type.AMOUNT: "DECIMAL(24,6)",
    Type.INSTANT: "TIMESTAMP WITH TIME ZONE",
    Type.FLAG: "BOOLEAN",
}


@pytest.fixture
def told(north: Tenant) -> Tenant:
    """Have two notices on one day, a reply on the next, and three days pass."""
    north.campaign()
    deliver = Deliver(north)
    deliver.notice(CLEO, at=north.clock())
    deliver.notice(MIA, at=north.clock())
    north.clock.forward(hours=24)
    deliver.reply(CLEO, at=north.clock(), text='She said "yes",\nand more')
    with account(north.id) as db:
        number(db, north.id)
        fold(db, north.id)
    north.clock.forward(hours=72)
    return north


def days(north: Tenant) -> tuple[date, date]:
    until = north.clock().astimezone(UTC).date() - timedelta(days=1)
    return until - timedelta(days=6), until


def exported(north: Tenant, folder: Path, *names: str, is_again: bool = False) -> dict[str, int]:
    since, until = days(north)
    counts: dict[str, int] = {}
    chosen = verbs.parts(names or tuple(FACTS), since=since, until=until, at=north.clock())
    for part, count in verbs.export(folder, north.id, chosen, is_again=is_again):
        counts[part.fact.name] = counts.get(part.fact.name, 0) + count
    return counts


def read(folder: Path, name: str, what: str = "*") -> list[dict[str, Any]]:
    with duckdb.connect() as db:
        db.execute("set timezone = 'UTC'")
        asked = db.sql(f"select {what} from read_parquet('{folder}/{name}/*/*/*.parquet', hive_partitioning = true) order by all")
        found: list[dict[str, Any]] = asked.to_arrow_table().to_pylist()
        return found


def test_every_fact_is_what_is_stored(told: Tenant, tmp_path: Path) -> None:
    counts = exported(told, tmp_path)
    with account(told.id) as db:
        for name, fact in FACTS.items():
            stored = rows(db, f"select count(*) as count from {TABLES[name]} where account_id = {told.id}")[0].count
            assert stored > 0 or name == "answers", name
            assert counts[name] == stored, name
            for row in read(tmp_path, name) if stored else []:
                assert set(row) == {*fact.columns, "account", "day"}
                assert row["account"] == told.id
        notices = {str(one.id): one for one in Notice.objects.filter(account_id=told.id)}
        reply = Reply.objects.get(account_id=told.id)
        conversation = Conversation.objects.get(account_id=told.id)
        events = {str(one.id): one for one in Event.objects.filter(account_id=told.id)}
    for row in read(tmp_path, "notices"):
        one = notices.pop(row["id"])
        assert (row["sent_at"], row["external_campaign"], row["campaign_id"]) == (
            one.sent_at,
            one.external_campaign,
            one.counted_campaign_id,
        )
        assert (row["is_counted"], row["consumer_id"]) == (one.is_counted, str(one.consumer_id))
    assert notices == {}
    (row,) = read(tmp_path, "replies")
    assert (row["verdict"], row["seconds_to_reply"], row["is_first_reply"]) == (reply.verdict, reply.seconds_to_reply, True)
    assert row["day"] == reply.received_at.astimezone(UTC).date()
    (row,) = read(tmp_path, "conversations")
    assert (row["id"], row["state"], row["closed_at"], row["closed_by"]) == (str(conversation.id), conversation.state, None, "")
    for row in read(tmp_path, "events"):
        one_event = events.pop(row["id"])
        assert (row["type"], row["time"], row["position"]) == (one_event.type, one_event.time, one_event.position)
        assert json.loads(row["content"]) == one_event.content
    assert events == {}
    sent = read(tmp_path, "counters", "sum(value) filter (where metric = 'sent') as sent")
    assert sent == [{"sent": 2}]


TABLES = {
    "notices": "notice",
    "replies": "reply",
    "answers": "answer",
    "conversations": "conversation",
    "decisions": "decision",
    "events": "event",
    "counters": "counter",
}


def test_awkward_values_come_back_as_they_were(north: Tenant, tmp_path: Path) -> None:
    """Commas, quotes, line ends, what looks like nothing, and nothing itself."""
    texts = ['a "quote", a comma', "two\nlines\r\nand more", "", "NULL", "\\N", "t", " spaced ", "🙂 é"]
    with account(north.id) as db:
        lines = copied(db, FACTS["events"], account_id=north.id, start=north.clock(), end=north.clock())
        assert write(lines, FACTS["events"], tmp_path / "none.parquet") == 0
        assert not (tmp_path / "none.parquet").exists()
        quoted = [
            f'"{index}",t,"{text.replace(chr(34), chr(34) * 2)}",2026-03-24 09:00:00.000001+00,,'.encode()
            for index, text in enumerate(texts)
        ]
        write((line + b"\n" for line in quoted), FACTS["events"], tmp_path / "facts.parquet")
    with duckdb.connect() as duck:
        found = duck.execute(f"select subject, position, content, epoch_us(time) from '{tmp_path}/facts.parquet' order by id").fetchall()
    instant = int(datetime(2026, 3, 24, 9, 0, 0, 1, tzinfo=UTC).timestamp() * 1_000_000)
    assert found == [(text, None, None, instant) for text in texts]


def test_an_export_that_was_stopped_goes_on(told: Tenant, tmp_path: Path) -> None:
    since, until = days(told)
    chosen = verbs.parts(["notices", "events"], since=since, until=until, at=told.clock())
    walked: Iterator[Any] = verbs.export(tmp_path, told.id, chosen)
    written = next(part for part, count in walked if count)
    walked.close()  # type: ignore[attr-defined]
    first = written.path(tmp_path, told.id)
    (first.parent / ".facts.parquet.unfinished").write_bytes(b"half of one")
    before = first.stat().st_mtime_ns
    counts = exported(told, tmp_path, "notices", "events")
    assert first.stat().st_mtime_ns == before
    assert counts[written.fact.name] < len(read(tmp_path, written.fact.name)) or counts[written.fact.name] == 0
    with account(told.id):
        assert len(read(tmp_path, "events")) == Event.objects.filter(account_id=told.id).count()
    assert sum(exported(told, tmp_path, "notices", "events").values()) == 0
    assert sum(exported(told, tmp_path, "notices", "events", is_again=True).values()) == len(read(tmp_path, "notices")) + len(
        read(tmp_path, "events")
    )


def test_one_account_exports_nothing_of_another(told: Tenant, south: Tenant, tmp_path: Path) -> None:
    assert exported(told, tmp_path / "north", "notices")["notices"] == 2
    assert exported(south, tmp_path / "south", "notices")["notices"] == 0


def test_what_cannot_be_is_refused(told: Tenant) -> None:
    since, until = days(told)
    assert verbs.parts(["events"], since=until, until=until, at=told.clock())
    for names, first, last, code, field in (
        (["events"], since, until + timedelta(days=1), "bad_range", "until"),
        (["events"], until, since, "bad_range", "until"),
        (["consumers"], since, until, "unknown_fact", "facts"),
        ([], since, until, "unknown_fact", "facts"),
    ):
        with pytest.raises(Invalid) as refused:
            verbs.parts(names, since=first, until=last, at=told.clock())
        assert (refused.value.code, refused.value.field) == (code, field)
    with pytest.raises(Invalid):
        verbs.ask(told.id, names=["events"], since=until - timedelta(days=366), until=until, actor=ACTOR, at=told.clock())


def test_the_document_names_every_column_and_its_type(told: Tenant, tmp_path: Path) -> None:
    sections = re.findall(r"### `(\w+)`\n\n((?:\|.*\n)+)", DOCUMENT.read_text())
    documented = {name: dict(re.findall(r"^\| `(\w+)` \| (\w+) \|", table, re.MULTILINE)) for name, table in sections}
    assert documented == {name: {column: kind.value for column, kind in fact.columns.items()} for name, fact in FACTS.items()}
    exported(told, tmp_path)
    for name in set(FACTS) - {"answers"}:
        with duckdb.connect() as db:
            found = db.execute(
                f"describe select * from read_parquet('{tmp_path}/{name}/*/*/*.parquet', hive_partitioning = false)"
            ).fetchall()
        assert {column: kind for column, kind, *_ in found} == {column: READ[kind] for column, kind in FACTS[name].columns.items()}


def visitor(person: Any) -> Client:
    client = Client()
    client.force_login(person.user)
    return client


def test_asked_for_on_the_page_made_by_the_worker_and_fetched(told: Tenant, tmp_path: Path) -> None:
    ana, (since, until) = visitor(told.people["Ana"]), days(told)
    page = ana.get("/analytics/exports/").content.decode()
    assert "Nothing was exported yet" in page
    typed = {"since": since.isoformat(), "until": until.isoformat(), "facts": ["notices", "replies"]}
    asked = ana.post("/analytics/exports/", typed)
    assert asked.status_code == 303
    with account(told.id):
        task = Task.objects.get(account_id=told.id)
    run(told.id, task.pk, tries=0, most=6)
    done = tasks.find(told.id, task.pk)
    assert (done.state, done.result["rows"]) == ("done", 3), done.error
    assert done.expires_at is not None
    assert "3 rows exported." in ana.get(asked.headers["Location"]).content.decode()
    fetched = ana.get(f"/tasks/{task.pk}/file/")
    whole = tmp_path / "facts.zip"
    whole.write_bytes(b"".join(fetched))
    with zipfile.ZipFile(whole) as packed:
        packed.extractall(tmp_path / "facts")
    assert len(read(tmp_path / "facts", "notices")) == 2
    assert [one["verdict"] for one in read(tmp_path / "facts", "replies")] == ["linked_by_campaign_id"]
    assert {path.name for path in files.folder(told.id, task.pk).iterdir()} == {done.result["file"]}
    with account(told.id):
        trail = list(AuditEntry.objects.filter(account_id=told.id, subject=f"task:{task.pk}").values_list("action", flat=True))
    assert sorted(trail) == ["facts.exported", "file.downloaded"]
    assert f"/tasks/{task.pk}/file/" in ana.get("/analytics/exports/").content.decode()


def test_asked_for_by_api_followed_and_fetched(told: Tenant, south: Tenant, tmp_path: Path) -> None:
    api, (since, until) = Caller(told.key("analyst")), days(told)
    asked = {"since": since.isoformat(), "until": until.isoformat(), "facts": ["replies", "notices"]}
    begun = api.post("exports", asked, status=202)
    assert (begun["facts"], begun["since"], begun["until"]) == (["notices", "replies"], asked["since"], asked["until"])
    assert (begun["state"], begun["rows"], begun["file"], begun["size"]) == ("waiting", None, None, None)
    assert api.post("exports", asked, status=202)["id"] == begun["id"]
    other = api.post("exports", asked | {"facts": ["notices"]}, status=202)
    assert other["id"] != begun["id"]
    assert api.get(f"exports/{begun['id']}/file", status=404)["code"] == "no_file"
    run(told.id, begun["id"], tries=0, most=6)
    done = api.get(f"exports/{begun['id']}")
    assert (done["state"], done["rows"], done["done"], done["total"]) == ("done", 3, 14, 14)
    assert [one["id"] for one in api.get("exports")["items"]] == [begun["id"], other["id"]]
    fetched = api.raw("GET", f"exports/{begun['id']}/file")
    assert fetched.headers["Content-Disposition"] == f'attachment; filename="{done["file"]}"'
    whole = tmp_path / "facts.zip"
    whole.write_bytes(b"".join(fetched))
    assert whole.stat().st_size == done["size"]
    with zipfile.ZipFile(whole) as packed:
        packed.extractall(tmp_path / "facts")
    assert len(read(tmp_path / "facts", "notices")) == 2
    with account(told.id):
        trail = set(AuditEntry.objects.filter(account_id=told.id, subject=f"task:{begun['id']}").values_list("action", "actor"))
    assert {action for action, _ in trail} == {"facts.exported", "file.downloaded"}
    assert all(actor.startswith("api_key:") for _, actor in trail)
    stranger = Caller(south.key())
    for address in (f"exports/{begun['id']}", f"exports/{begun['id']}/file", f"tasks/{begun['id']}/file"):
        stranger.get(address, status=404)
    told.clock.forward(hours=24 * 8)
    assert api.get(f"exports/{begun['id']}/file", status=404)["code"] == "no_file"


def test_what_the_api_refuses_to_export(told: Tenant) -> None:
    api, (since, until) = Caller(told.key("administrator")), days(told)
    asked = {"since": since.isoformat(), "until": until.isoformat()}
    for wrong, code in (
        ({"since": until.isoformat(), "until": since.isoformat()}, "bad_range"),
        ({"until": (until + timedelta(days=1)).isoformat()}, "bad_range"),
        ({"facts": ["secrets"]}, "unknown_fact"),
        ({"facts": []}, "unknown_fact"),
    ):
        assert api.post("exports", asked | wrong, status=422)["code"] == code
    with account(told.id):
        assert not Task.objects.filter(account_id=told.id).exists()
    Caller(told.key("supervisor")).post("exports", asked, status=403)
    begun = api.post("exports", asked, status=202)
    assert len(begun["facts"]) == len(FACTS)
    mapping = tasks.begin(told.id, "late_mapping", actor="system", at=told.clock())
    api.get(f"exports/{mapping.pk}", status=404)
    assert api.put(f"tasks/{begun['id']}/state", {"state": "cancelled"})["state"] == "cancelled"
    assert api.get(f"exports/{begun['id']}")["state"] == "cancelled"


def test_a_form_that_is_refused_keeps_what_was_typed(told: Tenant) -> None:
    ana, (since, until) = visitor(told.people["Ana"]), days(told)
    typed = {"since": until.isoformat(), "until": since.isoformat(), "facts": ["events"]}
    refused = ana.post("/analytics/exports/", typed)
    page = refused.content.decode()
    assert refused.status_code == 422
    assert 'id="until-error"' in page
    assert f'value="{until.isoformat()}"' in page
    assert page.count(" checked") == 1
    assert 'id="since-error"' in ana.post("/analytics/exports/", typed | {"since": "soon"}).content.decode()
    with account(told.id):
        assert not Task.objects.filter(account_id=told.id).exists()
    assert not may("campaign_manager", "exports.write")


def test_a_worker_that_was_killed_goes_on_with_what_it_had(told: Tenant) -> None:
    since, until = days(told)
    task = verbs.ask(told.id, names=["notices", "events"], since=since, until=until, actor=ACTOR, at=told.clock())
    chosen = verbs.parts(["notices", "events"], since=since, until=until, at=told.clock())
    for _part, count in verbs.export(files.made(told.id, task.pk) / "days", told.id, chosen):
        if count:
            break
    run(told.id, task.pk, tries=1, most=6)
    done = tasks.find(told.id, task.pk)
    with account(told.id):
        stored = Event.objects.filter(account_id=told.id).count() + Notice.objects.filter(account_id=told.id).count()
    assert (done.state, done.result["rows"]) == ("done", stored), done.error


def test_the_command_writes_what_is_missing_and_says_how_much(told: Tenant, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def ran(*words: str) -> str:
        parser = argparse.ArgumentParser()
        command.add_arguments(parser)
        assert command.run(parser.parse_args([str(tmp_path), "--account", told.account.name, "--facts", "notices, replies", *words])) == 0
        return capsys.readouterr().out

    since, until = days(told)
    between = ("--since", since.isoformat(), "--until", until.isoformat())
    assert "3 rows to 2 files" in ran(*between)
    assert "0 rows to 0 files" in ran(*between)
    assert "3 rows to 2 files" in ran(*between, "--again")
    assert len(read(tmp_path, "notices")) == 2
    for words in (("--until", told.clock().date().isoformat()), ("--facts", "consumers"), ("--account", "Nobody")):
        with pytest.raises(FailedError):
            ran(*words)

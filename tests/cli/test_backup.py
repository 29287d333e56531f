"""A site comes back from its backup, whole, and nothing damaged or half-empty is taken for one."""

from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from antiphon.edge.spool import Spool, Spooled, frames
from antiphon.embedded.cluster import DATABASE
from antiphon.embedded.places import Places
from antiphon.embedded.use import embedded
from antiphon.kit.clock import now
from tests.cli.test_main import antiphon

WAITING = """
insert into answer
    (account_id, id, conversation_id, consumer_id, source_id, skill_id, from_number, text, reference, created_at, state, state_at)
select account_id, gen_random_uuid(), conversation_id, consumer_id, source_id, 1, '', 'On Tuesday', 'waiting', created_at, 'dispatching',
    state_at
from answer limit 1
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the home of a site with a story behind it, one answer not sent yet, and one reply in its spool."""
    home = tmp_path_factory.mktemp("site") / "home"
    made = antiphon("demo", home=home)
    assert made.returncode == 0, made.stderr
    asked(home, WAITING)
    spool = Spool(home / "spool", limit_bytes=1_000_000)
    spool.append([Spooled(uuid4(), 1, 1, "reply", now(), "", "", b"{}")])
    spool.close()
    return home


@pytest.fixture(scope="module")
def backup(site: Path) -> Path:
    target = site.with_name("site.antiphon")
    made = antiphon("backup", str(target), home=site)
    assert (made.returncode, made.stderr) == (0, "")
    return target


def asked(home: Path, statement: str) -> list[tuple[object, ...]]:
    """Run one statement as the owner of the tables."""
    with embedded(home), psycopg.connect(host=str(Places(home).socket_folder()), user="antiphon_owner", dbname=DATABASE) as db:
        cursor = db.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


def contents(home: Path) -> dict[str, object]:
    """Return a checksum of every table's rows, and of every policy and grant."""
    with embedded(home), psycopg.connect(host=str(Places(home).socket_folder()), user="antiphon_owner", dbname=DATABASE) as db:
        names = [name for (name,) in db.execute("select tablename from pg_tables where schemaname = 'public'")]
        rows: dict[str, object] = {
            name: db.execute(f"select count(*), md5(string_agg(t::text, e'\\n' order by t::text)) from \"{name}\" t").fetchone()
            for name in names
        }
        rows["policies"] = db.execute("select string_agg(p::text, e'\\n' order by p::text) from pg_policies p").fetchone()
        granted = (
            "select string_agg(relname || relacl::text, ' ' order by relname) from pg_class where relnamespace = 'public'::regnamespace"
        )
        return rows | {"grants": db.execute(granted).fetchone()}


def test_a_site_comes_back_whole(site: Path, backup: Path, tmp_path: Path) -> None:
    home = tmp_path / "again"
    brought = antiphon("restore", str(backup), home=home)
    assert (brought.returncode, brought.stderr) == (0, "")
    before, after = contents(site), contents(home)
    assert len(before) > 40
    assert before["notice"] != (0, None)
    assert {name for name in before if before[name] != after[name]} == {"answer"}
    assert (home / "secret-key").read_bytes() == (site / "secret-key").read_bytes()
    waiting = {path.name: path.read_bytes() for path in (site / "spool").glob("*.spool")}
    assert [len(list(frames(written))) for written in waiting.values()] == [1]
    assert {path.name: path.read_bytes() for path in (home / "spool").iterdir()} == waiting
    counted = antiphon("recount", "--check", home=home)
    assert (counted.returncode, counted.stdout) == (0, "counters and stored results are right\n")


def test_an_answer_that_waited_is_not_sent_again_by_itself(site: Path, backup: Path, tmp_path: Path) -> None:
    waiting = "select attempted_at is null from answer where reference = 'waiting'"
    assert asked(site, waiting) == [(True,)]
    assert antiphon("restore", str(backup), home=tmp_path / "again").returncode == 0
    assert asked(tmp_path / "again", waiting) == [(False,)]


def test_a_backup_is_private_and_overwrites_nothing(site: Path, backup: Path) -> None:
    assert backup.stat().st_mode & 0o777 == 0o600
    assert {path.name for path in backup.parent.iterdir()} == {"home", backup.name}
    written = backup.read_bytes()
    refused = antiphon("backup", str(backup), home=site)
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
    assert backup.read_bytes() == written


def test_a_damaged_backup_is_refused_and_a_whole_one_is_not(backup: Path, tmp_path: Path) -> None:
    written = bytearray(backup.read_bytes())
    written[len(written) // 2] ^= 1
    damaged = tmp_path / "damaged.antiphon"
    damaged.write_bytes(written)
    refused = antiphon("restore", str(damaged), home=tmp_path / "home")
    assert refused.returncode == 1
    assert "damaged" in refused.stderr
    assert not (tmp_path / "home" / "pg").exists()
    assert antiphon("restore", "--check", str(backup), home=tmp_path / "home").returncode == 0


def test_a_database_in_use_is_left_alone(site: Path, backup: Path) -> None:
    before = contents(site)
    refused = antiphon("restore", str(backup), home=site)
    assert refused.returncode == 1
    assert "this database holds tables" in refused.stderr
    assert contents(site) == before

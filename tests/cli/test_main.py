"""The command teaches, and its exit codes can be trusted."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from antiphon.cli.commands import COMMANDS
from antiphon.cli.main import available

ROOT = Path(__file__).resolve().parents[2]


def antiphon(*words: str, home: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": "/usr/bin:/bin", "ANTIPHON_HOME": str(home)} | settings
    command = [sys.executable, "-m", "antiphon.cli.main", *words]
    return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield taken.getsockname()[1]


def test_help_lists_every_command_with_what_it_does(tmp_path: Path) -> None:
    told = antiphon("--help", home=tmp_path)
    assert told.returncode == 0
    for command in available():
        assert f"  {command.name} " in told.stdout
        assert command.summary in told.stdout
    assert antiphon(home=tmp_path).stdout == told.stdout
    assert list(tmp_path.iterdir()) == []


def test_every_command_of_the_table_is_there() -> None:
    assert available() == list(COMMANDS)


@pytest.mark.parametrize("name", [command.name for command in available()])
def test_every_command_has_help_that_needs_nothing(tmp_path: Path, name: str) -> None:
    told = antiphon(name, "--help", home=tmp_path, DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.startswith(f"usage: antiphon <command> [options] {name}") or f"antiphon {name}" in told.stdout


def test_a_wrong_call_is_2(tmp_path: Path) -> None:
    assert antiphon("sing", home=tmp_path).returncode == 2
    assert antiphon("migrate", "--loudly", home=tmp_path).returncode == 2
    assert antiphon("--version", home=tmp_path).returncode == 0


@pytest.mark.parametrize("command", ["up", "web", "worker", "migrate"])
def test_an_unusable_database_is_one_line_and_1(tmp_path: Path, command: str, taken_port: int) -> None:
    url = f"postgresql://boss:hush@127.0.0.1:{taken_port + 1 if taken_port < 65535 else 1}/none"
    told = antiphon(command, home=tmp_path, DATABASE_URL=url, ANTIPHON_PORT="8101")
    assert told.returncode == 1
    assert told.stderr.startswith(f"antiphon {command}: the database cannot be used")
    assert told.stderr.count("\n") == 1
    assert "hush" not in told.stderr


@pytest.mark.parametrize("command", ["up", "web"])
def test_a_port_in_use_is_one_line_and_1_and_starts_nothing(tmp_path: Path, taken_port: int, command: str) -> None:
    told = antiphon(command, home=tmp_path / "home", ANTIPHON_PORT=str(taken_port))
    assert (told.returncode, told.stderr) == (
        1,
        f"antiphon {command}: port {taken_port} on 127.0.0.1 is in use: stop what uses it, or set ANTIPHON_PORT to another\n",
    )
    assert not (tmp_path / "home").exists()


def test_a_wrong_setting_is_one_line_and_1(tmp_path: Path) -> None:
    told = antiphon("migrate", home=tmp_path, ANTIPHON_POOL_SIZE="many")
    assert (told.returncode, told.stderr) == (1, "antiphon migrate: ANTIPHON_POOL_SIZE must be a whole number of at least 1\n")


def test_a_half_initialised_folder_is_one_line_and_1(tmp_path: Path) -> None:
    (tmp_path / "pg").mkdir()
    (tmp_path / "pg").chmod(0o700)
    told = antiphon("migrate", home=tmp_path, ANTIPHON_EMBEDDED_ACCOUNT="nobody")
    assert told.returncode == 1
    assert told.stderr.count("\n") == 1
    assert list((tmp_path / "pg").iterdir()) == []


def test_migrating_is_told_once_and_checked(tmp_path: Path) -> None:
    before = antiphon("migrate", "--check", home=tmp_path)
    assert before.returncode == 1
    assert "run antiphon migrate" in before.stderr
    first, second, after = (antiphon("migrate", *words, home=tmp_path) for words in ([], [], ["--check"]))
    assert [told.returncode for told in (first, second, after)] == [0, 0, 0]
    assert first.stdout.endswith("migrations applied\n")
    assert (second.stdout, after.stdout) == ("nothing to do\n", "nothing to do\n")

"""Parts live again when they die, end together, and in order."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from antiphon.cli.errors import FailedError
from antiphon.cli.supervisor import Part, Supervisor, refuse_taken_port


def part(name: str, script: str, *words: object, stage: int = 1) -> Part:
    return Part(name, [sys.executable, "-c", script, *map(str, words)], stage=stage)


STEADY = "import sys, time; open(sys.argv[1], 'a').write('started\\n'); time.sleep(60)"
LAST_WORDS = """
import signal, sys, time
def told(*_):
    time.sleep(float(sys.argv[2])); open(sys.argv[1], 'a').write(sys.argv[3] + '\\n'); sys.exit()
signal.signal(signal.SIGTERM, told)
open(sys.argv[1] + sys.argv[3], 'w').close()
time.sleep(60)
"""


class When:
    """Looks each time the supervisor does, and stops it by signal when it has seen enough."""

    def __init__(self) -> None:
        self.seen = 0.0
        self.supervisor: Supervisor | None = None
        self.is_enough: Callable[[], bool] = bool
        self.deadline = time.monotonic() + 90

    def look(self) -> None:
        if self.is_enough() or time.monotonic() > self.deadline:
            os.kill(os.getpid(), signal.SIGTERM)


@pytest.fixture(autouse=True)
def _signals_as_before() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, how in before.items():
        signal.signal(number, how)


def test_a_part_that_is_killed_lives_again(tmp_path: Path) -> None:
    log = tmp_path / "log"
    when = When()
    steady = part("steady", STEADY, log)
    killed: list[int] = []

    def is_enough() -> bool:
        lives = log.read_text().count("started") if log.exists() else 0
        if lives == 1 and not killed and steady.child:
            killed.append(steady.child.pid)
            os.kill(steady.child.pid, signal.SIGKILL)
        return lives == 2

    when.is_enough = is_enough
    assert Supervisor([steady], 5, on_look=when.look, first_pause_seconds=0.01).run() == 0
    assert log.read_text().count("started") == 2
    assert steady.child is not None
    assert steady.child.returncode is not None


def test_a_part_that_cannot_live_ends_the_site(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    log = tmp_path / "log"
    steady = part("steady", STEADY, log)
    with pytest.raises(FailedError, match="sick ended 5 times just after it was started"):
        Supervisor([steady, part("sick", "raise SystemExit('I cannot')")], 5, first_pause_seconds=0.01).run()
    assert capfd.readouterr().err.count("I cannot") == 5
    assert steady.child is not None
    assert steady.child.poll() is not None


def test_what_takes_in_work_stops_first_and_each_may_finish(tmp_path: Path) -> None:
    log = tmp_path / "log"
    when = When()
    when.is_enough = lambda: (tmp_path / "logweb").exists() and (tmp_path / "logworker").exists()
    parts = [part("worker", LAST_WORDS, log, 0, "worker"), part("web", LAST_WORDS, log, 0.5, "web", stage=0)]
    assert Supervisor(parts, 5, on_look=when.look).run() == 0
    assert log.read_text() == "web\nworker\n"


def test_a_part_that_does_not_end_in_time_is_killed(tmp_path: Path) -> None:
    when = When()
    when.is_enough = (tmp_path / "logslow").exists
    slow = part("slow", LAST_WORDS, tmp_path / "log", 60, "slow")
    began = time.monotonic()
    Supervisor([slow], 1, on_look=when.look).run()
    assert slow.child is not None
    assert slow.child.returncode == -signal.SIGKILL
    assert time.monotonic() - began < 20


def test_a_free_port_is_free_and_a_wrong_one_is_refused() -> None:
    refuse_taken_port("127.0.0.1", 8102, setting="ANTIPHON_PORT")
    with pytest.raises(FailedError, match="ANTIPHON_PORT"):
        refuse_taken_port("127.0.0.1", 70_000, setting="ANTIPHON_PORT")

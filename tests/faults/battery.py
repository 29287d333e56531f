"""The faults: what each does to a site under load. A strike returns when the fault is over; recovery is measured from there."""

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psycopg

from antiphon.embedded.errors import UnusableError
from tests.conversations.provider import Provider
from tests.faults.judge import Verdict, judge, recover
from tests.faults.ledger import Ledger
from tests.faults.load import Load
from tests.faults.site import Site, until

WEB = ("lane.taken", "arrivals.stored", "line.taken", "lane.committed", "lane.answered")
SPOOL = ("spool.written", "spool.synced")
WORKER = ("events.numbered", "counters.folded", "queue.routed", "retry.taken", "answer.claimed", "answer.called", "webhook.leased",
          "webhook.called")  # fmt: skip
_HUNG_SECONDS, _AWAY_SECONDS = 16.0, 45.0


@dataclass
class Field:
    """What a strike works on."""

    site: Site
    provider: Provider
    dice: random.Random
    folder: Path
    seed: int
    receivers: Any = None
    ledger: Ledger = field(init=False)
    dice_number: int = 0


@dataclass(frozen=True)
class Fault:
    """A fault by its name in the table; `answers`: an agent answers meanwhile."""

    name: str
    strike: Callable[[Field], None]
    answers: bool = False


def suffer(field: Field, fault: Fault, *, times: int = 1) -> Verdict:
    """Put the site under load, strike, let it recover, and judge it."""
    field.dice_number = field.dice.randrange(1_000)
    name = f"{fault.name} {field.dice.randrange(1_000_000)}"
    field.ledger = ledger = Ledger(field.folder / f"{name.replace(' ', '-').replace('/', '-')}.ledger")
    worst, wrong, ails = 0.0, [], dict[str, float]()
    with Load(field.site, ledger, seed=field.dice.randrange(2**31), answers=fault.answers) as load:
        until(lambda: load.requests - load.refused > 20, seconds=120, what="load")
        for _ in range(times):
            try:
                fault.strike(field)
                worst = max(worst, recover(field.site, told=ails))
            except (AssertionError, httpx.HTTPError, psycopg.Error, UnusableError) as error:
                wrong.append(f"{type(error).__name__}: {error}")
    try:
        recover(field.site)
    except AssertionError as error:
        wrong.append(str(error))
    verdict = judge(field.site, ledger, sent=taken(field.provider))
    verdict.seconds = worst
    verdict.wrong += wrong
    verdict.ails = ails
    ledger.close()
    return verdict


def taken(provider: Provider) -> Counter[str]:
    """Return how often the provider was asked to send each answer."""
    return Counter(text["reference"] for text in provider.texts)


def killed_at(name: str, how: str = "kill") -> Callable[[Field], None]:
    """Kill whoever comes by a failpoint, or freeze it."""

    def strike(field: Field) -> None:
        if name.startswith("webhook."):
            field.site.let_leases_end()
        if name == "queue.routed":
            field.site.hear_from_eva()
        armed = field.site.arm(name, how)
        until(lambda: not armed.exists(), seconds=120, what=name)

    return strike


def together(*lines: Sequence[str]) -> Callable[[Field], None]:
    """Kill at the failpoints of every line in turn, lines beside each other: web and worker die at the same time, too."""

    def strike(field: Field) -> None:
        with ThreadPoolExecutor(len(lines)) as pool:
            for done in [pool.submit(_in_turn, field, names) for names in lines]:
                done.result()

    return strike


def _in_turn(field: Field, names: Sequence[str]) -> None:
    for name in names:
        (killed_at_retry if name == "retry.taken" else killed_at(name))(field)


def killed_around_the_spool(field: Field) -> None:
    """Refuse the database once, and kill who writes a spool, who has synced it, and who drains it."""
    with refused(field.site):
        _in_turn(field, SPOOL)
        until(lambda: field.site.segments, what="a spool")
        armed = field.site.arm("drain.committed")
    until(lambda: not armed.exists(), seconds=120, what="drain.committed")


def killed_at_retry(field: Field) -> None:
    """Have the line fail once, so that arrivals wait, and kill the worker that takes them again."""
    retry = field.site.arm("retry.taken")
    field.site.arm("line.taken", "fail")
    until(lambda: not retry.exists(), seconds=120, what="retry.taken")


def killed_while_spooling(name: str) -> Callable[[Field], None]:
    """Refuse the database, and kill a web worker that writes its spool."""

    def strike(field: Field) -> None:
        with refused(field.site):
            killed_at(name)(field)
            until(lambda: field.site.segments, what="a spool")

    return strike


def killed_while_draining(field: Field) -> None:
    """Kill whoever drains a spool, after a part is committed and before the segment is deleted."""
    with refused(field.site):
        until(lambda: field.site.segments, what="a spool")
        armed = field.site.arm("drain.committed")
    until(lambda: not armed.exists(), seconds=120, what="drain.committed")


def killed_at_random(field: Field) -> None:
    """Kill a web worker, all of the web, or the worker, at a moment nobody chose."""
    time.sleep(field.dice.uniform(0.05, 1.0))
    whom = field.dice.choice(["web worker", "web worker", "web", "worker", "both"])
    pids = field.site.web_workers() if whom == "both" else field.site.web_workers()[:1] if whom == "web worker" else []
    kill([*pids, *([field.site.programs[whom].pid] if whom in field.site.programs else [])])


def kill(pids: Iterable[int]) -> None:
    """End processes at once."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


class refused:  # noqa: N801 - reads as a word
    """Stop the database for the block: connections are refused."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def __enter__(self) -> None:
        self._site.server.stop()

    def __exit__(self, *_: object) -> None:
        self._site.server.start()


def database_refused(field: Field) -> None:
    """Stop the database for some seconds."""
    with refused(field.site):
        until(lambda: field.site.segments, what="a spool")
        time.sleep(field.dice.uniform(1, 3))


def database_away(field: Field) -> None:
    """Stop the database for longer than anything waits for a connection: nobody gives up."""
    before = [program.pid for program in field.site.programs.values()]
    with refused(field.site):
        time.sleep(_AWAY_SECONDS)
    assert [program.pid for program in field.site.programs.values()] == before, "web and worker wait for their database"


def spooling_worker_killed(field: Field) -> None:
    """Stop the database, kill a web worker that holds a spool, start it again: another drains what it left."""
    with refused(field.site):
        until(lambda: spooling(field.site), what="a spool")
        kill(spooling(field.site)[:1])
        time.sleep(0.5)


def spooling(site: Site) -> list[int]:
    """Return the web workers that hold a segment of the spool open."""
    return [pid for pid in site.web_workers() if any(_is_segment(one) for one in _opened(pid))]


def _opened(pid: int) -> list[Path]:
    with suppress(OSError):
        return list(Path(f"/proc/{pid}/fd").iterdir())
    return []


def _is_segment(opened: Path) -> bool:
    with suppress(OSError):
        return str(opened.readlink()).endswith(".spool")
    return False


def backend_killed(field: Field) -> None:
    """Kill one process of the database: its postmaster ends all others and recovers."""
    (mine,) = field.site.rows("select pid from pg_stat_activity where usename = 'antiphon_app' and pid <> pg_backend_pid() limit 1")[0]
    kill([mine])


def postmaster_killed(field: Field) -> None:
    """Kill the database's first process, and start it again as the supervisor does."""
    kill([field.site.server.pid or 0])
    until(lambda: not field.site.server.is_alive(), what="the end of the postmaster")
    field.site.server.tend()


def frozen(pids: Iterable[int], *, seconds: float) -> None:
    """Stop processes for a while."""
    held = list(pids)
    _signal(held, signal.SIGSTOP)
    try:
        time.sleep(seconds)
    finally:
        _signal(held, signal.SIGCONT)


def _signal(pids: Iterable[int], how: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, how)


def database_hung(field: Field) -> None:
    """Freeze the database for longer than a lane waits for it."""
    frozen(field.site.database_pids(), seconds=_HUNG_SECONDS)


def database_slow(field: Field) -> None:
    """Let the database run for a tenth of the time, for five seconds."""
    for _ in range(25):
        frozen(field.site.database_pids(), seconds=0.18)
        time.sleep(0.02)


def worker_frozen(field: Field) -> None:
    """Freeze the worker in its call to the provider until another has settled what it held; then it goes on, and finds it settled."""
    killed_at("answer.called", "stop")(field)
    other = field.site.start_another_worker()
    try:
        until(lambda: _nothing_unfinished(field.site), seconds=150, what="another worker's settling")
    finally:
        field.site.programs["worker"].send_signal(signal.SIGCONT)
        time.sleep(1)
        other.terminate()
        other.wait(30)


def _nothing_unfinished(site: Site) -> bool:
    """Tell whether no call to the provider was begun a while ago and never ended."""
    statement = "select count(*) from answer where state = 'dispatching' and attempted_at < now() - interval '15 seconds'"
    with suppress(psycopg.OperationalError):
        return bool(site.rows("select 1 from answer where detail like 'the sender stopped%'")) and site.rows(statement) == [(0,)]
    return False


def provider_times_out(field: Field) -> None:
    """Have the provider take an answer and say nothing for longer than anybody waits: nobody knows, so it is not sent again."""
    unknown = "select count(*) from answer where state = 'unknown'"
    before, field.provider.sleeps = field.site.rows(unknown)[0][0], 17.0
    try:
        until(lambda: field.site.rows(unknown)[0][0] > before, seconds=120, what="an answer whose fate is unknown")
    finally:
        field.provider.sleeps = 0.0


FAULTS: tuple[Fault, ...] = (
    *(Fault(f"web killed at {name}", killed_at(name)) for name in WEB),
    *(Fault(f"web killed at {name}", killed_while_spooling(name)) for name in SPOOL),
    Fault("killed at drain.committed", killed_while_draining),
    *(Fault(f"worker killed at {name}", killed_at(name), answers=True) for name in WORKER if name != "retry.taken"),
    Fault("worker killed at retry.taken", killed_at_retry),
    Fault("killed at random", killed_at_random, answers=True),
    Fault("database refused", database_refused),
    Fault("database away for 45 s", database_away, answers=True),
    Fault("spooling web worker killed", spooling_worker_killed),
    Fault("database process killed", backend_killed, answers=True),
    Fault("postmaster killed", postmaster_killed, answers=True),
    Fault("database hung", database_hung),
    Fault("database slow", database_slow, answers=True),
    Fault("provider takes an answer, then times out", provider_times_out, answers=True),
    Fault("worker frozen past its lease", worker_frozen, answers=True),
)

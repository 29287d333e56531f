"""`python -m tests.faults`: every fault against a whole site, on this machine alone; a table of what became of what was acknowledged."""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.conversations.provider import providing
from tests.faults import disks, traffic
from tests.faults.battery import FAULTS, Fault, Field, suffer
from tests.faults.judge import Verdict, recover
from tests.faults.receivers import RECEIVERS, check_receivers, receivers
from tests.faults.site import site, until

_TRAFFIC = (
    Fault("copies at once", traffic.triplicates),
    Fault("every order of a consumer's webhooks", traffic.orders),
    Fault("wrong clocks", traffic.wrong_clocks),
    Fault("bodies that nobody should send", traffic.hostile_bodies),
    Fault("bodies over the limit", traffic.oversize),
    Fault("senders that never finish", traffic.slow_senders),
)
_HEAD = "| fault | times | acknowledged | lost | doubled | well again after |\n|---|---|---|---|---|---|"
_SLOW_SECONDS = 10
_ONCE = ("45 s", "hung", "slow", "times out", "frozen", "receivers", "order", "bodies", "never finish")


@dataclass
class Table:
    """The rows so far, printed as they come."""

    bad: list[str] = field(default_factory=list)
    acknowledged: int = 0

    def add(self, name: str, times: int, verdict: Verdict) -> None:
        self.acknowledged += verdict.acknowledged
        counts = f"{verdict.acknowledged:,} | {len(verdict.lost)} | {len(verdict.doubled)}"
        print(f"| {name} | {times} | {counts} | {verdict.seconds:.1f} s |", flush=True)
        if verdict.seconds > _SLOW_SECONDS:
            print(f"  slow: { ({what: round(seconds, 1) for what, seconds in verdict.ails.items()}) }", flush=True)
        if not verdict.is_good:
            self.bad.append(name)
            for what in ("lost", "doubled", "wrong"):
                if found := getattr(verdict, what):
                    print(f"  {what}: {found[:5]}", flush=True)


def main() -> int:
    """Run the battery; return 1 if a promise was broken."""
    options = _options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # by way of what must be ended first
    print(f"seed {options.seed}; replay with --seed {options.seed}\n\n{_HEAD}", flush=True)
    table, dice = Table(), random.Random(options.seed)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="antiphon-faults-") as folder:
        _on_a_site(table, Path(folder), dice, options)
        _on_small_disks(table, Path(folder), dice, options)
    if options.model and not options.only:
        _model(table, options.model)
    print(f"\n{table.acknowledged:,} acknowledged in {time.monotonic() - began:.0f} s; ", end="")
    print(f"broken promises: {', '.join(table.bad)}" if table.bad else "every promise held")
    return 1 if table.bad else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000), help="replays what chance chose")
    parser.add_argument("--times", type=int, default=3, help="strikes per fault (3); random kills get four times as many")
    parser.add_argument("--only", default="", help="faults whose name holds one of these, with commas between them")
    parser.add_argument("--model", type=int, default=30, help="random walks of the whole-model state machine (30); 0 for none")
    return parser.parse_args()


def _chosen(faults: Sequence[Fault], options: argparse.Namespace) -> list[Fault]:
    return [fault for fault in faults if any(part in fault.name for part in options.only.split(","))]


def _times(fault: Fault, options: argparse.Namespace) -> int:
    if any(word in fault.name for word in _ONCE):
        return 1
    return int(options.times) * (4 if "random" in fault.name else 1)


def _on_a_site(table: Table, folder: Path, dice: random.Random, options: argparse.Namespace) -> None:
    chosen = _chosen([*FAULTS, *_TRAFFIC, RECEIVERS], options)
    if not chosen:
        return
    with _field(folder / "home", folder, dice, options.seed) as struck:
        for fault in chosen:
            times = _times(fault, options)
            table.add(fault.name, times, suffer(struck, fault, times=times))
        table.add("afterwards: every answer settled, every webhook out told", 1, _afterwards(struck))


@contextmanager
def _field(home: Path, folder: Path, dice: random.Random, seed: int, **settings: str) -> Iterator[Field]:
    quick = {"ANTIPHON_BODY_SECONDS": "3"} | settings
    with providing() as provider, receivers() as told, site(home, provider=provider.url, webhooks=told.webhooks, **quick) as running:
        yield Field(running, provider, dice, folder, seed, receivers=told)


def _afterwards(struck: Field) -> Verdict:
    """Wait until nothing is left to be done, and look once more."""
    found, began = Verdict(), time.monotonic()
    try:
        left = "select count(*) from answer where state = 'dispatching'"
        until(lambda: struck.site.rows(left) == [(0,)], seconds=400, what="the end of every answer")
        check_receivers(struck)
        recover(struck.site)
    except AssertionError as error:
        found.wrong.append(str(error))
    found.seconds = time.monotonic() - began
    return found


def _on_small_disks(table: Table, folder: Path, dice: random.Random, options: argparse.Namespace) -> None:
    faults = [Fault("disk of the spool full", disks.spool_full), Fault("disk of the database full", disks.database_disk_full)]
    if not (chosen := _chosen(faults, options)):
        return
    home = folder / "small"
    with disks.small(home) as is_small, _field(home, folder, dice, options.seed, **({} if is_small else disks.LIMIT)) as struck:
        for fault in chosen:
            if is_small or fault.strike is disks.spool_full:
                table.add(fault.name, 1, suffer(struck, fault))
            else:
                print(f"| {fault.name} | not tried: needs root, for a small file system | | | | |")


def _model(table: Table, walks: int) -> None:
    began = time.monotonic()
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "tests/model"]
    done = subprocess.run(command, env=os.environ | {"MODEL_EXAMPLES": str(walks)}, check=False, capture_output=True, text=True)
    verdict = Verdict(wrong=[] if done.returncode == 0 else [done.stdout[-3000:]], seconds=time.monotonic() - began)
    table.add("random walks through the whole model", walks, verdict)


if __name__ == "__main__":
    sys.exit(main())

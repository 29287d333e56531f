"""`antiphon bench`: measures this machine on a scratch database of its own, against something in the same run."""

import argparse
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from antiphon.bench.bulk import notices_bulk
from antiphon.bench.export import export
from antiphon.bench.growth import growth
from antiphon.bench.hooks import notices, replies
from antiphon.bench.lists import lists
from antiphon.bench.mixed import mixed
from antiphon.bench.pages import pages
from antiphon.bench.plans import plans
from antiphon.bench.report import report
from antiphon.bench.screen import reply_to_screen
from antiphon.bench.start import start
from antiphon.bench.types import Options, WrongFiguresError
from antiphon.cli.errors import FailedError

BENCHES: dict[str, Callable[[Options], dict[str, Any]]] = {
    "replies": replies,
    "notices": notices,
    "start": start,
    "plans": plans,
    "pages": pages,
    "report": report,
    "export": export,
    "notices-bulk": notices_bulk,
    "growth": growth,
    "lists": lists,
    "mixed": mixed,
    "reply-to-screen": reply_to_screen,
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("name", nargs="?", choices=sorted(BENCHES), help="what to measure; everything, one after the other, if left out")
    parser.add_argument("--json", action="store_true", help="print the figures for a script")
    parser.add_argument("--seconds", type=float, default=6.0, help="length of each run (default 6)")
    parser.add_argument("--rounds", type=int, default=5, help="runs per figure, of which the median counts (default 5)")
    parser.add_argument("--notices", type=int, default=2_000_000, help="notices stored before (default 2 million)")
    parser.add_argument("--home", type=Path, help="a folder to keep for the next run; default: one that is thrown away")
    parser.add_argument("--results", type=Path, help="also write the figures into this folder, one file a benchmark, named by day")
    parser.epilog = "Figures are ratios of two things measured in one run: machines differ, and are noisy."


def run(options: argparse.Namespace) -> int:
    """Run one benchmark, or all of them, and print figures."""
    if options.name is None:
        return _all(options)
    given = Options(seconds=options.seconds, rounds=options.rounds, notices=options.notices, home=options.home)
    try:
        figures = BENCHES[options.name](given)
    except WrongFiguresError as error:
        raise FailedError(str(error)) from None
    if options.results is not None:
        options.results.mkdir(parents=True, exist_ok=True)
        (options.results / f"{datetime.now(UTC):%Y-%m-%d}-{options.name}.json").write_text(json.dumps(figures, indent=2) + "\n")
    sys.stdout.write(json.dumps(figures, indent=None if options.json else 2) + "\n")
    return 0


def _all(options: argparse.Namespace) -> int:
    """Run every benchmark in a process of its own, each on a site of its own; go on after one that fails, and say so at the end."""
    # Everything of this command but its name.
    same = [
        f"--{name}={getattr(options, name)}" for name in ("seconds", "rounds", "notices", "results") if getattr(options, name) is not None
    ]
    same += ["--json"] if options.json else []
    own = {name: [f"--home={options.home / name}"] if options.home else [] for name in BENCHES}
    command = [sys.executable, "-m", "antiphon.cli.main", "bench"]
    failed = [name for name in BENCHES if subprocess.run([*command, name, *same, *own[name]], check=False).returncode]
    if failed:
        raise FailedError(f"no figures of {', '.join(failed)}")
    return 0

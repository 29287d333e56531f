"""`antiphon bench`: measures this machine on a scratch database of its own, against something in the same run."""

import argparse
import json
import sys
from collections.abc import Callable
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
    parser.add_argument("name", choices=sorted(BENCHES), help="what to measure")
    parser.add_argument("--json", action="store_true", help="print the figures for a script")
    parser.add_argument("--seconds", type=float, default=6.0, help="length of each run (default 6)")
    parser.add_argument("--rounds", type=int, default=5, help="runs per figure, of which the median counts (default 5)")
    parser.add_argument("--notices", type=int, default=2_000_000, help="notices stored before (default 2 million)")
    parser.add_argument("--home", type=Path, help="a folder to keep for the next run; default: one that is thrown away")
    parser.epilog = "Figures are ratios of two things measured in one run: machines differ, and are noisy."


def run(options: argparse.Namespace) -> int:
    """Run one benchmark and print its figures."""
    given = Options(seconds=options.seconds, rounds=options.rounds, notices=options.notices, home=options.home)
    try:
        figures = BENCHES[options.name](given)
    except WrongFiguresError as error:
        raise FailedError(str(error)) from None
    sys.stdout.write(json.dumps(figures, indent=None if options.json else 2) + "\n")
    return 0

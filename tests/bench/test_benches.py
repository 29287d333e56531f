"""Every benchmark runs, on a site that is as small as it can be, and gives its figures: what they are says nothing here."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from antiphon.bench.watching import rules
from antiphon.cli.bench import BENCHES

pytestmark = [pytest.mark.xdist_group("benches"), pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")]

SMALL = ["--rounds", "1", "--seconds", "0.05", "--json"]
NOTICES = {"growth": "100000", "lists": "2000", "pages": "2000"}
# What they use is tested where it belongs, or run by another one here: replies and notices by growth.
ELSEWHERE = {"export", "notices", "replies", "start"}
GIVES = {
    "growth": {"notices"},
    "lists": {"newest", "by outcome"},
    "mixed": {"lag_ms", "lost", "memory_mb"},
    "notices-bulk": {"per_second", "copy_per_second", "ratio"},
    "pages": {"pages", "worst_ratio"},
    "plans": {"intake/store_notices"},
    "reply-to-screen": {"shown_ms", "told_ms"},
    "report": {"compared", "slowest_ms"},
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the site that they share, one after the other."""
    return tmp_path_factory.mktemp("benches")


def bench(name: str, home: Path, *further: str) -> dict[str, Any]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("ANTIPHON_", "DATABASE_", "PYTEST_"))}
    command = [
        sys.executable,
        "-m",
        "antiphon.cli.main",
        "bench",
        name,
        "--notices",
        NOTICES.get(name, "10000"),
        *SMALL,
        "--home",
        str(home / "site"),
        *further,
    ]
    done = subprocess.run(
        command,
        env=environment | {"ANTIPHON_HOME": str(home / "none"), "ANTIPHON_WORKERS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


@pytest.mark.parametrize("name", sorted(BENCHES.keys() - ELSEWHERE))
def test_it_gives_its_figures(name: str, home: Path) -> None:
    figures = bench(name, home, "--results", str(home / "results"))
    (written,) = (home / "results").glob(f"????-??-??-{name}.json")
    assert json.loads(written.read_text()) == figures
    assert figures["bench"] == name
    assert figures.keys() > GIVES[name]


def test_a_page_of_the_bench_waits_as_a_real_one() -> None:
    assert rules().keys() >= {"GATHER", "QUICK", "GAP", "SLOW"}

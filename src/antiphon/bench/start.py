"""The benchmark `start`: from `antiphon up` on an initialised folder to the first answered request, and to ready."""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from typing import Any

from antiphon.bench.site import free_port, median, progress, scratch
from antiphon.bench.types import Options, WrongFiguresError

_LONGEST_SECONDS = 60.0


def start(options: Options) -> dict[str, Any]:
    """Measure starts, compared with the start of a bare Python that imports Django: the part no design can take away."""
    with scratch(options.home) as environment:
        home = environment.home
    started, bare = [], []
    for number in range(options.rounds):
        started.append(_up(str(home)))
        bare.append(_bare())
        progress(f"round {number + 1}: {started[-1]:.2f} s, bare Django {bare[-1]:.2f} s")
    return {
        "bench": "start",
        "seconds": round(median(started), 2),
        "bare_django_seconds": round(median(bare), 2),
        "ratio": round(median(started) / median(bare), 2),
    }


def _up(home: str) -> float:
    port = free_port()
    environ = {**os.environ, "ANTIPHON_HOME": home, "ANTIPHON_PORT": str(port)}
    began = time.monotonic()
    with subprocess.Popen([sys.executable, "-m", "antiphon.cli.main", "up"], env=environ, stdout=subprocess.DEVNULL) as site:
        try:
            return _until_answered(port, began)
        finally:
            site.terminate()
            site.wait(timeout=60)


def _until_answered(port: int, began: float) -> float:
    while time.monotonic() - began < _LONGEST_SECONDS:
        with suppress(urllib.error.URLError, ConnectionError, TimeoutError):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5).close()
            return time.monotonic() - began
        time.sleep(0.01)
    message = "the site did not answer within a minute"
    raise WrongFiguresError(message)


def _bare() -> float:
    began = time.monotonic()
    subprocess.run([sys.executable, "-c", "import django; django.setup()"], check=True, env={**os.environ})
    return time.monotonic() - began

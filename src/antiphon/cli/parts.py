"""The programs of a site, as the supervisor starts them."""

import sys

from antiphon.cli.supervisor import Part
from antiphon.config.budget import BACKLOG, BACKPRESSURE
from antiphon.config.env import Environment


def web(environment: Environment) -> Part:
    """Return the web server: pages, API, webhooks, streams."""
    options = {
        "interface": "asgi",
        "host": environment.host,
        "port": environment.port,
        "workers": environment.workers,
        "backlog": BACKLOG,
        "backpressure": BACKPRESSURE,
        "respawn-interval": 0.5,
        "workers-kill-timeout": environment.stop_seconds,
        "loop": "uvloop",
        "log-level": "warning",
    }
    flags = [f"--{name}={value}" for name, value in options.items()]
    switches = ["--respawn-failed-workers", "--no-ws", "--no-access-log"]
    command = [sys.executable, "-m", "granian", *flags, *switches, "antiphon.config.asgi:application"]
    # It starts its own workers again several times before it gives up.
    return Part("web", command, stage=0, most_brief_lives=2)


def worker() -> Part:
    """Return the worker: jobs, and whatever the line left for later."""
    return Part("worker", [sys.executable, "-m", "antiphon.cli.work"])


def sandbox() -> Part:
    """Return the CM sandbox."""
    return Part("sandbox", [sys.executable, "-m", "antiphon.cli.main", "sandbox"])

"""`antiphon up`: everything a small site needs, under one supervisor."""

import argparse
import os
import subprocess
import sys
from dataclasses import dataclass

from antiphon.cli import parts
from antiphon.cli.database import bring_up_to_date, opened
from antiphon.cli.supervisor import Supervisor, answers, refuse_taken_port, say
from antiphon.config.env import Environment, current

_STOP_PATIENCE_SECONDS = 10


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--sandbox", action="store_true", help="also run the CM sandbox (ANTIPHON_SANDBOX_PORT, 8090)")
    parser.add_argument("--demo", action="store_true", help="once it answers, make the demo account and print its log-ins")


def run(options: argparse.Namespace) -> int:
    """Run until told to stop.

    1. Refuse a port in use before anything is started.
    2. Database: the one of DATABASE_URL, else the embedded server, which is ours to keep alive.
    3. Migrate, if a migration is missing.
    4. Web, worker and, if asked for, sandbox; say the address when the first answers.
    """
    environment = current()
    if options.sandbox:
        os.environ.setdefault("ANTIPHON_CM_URL", f"http://127.0.0.1:{environment.sandbox_port}")
    _refuse_taken_ports(environment, with_sandbox=options.sandbox)
    with opened(environment, patience_seconds=_STOP_PATIENCE_SECONDS) as server:
        if bring_up_to_date(environment):
            say("the database is up to date")
        running = [parts.web(environment), parts.worker(), *([parts.sandbox()] if options.sandbox else [])]
        welcome = Welcome(environment, with_sandbox=options.sandbox, with_demo=options.demo)
        return Supervisor(running, environment.stop_seconds, server, welcome.look).run()


@dataclass(slots=True)
class Welcome:
    """Says where the site is, once, when it answers; then plays the demo if that was asked for."""

    environment: Environment
    with_sandbox: bool
    with_demo: bool
    is_said: bool = False

    def look(self) -> None:
        """Look whether the site answers yet."""
        if self.is_said or not answers(self.environment.host, self.environment.port, "/readyz"):
            return
        self.is_said = True
        say(f"ready at {self.environment.site_url}")
        if self.with_sandbox:
            say(f"CM sandbox at http://localhost:{self.environment.sandbox_port}")
        if self.with_demo:
            subprocess.Popen([sys.executable, "-m", "antiphon.cli.main", "demo"], stdin=subprocess.DEVNULL)


def _refuse_taken_ports(environment: Environment, *, with_sandbox: bool) -> None:
    refuse_taken_port(environment.host, environment.port, setting="ANTIPHON_PORT")
    if with_sandbox:
        refuse_taken_port(environment.host, environment.sandbox_port, setting="ANTIPHON_SANDBOX_PORT")

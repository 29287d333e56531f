"""`antiphon web`: pages, API and webhooks, without worker or sandbox."""

import argparse

from antiphon.cli import parts
from antiphon.cli.database import opened, refuse_pending
from antiphon.cli.supervisor import Supervisor, refuse_taken_port
from antiphon.config.env import current


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.epilog = "Any number of hosts may run it, sharing one database and one ANTIPHON_SECRET_KEY. Run `antiphon migrate` first."


def run(_options: argparse.Namespace) -> int:
    """Run the web server until told to stop."""
    environment = current()
    refuse_taken_port(environment.host, environment.port, setting="ANTIPHON_PORT")
    with opened(environment, patience_seconds=10) as server:
        refuse_pending(environment, server)
        return Supervisor([parts.web(environment)], environment.stop_seconds, server).run()

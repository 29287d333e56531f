"""`antiphon worker`: jobs, without web."""

import argparse

from antiphon.cli import parts
from antiphon.cli.database import opened, refuse_pending
from antiphon.cli.supervisor import Supervisor
from antiphon.config.env import current


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.epilog = "Any number of hosts may run it. Work of a worker that was killed is resumed within 45 seconds."


def run(_options: argparse.Namespace) -> int:
    """Do jobs until told to stop."""
    environment = current()
    with opened(environment, patience_seconds=10) as server:
        refuse_pending(environment, server)
        return Supervisor([parts.worker()], environment.stop_seconds, server).run()

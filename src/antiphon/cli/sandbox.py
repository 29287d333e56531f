"""`antiphon sandbox`: plays CM on a port of its own, in one process."""

import argparse
import asyncio

import uvloop

from antiphon.cli.errors import FailedError
from antiphon.cli.supervisor import refuse_taken_port
from antiphon.config.env import current
from antiphon.sandbox.server import serve


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.epilog = (
        "Pages at http://localhost:8090 (ANTIPHON_SANDBOX_PORT): a campaign tool and a wall of handsets. It needs neither database nor "
        "Antiphon; its state is kept in ANTIPHON_HOME/sandbox. Tell it the webhook URLs and the notice token of a source on its Settings "
        "page or with PUT /sandbox/settings."
    )


def run(_options: argparse.Namespace) -> int:
    """Run the sandbox until told to stop."""
    environment = current()
    refuse_taken_port(environment.host, environment.sandbox_port, setting="ANTIPHON_SANDBOX_PORT")
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(
                serve(
                    host=environment.host,
                    port=environment.sandbox_port,
                    folder=environment.home / "sandbox",
                    site_url=environment.site_url,
                )
            )
    except OSError as error:
        raise FailedError(f"the sandbox cannot use {environment.home / 'sandbox'}: {error.strerror}") from None
    return 0

"""Runs the sandbox in this process until it is told to stop."""

import asyncio
import signal
from pathlib import Path

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.embed import Server

from antiphon.sandbox import pages
from antiphon.sandbox.app import Sandbox
from antiphon.sandbox.exchange import Exchange

STATE_FILE = "state.json"


async def serve(*, host: str, port: int, folder: Path, site_url: str) -> None:
    """Serve until SIGTERM or SIGINT. What is remembered lives in `folder`; `site_url` is Antiphon's. Raises OSError for a bad folder."""
    exchange = Exchange(folder / STATE_FILE, render=pages.render_part, site_url=site_url)
    server = _server(exchange, host=host, port=port)
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, _stop, exchange, server)
    exchange.start()
    try:
        await server.serve()
    finally:
        await exchange.stop()


def _server(exchange: Exchange, *, host: str, port: int) -> Server:
    return Server(
        Sandbox(exchange),
        address=host,
        port=port,
        interface=Interfaces.ASGINL,
        websockets=False,
        backlog=1024,
        backpressure=1000,
        log_level=LogLevels.error,
    )


def _stop(exchange: Exchange, server: Server) -> None:
    exchange.hang_up()
    server.stop()  # type: ignore[no-untyped-call]

"""A stream that everything logged goes to, as production writes it."""

import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog

from antiphon.kit import logs


@contextmanager
def logged(level: str = "debug") -> Iterator[io.StringIO]:
    """Write logs into a stream for a while."""
    root = logging.getLogger()
    before, was = root.handlers, root.level
    logs.configure(level=level)
    stream = io.StringIO()
    handler = root.handlers[0]
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(stream)
    try:
        yield stream
    finally:
        root.handlers = before
        root.setLevel(was)
        structlog.reset_defaults()


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    """Return what was written."""
    return [json.loads(line) for line in stream.getvalue().splitlines()]

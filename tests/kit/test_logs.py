"""Nothing private reaches a log, whichever way it tries."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from antiphon.kit import logs


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before, level = root.handlers, root.level
    logs.configure(level="info")
    stream = io.StringIO()
    handler = root.handlers[0]
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(stream)
    yield stream
    root.handlers = before
    root.setLevel(level)
    structlog.reset_defaults()


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


@pytest.mark.parametrize("number", ["+31612345678", "0031612345678", "31612345678", "(31612345678)"])
def test_phone_numbers_never(written: io.StringIO, number: str) -> None:
    structlog.get_logger("a").warning(f"reply from {number} refused", source_id=7, nested={"seen": [number]})
    logging.getLogger("library").warning("connecting %s", number)
    logging.getLogger("library").error("broken", exc_info=ValueError(number))
    assert "612345678" not in written.getvalue()
    assert [line["level"] for line in lines(written)] == ["warning", "warning", "error"]
    assert lines(written)[0]["source_id"] == 7


def test_secrets_and_texts_never(written: io.StringIO) -> None:
    structlog.get_logger("a").info(
        "stored", notice_token="hush", text="hush", headers={"Authorization": "hush"}, kind="reply", text_length=4
    )
    structlog.get_logger("a").info("POST /hooks/hush/reply postgresql://boss:hush@db/site")
    assert "hush" not in written.getvalue()
    assert (lines(written)[0]["kind"], lines(written)[0]["text_length"]) == ("reply", 4)
    assert lines(written)[1]["event"].endswith("/reply postgresql://[redacted]@db/site")


def test_what_is_no_number_stays(written: io.StringIO) -> None:
    told = "batch of 500 took 1234567 us at 2026-11-22T10:11:12 for 0199c0de-1234-7000-8000-123456789012"
    structlog.get_logger("a").info(told)
    assert lines(written)[0]["event"] == told


def test_below_the_level_nothing_is_written(written: io.StringIO) -> None:
    structlog.get_logger("a").debug("quiet")
    logging.getLogger("library").debug("quiet")
    assert written.getvalue() == ""

"""Logs as JSON lines on stderr, without phone numbers, texts or secrets."""

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog

REDACTED = "[redacted]"

_OWN_HANDLERS = ("_granian", "granian.access")  # they would write past the redaction
_TALKATIVE = ("procrastinate", "httpx", "httpcore")
_PRIVATE = re.compile(r"token|secret|password|authorization|cookie|api_?key|phone|consumer|sender|text|body|email", re.IGNORECASE)
_HARMLESS = ("_id", "_count", "_bytes", "_seconds", "_length")
_NUMBER = re.compile(r"(?<![\w.:-])(?:\+|00)?\d{8,15}(?![\w-])")
_CREDENTIALS = re.compile(r"(?<=://)[^\s/@]+@")
_HOOK_KEY = re.compile(r"(?<=/hooks/)[^/\s]+")


def configure(*, level: str = "info", is_json: bool = True) -> None:
    """Send every log, ours and the libraries', to stderr through the same redaction."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processors=_last(is_json=is_json), foreign_pre_chain=_first()))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for name in _OWN_HANDLERS:
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    for name in _TALKATIVE if level != "debug" else ():
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *_first(), structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )


def redact(_logger: object, _method: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace private values, wherever they are in the entry; what is wrong with a consumer's text is said without the text."""
    return {key: _clean(key, value) for key, value in entry.items()}


def _clean(key: str, value: object) -> object:
    if key != "event" and _PRIVATE.search(key) and not key.endswith(_HARMLESS):
        return REDACTED
    if isinstance(value, str):
        return _HOOK_KEY.sub(REDACTED, _CREDENTIALS.sub(f"{REDACTED}@", _NUMBER.sub("[number]", value)))
    if isinstance(value, Mapping):
        return {inner: _clean(str(inner), held) for inner, held in value.items()}
    if isinstance(value, (list, tuple, set)):
        return [_clean("", held) for held in value]
    return value


def _first() -> list[Any]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]


def _last(*, is_json: bool) -> list[Any]:
    """Redact after everything is text, tracebacks included, and just before it is written."""
    form = structlog.processors.JSONRenderer() if is_json else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    return [structlog.stdlib.ProcessorFormatter.remove_processors_meta, redact, form]

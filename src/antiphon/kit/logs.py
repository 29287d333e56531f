"""Logs as JSON lines on stderr, by allow-list: what is not known to be harmless is not written.

Of ours, an event is a fixed sentence and its fields are those of `FIELDS`. Of libraries, the sentence comes without its values, save from
those that put none of a consumer's in it. Errors are told by kind and place, never by their message: a database quotes what it refused.
"""

import logging
import re
import sys
import threading
from collections.abc import MutableMapping
from types import TracebackType
from typing import Any
from uuid import UUID

import structlog

from antiphon.kit import requests
from antiphon.kit.failures import reason, where

FIELDS = frozenset({
    "account", "app", "arrival", "arrivals", "bytes", "ended", "event", "job", "kind", "level", "logger", "loop", "method", "milliseconds",
    "part", "port", "reason", "refused", "request_id", "route", "seconds", "size", "status", "timestamp", "where", "whole",
})  # fmt: skip
"""What a line may say. A value is a number, or a word of ours: never a person's name, number or text, never a secret."""

_NUMBERS = ("_id", "_count", "_bytes", "_seconds", "_length")
_OWN_HANDLERS = ("_granian", "granian.access")  # they would write past the allow-list
_TALKATIVE = ("procrastinate", "httpx", "httpcore")
_SAID_BY_US = "django.request"  # of a refused request, every answer is a line of ours
_PLAIN = ("_granian", "antiphon", "granian", "procrastinate")
"""Loggers whose values are ids and words of their own."""

_SENTENCES = {"%s: %s": "a request failed"}  # Django's, whose second value is the visitor's
REDACTED = "[redacted]"

_NUMBER = re.compile(r"(?<![\w.:-])(?:\+|00)?\d{6,13}(\d{2})(?![\w-])")
_CREDENTIALS = re.compile(r"(?<=://)[^\s/@]+@")
_HOOK_KEY = re.compile(r"(?<=/hooks/)[^/\s]+")
_TICKET = re.compile(r"(?<=/live/)[^/\s]+")
_LONGEST = 500

_Entry = MutableMapping[str, Any]


def configure(*, level: str = "info", is_json: bool = True) -> None:
    """Send every log, ours and the libraries', to stderr through the same allow-list; what nobody catches too."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=_last(is_json=is_json), foreign_pre_chain=[*_first(), _of_library], use_get_message=False, pass_foreign_args=True
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for name in _OWN_HANDLERS:
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.NOTSET if level == "debug" else logging.WARNING)
    logging.getLogger(_SAID_BY_US).setLevel(logging.ERROR)
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *_first(), structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )


def catch_the_uncaught() -> None:
    """Have what ends this program, or one of its threads, written as any other line: Python itself would quote the error's message."""
    sys.excepthook = _uncaught
    threading.excepthook = lambda told: _uncaught(told.exc_type, told.exc_value or told.exc_type(), told.exc_traceback)


def _uncaught(kind: type[BaseException], error: BaseException, _traceback: TracebackType | None) -> None:
    if not issubclass(kind, (KeyboardInterrupt, SystemExit)):
        structlog.get_logger("antiphon").critical("uncaught", reason=reason(error), where=where(error))


def _first() -> list[Any]:
    return [
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _name_request,
        _tell_failure,
    ]


def _last(*, is_json: bool) -> list[Any]:
    form = structlog.processors.JSONRenderer() if is_json else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    return [structlog.stdlib.ProcessorFormatter.remove_processors_meta, allow, form]


def _name_request(_logger: object, _method: str, entry: _Entry) -> _Entry:
    if request_id := requests.current():
        entry["request_id"] = request_id
    return entry


def _tell_failure(_logger: object, _method: str, entry: _Entry) -> _Entry:
    """Tell an error by kind and place."""
    told = entry.pop("exc_info", None)
    entry.pop("stack_info", None)
    error = told[1] if isinstance(told, tuple) else told if isinstance(told, BaseException) else sys.exc_info()[1] if told else None
    if error is not None:
        entry["reason"], entry["where"] = reason(error), where(error)
    return entry


def _of_library(_logger: object, _method: str, entry: _Entry) -> _Entry:
    """Keep a library's sentence: its first line, with its values only from those known to be plain."""
    told, values = str(entry["event"]), entry.pop("positional_args", ())
    if values and str(entry.get("logger", "")).startswith(_PLAIN):
        try:
            told %= values
        except (TypeError, ValueError, KeyError):
            told = str(entry["event"])
    entry["event"] = _SENTENCES.get(told, told.partition("\n")[0])
    return entry


def allow(_logger: object, _method: str, entry: _Entry) -> _Entry:
    """Keep what may be said; name the fields that were left out, so that nobody looks for them in vain."""
    kept = {key: _clean(value) for key, value in entry.items() if _is_allowed(key, value)}
    left_out = sorted(key for key in entry if key not in kept)
    return kept | {"left_out": left_out} if left_out else kept


def _is_allowed(key: str, value: object) -> bool:
    return key in FIELDS or (key.endswith(_NUMBERS) and isinstance(value, (int, float, UUID)))


def _clean(value: object) -> object:
    """Keep numbers, booleans and words; of what looks like a phone number the last two digits, of a credential nothing."""
    if value is None or isinstance(value, (bool, int, float)):
        return value
    text = str(value)[:_LONGEST]
    for secret in (_HOOK_KEY, _TICKET):
        text = secret.sub(REDACTED, text)
    return _NUMBER.sub(r"…\1", _CREDENTIALS.sub(f"{REDACTED}@", text))

"""What documents show: JSON parses, commands and calls exist."""

import argparse
import json
import re
import shlex
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest

from antiphon.api.application import api
from antiphon.api.docs import operations
from antiphon.cli.main import available
from tests.docs.reading import PAGES, blocks, codes, name

_COMMAND = re.compile(r"(?:^|[\s(`;&|])antiphon ([a-z]+(?: [^`|;)\n]*)?)")
_CALL = re.compile(r"(GET|POST|PUT|PATCH|DELETE) (?:https?://[^/ ]+)?(?:/api/v1)?/?([a-z…][\w{}/.…-]*)")
_ELSEWHERE = ("hooks/", "live/", "sandbox/", "v1.0/")  # webhooks, streams, the sandbox, a provider: no operations of the API
_TO_BE_FILLED = re.compile(r"…|\.\.\.|\[|<")


def shown(page: Path) -> list[str]:
    """Return the commands that a document shows, without `antiphon`."""
    texts = [*(block.text for block in blocks(page)), *(code for code in codes(page) if code.startswith("antiphon "))]
    return [found.strip() for text in texts for found in _COMMAND.findall(text)]


@cache
def parser_of(command: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"antiphon {command}", exit_on_error=False)
    import_module(next(one.module for one in available() if one.name == command)).add_arguments(parser)
    return parser


def options_and_words(parser: argparse.ArgumentParser) -> tuple[set[str], dict[str, argparse.ArgumentParser]]:
    """Return the options that a parser knows, and the words like `create` that it chooses among."""
    options: set[str] = set()
    chosen: dict[str, argparse.ArgumentParser] = {}
    for action in parser._actions:  # noqa: SLF001 - argparse offers no other way to what was declared
        options |= set(action.option_strings)
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001 - as above
            chosen = dict(action.choices)
    return options, chosen


def complaint(line: str) -> str:
    """Return what is wrong with a command line; arguments that it leaves out to be short are not."""
    command, *arguments = shlex.split(re.split(r"\s#", line)[0])
    if command not in {one.name for one in available()}:
        return f"there is no command {command}"
    options, chosen = options_and_words(parser_of(command))
    for argument in arguments:
        if chosen and "|" not in argument and not argument.startswith("-"):
            if argument not in chosen:
                return f"{command} knows no {argument}"
            own, chosen = options_and_words(chosen[argument])
            options |= own
        elif argument.startswith("-") and argument.split("=")[0] not in options:
            return f"{command} knows no {argument}"
    return ""


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_commands_exist(page: Path) -> None:
    assert [(line, wrong) for line in shown(page) if not _TO_BE_FILLED.search(line) and (wrong := complaint(line))] == []


def test_a_command_that_does_not_exist_is_found() -> None:
    assert complaint("account create North --time-zone UTC") == ""
    assert complaint("account make North") == "account knows no make"
    assert complaint("recount --chekc") == "recount knows no --chekc"
    assert complaint("start") == "there is no command start"


def test_commands_are_shown() -> None:
    assert sum(len(shown(page)) for page in PAGES) > 15


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_json_parses(page: Path) -> None:
    for block in blocks(page):
        if block.language == "json":
            assert json.loads(block.text), block.text
        else:
            assert not block.text.lstrip().startswith(("{", "[")), "JSON is marked as such"


def patterns() -> dict[tuple[str, str], re.Pattern[str]]:
    """Return what a call may look like, per operation: any word for an id, `…` for what was said before."""
    found = {}
    for path, operation, method in operations(api):
        assert operation
        parts = [r"[^/]+" if part.startswith("{") else re.escape(part) for part in path.strip("/").split("/")]
        found[method, path] = re.compile("/".join(parts))
    return found


def calls(page: Path) -> list[tuple[str, str]]:
    texts = [*(block.text for block in blocks(page)), *codes(page)]
    found = [call for text in texts for call in _CALL.findall(text)]
    return [(method, path.strip("/")) for method, path in found if not path.startswith(_ELSEWHERE)]


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_calls_exist(page: Path) -> None:
    known = patterns()
    for method, path in calls(page):
        own = [pattern.pattern for (verb, _), pattern in known.items() if verb == method]
        last = path.rsplit("…/", 1)[-1]
        is_known = any(pattern.endswith("/" + last) if "…" in path else re.fullmatch(pattern, path) for pattern in own)
        assert is_known, f"{method} {path}"


def test_calls_are_shown() -> None:
    assert sum(len(calls(page)) for page in PAGES) > 50

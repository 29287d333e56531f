"""Writes the parts of docs/ that are told by code: settings, commands, the operations of the API."""

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

from antiphon.cli.commands import COMMANDS, Command
from antiphon.config.env import table

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
SETTINGS = DOCS / "operations" / "settings.md"
COMMANDS_PAGE = DOCS / "operations" / "commands.md"
OPERATIONS = DOCS / "api-operations.md"
MARK = "<!-- From here on `make docs` writes. -->\n"
_FIRST = "| setting | default | what it does |\n"


def main() -> int:
    """Rewrite what code tells, in place; the words around it stay."""
    page = SETTINGS.read_text(encoding="utf-8")
    before, _, rest = page.partition(_FIRST)
    after = rest.partition("\n\n")[2]
    SETTINGS.write_text(before + settings_table() + (f"\n{after}" if after else ""), encoding="utf-8")
    for path, told in TOLD.items():
        words = path.read_text(encoding="utf-8").partition(MARK)[0]
        path.write_text(words + MARK + told(), encoding="utf-8")
    return 0


def settings_table() -> str:
    """Return the table of settings as the page shows it."""
    rows = [f"| `{name}` | {default} | {text} |\n" for name, default, text in table()]
    return "".join([_FIRST, "|---|---|---|\n", *rows])


def commands() -> str:
    """Return a section per group of commands, with every option."""
    lines: list[str] = []
    for group in dict.fromkeys(command.group for command in COMMANDS):
        lines += ["", f"## {group}"]
        for command in COMMANDS:
            if command.group == group:
                lines += _command(command)
    return "\n".join(lines) + "\n"


def _command(command: Command) -> Iterator[str]:
    parser = argparse.ArgumentParser(prog=f"antiphon {command.name}")
    import_module(command.module).add_arguments(parser)
    yield from ["", f"### antiphon {command.name}", f"{command.summary[0].upper()}{command.summary[1:]}."]
    rows = list(_rows(parser))
    if rows:
        yield from ["", "| | |", "|---|---|", *rows]
    if parser.epilog:
        yield from ["", " ".join(parser.epilog.split())]


def _rows(parser: argparse.ArgumentParser, *, before: str = "") -> Iterator[str]:
    """Yield a row per argument, those of words like `create` after the word's own."""
    for action in parser._actions:  # noqa: SLF001 - argparse offers no other way to what was declared
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001 - as above
            helps = {choice.dest: choice.help for choice in action._choices_actions}  # noqa: SLF001 - as above
            for word, own in action.choices.items():
                yield f"| `{before}{word}` | {helps.get(word) or ''} |"
                yield from _rows(own, before=f"{before}{word} ")
        elif action.dest != "help":
            yield f"| `{before}{_shown(action)}` | {_meaning(action)} |"


def _shown(action: argparse.Action) -> str:
    value = str(action.metavar or action.dest.upper())
    return " ".join([*action.option_strings[:1], *([value] if action.nargs != 0 else [])])


def _meaning(action: argparse.Action) -> str:
    choices = f"one of {', '.join(map(str, action.choices))}" if action.choices else ""
    return "; ".join(part for part in (action.help or "", choices, "needed" if action.required and action.option_strings else "") if part)


def operations() -> str:
    """Return a table of the API's operations, in the order of its resources."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "antiphon.config.settings")
    import django  # noqa: PLC0415 - settings and commands do without

    django.setup()
    from antiphon.api import docs  # noqa: PLC0415 - after Django's set-up

    lines = []
    for group in docs.content().groups:
        lines += ["", f"## {group.name.capitalize()}", "| call | does | who may |", "|---|---|---|"]
        lines += [f"| `{one.method} {one.path}` | {one.summary} | {', '.join(map(_role, one.roles))} |" for one in group.operations]
    return "\n".join(lines) + "\n"


def _role(role: str) -> str:
    return role.replace("_", " ")


TOLD: dict[Path, Callable[[], str]] = {COMMANDS_PAGE: commands, OPERATIONS: operations}

if __name__ == "__main__":
    sys.exit(main())

"""Writes the parts of docs/ that are told by code: settings, commands, measures, caps, the operations of the API."""

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from antiphon.cli.commands import COMMANDS, Command
from antiphon.config.env import read, table
from antiphon.measures.table import MEASURES, Measure, Origin

if TYPE_CHECKING:
    from antiphon.edge.caps import Cap

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
SETTINGS = DOCS / "operations" / "settings.md"
COMMANDS_PAGE = DOCS / "operations" / "commands.md"
LIMITS = DOCS / "operations" / "limits.md"
SCALING = DOCS / "operations" / "scaling.md"
MONITORING = DOCS / "operations" / "monitoring.md"
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


def measures() -> str:
    """Return a table of the measures per origin."""
    lines = []
    for origin in Origin:
        lines += ["", f"### {_ORIGINS[origin]}", "| measure | kind | labels | says |", "|---|---|---|---|"]
        lines += [_measure(one) for one in MEASURES if one.origin is origin]
    return "\n".join(lines) + "\n"


def _measure(one: Measure) -> str:
    labels = ", ".join(f"`{label}`" for label in one.labels)
    return f"| `{one.shown}` | {one.kind} | {labels} | {one.text} |"


def caps() -> str:
    """Return the table of everything that is capped, under the settings as they are when none is given."""
    lines = ["", "| of what | most | moved by | beyond it |", "|---|---|---|---|"]
    for cap in _caps():
        settings = ", ".join(f"`{name}`" for name in cap.settings)
        lines.append(f"| {cap.of} | {cap.most(read({}))} | {settings} | {cap.beyond} |")
    return "\n".join(lines) + "\n"


def _caps() -> "tuple[Cap, ...]":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "antiphon.config.settings")
    import django  # noqa: PLC0415 - settings and commands do without

    django.setup()
    from antiphon.edge.caps import CAPS  # noqa: PLC0415 - after Django's set-up

    return CAPS


def tables() -> str:
    """Return where each table goes when accounts are spread over nodes, by its key."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "antiphon.config.settings")
    import django  # noqa: PLC0415 - settings and commands do without

    django.setup()
    from django.apps import apps  # noqa: PLC0415 - after Django's set-up

    places: dict[str, list[str]] = {"distributed": [], "reference": [], "on the coordinator": []}
    for model in apps.get_models(include_auto_created=True):
        meta = model._meta  # noqa: SLF001 - Django's documented way to a model's fields
        is_ours = model.__module__.startswith("antiphon.")
        key = getattr(meta.pk, "field_names", None)
        has_account = any(field.name == "account" for field in meta.get_fields())
        place = "distributed" if key else "reference" if is_ours and (has_account or meta.db_table == "account") else "on the coordinator"
        if meta.managed:
            places[place].append(f"`{meta.db_table}`")
    rows = [f"| {place} | {', '.join(sorted(names))} |" for place, names in places.items()]
    return "\n".join(["", "| | tables |", "|---|---|", *rows]) + "\n"


_ORIGINS = {
    Origin.PROGRAM: "Counted by the processes of a host",
    Origin.HOST: "Of the host",
    Origin.DATABASE: "Of the database",
}
TOLD: dict[Path, Callable[[], str]] = {COMMANDS_PAGE: commands, OPERATIONS: operations, MONITORING: measures, LIMITS: caps, SCALING: tables}

if __name__ == "__main__":
    sys.exit(main())

"""The entry point: finds the command, sets up what it needs, and turns failures into one line and an exit code."""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module, metadata
from importlib.util import find_spec

from antiphon.cli.commands import COMMANDS, Command, Need
from antiphon.cli.errors import FailedError
from antiphon.config.env import SettingError, current
from antiphon.embedded.errors import UnusableError

_WIDTH = max(len(command.name) for command in COMMANDS) + 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Exit codes: 0 done, 1 failed (one line on stderr says why), 2 wrongly called, 130 interrupted."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "antiphon.config.settings")
    words = list(sys.argv[1:] if arguments is None else arguments)
    command = _named(words)
    options = _parser(command).parse_args(words)
    if command is None:
        _parser(None).print_help()
        return 0
    try:
        return _run(command, options)
    except (FailedError, SettingError, UnusableError) as error:
        print(f"antiphon {command.name}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def available() -> list[Command]:
    """Return the commands of this build, in the order of the table."""
    return [command for command in COMMANDS if find_spec(command.module)]


def _named(words: Sequence[str]) -> Command | None:
    first = next((word for word in words if not word.startswith("-")), None)
    return next((command for command in available() if command.name == first), None)


def _parser(chosen: Command | None) -> argparse.ArgumentParser:
    """Return the parser; only the chosen command's module is imported, so that help is quick."""
    parser = argparse.ArgumentParser(
        prog="antiphon",
        usage="antiphon <command> [options]",
        description="Turns the replies to an SMS broadcast into conversations.",
        epilog=_listed(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"antiphon {metadata.version('antiphon')}")
    named = parser.add_subparsers(dest="command", metavar="<command>", help=argparse.SUPPRESS)
    for command in available():
        own = named.add_parser(command.name, description=_sentence(command), formatter_class=argparse.RawDescriptionHelpFormatter)
        if command is chosen:
            import_module(command.module).add_arguments(own)
    return parser


def _listed() -> str:
    lines = []
    for group in dict.fromkeys(command.group for command in available()):
        lines += ["", f"{group}:"]
        lines += [f"  {command.name:<{_WIDTH}}{command.summary}" for command in available() if command.group == group]
    settings = "Settings come from the environment: docs/operations/settings.md. First: antiphon up --sandbox"
    return "\n".join([*lines[1:], "", "antiphon <command> --help says more.", settings])


def _sentence(command: Command) -> str:
    return f"{command.summary[0].upper()}{command.summary[1:]}."


def _run(command: Command, options: argparse.Namespace) -> int:
    module = import_module(command.module)
    if command.need is Need.NOTHING:
        return int(module.run(options))
    from antiphon.cli.database import ready  # noqa: PLC0415 - costs the driver's import

    with ready(current()):
        return int(import_module(command.module).run(options))


if __name__ == "__main__":
    sys.exit(main())

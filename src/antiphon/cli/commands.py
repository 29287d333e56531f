"""The table of commands: what `antiphon help` lists, and what each needs before it runs."""

from dataclasses import dataclass
from enum import StrEnum


class Need(StrEnum):
    """What is set up before a command's `run`."""

    NOTHING = "nothing"
    DATABASE = "database"  # the running embedded server or its own, migrated; Django set up


@dataclass(frozen=True, slots=True)
class Command:
    """A command: module `antiphon.cli.<module>` with `add_arguments(parser)` and `run(options) -> int`."""

    name: str
    group: str
    summary: str
    need: Need = Need.DATABASE

    @property
    def module(self) -> str:
        """Return the dotted name of its module."""
        return f"antiphon.cli.{self.name.replace('-', '_')}"


RUN, SET_UP, LOOK = "Run", "Set up", "Look and repair"

COMMANDS: tuple[Command, ...] = (
    Command("up", RUN, "run everything a small site needs: database, web, worker; with --sandbox the CM sandbox", Need.NOTHING),
    Command("web", RUN, "run pages, API and webhooks only", Need.NOTHING),
    Command("worker", RUN, "run jobs only", Need.NOTHING),
    Command("sandbox", RUN, "run the CM sandbox only: CM as seen from outside, with handsets", Need.NOTHING),
    Command("migrate", SET_UP, "bring the database to this version", Need.NOTHING),
    Command("demo", SET_UP, "make the demo account and play one ended campaign; safe to repeat"),
    Command("account", SET_UP, "make accounts"),
    Command("user", SET_UP, "make people who sign in"),
    Command("apikey", SET_UP, "make API keys"),
    Command("app", SET_UP, "enable an app for an account"),
    Command("explain", LOOK, "say why a reply was linked as it was"),
    Command("export", LOOK, "write facts as Parquet files, a folder a day, for analysis elsewhere"),
    Command("export-consumer", LOOK, "write everything known of one consumer as JSON"),
    Command("erase", LOOK, "erase one consumer for ever; counts stay"),
    Command("recount", LOOK, "compare the counters with the stored facts"),
    Command("reindex", LOOK, "write again what conversations are found by"),
    Command("arrivals", LOOK, "list quarantined arrivals, and play stored arrivals again"),
    Command("backup", LOOK, "write database, spool and secret key into one verified file, while the site runs", Need.NOTHING),
    Command("restore", LOOK, "bring a backup into an empty home or database", Need.NOTHING),
    Command("bench", LOOK, "measure this machine, on a scratch database of its own", Need.NOTHING),
    Command("systemd", LOOK, "print a unit for systemd, fit for this installation", Need.NOTHING),
    Command("doctor", LOOK, "check this installation and say what to do", Need.NOTHING),
)

"""`antiphon demo`: makes the demo account, wires it to the sandbox, plays one ended campaign, prints the log-ins."""

import argparse
from contextlib import closing
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from antiphon.cli.asking import in_one_line
from antiphon.cli.errors import FailedError
from antiphon.config.env import Environment, current
from antiphon.kit import clock

if TYPE_CHECKING:
    from antiphon.demo.setting import Setting

_TRIES = 20
_HERE = {"localhost", "127.0.0.1", "::1"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--public", action="store_true", help="also on a site that others reach: the passwords are known to everybody")
    parser.epilog = (
        "Makes the account Noordgarage with an administrator, a campaign manager, a supervisor and two agents; a CM source wired to the "
        "sandbox if one runs (antiphon up --sandbox); a live campaign, Spring check-up, for the sandbox's prepared broadcast; and an ended "
        "one, Tyre swap, played through the line. Safe to repeat: what is there stays."
    )


def run(options: argparse.Namespace) -> int:
    """Make what is missing, and print where to go."""
    environment = current()
    if urlsplit(environment.site_url).hostname not in _HERE and not options.public:
        raise FailedError("this site has a public address, and everybody knows the demo's passwords: --public if you mean it")
    with in_one_line():
        sandbox = _made(environment)
    _say_welcome(environment, sandbox=sandbox)
    return 0


def _made(environment: Environment) -> str:
    """Make the demo; return the address of the prepared broadcast in the sandbox, empty when no sandbox answers."""
    from antiphon.demo import past, story  # noqa: PLC0415 - after Django's set-up
    from antiphon.demo.setting import publish_live_campaign, set_the_scene  # noqa: PLC0415 - as above

    now = clock.now()
    setting = set_the_scene(at=now)
    external_campaign = _wired(environment, setting)
    past.play(setting, at=now)
    publish_live_campaign(setting, external_campaign or story.SANDBOX_CAMPAIGN, at=now)
    return f"{_sandbox_url(environment)}/campaigns/{external_campaign}" if external_campaign else ""


def _wired(environment: Environment, setting: "Setting") -> str:
    from antiphon.demo import wiring  # noqa: PLC0415 - after Django's set-up

    try:
        client = wiring.reach(f"http://127.0.0.1:{environment.sandbox_port}", tries=_TRIES if environment.cm_url else 1)
    except wiring.NoSandboxError:
        return ""
    with closing(client):
        return wiring.wire(client, setting, site_url=environment.site_url)


def _sandbox_url(environment: Environment) -> str:
    return f"http://localhost:{environment.sandbox_port}"


def _say_welcome(environment: Environment, *, sandbox: str) -> None:
    from antiphon.demo import story  # noqa: PLC0415 - after Django's set-up

    print(f"\n{story.ACCOUNT} is ready: {environment.site_url}\n")
    for person in story.PEOPLE:
        print(f"  {person.role.replace('_', ' '):<18}{person.email:<30}{story.PASSWORD}")
    if sandbox:
        print(f"\n1. Send the prepared broadcast: {sandbox}")
        print(f"2. Watch it arrive: {environment.site_url}/campaigns/ (as {story.PEOPLE[0].email})")
        print(f"3. Reply on a handset: {_sandbox_url(environment)}/handsets")
        print(f"4. Answer it: {environment.site_url}/conversations/ (as {story.PEOPLE[1].email})\n", flush=True)
    else:
        print("\nNo CM sandbox answers. To have one: antiphon up --sandbox, then antiphon demo again.\n", flush=True)

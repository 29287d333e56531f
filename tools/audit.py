"""Asks what is publicly known against the packages of both locks: `make audit`. What cannot be asked is said, never passed over."""

import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

_UV, _NPM = (Path(sys.executable).with_name(name) for name in ("uv", "npm"))
ASKED = {
    "Python": (str(_UV), "audit", "--frozen"),
    "JavaScript": (str(_NPM) if _NPM.exists() else "npm", "audit", "--package-lock-only"),
}
_SECONDS = 120
_AWAY = re.compile(
    r"error sending request|dns error|timed out|network connectivity is disabled|http status (?:client|server) error"
    r"|audit endpoint returned an error|npm (?:error|err!) code e\w+|ENOTFOUND|ETIMEDOUT",
    re.IGNORECASE,
)


def main() -> int:
    """Ask for every lock; return 1 when something is known against a package, or when nobody knows what an answer means."""
    return max(told(name, *answer(command)) for name, command in ASKED.items())


def answer(command: Sequence[str]) -> tuple[int, str]:
    """Return how a program ended and what it said; 127 for one that is not there."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)
    except FileNotFoundError:
        return 127, f"there is no {command[0]} here: ENOTFOUND"
    except subprocess.TimeoutExpired:
        return 124, "ETIMEDOUT"
    return done.returncode, done.stdout + done.stderr


def told(name: str, code: int, said: str) -> int:
    """Say what came of it; return 1 for what must be looked at."""
    if code == 0:
        print(f"{name}: nothing is known against any package of the lock.")
        return 0
    if away := _AWAY.search(said):
        print(f"{name}: NOT ASKED, whoever knows could not be reached ({away[0]}). Run `make audit` where the network allows it.")
        return 0
    print(said)
    print(f"{name}: look at the above (ended with {code}).")
    return 1


if __name__ == "__main__":
    sys.exit(main())

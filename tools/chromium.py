"""Finds a Chromium for the browser tests; without one, installs it: the system's package where we are root, else Playwright's own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
_MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"


def installed() -> str | None:
    """Return the path of a Chromium that runs, None when only Playwright's own is left."""
    candidates = [os.environ.get("ANTIPHON_CHROMIUM", ""), *(shutil.which(name) or "" for name in _NAMES), _MAC]
    return next((path for path in candidates if path and _runs(path)), None)


def main() -> int:
    """Have one; return 1 when every way failed."""
    ways = (_is_there, _by_system, _is_there_from_playwright, _by_playwright)
    if any(way() for way in ways):
        return 0
    print("no Chromium could be installed: install one, or name it in ANTIPHON_CHROMIUM", file=sys.stderr)
    return 1


def _is_there() -> bool:
    return installed() is not None


def _by_system() -> bool:
    """Install the system's package; Ubuntu's is only a pointer to a snap, so look whether it runs."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return False
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for words in (["update", "-q"], ["install", "-q", "-y", "--no-install-recommends", "chromium", "fonts-dejavu-core"]):
        if subprocess.run(["apt-get", *words], env=environment, stdout=sys.stderr, check=False).returncode:
            return False
    return _is_there()


def _is_there_from_playwright() -> bool:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only when nothing else is there

    with sync_playwright() as playwright:
        return Path(playwright.chromium.executable_path).is_file()


def _by_playwright() -> bool:
    dependencies = ["--with-deps"] if os.geteuid() == 0 else []
    return not subprocess.run([sys.executable, "-m", "playwright", "install", *dependencies, "chromium"], check=False).returncode


def _runs(path: str) -> bool:
    try:
        return not subprocess.run([path, "--version"], capture_output=True, timeout=30, check=False).returncode
    except (OSError, subprocess.TimeoutExpired):
        return False


if __name__ == "__main__":
    sys.exit(main())

"""A whole site that really runs, demo and sandbox included, and a Chromium that looks at it."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from tools.chromium import installed

PASSWORD = "call-and-response"
START_SECONDS = 120
STOP_SECONDS = 60
PATIENCE_MS = 20_000
"""How long a page may take to show something: what is tested is that it does, on however busy a machine."""

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"


expect.set_options(timeout=PATIENCE_MS)


@dataclass(frozen=True)
class Site:
    """Where the site and its sandbox answer."""

    url: str
    sandbox: str
    pid: int

    def end_web(self) -> None:
        """End the web server, as a restart does; the site starts it again by itself."""
        children = [path.parent for path in Path("/proc").glob("[0-9]*/stat") if self._is_web(path.parent)]
        assert len(children) == 1
        os.kill(int(children[0].name), signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        while children[0].exists() and time.monotonic() < deadline:
            time.sleep(0.1)

    def _is_web(self, folder: Path) -> bool:
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            return parent == self.pid and b"granian" in (folder / "cmdline").read_bytes()
        except OSError:
            return False


@dataclass
class Looked:
    """A page under watch: what the browser complained of is kept, and must stay empty."""

    page: Page
    site: Site
    complaints: list[str] = field(default_factory=list)

    def sign_in(self, name: str) -> None:
        """Sign in somebody of the demo."""
        self.page.goto(f"{self.site.url}/accounts/login/")
        self.page.get_by_label("E-mail").fill(f"{name.lower()}@noordgarage.example")
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_url(f"{self.site.url}/")

    def go(self, path: str) -> None:
        """Go to a page of the site."""
        response = self.page.goto(f"{self.site.url}{path}")
        assert response is not None
        assert response.status == 200, path


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """Give the site that most tests share, until they are done."""
    with running() as one:
        yield one


@contextmanager
def running() -> Iterator[Site]:
    """Run `antiphon up --sandbox --demo` on free ports, in a home of its own."""
    port, sandbox_port = _free_port(), _free_port()
    with tempfile.TemporaryDirectory(prefix="antiphon-browser-") as home:
        log = Path(home) / "output"
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("ANTIPHON_", "DATABASE_", "PYTEST_"))}
        environment |= {"ANTIPHON_HOME": f"{home}/home", "ANTIPHON_WORKERS": "1"}
        environment |= {"ANTIPHON_PORT": str(port), "ANTIPHON_SANDBOX_PORT": str(sandbox_port)}
        with log.open("wb") as output:
            command = [sys.executable, "-m", "antiphon.cli.main", "up", "--sandbox", "--demo"]
            site = subprocess.Popen(command, env=environment, stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        try:
            _wait_for_welcome(site, log)
            yield Site(f"http://localhost:{port}", f"http://localhost:{sandbox_port}", site.pid)
        finally:
            site.terminate()
            site.wait(STOP_SECONDS)


def _free_port() -> int:
    with closing(socket.socket()) as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _wait_for_welcome(running: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and running.poll() is None:
        if "4. Answer it" in log.read_text():
            return
        time.sleep(0.2)
    pytest.fail(f"the site did not come up with its demo:\n{log.read_text()[-4000:]}")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Start the Chromium that is installed, else Playwright's own, for one module: its event loop would get in others' way."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=installed(), args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield browser
        browser.close()


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """Open a window of its own."""
    opened = chromium.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    opened.set_default_timeout(PATIENCE_MS)
    yield opened
    opened.close()


@pytest.fixture
def looked(context: BrowserContext, site: Site) -> Iterator[Looked]:
    """Open a page; whatever its console says fails the test, breaches of the Content-Security-Policy first of all."""
    page = Looked(context.new_page(), site)
    page.page.on("console", lambda message: page.complaints.extend(_said(message)))
    page.page.on("pageerror", lambda error: page.complaints.append(str(error)))
    yield page
    assert page.complaints == []


def _said(message: ConsoleMessage) -> list[str]:
    """Return a complaint of the page; what a script of the test is told has no address."""
    url = message.location.get("url")
    return [f"{message.type}: {message.text} ({url})"] if url else []


@pytest.fixture
def second(chromium: Browser, site: Site) -> Iterator[Looked]:
    """Open another window, for somebody else."""
    opened = chromium.new_context(viewport={"width": 1280, "height": 800})
    opened.set_default_timeout(PATIENCE_MS)
    yield Looked(opened.new_page(), site)
    opened.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """Return axe-core's script."""
    return AXE.read_text()

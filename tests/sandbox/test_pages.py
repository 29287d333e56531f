import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Generator, Iterator
from functools import partial
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, ConsoleMessage, sync_playwright

from antiphon.kit.segments import measure
from tests.sandbox.playing import CLEO, Customer, Sandbox, until

PAGES = ("/campaigns", "/campaigns/482138", "/campaigns/482138/edit", "/handsets", "/settings", "/log")
CHROMIUM = Path("/usr/bin/chromium")


@pytest.mark.parametrize("path", PAGES)
def test_every_page_says_what_it_is_and_runs_no_inline_script(sandbox: Sandbox, path: str) -> None:
    page = sandbox.client.get(path)
    assert page.status_code == 200
    assert "Not the real CM" in page.text
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert not re.search(r"<script(?![^>]* src=)|\son\w+=|\sstyle=", page.text)


def test_every_file_that_pages_ask_for_is_there(sandbox: Sandbox) -> None:
    asked = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', sandbox.client.get("/handsets").text))
    sheet = sandbox.client.get("/static/sandbox/index.css").text
    asked |= {name if name.startswith("/") else f"/static/sandbox/{name}" for name in re.findall(r'url\("([^"]+)"\)', sheet)}
    assert len(asked) > 8
    assert {path: sandbox.client.get(path).status_code for path in asked} == dict.fromkeys(asked, 200)


@pytest.mark.parametrize(
    "path",
    ["/static/css/../../cli/main.py", "/static/sandbox/..%2fapp.py", "/static/css/", "/static/other/x.css", "/campaigns/1", "/nowhere"],
)
def test_what_is_not_there_is_404(sandbox: Sandbox, path: str) -> None:
    assert sandbox.client.get(path).status_code == 404


class _Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        assert not [name for name, _ in attrs if name.startswith("on")]


def test_what_consumers_and_marketers_write_is_only_text(sandbox: Sandbox) -> None:
    hostile = "<img src=x onerror=alert(1)>\"'><script>alert(2)</script>{{ 123457 * 9 }}"
    sandbox.post(f"/sandbox/handsets/{CLEO}/replies", {"text": hostile})
    campaign = sandbox.post("/sandbox/campaigns", {"name": hostile, "text": hostile})
    for path in (f"/campaigns/{campaign['id']}", "/campaigns", "/handsets"):
        page = sandbox.client.get(path).text
        found = _Elements()
        found.feed(page)
        assert "img" not in found.names
        assert found.names.count("script") == 1
        assert "1111113" not in page


def test_forms_work_without_script(sandbox: Sandbox, cara: Customer) -> None:
    made = sandbox.client.post("/campaigns", data={"name": "By hand"})
    assert made.status_code == 303
    form = {"name": "By hand", "sender": "3669", "text": "Hello", "list_size": "20", "when": "now", "act": "send"}
    assert sandbox.client.post(made.headers["location"], data=form).status_code == 303
    until(lambda: len(cara.bodies("notice")) == 20)
    answered = sandbox.client.post(f"/handsets/{CLEO[1:]}/replies", data={"words": "yes", "back": "/campaigns/482138"})
    assert (answered.status_code, answered.headers["location"]) == (303, "/campaigns/482138")
    assert "yes" in sandbox.client.get("/handsets").text
    assert "20 of 20 told to Antiphon" in until(
        lambda: page if "20 of 20" in (page := sandbox.client.get(made.headers["location"]).text) else ""
    )


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "/\\evil.example", ""])
def test_a_form_never_leads_away(sandbox: Sandbox, back: str) -> None:
    assert sandbox.client.post("/handsets/clearing", data={"back": back}).headers["location"] == "/handsets"


@pytest.mark.parametrize(("when", "at"), [("at", ""), ("at", "2020-01-01T10:00"), ("at", "tomorrow")])
def test_a_time_that_cannot_be_is_said_beside_the_form(sandbox: Sandbox, when: str, at: str) -> None:
    form = {"name": "x", "sender": "3669", "text": "Still here", "when": when, "at": at, "act": "send"}
    page = sandbox.client.post("/campaigns/482138", data=form)
    assert page.status_code == 422
    assert "Still here" in page.text
    assert 'role="alert"' in page.text


def test_settings_and_faults_by_form(sandbox: Sandbox) -> None:
    form = {
        "notice": "http://127.0.0.1:9/n",
        "notice_token": "t",
        "retry_seconds": "2",
        "campaign_grouping": "3",
        "refusals": f"{CLEO} 303\r\n",
    }
    assert sandbox.client.post("/settings", data=form).status_code == 200
    sandbox.client.post("/faults", data={"send_twice": "on", "delay": "on"})
    found = sandbox.get("/sandbox/settings")
    assert (found["webhooks"]["notice"], found["retry_seconds"], found["campaign_grouping"]) == ("http://127.0.0.1:9/n", 2.0, 3)
    assert found["refusals"] == {CLEO: 303}
    assert (found["faults"]["send_twice"], found["faults"]["delay_seconds"], found["faults"]["malformed"]) == (True, 5.0, False)
    for wrong in ({"retry_seconds": "soon"}, {"campaign_grouping": "4"}, {"refusals": "nonsense"}):
        assert sandbox.client.post("/settings", data=form | wrong).status_code == 422
    assert sandbox.get("/sandbox/settings") == found


def test_another_site_may_not_write(sandbox: Sandbox) -> None:
    for site, status in (("cross-site", 403), ("same-origin", 303), ("none", 303)):
        assert sandbox.client.post("/handsets/clearing", headers={"sec-fetch-site": site}).status_code == status


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/sandbox/campaigns", b"{", 400),
        ("POST", "/sandbox/campaigns", b'{"name": "x"}', 422),
        ("POST", "/sandbox/campaigns", b'{"name": "x", "text": "y", "numbers": ["0612"]}', 422),
        ("POST", "/sandbox/campaigns", b'{"name": "x", "text": "y", "list_size": 0}', 422),
        ("POST", "/sandbox/campaigns/000000/sending", b"", 404),
        ("POST", "/sandbox/campaigns/482138/sending", b'{"at": "soon"}', 422),
        ("POST", "/sandbox/handsets/12/replies", b'{"text": "x"}', 422),
        ("POST", "/sandbox/handsets/%2B31612340412/replies", b'{"text": "x", "to": "My Business"}', 409),
        ("GET", "/sandbox/handsets/+31612340000", b"", 404),
        ("PUT", "/sandbox/settings", b"[]", 422),
        ("PUT", "/sandbox/settings", b'{"retry_seconds": -1}', 422),
        ("PUT", "/sandbox/settings", b'{"faults": {"colour": true}}', 422),
        ("GET", "/sandbox/log?after=x", b"", 422),
        ("DELETE", "/sandbox/settings", b"", 405),
        ("GET", "/sandbox/nothing", b"", 404),
    ],
)
def test_what_cannot_be_is_said_as_a_problem(sandbox: Sandbox, method: str, path: str, body: bytes, status: int) -> None:
    response = sandbox.client.request(method, path, content=body)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["detail"]


def parts(sandbox: Sandbox) -> Generator[dict[str, str], None, None]:
    with httpx.stream("GET", f"{sandbox.url}/live", timeout=10, trust_env=False) as stream:
        for line in stream.iter_lines():
            if line.startswith("retry"):
                yield {}
            if line.startswith("data: "):
                yield json.loads(line.removeprefix("data: "))


def test_open_pages_hear_of_changes(sandbox: Sandbox) -> None:
    stream = parts(sandbox)
    assert next(stream) == {}
    sandbox.post(f"/sandbox/handsets/{CLEO}/replies", {"text": "live & well"})
    part = next(part for part in stream if part["part"] == f"handset-{CLEO[1:]}")
    assert "live &amp; well" in part["html"]
    stream.close()


@pytest.mark.parametrize(
    ("text", "measured"),
    [
        ("", (0, 160, 1)),
        ("a" * 160, (160, 160, 1)),
        ("a" * 161, (161, 306, 2)),
        ("€" * 80, (160, 160, 1)),
        ("я" * 70, (70, 70, 1)),
        ("😀" * 36, (72, 134, 2)),
    ],
)
def test_a_text_is_measured_in_segments(text: str, measured: tuple[int, int, int]) -> None:
    assert measure(text) == measured


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(
            executable_path=CHROMIUM if CHROMIUM.exists() else None, args=["--disable-gpu", "--disable-background-networking"]
        )
        yield found
        found.close()


@pytest.mark.parametrize("width", [1440, 390])
def test_a_person_sends_and_replies_without_a_reload(sandbox: Sandbox, browser: Browser, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 844})
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{sandbox.url}/campaigns/482138/edit")
    page.get_by_label("Text", exact=False).first.fill("Tyres in? Reply YES €")
    assert page.locator("[data-measure]").inner_text() == "22 of 160 · 1 segment"
    page.get_by_role("button", name="Send to 20 handsets").press("Enter")
    page.wait_for_url("**/campaigns/482138")
    page.get_by_text("20 of 20 told to Antiphon").wait_for()
    cleo = page.get_by_role("article", name="Cleo")
    cleo.get_by_text("Tyres in?").wait_for()
    page.evaluate("window.stayed = true")
    box = cleo.get_by_label("Reply as Cleo", exact=True)
    box.focus()
    until(lambda: cleo.get_attribute("data-state") == "quiet")
    box.press_sequentially("half a")
    sandbox.post(f"/sandbox/handsets/{CLEO}/replies", {"text": "meanwhile"})
    cleo.get_by_text("meanwhile").wait_for()
    assert box.input_value() == "half a"
    box.press_sequentially(" word")
    box.press("Enter")
    cleo.get_by_text("half a word").wait_for()
    until(lambda: box.input_value() == "")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Reply as Cleo"
    mia = page.get_by_role("article", name="Mia")
    assert mia.get_attribute("data-state") == "new"
    mia.get_by_role("button", name="Opt out by link").press("Enter")
    mia.get_by_text("Opted out at").wait_for()
    assert page.evaluate("window.stayed && document.documentElement.scrollWidth <= innerWidth")
    assert complaints == []
    page.close()


def _note(complaints: list[str], message: ConsoleMessage) -> None:
    complaints.append(message.text)


@pytest.mark.parametrize("path", PAGES)
def test_no_page_scrolls_sideways_or_breaks_its_policy(sandbox: Sandbox, browser: Browser, path: str) -> None:
    sandbox.broadcast(text="a-very-long-word-without-a-break" * 4)
    for scheme, width in (("light", 320), ("dark", 1440)):
        page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme="dark" if scheme == "dark" else "light")
        complaints: list[str] = []
        page.on("console", partial(_note, complaints))
        page.goto(sandbox.url + path)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert complaints == []
        page.close()


def test_a_port_in_use_is_said_in_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        environment = os.environ | {"ANTIPHON_HOME": str(tmp_path), "ANTIPHON_SANDBOX_PORT": str(taken.getsockname()[1])}
        ended = subprocess.run(
            [sys.executable, "-m", "antiphon.cli.main", "sandbox"], env=environment, capture_output=True, timeout=20, check=False
        )
    assert ended.returncode == 1
    assert len(ended.stderr.decode().splitlines()) == 1
    assert "ANTIPHON_SANDBOX_PORT" in ended.stderr.decode()

"""Makes the pictures of docs/pictures from a demo that has just begun: `make run` in one terminal, `make pictures` in another."""

import base64
import sys
from pathlib import Path
from typing import Literal

import httpx
from playwright.sync_api import Page, expect, sync_playwright

from tools.chromium import installed

PICTURES = Path(__file__).parents[1] / "docs" / "pictures"
PASSWORD = "call-and-response"  # noqa: S105 - of the demo, printed by it
SCHEMES: tuple[tuple[Literal["light", "dark"], str], ...] = (("light", ""), ("dark", "-dark"))
TALK = ("yes please, tuesday?", "We have room on Tuesday at 10:00 or 14:30. Which suits you?", "10:00 is fine. Can I wait while you do it?")
OTHERS = ("What does it cost?", "Thursday would be better", "Is the coffee free?")
PATIENCE_MS = 30_000


def main(url: str = "http://localhost:8000", sandbox: str = "http://localhost:8090") -> int:
    """Take every picture in both themes."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=installed(), args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce", locale="en-GB").new_page()
        page.set_default_timeout(PATIENCE_MS)
        expect.set_options(timeout=PATIENCE_MS)
        _sign_in(page, url, "ada")
        _talk(page, url, sandbox)
        _take(page, "conversation")
        page.context.clear_cookies()
        _sign_in(page, url, "cam")
        page.goto(f"{url}/campaigns/")
        page.locator("a.campaign-name >> text=Tyre swap").first.click()
        page.get_by_role("link", name="Report", exact=True).click()
        expect(page.get_by_role("heading", name="Replies since the broadcast")).to_be_visible()
        _take(page, "report")
        browser.close()
    return 0


def _sign_in(page: Page, url: str, name: str) -> None:
    page.goto(f"{url}/accounts/login/")
    page.get_by_label("E-mail").fill(f"{name}@noordgarage.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{url}/")


def _talk(page: Page, url: str, sandbox: str) -> None:
    """Send the prepared broadcast, have four handsets reply, and talk to the first of them."""
    handsets = _broadcast(sandbox)
    _write(sandbox, handsets[0], TALK[0])
    page.goto(f"{url}/conversations/?state=queued")
    page.locator("a.conversation-line").filter(has_text=TALK[0]).click()
    page.get_by_role("button", name="Take", exact=True).click()
    page.get_by_label("Your answer").fill(TALK[1])
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("log")).to_contain_text("Delivered")
    _write(sandbox, handsets[0], TALK[2])
    for handset, text in zip(handsets[1:], OTHERS, strict=False):
        _write(sandbox, handset, text)
    expect(page.get_by_role("log")).to_contain_text(TALK[2])
    talk = page.url
    page.goto(f"{url}/workspace/")
    for _ in OTHERS[:2]:
        page.get_by_role("button", name="Take next").first.click()
        page.wait_for_load_state()
        page.goto(f"{url}/workspace/")
    page.goto(talk)


def _broadcast(sandbox: str) -> list[str]:
    """Send the demo's prepared campaign and return the handsets it went to, once all of it was told."""
    with httpx.Client(base_url=sandbox, timeout=30) as tool:
        (prepared,) = (one for one in tool.get("/sandbox/campaigns").json()["items"] if one["name"] == "Spring check-up")
        path = f"/sandbox/campaigns/{prepared['id']}"
        tool.post(f"{path}/sending", json={}).raise_for_status()
        while tool.get(path).json()["told"] < prepared["list_size"]:
            pass
        return [one["number"] for one in tool.get("/sandbox/handsets").json()["items"]]


def _write(sandbox: str, handset: str, text: str) -> None:
    httpx.post(f"{sandbox}/sandbox/handsets/{handset}/replies", json={"text": text}, timeout=30).raise_for_status()


def _take(page: Page, name: str) -> None:
    for scheme, ending in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        page.wait_for_load_state("networkidle")
        asked = {"format": "webp", "quality": 82}
        taken = page.context.new_cdp_session(page).send("Page.captureScreenshot", asked)
        (PICTURES / f"{name}{ending}.webp").write_bytes(base64.b64decode(taken["data"]))


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))

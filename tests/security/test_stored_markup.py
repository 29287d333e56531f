"""Whatever is stored is shown as it was written: every text that an account holds is markup here, and a real browser looks at each page."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import Error, transaction
from playwright.sync_api import Dialog, Page, Route, sync_playwright

from antiphon.config.static import load
from antiphon.kit.db import account, rows, run
from tests.security.canaries import COLUMNS
from tests.security.conftest import Both
from tests.security.living import Living
from tests.security.test_canaries import page_addresses
from tools.chromium import installed

pytestmark = [pytest.mark.django_db(databases=["default", "owner"]), pytest.mark.xdist_group("browser")]
SITE = "http://localhost:8470"  # nobody listens there: every request is answered by the test
PICTURE = "https://media.example/a.jpg"
MARK = "\"'><xss-mark onclick=alert(1)><img src=x onerror=alert(2)>{{7*7}}"
SCRIPTS = (
    "<script>alert(3)</script>",
    "</textarea></title><script>alert(4)</script>",
    "<svg onload=alert(5)><xss-mark>",
    "<iframe srcdoc='<script>alert(6)</script>'>",
    "<a href=javascript:alert(7)>x</a><xss-mark>",
    "<template><xss-mark hx-get=/ hx-trigger=load hx-on:click=alert(8)></template>",
    "]]>--><base href=//elsewhere.example/><meta http-equiv=refresh content='0;url=//elsewhere.example/'>",
    "{% templatetag openblock %}{{ request.user }}${alert(9)}\u2028\u2029\u202e</script>",
)
FOUND = """() => ({
    marks: document.querySelectorAll('xss-mark, img[src=x], iframe, base, meta[http-equiv=refresh]').length,
    handlers: [...document.querySelectorAll('*')].filter(one => [...one.attributes].some(a => a.name.startsWith('on'))).length,
    inline: document.querySelectorAll('script:not([src])').length,
    links: document.querySelectorAll('[href^="javascript:" i], [src^="javascript:" i], [action^="javascript:" i]').length,
    calculated: document.body.innerText.includes('>49'),
})"""
NOTHING = {"marks": 0, "handlers": 0, "inline": 0, "links": 0, "calculated": False}


@dataclass(frozen=True)
class Answer:
    """A page as it was given to somebody who is signed in."""

    status: int
    headers: dict[str, str]
    body: bytes


NAMED = ("membership", "api_key", "source", "entry_point", "skill")


def name(one: Living) -> None:
    """Make the names markup that the story does not choose: of the account, its people, keys, sources."""
    with account(one.tenant.id) as db:
        run(db, "update account set name = %(mark)s where id = %(account)s", {"mark": MARK, "account": one.tenant.id})
        for table in NAMED:
            statement = f"update {table} set name = left(%(mark)s || id, 100) where account_id = %(account)s"
            assert run(db, statement, {"mark": MARK, "account": one.tenant.id}), table


def mark(one: Living) -> int:
    """Make every text of a tenant markup, in every column that holds one; return how many columns took it."""
    marked = 0
    with account(one.tenant.id) as db:
        for found in rows(db, COLUMNS):
            column, table = found.column_name, found.table_name
            kind = rows(db, KIND, {"table": table, "column": column})[0].kind
            mark_text = {"jsonb": json.dumps(MARK)[1:-1], "text": MARK, "character varying": MARK}.get(kind)
            if mark_text is None:
                continue
            statement = f'update "{table}" set "{column}" = replace("{column}"::text, %(word)s, %(mark)s)::{kind} '
            statement += f'where account_id = %(account)s and "{column}"::text like %(like)s'
            given = {"word": f"{one.word} ", "mark": mark_text, "account": one.tenant.id, "like": f"%{one.word} %"}
            try:
                with transaction.atomic():
                    marked += bool(run(db, statement, given))
            except Error:  # what may not be written any more, or is too short, keeps its text
                continue
    return marked


KIND = """select data_type as kind from information_schema.columns
where table_schema = 'public' and table_name = %(table)s and column_name = %(column)s"""


def answers(one: Living) -> dict[str, Answer]:
    """Return every page of a tenant's, as its administrator gets it."""
    visitor, found = one.visitor(), {}
    for page, address in page_addresses(one):
        response = visitor.get(address)
        assert response.status_code == 200, page
        body = b"".join(response)
        if response.headers["Content-Type"].startswith("text/html"):
            found[address] = Answer(200, dict(response.headers), body)
    return found


@contextmanager
def looking(pages: dict[str, Answer]) -> Iterator[tuple[Page, list[str]]]:
    """Open a browser that is given these pages, the site's own scripts and styles, and nothing else."""
    complaints: list[str] = []

    def fulfil(route: Route) -> None:
        parts = urlsplit(route.request.url)
        if f"{parts.scheme}://{parts.netloc}" != SITE:
            complaints.append(f"it asked for {route.request.url}")
            route.abort()
        elif (answer := pages.get(parts.path)) is not None:
            route.fulfill(status=answer.status, headers=answer.headers, body=answer.body)
        elif parts.path.startswith("/static/") and (file := load(parts.path.removeprefix("/static/"))):
            route.fulfill(body=file.content, content_type=file.kind)
        elif parts.path.startswith("/live/"):
            route.fulfill(body="retry: 600000\n\n", content_type="text/event-stream")
        else:
            route.fulfill(status=204)

    def ended(dialog: Dialog) -> None:
        complaints.append(f"it ran: {dialog.message}")
        dialog.dismiss()

    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=installed(), args=arguments)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(30_000)
        page.route("**/*", fulfil)
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", ended)
        yield page, complaints
        browser.close()


def hovered(page: Page) -> None:
    """Look at what pages show only under the pointer."""
    for place in page.locator("[data-chart]:visible").all():
        place.hover()
    page.evaluate("() => document.querySelectorAll('details').forEach(one => { one.open = true; })")


def test_nothing_that_is_stored_runs_or_becomes_markup(both: Both) -> None:
    north = both.north
    deliver = north.deliver
    for number, text in enumerate(SCRIPTS):
        deliver.reply(north.numbers.silent, text, at=north.tenant.clock.forward(seconds=number))
    deliver(deliver.picture_post(north.numbers.silent, at=north.tenant.clock.forward(seconds=1), url="javascript:alert(10)", text=MARK))
    deliver(deliver.picture_post(north.numbers.silent, at=north.tenant.clock.forward(seconds=1), url=PICTURE))
    assert mark(north) > 20
    name(north)
    talk = north.caller.get("conversations")["items"][0]["id"]
    pages = answers(north) | {f"/conversations/{talk}/": _page(north, f"/conversations/{talk}/")}
    literal = [address for address, answer in pages.items() if b"&lt;xss-mark onclick=alert(1)&gt;" in answer.body]
    assert len(literal) > 40, literal
    wrong: dict[str, Any] = {}
    with looking(pages) as (page, complaints):
        for address in literal:
            page.goto(f"{SITE}{address}")
            hovered(page)
            found = page.evaluate(FOUND)
            if found != NOTHING or complaints:
                wrong[address] = (found, complaints.copy())
            complaints.clear()
        page.goto(f"{SITE}/conversations/{talk}/")
        told = page.get_by_role("log").inner_text()
        links = page.get_by_role("log").get_by_role("link", name="image or file")
        assert [one.get_attribute("href") for one in links.all()] == [PICTURE]
        assert told.count("[image or file]") == 2
    assert wrong == {}
    assert [text for text in SCRIPTS if re.sub(r"\s+", " ", text) not in re.sub(r"\s+", " ", told)] == []


def _page(one: Living, address: str) -> Answer:
    response = one.visitor().get(address)
    return Answer(response.status_code, dict(response.headers), response.content)


def test_the_browser_would_tell(tmp_path: Any) -> None:
    """The twin: with the same policy left out, each of these is seen; with it, what is markup still is."""
    assert tmp_path
    body = f"<!doctype html><body>{MARK}{''.join(SCRIPTS[:1])}".encode()
    policy = "default-src 'none'; script-src 'self'"
    for headers, ran in (({}, True), ({"Content-Security-Policy": policy}, False)):
        pages = {"/": Answer(200, {"Content-Type": "text/html", **headers}, body)}
        with looking(pages) as (page, complaints):
            page.goto(f"{SITE}/")
            page.wait_for_load_state()
            assert page.evaluate(FOUND)["marks"] == 2
            assert any("it ran: 3" in one for one in complaints) == ran
            assert complaints

"""Static files: a version in the address, one answer for what the browser has, nothing from outside the folders."""

import asyncio
import gzip
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.templatetags.static import static as address
from pytest_django import Settings

from antiphon.config import static

STYLE = ".a { color: red; }" * 100


@pytest.fixture(autouse=True)
def _files(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "site.css").write_text(STYLE)
    (tmp_path / "secret.txt").write_text("hush")
    settings.STATICFILES_DIRS = [tmp_path / "files"]
    finders.get_finder.cache_clear()  # type: ignore[attr-defined]  # an lru_cache, which the stubs do not say
    static.kept.clear()


def get(path: str, *, query: str = "", method: str = "GET", headers: Mapping[str, str] | None = None) -> tuple[int, dict[str, str], bytes]:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.request"}

    given = [(name.encode(), value.encode()) for name, value in (headers or {}).items()]
    scope = {"type": "http", "path": path, "query_string": query.encode(), "method": method, "headers": given}
    asyncio.run(static.application(scope, receive, send))
    told = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], told, sent[1]["body"]


def test_an_address_carries_the_version_and_may_be_kept_for_ever() -> None:
    path, _, query = address("site.css").partition("?")
    status, headers, body = get(path, query=query)
    assert (status, body.decode(), headers["content-type"]) == (200, STYLE, "text/css; charset=utf-8")
    assert "immutable" in headers["cache-control"]
    assert get(path)[1]["cache-control"] == "no-cache"


def test_what_the_browser_has_is_not_sent_again() -> None:
    version = get("/static/site.css")[1]["etag"]
    assert get("/static/site.css", headers={"if-none-match": version})[0] == 304
    assert get("/static/site.css", headers={"if-none-match": '"other"'})[0] == 200


def test_it_is_sent_compressed_to_whoever_can_read_that() -> None:
    _, headers, body = get("/static/site.css", headers={"accept-encoding": "gzip, br"})
    assert (headers["content-encoding"], gzip.decompress(body).decode()) == ("gzip", STYLE)
    assert int(headers["content-length"]) == len(body) < len(STYLE)


def test_head_says_the_length_and_sends_nothing() -> None:
    status, headers, body = get("/static/site.css", method="HEAD")
    assert (status, headers["content-length"], body) == (200, str(len(STYLE)), b"")


@pytest.mark.parametrize("path", ["/static/none.css", "/static/../secret.txt", "/static//etc/passwd", "/static/", "/static/\x00"])
def test_nothing_else_is_there(path: str) -> None:
    assert get(path)[0] == 404


def test_nothing_can_be_posted() -> None:
    assert get("/static/site.css", method="POST")[0] == 404

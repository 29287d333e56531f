"""`/metrics` on the site's port: for who has the token, where a setting names one; else there is no such page."""

import asyncio
import hmac
from functools import partial

from antiphon.config.env import current
from antiphon.config.protocols import Receive, Scope, Send
from antiphon.edge.doors import connect
from antiphon.edge.replies import Reply, reply
from antiphon.kit import clock
from antiphon.measures.page import Busy, Places, page

_SCRAPE_SECONDS = 8
ABSENT = reply(404, b"There is no such page.\n")
_NO_TOKEN = reply(401, b"Send Authorization: Bearer and ANTIPHON_METRICS_TOKEN.\n", extra=[(b"www-authenticate", b"Bearer")])
BUSY = reply(503, b"Another scrape is under way.\n", extra=[(b"retry-after", b"5")])


async def application(scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001 - ASGI
    """Answer one scrape."""
    told = await _told(scope)
    await send(told.start)
    await send(told.body)


async def _told(scope: Scope) -> Reply:
    token = current().metrics_token
    if not token or scope["method"] != "GET":
        return ABSENT
    headers = dict(scope["headers"])
    if not hmac.compare_digest(headers.get(b"authorization", b""), b"Bearer " + token.encode()):
        return _NO_TOKEN
    try:
        body, content_type = await asyncio.to_thread(page, places(), at=clock.now(), accept=headers.get(b"accept", b"").decode("latin-1"))
    except Busy:
        return BUSY
    return reply(200, body, content_type=content_type, extra=[(b"cache-control", b"no-store")])


def places() -> Places:
    """Return where the page of this host looks."""
    return Places.of(current().home, partial(connect, "jobs", statement_seconds=_SCRAPE_SECONDS))

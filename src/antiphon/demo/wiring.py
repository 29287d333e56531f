"""Wires the sandbox to the demo's source, over the sandbox's own HTTP."""

import time
from typing import Any

import httpx

from antiphon.demo import story
from antiphon.demo.setting import Setting
from antiphon.kit.db import account
from antiphon.providers.verbs import notice_token, webhook_urls

_PAUSE_SECONDS = 0.5
_SECONDS = 5.0
_RETRY_SECONDS = 15


class NoSandboxError(Exception):
    """No sandbox answers."""


def reach(url: str, *, tries: int) -> httpx.Client:
    """Return a client of the sandbox at this address. Raises NoSandboxError."""
    client = httpx.Client(base_url=url, timeout=_SECONDS, trust_env=False)
    for left in reversed(range(tries)):
        try:
            client.get("/sandbox/settings").raise_for_status()
        except httpx.HTTPError:
            if left:
                time.sleep(_PAUSE_SECONDS)
        else:
            return client
    client.close()
    raise NoSandboxError


def wire(client: httpx.Client, setting: Setting, *, site_url: str) -> str:
    """Tell the sandbox where the source's webhooks are; return the ID of the prepared campaign, which is added if it is not there."""
    with account(setting.account.id):
        settings = {
            "webhooks": webhook_urls(setting.source, site_url=site_url),
            "notice_token": notice_token(setting.source),
            "product_token": setting.source.product_token,
            "sender": setting.source.numbers[0],
            "campaign_grouping": setting.source.campaign_grouping,
            "retry_seconds": _RETRY_SECONDS,
            "antiphon_url": f"{site_url}/",
        }
    client.put("/sandbox/settings", json=settings).raise_for_status()
    return _prepared(client)


def _prepared(client: httpx.Client) -> str:
    items: list[dict[str, Any]] = client.get("/sandbox/campaigns").raise_for_status().json()["items"]
    found = next((item for item in items if item["name"] == story.LIVE), None)
    if found is None:
        new = {"name": story.LIVE, "text": story.LIVE_TEXT, "sender": story.NUMBER}
        found = client.post("/sandbox/campaigns", json=new).raise_for_status().json()
    return str(found["id"])

"""Load: providers that send what is not acknowledged again, and an agent who answers."""

import random
import threading
import time
from contextlib import suppress
from typing import Any, Self

import httpx
import psycopg

from tests.faults.ledger import Ledger
from tests.faults.site import Site

_AGAIN_SECONDS = 0.1
_PAUSE_SECONDS = 0.02
"""Between two texts of one provider: what is measured is the fault, not a machine at its limit."""

_PEOPLE, _STRANGERS = 400, 1_000_000


class Load:
    """Threads that send for as long as the block lasts: replies and notices, one in five of them three times over, and answers."""

    def __init__(self, site: Site, ledger: Ledger, *, seed: int, threads: int = 4, answers: bool = False) -> None:
        self._site, self._ledger = site, ledger
        self._first = seed % 10_000_000
        self._ending = threading.Event()
        self.requests = 0
        self.refused = 0
        self.slowest = 0.0
        self.last_at = time.monotonic()
        lives = [threading.Thread(target=self._send, args=(f"{seed}-{number}",), daemon=True) for number in range(threads)]
        self._threads = lives + ([threading.Thread(target=self._answer, args=(f"{seed}-a",), daemon=True)] if answers else [])

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        for thread in self._threads:
            thread.join(180)
            assert not thread.is_alive(), "whatever was begun is acknowledged in the end"

    def _send(self, name: str) -> None:
        dice, number = random.Random(name), 0
        with httpx.Client(timeout=30) as client:
            while not self._ending.is_set():
                number += 1
                text = f"load {name} {number}"
                kind, body = webhook(self._site, dice, text, first=self._first)
                self._ledger.intend(kind, text)
                for _ in range(3 if dice.random() < 0.2 else 1):
                    self._until_taken(client, kind, text, body)
                self._ending.wait(_PAUSE_SECONDS)

    def _until_taken(self, client: httpx.Client, kind: str, text: str, body: dict[str, Any]) -> None:
        while True:
            self.requests += 1
            began = time.monotonic()
            with suppress(httpx.TransportError):
                if client.post(self._site.hook(kind), json=body).status_code == 200:
                    self._ledger.acknowledge(kind, text)
                    self.last_at = time.monotonic()
                    self.slowest = max(self.slowest, self.last_at - began)
                    return
            self.refused += 1
            time.sleep(_AGAIN_SECONDS)

    def _answer(self, name: str) -> None:
        """Answer conversations, each once; what was not acknowledged is not asked for again: nobody knows."""
        dice, number = random.Random(name), 0
        with httpx.Client(timeout=10, headers={"authorization": f"Bearer {self._site.seeded['api']}"}) as client:
            while not self._ending.wait(0.2):
                number += 1
                with suppress(psycopg.OperationalError, httpx.TransportError):
                    self._answer_one(client, dice, f"answer {name} {number}")

    def _answer_one(self, client: httpx.Client, dice: random.Random, text: str) -> None:
        open_ones = self._site.rows("select id from conversation where state <> 'closed' order by started_at desc limit 20")
        if not open_ones:
            return
        self._ledger.intend("answer", text)
        path = f"{self._site.url}/api/v1/conversations/{dice.choice(open_ones)[0]}/answers"
        if client.post(path, json={"text": text, "agent": self._site.seeded["eva"]}).status_code == 201:
            self._ledger.acknowledge("answer", text)


def webhook(site: Site, dice: random.Random, text: str, *, first: int) -> tuple[str, dict[str, Any]]:
    """Return a webhook of one of so many consumers from the first on, or of a stranger: mostly a reply, sometimes a notice."""
    who = dice.randrange(_PEOPLE if dice.random() < 0.5 else _STRANGERS)
    phone = f"003161{(first + who) % 10_000_000:07}"
    if dice.random() < 0.2:
        return "notice", notice(site, phone, text)
    return "reply", reply(site, phone, text)


def reply(site: Site, phone: str, text: str, *, at: str | None = None) -> dict[str, Any]:
    """Return a reply as CM sends it; its time stays the same however often it is sent."""
    said = at or time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime())
    return {"from": {"number": phone}, "to": {"number": site.seeded["number"]}, "message": {"text": text}, "timeUtc": said, "reference": ""}


def notice(site: Site, phone: str, text: str, *, campaign: str = "C1") -> dict[str, Any]:
    """Return a notice as CM sends it."""
    named = {"from": site.seeded["number"].replace("+", "00"), "to": phone, "body": text, "webhooktoken": site.seeded["token"]}
    return named | {"customGrouping": campaign, "customGrouping2": "", "customGrouping3": ""}

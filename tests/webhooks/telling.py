"""An account that tells things, and what delivers them, a turn at a time."""

import time
from collections.abc import Callable
from contextlib import nullcontext
from types import TracebackType
from typing import Any, Self

from antiphon.events.relay import number
from antiphon.events.types import Kind, NewEvent
from antiphon.events.verbs import read, record
from antiphon.kit.db import Database, account
from antiphon.webhooks import verbs
from antiphon.webhooks.delivering import Courier
from antiphon.webhooks.models import Attempt, Delivery, Endpoint
from tests.kit.world import ACTOR, Tenant
from tests.webhooks.conftest import OWN


class Telling:
    """North, with a courier and the connections that it works with."""

    def __init__(self, north: Tenant, *, jobs: Database, app: Database, is_in_test: bool) -> None:
        self.north, self.jobs, self.app, self.is_in_test = north, jobs, app, is_in_test
        self.courier = Courier(own=OWN)
        self.tell()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.courier.stop()

    def webhook(self, url: str, name: str = "CRM", kinds: tuple[str, ...] = ()) -> tuple[Endpoint, str]:
        """Add an endpoint; return it with its secret."""
        return verbs.create(self.north.id, name=name, url=url, kinds=kinds, actor=ACTOR, at=self.north.clock())

    def tell(self, *subjects: str, kind: Kind = Kind.REPLY_RECEIVED) -> list[str]:
        """Store an event per subject, numbered; return the ids of all events so far."""
        at = self.north.clock()
        with account(self.north.id) as db:
            record(db, self.north.id, [NewEvent(kind, subject, at, {"says": subject}, at) for subject in subjects])
            number(db, self.north.id)
            return [event["id"] for event in read(db, self.north.id, after=0, limit=10_000)]

    def turn(self) -> None:
        """Give the courier one turn; in the test's transaction it sees North alone."""
        with account(self.north.id) if self.is_in_test else nullcontext():
            self.courier.turn(self.jobs, self.app, at=self.north.clock())

    def until(self, is_so: Callable[[], bool], *, seconds: float = 90) -> None:
        """Give it turns until something is so."""
        deadline = time.monotonic() + seconds
        while not is_so():
            assert time.monotonic() < deadline, self.deliveries()
            self.turn()
            time.sleep(0.01)

    def settled(self) -> None:
        """Give it turns until no call is under way and nothing is due."""
        self.turn()
        self.until(lambda: self.courier.under_way == 0)
        self.turn()
        self.until(lambda: self.courier.under_way == 0)

    def deliveries(self) -> list[tuple[str, str, int]]:
        """Return subject, state and attempts of every delivery, in order."""
        with account(self.north.id):
            found = Delivery.objects.filter(account_id=self.north.id).order_by("endpoint_id", "position")
            return [(one.subject, one.state, one.attempts) for one in found]

    def attempts(self) -> list[Any]:
        """Return the log of attempts."""
        with account(self.north.id):
            return list(Attempt.objects.filter(account_id=self.north.id).order_by("id"))

    def endpoint(self, endpoint: Endpoint) -> Endpoint:
        """Return how an endpoint stands now."""
        with account(self.north.id):
            return Endpoint.objects.get(account_id=self.north.id, id=endpoint.id)

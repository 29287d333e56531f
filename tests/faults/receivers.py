"""Receivers of webhooks out: one that takes them, and others that hang, redirect, are gone, or ask for less."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from tests.faults.battery import Fault, Field
from tests.faults.load import reply
from tests.faults.site import Webhooks, until
from tests.webhooks.receiver import Got, Receiver, receiving

Answer = tuple[int, dict[str, str], bytes]
_STEADY, _SELDOM = "reply.received", "consumer.opted_out"


@dataclass
class Receivers:
    """The receivers by name; `inside` is where a redirect would lead."""

    by_name: dict[str, Receiver]
    inside: Receiver

    @property
    def webhooks(self) -> Webhooks:
        """Return what the site is told of them: one hears of every reply, the others of opt-outs."""
        return {name: (one.url, _STEADY if name == "all" else _SELDOM) for name, one in self.by_name.items()}


@contextmanager
def receivers() -> Iterator[Receivers]:
    """Run the receivers for the block."""
    with ExitStack() as open_ones:
        inside = open_ones.enter_context(receiving())

        def hanging(_: Got) -> Answer:
            time.sleep(30)
            return 200, {}, b""

        answers: dict[str, Any] = {
            "all": None,
            "good": None,
            "hanging": hanging,
            "redirecting": lambda _: (307, {"Location": inside.url}, b""),
            "gone": lambda _: (410, {}, b""),
            "busy": lambda _: (429, {"Retry-After": "5"}, b""),
        }
        yield Receivers({name: open_ones.enter_context(receiving(answer)) for name, answer in answers.items()}, inside)


def leave_one_by_one(field: Field) -> None:
    """Have consumers opt out, and see who hears of it."""
    for number in range(12):
        stop = reply(field.site, f"003168{field.dice_number:03}{number:04}", "STOP")
        assert httpx.post(field.site.hook("reply"), json=stop, timeout=30).status_code == httpx.codes.OK
    until(lambda: not field.site.segments, what="an empty spool")
    check_receivers(field)


def check_receivers(field: Field) -> None:
    """Hold what receivers got against what happened: the good one hears of every opt-out, whatever the others do."""
    by_name = field.receivers.by_name
    happened = {str(one) for (one,) in field.site.rows(f"select id from event where type = '{_SELDOM}'")}
    if not happened:
        return
    until(lambda: happened <= set(by_name["good"].ids), seconds=240, what="every opt-out at the good receiver")
    assert field.receivers.inside.got == [], "redirects are not followed"
    assert field.site.rows("select state from webhook_endpoint where name = 'gone'") == [("gone",)]
    assert 0 < len(by_name["gone"].got) <= 8, "who is gone is left alone"
    waits = [later.at - earlier.at for earlier, later in _pairs(by_name["busy"].got)]
    assert [wait for wait in waits if wait < 1] == [], "who asks for less is asked again later"


def _pairs(got: list[Got]) -> list[tuple[Got, Got]]:
    """Return the consecutive calls about one event."""
    last: dict[str, Got] = {}
    found = []
    for one in got:
        name = one.headers["webhook-id"]
        if name in last:
            found.append((last[name], one))
        last[name] = one
    return found


RECEIVERS = Fault("receivers that hang, redirect, are gone or busy", leave_one_by_one)

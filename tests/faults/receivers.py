"""Receivers of webhooks out: one that takes them, and others that hang, redirect, are gone, or ask for less."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from tests.faults.battery import Fault, Field
from tests.faults.site import Webhooks, until
from tests.webhooks.receiver import Got, Receiver, receiving

Answer = tuple[int, dict[str, str], bytes]
_STEADY, _SELDOM = "reply.received", "conversation.started"


@dataclass
class Receivers:
    """The receivers by name; `inside` is where a redirect would lead."""

    by_name: dict[str, Receiver]
    inside: Receiver

    @property
    def webhooks(self) -> Webhooks:
        """Return what the site is told of them: one hears of every reply, the others of conversations."""
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


def check_receivers(field: Field) -> None:
    """Hold what receivers got against what happened: the good one hears of every conversation, whatever the others do."""
    by_name = field.receivers.by_name
    behind = """
        select count(*) from webhook_delivery d join webhook_endpoint e on e.account_id = d.account_id and e.id = d.endpoint_id
        where e.name = 'good' and d.state <> 'delivered'
    """
    until(lambda: field.site.rows(behind) == [(0,)], seconds=240, what="the good receiver's last event")
    told = {str(one) for (one,) in field.site.rows("select id from event where type = 'conversation.started' and position is not null")}
    until(lambda: told <= set(by_name["good"].ids), seconds=30, what="every conversation at the good receiver")
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


RECEIVERS = Fault("receivers that hang, redirect, are gone or busy", check_receivers)

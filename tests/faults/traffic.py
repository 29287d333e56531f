"""Faults in what is sent: copies at once, every order, wrong clocks, bodies that nobody should send, senders that never finish."""

import itertools
import json
import socket
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx

from tests.faults.battery import Field
from tests.faults.hostile import HOSTILE
from tests.faults.load import notice, reply
from tests.faults.site import Site, until

_SENDERS = 8
_GROWN_BYTES = 150_000_000
_STATE = """
    select p.phone,
        (select json_agg(json_build_array(r.text, r.verdict, r.is_first_reply, r.counted_engagement_id, r.conversation_id = c.id)
                order by r.text) from reply r where r.account_id = p.account_id and r.consumer_id = p.id)::text as replies,
        (select json_agg(json_build_array(n.text, n.counted_engagement_id) order by n.text)
            from notice n where n.account_id = p.account_id and n.consumer_id = p.id)::text as notices,
        (select json_agg(json_build_array(o.how, o.is_out, o.counted_campaign_id)) from opt_out o
            where o.account_id = p.account_id and o.consumer_id = p.id)::text as opt_outs,
        c.verdict, c.engagement_id, c.note, c.language, c.turn, c.leaving_at is not null as leaves
    from consumer p left join conversation c on c.account_id = p.account_id and c.consumer_id = p.id
    where p.phone like '+3167%' order by 1
"""


def sent(field: Field, kind: str, body: dict[str, Any], *, name: str) -> int:
    """Send one webhook, once; what is acknowledged goes into the ledger."""
    field.ledger.intend(kind, name)
    status = httpx.post(field.site.hook(kind), json=body, timeout=30).status_code
    if status == httpx.codes.OK:
        field.ledger.acknowledge(kind, name)
    return status


def at_once(acts: Sequence[Callable[[], Any]]) -> list[Any]:
    """Do things beside each other, and return what came of each."""
    with ThreadPoolExecutor(_SENDERS) as pool:
        return [done.result() for done in [pool.submit(act) for act in acts]]


def triplicates(field: Field) -> None:
    """Send each of many replies three times, all at the same moment."""
    marks = [f"triplicate {field.dice.random()}" for _ in range(60)]
    bodies = [reply(field.site, f"003166{number:07}", mark) for number, mark in enumerate(marks)]
    acts = [partial(sent, field, "reply", body, name=mark) for mark, body in zip(marks, bodies, strict=True) for _ in range(3)]
    assert set(at_once(acts)) == {200}


def orders(field: Field) -> None:
    """Send a notice, two replies and a stop word to consumers in every order, each webhook twice: what is stored is the same for all."""
    now = datetime.now(UTC)
    times = [(now + timedelta(seconds=second)).strftime("%Y-%m-%dT%H:%M:%S") for second in range(3)]

    def tell(number: int, steps: Sequence[int]) -> None:
        phone = f"003167{field.dice_number:03}{number:04}"
        story = [
            ("notice", notice(field.site, phone, f"spring {field.dice_number}")),
            ("reply", reply(field.site, phone, "yes", at=times[0])),
            ("reply", reply(field.site, phone, "and when?", at=times[1])),
            ("reply", reply(field.site, phone, "STOP", at=times[2])),
        ]
        for step in [*steps, *steps[:2]]:
            kind, body = story[step]
            assert httpx.post(field.site.hook(kind), json=body, timeout=30).status_code == httpx.codes.OK

    every = list(itertools.permutations(range(4)))
    at_once([partial(tell, number, steps) for number, steps in enumerate(every)])
    until(lambda: not field.site.segments, what="an empty spool")
    states = [tuple(row[1:]) for row in field.site.rows(_STATE) if row[0][5:8] == f"{field.dice_number:03}"]
    assert len(states) == len(every)
    assert len(set(states)) == 1, set(states)


def wrong_clocks(field: Field) -> None:
    """Let providers say times that cannot be: the edge's clock counts then."""
    now, marks = datetime.now(UTC), []
    off = [timedelta(hours=1), timedelta(minutes=3), timedelta(days=-33), timedelta(days=-20_000), timedelta(days=3650), timedelta(days=-1)]
    for shift in off:
        marks.append(f"clock {shift} {field.dice.random()}")
        said = (now + shift).strftime("%Y-%m-%dT%H:%M:%S")
        assert sent(field, "reply", reply(field.site, "0031655555555", marks[-1], at=said), name=marks[-1]) == httpx.codes.OK
    until(lambda: not field.site.segments, what="an empty spool")
    wrong = """
        select text, replied_at, received_at from reply
        where replied_at > received_at + interval '2 minutes' or replied_at < received_at - interval '32 days'
    """
    assert field.site.rows(wrong) == []


def hostile_bodies(field: Field) -> None:
    """Send what nobody should; each is answered 200 and kept, nothing grows."""
    before = memory(field.site)
    for kind in ("reply", "report", "opt_out"):
        for name, body in HOSTILE.items():
            status = httpx.post(field.site.hook(kind), content=body, timeout=30).status_code
            assert status == httpx.codes.OK, (kind, name, status)
    until(lambda: not field.site.segments, what="an empty spool")
    kept = {bytes(body) for (body,) in field.site.rows("select body from arrival where received_at > now() - interval '5 minutes'")}
    assert set(HOSTILE.values()) <= kept
    assert memory(field.site) < before + _GROWN_BYTES, "memory stays"


def memory(site: Site) -> int:
    """Return the bytes that the web workers hold."""
    pages = [int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in site.web_workers()]
    return 4096 * sum(pages)


def oversize(field: Field) -> None:
    """Send bodies over the limit, with and without saying so: 413, and nothing is stored."""
    mark = f"too large {field.dice.random()}"
    body = json.dumps(reply(field.site, "0031644444444", mark) | {"filling": "x" * 400_000}).encode()
    chunks = (body[start : start + 10_000] for start in range(0, len(body), 10_000))
    said = [httpx.post(field.site.hook("reply"), content=content, timeout=30).status_code for content in (body, chunks)]
    assert said == [413, 413]
    assert field.site.rows(f"select id from reply where text = '{mark}'") == []


def slow_senders(field: Field) -> None:
    """Hold a hundred requests open that never finish: others are answered at once, and the slow are told 408."""
    path = f"/hooks/{field.site.seeded['hook']}/reply"
    head = f"POST {path} HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{{".encode()
    with ExitStack() as held:
        wires = [held.enter_context(socket.create_connection(("127.0.0.1", field.site.port), timeout=40)) for _ in range(100)]
        for number, wire in enumerate(wires):
            wire.sendall(head if number % 2 else head[:40])
        began = time.monotonic()
        mark = f"beside the slow {field.dice.random()}"
        assert sent(field, "reply", reply(field.site, "0031644444444", mark), name=mark) == httpx.codes.OK
        assert time.monotonic() - began < 5, "nobody waits for the slow"
        assert {wire.recv(12) for wire in wires[1::2]} == {b"HTTP/1.1 408"}

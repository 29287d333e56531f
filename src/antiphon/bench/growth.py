"""The benchmark `growth`: what replies cost with ten and a hundred times as many notices stored."""

import time
from collections.abc import Iterator
from itertools import count
from typing import Any

from antiphon.bench.hooks import Both, reply_body
from antiphon.bench.seed import counted, grow, seed
from antiphon.bench.site import Seeded, as_owner, median, progress, scratch, serving
from antiphon.bench.types import Options, WrongFiguresError
from antiphon.config.env import Environment
from antiphon.kit import clock
from antiphon.kit.db import account, rows
from antiphon.kit.ids import uuid7
from antiphon.providers.protocol import Hook, HookKind

_ENGAGEMENTS = 1_000
_CONNECTIONS = 256
_MILLION = 1_000_000
_BATCH, _BATCHES = 100, 40
_STRIDE = 61_803_399  # shares no factor with a power of ten: consecutive replies are to notices far apart, each to another


def growth(options: Options) -> dict[str, Any]:
    """Measure `replies` at a tenth of `options.notices` (at a million, of more than ten), and at each ten times as many."""
    with scratch(options.home) as environment:
        sizes = list(_sizes(options.notices))
        seeded = seed(environment, notices=sizes[0], engagements=_ENGAGEMENTS, name=f"Growth from {sizes[0]}")
        used = count(counted(environment, seeded.account_id, "reply") + 1)
        at = {}
        for size in sizes:
            stored = counted(environment, seeded.account_id, "notice")
            if stored > size:
                progress(f"this home holds {stored:,} notices already: {size:,} are not measured")
                continue
            grow(environment, seeded, first=stored + 1, last=size, engagements=_ENGAGEMENTS)
            at[size] = _measured(options, environment, seeded, fresh=(1 + number * _STRIDE % size for number in used))
            progress(f"{size:,} notices: {at[size]}")
    first = next(iter(at.values()))
    for figures in at.values():
        figures["against_first"] = round(figures["ratio"] / first["ratio"], 2)
        figures["batches_against_first"] = round(first["batch_ms"] / figures["batch_ms"], 2)
    return {"bench": "growth", "notices": {str(size): figures for size, figures in at.items()}}


def _sizes(most: int) -> Iterator[int]:
    size = _MILLION if most >= 10 * _MILLION else most // 10
    while size <= most:
        # Numbers have eight digits after their beginning.
        yield min(size, 10**8 - 1)
        size *= 10


def _measured(options: Options, environment: Environment, seeded: Seeded, *, fresh: Iterator[int]) -> dict[str, float]:
    """Return what is measured at one size: through HTTP against the empty handler, and batches straight down the line."""
    before = counted(environment, seeded.account_id, "reply")
    touched = _pages_touched(environment)
    taken = _batches(seeded, fresh)
    touched = _pages_touched(environment) - touched
    with serving(environment) as port, serving(environment, application="antiphon.bench.empty:application") as empty_port:
        both = Both(options, seeded, seeded.hooks["reply"], reply_body, fresh, port, empty_port)
        both.warm_up()
        figures = both.compared(_CONNECTIONS)
    stored, sent = counted(environment, seeded.account_id, "reply") - before, both.sent + _BATCH * _BATCHES
    if stored != sent:
        raise WrongFiguresError(f"{sent} replies were acknowledged, {stored} are stored")
    # The first batches of a connection are planned for.
    return {
        "per_second": figures["per_second"],
        "ratio": figures["ratio"],
        "batch_ms": round(1000 * median(taken[_BATCHES // 4 :]), 1),
        "pages_a_reply": round(touched / (_BATCH * _BATCHES), 1),
    }


def _pages_touched(environment: Environment) -> int:
    """Return how many pages of the database were ever asked for: says what statements cost, however busy the machine is."""
    with as_owner(environment) as db:
        asked = "select blks_hit + blks_read as touched from pg_stat_database where datname = current_database()"
        return int(rows(db, asked)[0].touched)


def _batches(seeded: Seeded, fresh: Iterator[int]) -> list[float]:
    """Take batches of replies down the line as a lane does; return the seconds of each."""
    from antiphon.edge.doors import connect  # noqa: PLC0415 - after Django's set-up
    from antiphon.intake.arrivals import Arrived, arrived  # noqa: PLC0415 - as above
    from antiphon.intake.durable import make_durable  # noqa: PLC0415 - as above
    from antiphon.providers.models import Source  # noqa: PLC0415 - as above
    from antiphon.providers.verbs import settings_of  # noqa: PLC0415 - as above

    with account(seeded.account_id):
        settings = settings_of(Source.objects.get(account_id=seeded.account_id, pk=seeded.source_id))

    def one(number: int) -> Arrived:
        hook = Hook(HookKind.REPLY, reply_body(seeded, number), {}, "", clock.now())
        return arrived(hook, arrival_id=uuid7(hook.received_at), source=settings, headers="")

    def took(batch: list[Arrived]) -> float:
        began = time.perf_counter()
        refused = make_durable(db, seeded.account_id, batch, sources={seeded.source_id: settings}, at=clock.now())
        if refused:
            raise WrongFiguresError(f"{len(refused)} replies of a batch were refused")
        return time.perf_counter() - began

    with connect("default", statement_seconds=60) as db:
        return [took([one(next(fresh)) for _ in range(_BATCH)]) for _ in range(_BATCHES)]

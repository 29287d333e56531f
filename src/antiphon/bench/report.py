"""The benchmark `report`: every report of the Analytics Builder over a year of counters, and one over facts and over their counters."""

import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from antiphon.bench.seed import counted, seed
from antiphon.bench.site import Seeded, as_owner, median, progress, scratch
from antiphon.bench.types import Options, WrongFiguresError
from antiphon.config.env import Environment
from antiphon.kit import clock
from antiphon.kit.db import Database, account, rows, run, sql
from antiphon.metrics.ranges import Grain

_HERE = "antiphon.bench"
_ZONE = "Europe/Amsterdam"
_YEAR = timedelta(days=365)
_STEP = 500_000
_ENGAGEMENTS = 10  # so that quarters hold many texts, as broadcasts do
_DEFAULT = ("responders", "response_rate", "conversations_started", "goals")


def report(options: Options) -> dict[str, Any]:
    """Measure reports over the counters of a year with 100 million notices; and one over facts that are stored, both ways, equal."""
    with scratch(options.home) as environment:
        seeded = _facts(environment, options.notices)
        year, until = _year(environment, broadcasts=max(10, min(1_000, options.notices // 1_000)))
        compared = _compared(seeded.account_id, options, until=until)
        with account(year) as db:
            keys = rows(db, "select metric, count(*) as keys, sum(value) as facts from counter group by 1 order by 1")
            took = _every(db, year, until=until, rounds=options.rounds)
            plan = _plan(db, year, until=until)
    slowest = max(took, key=lambda name: took[name])
    return {
        "bench": "report",
        "year": {
            "notices": sum(int(row.facts) for row in keys if row.metric == "sent"),
            "counted": sum(int(row.facts) for row in keys),
            "counters": sum(row.keys for row in keys),
        },
        "reports": len(took),
        "median_ms": round(1000 * median(list(took.values())), 1),
        "slowest_ms": round(1000 * took[slowest], 1),
        "slowest": slowest,
        "compared": compared,
        "plan": plan,
    }


def _facts(environment: Environment, notices: int) -> Seeded:
    """Return an account with so many notices, and their counters; one that has fewer gets the rest."""
    seeded = seed(environment, notices=0, engagements=_ENGAGEMENTS, name="Bench facts")
    stored = counted(environment, seeded.account_id, "notice")
    given = {
        "account": seeded.account_id,
        "source": seeded.source_id,
        "number": seeded.number,
        "engagements": _ENGAGEMENTS,
        "total": notices,
    }
    with as_owner(environment) as db:
        for first in range(stored + 1, notices + 1, _STEP):
            last = min(first + _STEP - 1, notices)
            run(db, sql(_HERE, "seed_sent"), given | {"first": first, "last": last})
            progress(f"{last:,} of {notices:,} notices stored")
        if stored < notices:
            run(db, "delete from counter where account_id = %(account)s::bigint", given)
            run(db, sql(_HERE, "seed_counters"), given)
            run(db, "vacuum analyze notice, counter")
            progress("counted")
    return seeded


def _year(environment: Environment, *, broadcasts: int) -> tuple[int, datetime]:
    """Return an account that has the counters of a year, and the end of it; its facts would not fit here."""
    from antiphon.accounts.models import Account  # noqa: PLC0415 - after Django's set-up
    from antiphon.accounts.verbs import create_account  # noqa: PLC0415 - as above

    found = Account.objects.filter(name="Bench year").first()
    until = clock.now()
    if found is None:
        found = create_account("Bench year", actor="command", at=until)
        with as_owner(environment) as db:
            run(db, sql(_HERE, "seed_year"), {"account": found.pk, "until": until, "broadcasts": broadcasts})
            run(db, "vacuum analyze counter")
        progress("a year is counted")
    return found.pk, until + timedelta(days=1)


def _compared(account_id: int, options: Options, *, until: datetime) -> dict[str, Any]:
    """Return how long texts sent by campaign and day take over the facts and over their counters. Raises WrongFiguresError."""
    from antiphon.metrics.report import report as asked  # noqa: PLC0415 - after Django's set-up

    start = until - _YEAR

    def of_facts(db: Database) -> dict[tuple[int, datetime], int]:
        given = {"account": account_id, "start": start, "end": until}
        return {(row.campaign, row.at): row.value for row in rows(db, sql(_HERE, "report_of_facts"), given)}

    def of_counters(db: Database) -> dict[tuple[int, datetime], int]:
        told = asked(db, account_id, metrics=["sent"], by=["campaign"], grain=Grain.DAY, start=start, end=until, time_zone=_ZONE)
        return {(int(item.by["campaign"] or 0), item.at): item.count for item in told.items if item.at}

    with account(account_id) as db:
        facts, counters = of_facts(db), of_counters(db)
        if facts != counters or not facts:
            message = "the report differs from the facts"
            raise WrongFiguresError(message)
        times = [(_timed(lambda: of_facts(db)), _timed(lambda: of_counters(db))) for _ in range(options.rounds)]
    slow, fast = median([one for one, _ in times]), median([one for _, one in times])
    return {
        "notices": options.notices,
        "facts_ms": round(1000 * slow, 1),
        "counters_ms": round(1000 * fast, 1),
        "ratio": round(slow / fast, 1),
    }


def _every(db: Database, account_id: int, *, until: datetime, rounds: int) -> dict[str, float]:
    """Return how long each report takes: every metric over the days of a year, and the usual ones by every dimension."""
    from antiphon.metrics.dictionary import DIMENSIONS, METRICS  # noqa: PLC0415 - after Django's set-up
    from antiphon.metrics.report import report as asked  # noqa: PLC0415 - as above

    def took(
        metrics: Sequence[str], *, by: Sequence[str] = (), grain: Grain = Grain.TOTAL, over_time: Sequence[str] | None = None
    ) -> float:
        def ask() -> object:
            return asked(
                db, account_id, metrics=metrics, by=by, grain=grain, over_time=over_time, start=until - _YEAR, end=until, time_zone=_ZONE
            )

        return median([_timed(ask) for _ in range(rounds)])

    found = {f"{name} by day": took([name], grain=Grain.DAY) for name in METRICS}
    found |= {f"{name} by campaign": took([name], by=["campaign"]) for name in METRICS}
    return found | {
        f"usual by {name}, drawn by week": took(_DEFAULT, by=[name], grain=Grain.WEEK, over_time=["responders"]) for name in DIMENSIONS
    }


def _timed(ask: Callable[[], object]) -> float:
    began = time.perf_counter()
    ask()
    return time.perf_counter() - began


def _plan(db: Database, account_id: int, *, until: datetime) -> list[str]:
    """Return the plan of the usual report by campaign, with what it read."""
    from antiphon.metrics.dictionary import DIMENSIONS  # noqa: PLC0415 - as above

    given: dict[str, Any] = {f"only_{name}": None for name in DIMENSIONS}
    given |= {
        "account_id": account_id,
        "metrics": ["sent", "delivered", "time_to_reply"],
        "banded": [],
        "totalled": [],
        "timed": [],
        "by": ["campaign"],
    }
    given |= {"start": until - _YEAR, "end": until, "grain": "total", "zone": _ZONE, "most": 200_001}
    run(db, sql("antiphon.metrics", "room"))
    statement = sql("antiphon.metrics", "report")
    return [line for (line,) in rows(db, f"explain (analyze, buffers, costs off) {statement}", given)]

"""The benchmark `export`: a day of events to Parquet, and the same rows to CSV by COPY, one after the other in each round."""

import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path
from typing import Any

from antiphon.bench.site import as_owner, median, progress, scratch
from antiphon.bench.types import Options, WrongFiguresError
from antiphon.config.env import Environment
from antiphon.kit import clock
from antiphon.kit.db import account, run, sql

_NAME = "Bench export"


def export(options: Options) -> dict[str, Any]:
    """Measure rows per second of both ways; what the Parquet holds is counted by what stands in it. Raises WrongFiguresError."""
    start = datetime.combine(clock.now().astimezone(UTC).date(), clock_time.min, tzinfo=UTC) - timedelta(days=1)
    with scratch(options.home) as environment, tempfile.TemporaryDirectory(prefix="antiphon-bench-export-") as folder:
        number = _seeded(environment, count=options.notices, start=start)
        rounds = [_round(number, start, Path(folder), expected=options.notices) for _ in range(options.rounds)]
        size = (Path(folder) / "facts.parquet").stat().st_size, (Path(folder) / "facts.csv").stat().st_size
    parquet, csv = median([one for one, _ in rounds]), median([one for _, one in rounds])
    return {
        "bench": "export",
        "events": options.notices,
        "parquet_per_second": round(parquet),
        "csv_per_second": round(csv),
        "ratio": round(median([one / other for one, other in rounds]), 2),
        "parquet_bytes": size[0],
        "csv_bytes": size[1],
    }


def _seeded(environment: Environment, *, count: int, start: datetime) -> int:
    """Return an account that has so many events on that day."""
    from antiphon.accounts.models import Account  # noqa: PLC0415 - after Django's set-up
    from antiphon.accounts.verbs import create_account  # noqa: PLC0415 - as above

    name = f"{_NAME} {count} {start:%Y-%m-%d}"
    found = Account.objects.filter(name=name).first()
    if found is None:
        found = create_account(name, actor="command", at=clock.now())
        with as_owner(environment) as db:
            run(db, sql("antiphon.bench", "seed_events"), {"account": found.pk, "count": count, "start": start})
            run(db, "vacuum analyze event")
        progress(f"{count:,} events stored")
    return int(found.pk)


def _round(account_id: int, start: datetime, folder: Path, *, expected: int) -> tuple[float, float]:
    """Return rows per second to Parquet and to CSV."""
    from antiphon.exports.facts import FACTS  # noqa: PLC0415 - as above
    from antiphon.exports.writing import copied, rows_in, write  # noqa: PLC0415 - as above

    def lines() -> Iterator[bytes]:
        with account(account_id) as db:
            yield from copied(db, FACTS["events"], account_id=account_id, start=start, end=start + timedelta(days=1))

    csv, parquet = folder / "facts.csv", folder / "facts.parquet"
    slow = _timed(lambda: write(lines(), FACTS["events"], parquet))
    quick = _timed(lambda: _put(lines(), csv))
    with csv.open("rb") as written:
        counted = sum(1 for _ in written)
    if not counted == rows_in(parquet) == expected:
        message = f"{expected:,} events are stored, {rows_in(parquet):,} in Parquet, {counted:,} in CSV"
        raise WrongFiguresError(message)
    return expected / slow, expected / quick


def _put(lines: Iterator[bytes], path: Path) -> None:
    with path.open("wb") as written:
        written.writelines(lines)


def _timed(act: Callable[[], Any]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began

"""One file: rows come from COPY, as bytes, and become Parquet beside it in another thread; memory holds three batches, whatever the day."""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from datetime import datetime
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Any

import psycopg

from antiphon.exports.facts import Fact, Type
from antiphon.kit.db import Database, run, sql
from antiphon.kit.problems import Conflict

_ROWS = 65_536
_BESIDE = 2
_HERE = "antiphon.exports"


def is_possible() -> bool:
    """Return whether the library that writes Parquet is installed."""
    return find_spec("pyarrow") is not None


def check_parquet() -> None:
    """Raise Conflict where the library that writes Parquet is not installed."""
    if not is_possible():
        raise Conflict("parquet_missing", "Parquet needs a library of its own: pip install 'antiphon[parquet]'.")


def copied(db: Database, fact: Fact, *, account_id: int, start: datetime, end: datetime) -> Iterator[bytes]:
    """Yield the rows of a fact as CSV, a line each, as COPY gives them: instants in UTC, nothing for what is not known."""
    run(db, "select set_config('timezone', 'UTC', true), set_config('datestyle', 'ISO', true), set_config('statement_timeout', '0', true)")
    asked = {"account": account_id, "start": start, "end": end}
    with psycopg.ClientCursor(db) as cursor, cursor.copy(f"copy ({sql(_HERE, fact.name)}) to stdout (format csv)", asked) as copy:
        for line in copy:
            yield bytes(line)


def write(lines: Iterator[bytes], fact: Fact, path: Path) -> int:
    """Write rows to a file that appears whole or not at all, none where there are none; return how many. Raises Conflict."""
    check_parquet()
    batch = list(islice(lines, _ROWS))
    if not batch:
        return 0
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.unfinished")
    count = _written(batch, lines, fact, unfinished)
    with unfinished.open("rb") as whole:
        os.fsync(whole.fileno())
    unfinished.replace(path)
    return count


def rows_in(path: Path) -> int:
    """Return how many rows a file has."""
    from pyarrow.parquet import read_metadata  # type: ignore[import-untyped] # noqa: PLC0415 - an extra

    return int(read_metadata(path).num_rows)


def _written(batch: list[bytes], lines: Iterator[bytes], fact: Fact, path: Path) -> int:
    """Write batch after batch in a thread of its own: the library leaves Python alone meanwhile, so that the next one is read."""
    from pyarrow.parquet import ParquetWriter  # noqa: PLC0415 - an extra

    schema, count = _schema(fact), 0
    words = [name for name, kind in fact.columns.items() if kind == Type.WORD]
    with (
        closing(ParquetWriter(path, schema, compression="zstd", use_dictionary=words)) as file,
        ThreadPoolExecutor(1, thread_name_prefix="parquet") as beside,
    ):
        under_way: list[Future[None]] = []
        while batch:
            count += len(batch)
            under_way.append(beside.submit(_put, file, schema, batch))
            if len(under_way) > _BESIDE:
                under_way.pop(0).result()
            batch = list(islice(lines, _ROWS))
        for left in under_way:
            left.result()
    return count


def _put(file: Any, schema: Any, lines: Sequence[bytes]) -> None:
    from pyarrow import BufferReader, csv  # type: ignore[import-untyped] # noqa: PLC0415 - as above

    converted = csv.ConvertOptions(
        column_types=schema,
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,
        null_values=[""],
        true_values=["t"],
        false_values=["f"],
    )
    file.write_table(
        csv.read_csv(
            BufferReader(b"".join(lines)),
            read_options=csv.ReadOptions(column_names=schema.names, block_size=1 << 22),
            parse_options=csv.ParseOptions(newlines_in_values=True),
            convert_options=converted,
        )
    )


def _schema(fact: Fact) -> Any:
    import pyarrow as pa  # noqa: PLC0415 - as above

    types = {
        Type.TEXT: pa.string(),
        Type.WORD: pa.string(),
        Type.INTEGER: pa.int64(),
        Type.NUMBER: pa.float64(),
        Type.AMOUNT: pa.decimal128(24, 6),
        Type.INSTANT: pa.timestamp("us", tz="UTC"),
        Type.FLAG: pa.bool_(),
    }
    return pa.schema([(name, types[kind]) for name, kind in fact.columns.items()])

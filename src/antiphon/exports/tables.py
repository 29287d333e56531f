"""A table as a file: CSV as it is or safe for spreadsheets, Excel, JSON; rows are written as they come, memory holds a few."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

import xlsxwriter

from antiphon.exports.lists import Column, Value
from antiphon.kit.problems import Invalid

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_LONGEST_CELL = 32_767
_SHEET_ROWS = 1_000_000
_WIDTHS = (12, 40)


@dataclass(frozen=True, slots=True)
class Table:
    """What is written: columns, and rows that come one after another. `zone` is that of Excel's instants, which have none."""

    columns: Sequence[Column]
    rows: Iterable[Any]
    zone: str


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file: what writes it and tells how many rows it has, its media type, and how its name ends."""

    write: Callable[[BinaryIO, Table], int]
    media_type: str
    ending: str


def kind_of(name: str) -> Kind:
    """Return a kind of file. Raises Invalid."""
    if name not in KINDS:
        raise Invalid("unknown_format", "There is no such kind of file: use one of {listed}.", field="format", listed=", ".join(KINDS))
    return KINDS[name]


def harmless(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula, also not behind spaces."""
    return f"'{text}" if text.startswith(_FORMULA) or text.lstrip().startswith(_FORMULA) else text


def plain(value: Value) -> str:
    """Return a value as text that programs read: instants in ISO 8601, numbers without a power of ten, nothing for nothing."""
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, float):
        return f"{value:.6f}".rstrip("0").rstrip(".")
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _csv(target: BinaryIO, table: Table) -> int:
    return _lines(target, table, encoding="utf-8", text=lambda value: value)


def _csv_safe(target: BinaryIO, table: Table) -> int:
    """Write CSV in which no text is a formula: one that looks like it gets an apostrophe. With a byte order mark, for Excel."""
    return _lines(target, table, encoding="utf-8-sig", text=harmless)


def _lines(target: BinaryIO, table: Table, *, encoding: str, text: Callable[[str], str]) -> int:
    written, count = io.TextIOWrapper(target, encoding=encoding, newline=""), 0
    lines = csv.writer(written, lineterminator="\r\n")
    lines.writerow([column.key for column in table.columns])
    for count, row in enumerate(table.rows, start=1):  # noqa: B007 - what is told is the last one
        values = [column.value(row) for column in table.columns]
        lines.writerow([text(value) if isinstance(value, str) else plain(value) for value in values])
    written.flush()
    written.detach()
    return count


def _json(target: BinaryIO, table: Table) -> int:
    count = 0
    target.write(b'{"items": [')
    for count, row in enumerate(table.rows, start=1):
        item = {column.key: plain(column.value(row)) for column in table.columns}
        target.write((b",\n " if count > 1 else b"\n ") + json.dumps(item, ensure_ascii=False).encode())
    target.write(b"\n]}\n")
    return count


def _xlsx(target: BinaryIO, table: Table) -> int:
    """Write a workbook: texts are texts whatever they begin with, numbers are numbers, instants are in the account's time zone."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    count = 0
    with xlsxwriter.Workbook(target, options) as book:
        sheet = _Sheet(book, table)
        for count, row in enumerate(table.rows, start=1):  # noqa: B007 - as above
            sheet.put([column.value(row) for column in table.columns])
    return count


class _Sheet:
    """Puts rows into a workbook, into a further sheet when one is full."""

    def __init__(self, book: Any, table: Table) -> None:
        self._book, self._columns, self._zone = book, table.columns, ZoneInfo(table.zone)
        self._bold = book.add_format({"bold": True})
        self._instant = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._begin()

    def put(self, values: Sequence[Value]) -> None:
        if self._line >= _SHEET_ROWS:
            self._begin()
        self._line += 1
        for place, value in enumerate(values):
            self._cell(place, value)

    def _begin(self) -> None:
        self._sheet, self._line = self._book.add_worksheet(), 0
        for place, column in enumerate(self._columns):
            self._sheet.set_column(place, place, min(_WIDTHS[1], max(_WIDTHS[0], len(str(column.title)) + 2)))
        self._sheet.freeze_panes(1, 0)
        for place, column in enumerate(self._columns):
            self._sheet.write_string(0, place, str(column.title), self._bold)

    def _cell(self, place: int, value: Value) -> None:
        if value is None or value == "":
            return
        if isinstance(value, str):
            self._sheet.write_string(self._line, place, value[:_LONGEST_CELL])
        elif isinstance(value, bool):
            self._sheet.write_boolean(self._line, place, value)
        elif isinstance(value, datetime):
            self._sheet.write_datetime(self._line, place, value.astimezone(self._zone).replace(tzinfo=None), self._instant)
        else:
            self._sheet.write_number(self._line, place, float(value))


KINDS: dict[str, Kind] = {
    "csv": Kind(_csv, "text/csv; charset=utf-8", "-exact.csv"),
    "csv-safe": Kind(_csv_safe, "text/csv; charset=utf-8", "-for-spreadsheets.csv"),
    "xlsx": Kind(_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx"),
    "json": Kind(_json, "application/json", ".json"),
}
"""The kinds of file by name."""

"""The table of a report as a file: CSV as it is or safe for spreadsheets, Excel, JSON."""

import csv
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import xlsxwriter

from antiphon.exports.tables import harmless
from antiphon.metrics.dictionary import METRICS, Unit
from antiphon.metrics.table import Column, Number, Row
from antiphon.workspace.pages import analytics_words as say
from antiphon.workspace.pages.analytics_answer import Answer

_XLSX_LONGEST = 32_767
_WIDEST = 40


@dataclass(frozen=True, slots=True)
class File:
    """A file: its bytes, what they are, and its name, which says which kind of CSV it is."""

    content: bytes
    media_type: str
    name: str


def file(told: Answer, kind: str) -> File:
    """Return the table of an answer as a file. Raises KeyError for a kind that is not in KINDS."""
    write, media_type, ending = KINDS[kind]
    days = f"{told.first.isoformat()}-{told.last.isoformat()}"
    return File(write(told), media_type, f"antiphon-{days}{ending}")


def _csv(told: Answer) -> bytes:
    return _written(told, safe=lambda text: text).encode()


def _csv_safe(told: Answer) -> bytes:
    """Return CSV in which no text is a formula: one that looks like it gets an apostrophe. With a byte order mark, for Excel."""
    return _written(told, safe=harmless).encode("utf-8-sig")


def _written(told: Answer, *, safe: Callable[[str], str]) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([safe(head) for head in _heads(told)])
    for row in told.table.rows:
        writer.writerow([safe(label) for label in _labels(told, row)] + [_plain(value) for value in row.cells])
    return text.getvalue()


def _heads(told: Answer) -> list[str]:
    """Return machine names: `campaign` is a name, `campaign_id` what the API calls it."""
    heads = ["time"] if told.table.is_by_time else []
    for name in told.table.dimensions:
        heads += [name, f"{name}_id"]
    return heads + [_head(column) for column in told.table.columns]


def _head(column: Column) -> str:
    if column.metric.unit is Unit.SECONDS:
        return f"{column.metric.name}_{'count' if column.part == 'value' else f'{column.part}_seconds'}"
    return column.key.replace(".", "_")


def _labels(told: Answer, row: Row) -> list[str]:
    labels = [_moment(row.at)] if told.table.is_by_time else []
    for name, value in zip(told.labels(row.by), row.by, strict=True):
        labels += [name.text, "" if value is None else str(value)]
    return labels


def _moment(at: datetime | None) -> str:
    return at.isoformat() if at else ""


def _plain(value: Number) -> str:
    if value is None:
        return ""
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(round(value, 6) if isinstance(value, float) else value)


def _xlsx(told: Answer) -> bytes:
    """Return a workbook: texts are texts whatever they begin with, numbers are numbers, totals stand below."""
    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(stream, options) as book:
        book.set_properties({"created": told.at.replace(tzinfo=None)})
        sheet = book.add_worksheet("Report")
        bold = book.add_format({"bold": True})
        heads = _titles(told)
        for place, head in enumerate(heads):
            sheet.write_string(0, place, head, bold)
            sheet.set_column(place, place, min(_WIDEST, max(12, len(head) + 2)))
        formats = _formats(book)
        for number, row in enumerate(told.table.rows, start=1):
            _line(sheet, number, told, row, formats)
        if told.table.dimensions or told.table.is_by_time:
            last = len(told.table.rows) + 1
            sheet.write_string(last, 0, "Total", bold)
            _cells(sheet, last, told, told.table.total, formats)
        sheet.freeze_panes(1, 0)
    return stream.getvalue()


def _titles(told: Answer) -> list[str]:
    times = [str(say.DIMENSIONS["time"])] if told.table.is_by_time else []
    seconds = {column.key for column in told.table.columns if column.unit is Unit.SECONDS}
    titles = [say.column_title(column) + (" (s)" if column.key in seconds else "") for column in told.table.columns]
    return times + [str(say.DIMENSIONS[name]) for name in told.table.dimensions] + titles


def _formats(book: Any) -> dict[str, Any]:
    return {
        "time": book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
        Unit.COUNT: book.add_format({"num_format": "#,##0"}),
        Unit.SECONDS: book.add_format({"num_format": "#,##0.0"}),
        Unit.MONEY: book.add_format({"num_format": "#,##0.00"}),
        Unit.SHARE: book.add_format({"num_format": "0.0%"}),
    }


def _line(sheet: Any, number: int, told: Answer, row: Row, formats: dict[str, Any]) -> None:
    place = 0
    if row.at:
        sheet.write_datetime(number, 0, row.at.replace(tzinfo=None), formats["time"])
        place = 1
    for name in told.labels(row.by):
        sheet.write_string(number, place, name.text[:_XLSX_LONGEST])
        place += 1
    _cells(sheet, number, told, row, formats)


def _cells(sheet: Any, number: int, told: Answer, row: Row, formats: dict[str, Any]) -> None:
    first = len(told.table.dimensions) + told.table.is_by_time
    for place, (column, value) in enumerate(zip(told.table.columns, row.cells, strict=True), start=first):
        if value is not None:
            sheet.write_number(number, place, float(value), formats[column.unit])


def _json(told: Answer) -> bytes:
    written = {
        "question": told.question.query(),
        "start": told.report.start.isoformat(),
        "end": told.report.end.isoformat(),
        "time_zone": told.time_zone,
        "exact_as_of": told.at.isoformat(),
        "columns": [_column(column) for column in told.table.columns],
        "rows": [_row(told, row) for row in told.table.rows],
        "totals": _figures(told, told.table.total),
    }
    return json.dumps(written, ensure_ascii=False, indent=1).encode()


def _column(column: Column) -> dict[str, Any]:
    return {
        "name": _head(column),
        "metric": column.metric.name,
        "unit": column.unit,
        "definition": METRICS[column.metric.name].definition,
        "currency": column.currency or None,
        "over": list(column.over),
    }


def _row(told: Answer, row: Row) -> dict[str, Any]:
    told_of = {
        name: {"id": value, "name": label.text} for name, value, label in zip(told.report.by, row.by, told.labels(row.by), strict=True)
    }
    times = {"time": _moment(row.at)} if told.table.is_by_time else {}
    return times | told_of | _figures(told, row)


def _figures(told: Answer, row: Row) -> dict[str, Any]:
    figures: dict[str, Any] = {}
    for column, value, over in zip(told.table.columns, row.cells, row.over, strict=True):
        figures[_head(column)] = _plain(value) if isinstance(value, Decimal) else value
        if over:
            figures[f"{_head(column)}_over"] = over
    return figures


KINDS: dict[str, tuple[Callable[[Answer], bytes], str, str]] = {
    "csv": (_csv, "text/csv; charset=utf-8", "-exact.csv"),
    "csv-safe": (_csv_safe, "text/csv; charset=utf-8", "-for-spreadsheets.csv"),
    "xlsx": (_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx"),
    "json": (_json, "application/json", ".json"),
}
"""Every kind of file: who writes it, its media type, how its name ends."""

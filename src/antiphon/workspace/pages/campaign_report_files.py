"""What stands behind a number of a campaign's report as a file: CSV as it is or safe for spreadsheets, JSON."""

import csv
import io
import json
from collections.abc import Callable, Iterator

from antiphon.kit.db import Database
from antiphon.kit.problems import Invalid
from antiphon.workspace.access import Visit
from antiphon.workspace.pages.analytics_files import File, harmless
from antiphon.workspace.pages.campaign_report_asked import Asked
from antiphon.workspace.pages.campaign_report_list import Cell, Head, Listed, listed

MOST = 100_000
"""Rows of one file, which is made while somebody waits."""

_AT_ONCE = 5_000


def list_file(db: Database, visit: Visit, campaign_id: int, metric: str, asked: Asked, *, kind: str) -> tuple[File, int]:
    """Return all of a list as a file, and how many rows it has. Raises Invalid: unknown_format, list_too_large."""
    if kind not in KINDS:
        raise Invalid("unknown_format", f"There is no such kind of file: use one of {', '.join(KINDS)}.", field="format")
    write, media_type, ending = KINDS[kind]
    heads, lines = _all(db, visit, campaign_id, metric, asked)
    return File(write(heads, lines), media_type, f"antiphon-campaign-{campaign_id}-{metric}{ending}"), len(lines)


def _all(db: Database, visit: Visit, campaign_id: int, metric: str, asked: Asked) -> tuple[list[Head], list[list[Cell]]]:
    lines: list[list[Cell]] = []
    heads: list[Head] = []
    for part in _parts(db, visit, campaign_id, metric, asked):
        heads = part.heads
        lines += part.lines
        if len(lines) > MOST or (part.after and len(lines) == MOST):
            message = f"This list has more than {MOST:,} rows: narrow it to fewer days, or export the facts themselves."
            raise Invalid("list_too_large", message, field="first")
    return heads, lines


def _parts(db: Database, visit: Visit, campaign_id: int, metric: str, asked: Asked) -> Iterator[Listed]:
    following: Asked | None = asked
    while following:
        part = listed(db, visit, campaign_id, metric, following, limit=_AT_ONCE)
        yield part
        following = part.after


def _csv(heads: list[Head], lines: list[list[Cell]]) -> bytes:
    return _written(heads, lines, safe=lambda text: text).encode()


def _csv_safe(heads: list[Head], lines: list[list[Cell]]) -> bytes:
    """Return CSV in which no text is a formula: one that looks like it gets an apostrophe. With a byte order mark, for Excel."""
    return _written(heads, lines, safe=harmless).encode("utf-8-sig")


def _written(heads: list[Head], lines: list[list[Cell]], *, safe: Callable[[str], str]) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([head.key for head in heads])
    writer.writerows([cell.plain if cell.is_number else safe(cell.plain) for cell in line] for line in lines)
    return text.getvalue()


def _json(heads: list[Head], lines: list[list[Cell]]) -> bytes:
    keys = [head.key for head in heads]
    items = [dict(zip(keys, (cell.plain for cell in line), strict=True)) for line in lines]
    return json.dumps({"items": items}, ensure_ascii=False, indent=1).encode()


KINDS: dict[str, tuple[Callable[[list[Head], list[list[Cell]]], bytes], str, str]] = {
    "csv": (_csv, "text/csv; charset=utf-8", "-exact.csv"),
    "csv-safe": (_csv_safe, "text/csv; charset=utf-8", "-for-spreadsheets.csv"),
    "json": (_json, "application/json", ".json"),
}
"""The kinds of file, with what writes each, what it is, and how its name ends."""

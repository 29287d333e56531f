"""Files of notices as people have them: lines of JSON, or a table with a header; both become the numbered lines of an upload."""

import csv
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from antiphon.intake.upload import LONGEST_LINE
from antiphon.kit.problems import Invalid

COLUMNS = ("phone", "sender", "sent_at", "text", "external_campaign", "reference", "key")
"""Columns of a table; only `phone` is needed."""
_DELIMITERS = ",;\t"
_SAFE = "'"


def check(path: Path) -> None:
    """Raise Invalid unless this is a file that `numbered` reads: lines of JSON, or a table with the columns we know, in UTF-8."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as text:
            first = text.readline(LONGEST_LINE)
            for _ in iter(lambda: text.read(1 << 20), ""):
                pass
    except UnicodeDecodeError:
        raise Invalid("not_utf8", "This file is not in UTF-8: save it as CSV UTF-8, or as lines of JSON.", field="file") from None
    if not first.strip():
        raise Invalid("no_lines", "This file is empty, or its first line is.", field="file")
    if not _is_json(first):
        _check_header(_cells(first))


def numbered(path: Path, *, source_id: int, sender: str, zone: ZoneInfo) -> Iterator[tuple[int, bytes | None]]:
    """Yield each line with its number, as an upload takes it; what a line leaves out is the source, its number, the zone."""
    with path.open(encoding="utf-8-sig", newline="") as text:
        first = text.readline()
    return _json_lines(path, {"source": source_id, "sender": sender}) if _is_json(first) else _rows(path, source_id, sender, zone)


def _json_lines(path: Path, given: Mapping[str, Any]) -> Iterator[tuple[int, bytes | None]]:
    with path.open("rb") as lines:
        number = 0
        while line := lines.readline(LONGEST_LINE + 1):
            number += 1
            if len(line) > LONGEST_LINE and not line.endswith(b"\n"):
                _skip_to_its_end(lines)
                yield number, None
            else:
                yield number, _completed(line.removeprefix(b"\xef\xbb\xbf"), given)


def _skip_to_its_end(lines: Any) -> None:
    while (part := lines.readline(LONGEST_LINE)) and not part.endswith(b"\n"):
        pass


def _completed(line: bytes, given: Mapping[str, Any]) -> bytes:
    """Return a line with what it leaves out; what is no JSON object stays as it is, for the upload to refuse."""
    try:
        read = msgspec.json.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return line
    return msgspec.json.encode({**given, **read}) if isinstance(read, dict) else line


def _rows(path: Path, source_id: int, sender: str, zone: ZoneInfo) -> Iterator[tuple[int, bytes | None]]:
    with path.open(encoding="utf-8-sig", newline="") as text:
        first = text.readline()
        names = _cells(first)
        reader = csv.reader(text, delimiter=_delimiter(first))
        while True:
            number = reader.line_num + 2
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                yield number, None
                continue
            if any(cells):
                yield number, _row(names, cells, source_id, sender, zone)


def _row(names: list[str], cells: list[str], source_id: int, sender: str, zone: ZoneInfo) -> bytes:
    if len(cells) > len(names):
        return msgspec.json.encode({"cell without a column": cells[len(names)]})
    said = {name: cell.strip().removeprefix(_SAFE) for name, cell in zip(names, cells, strict=False) if cell.strip()}
    if "sent_at" in said:
        said["sent_at"] = _instant(said["sent_at"], zone)
    return msgspec.json.encode({"source": source_id, "sender": sender, "phone": "", **said})


def _instant(cell: str, zone: ZoneInfo) -> str:
    """Return a time with its zone, the account's where the cell names none; what is no time as it is, for the upload to refuse."""
    try:
        read = datetime.fromisoformat(cell)
    except ValueError:
        return cell
    return (read if read.tzinfo else read.replace(tzinfo=zone)).isoformat()


def _is_json(first: str) -> bool:
    return first.lstrip().startswith("{")


def _delimiter(header: str) -> str:
    return max(_DELIMITERS, key=header.count)


def _cells(header: str) -> list[str]:
    return [cell.strip().casefold() for cell in next(csv.reader([header], delimiter=_delimiter(header)))]


def _check_header(names: list[str]) -> None:
    unknown = [name for name in names if name not in COLUMNS]
    if unknown or "phone" not in names or len(set(names)) < len(names):
        found = ", ".join(f"“{name[:40]}”" for name in unknown[:5]) or ", ".join(names[:10])
        raise Invalid(
            "unknown_column",
            "The first line names the columns: phone, and if you have them {listed}. Found: {found}.",
            field="file",
            listed=", ".join(COLUMNS[1:]),
            found=found,
        )

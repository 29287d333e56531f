"""Facts that somebody asked for: day by day into the task's folder, then one file; a killed worker's days are not written again."""

import shutil
import zipfile
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from antiphon.exports.verbs import export, parts
from antiphon.exports.writing import rows_in
from antiphon.tasks import files
from antiphon.tasks.work import Work

_DAYS = "days"


def export_facts(work: Work) -> dict[str, Any]:
    """Export facts of some days into one ZIP of Parquet files. Raises Problem, Stopped."""
    told = work.arguments
    since, until = date.fromisoformat(told["since"]), date.fromisoformat(told["until"])
    chosen = parts(told["facts"], since=since, until=until, at=work.at)
    folder = files.made(work.account_id, work.task_id)
    work.tell(0, len(chosen))
    for done, _ in enumerate(export(folder / _DAYS, work.account_id, chosen), start=1):
        work.tell(done, len(chosen))
    found = [path for part in chosen if (path := part.path(folder / _DAYS, work.account_id)).exists()]
    count, target = sum(rows_in(path) for path in found), folder / f"antiphon-facts-{since}-{until}.zip"
    if not count:
        return {"rows": 0}
    _pack(target, folder / _DAYS, found)
    shutil.rmtree(folder / _DAYS, ignore_errors=True)
    return {"rows": count, "file": target.name, "size": target.stat().st_size}


def _pack(target: Path, days: Path, found: Iterable[Path]) -> None:
    """Put the files into one as they are: Parquet is compressed already."""
    unfinished = target.with_name(f".{target.name}.unfinished")
    with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_STORED) as packed:
        for path in found:
            packed.write(path, path.relative_to(days).as_posix())
    unfinished.replace(target)

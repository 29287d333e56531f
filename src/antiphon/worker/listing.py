"""Lists that somebody asked for as a file: a part to a transaction; a killed worker's file is written anew."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from antiphon.exports import asking
from antiphon.exports.lists import CONVERSATIONS, columns_of
from antiphon.exports.tables import Table, kind_of
from antiphon.kit.db import Database, account
from antiphon.kit.problems import Missing
from antiphon.metrics.behind import Behind, behind
from antiphon.search.verbs import find, listed
from antiphon.tasks import files
from antiphon.tasks.work import Work

_ROWS = 5_000
_FOUND = 50_000
_SHOWN = 1_000

Part = Callable[[Database, UUID | None], list[Any]]


def export_list(work: Work) -> dict[str, Any]:
    """Write what stands behind a number of a campaign's report. Raises Problem, Stopped."""
    asked = Behind.read(work.arguments["behind"])

    def part(db: Database, after: UUID | None) -> list[Any]:
        return behind(db, work.account_id, asked, after=after, limit=_ROWS)

    return _written(work, Table(columns_of(asked), _rows(work, part), asked.zone))


def export_conversations(work: Work) -> dict[str, Any]:
    """Write the conversations that fit what was looked for. Raises Problem, Stopped."""
    result = _written(work, Table(CONVERSATIONS, _found(work), work.arguments["zone"]))
    asking.forget(work.account_id, work.task_id)
    return result


def _written(work: Work, table: Table) -> dict[str, Any]:
    target = files.made(work.account_id, work.task_id) / work.arguments["name"]
    unfinished = target.with_name(f".{target.name}.unfinished")
    with unfinished.open("wb") as written:
        count = kind_of(work.arguments["form"]).write(written, table)
    unfinished.replace(target)
    return {"rows": count, "file": target.name, "size": target.stat().st_size}


def _rows(work: Work, part: Part) -> Iterator[Any]:
    """Yield the rows of a list, a part after another, newest first."""
    after, done = None, 0
    while True:
        with account(work.account_id) as db:
            found = part(db, after)
        yield from found
        done += len(found)
        work.tell(done, work.arguments.get("total"))
        if len(found) < _ROWS:
            return
        after = found[-1].id


def _found(work: Work) -> Iterator[Any]:
    """Yield the conversations that fit. The index is asked seldom, for many; they are read a few at a time."""
    sought = asking.sought_of(work.account_id, work.task_id)
    if sought is None:
        raise Missing("not_found", "What was looked for is not there any more: search again.")
    after, done, has_next = None, 0, True
    while has_next:
        with account(work.account_id) as db:
            found = find(db, work.account_id, sought, after=after, limit=_FOUND, at=work.at)
        for start in range(0, len(found.ids), _SHOWN):
            with account(work.account_id) as db:
                shown = listed(db, work.account_id, found.ids[start : start + _SHOWN])
            yield from shown
            done += len(shown)
            work.tell(done)
        after, has_next = (found.ids[-1] if found.ids else None), found.has_next

"""Long work of the product itself: late mapping, relinking, notices from a file; each goes on where a killed worker stopped."""

import csv
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from antiphon.accounts.models import Account
from antiphon.attribution.verbs import relinkable
from antiphon.conversations.relinking import relink
from antiphon.intake.mapping import map_late, waiting_for_mapping
from antiphon.intake.tables import numbered
from antiphon.intake.upload import Uploaded, upload_numbered
from antiphon.kit import clock
from antiphon.kit.db import account
from antiphon.kit.problems import Missing
from antiphon.providers.models import Source
from antiphon.providers.protocol import SourceSettings
from antiphon.providers.verbs import settings_of
from antiphon.tasks import files
from antiphon.tasks.verbs import begin, find
from antiphon.tasks.work import Work

LARGE = 2_000
_COUNTED_AT_MOST = 1_000_000
_RELINKED_AT_ONCE = 200
_LINES_AT_ONCE = 1_000
_MOST_RELINKED = 100_000
ERRORS = "errors.csv"


def map_or_begin(account_id: int, *, large: int = LARGE) -> None:
    """Count what came before its engagement was published: now where it is little, as a task to be watched where it is much."""
    with account(account_id) as db:
        is_much = waiting_for_mapping(db, account_id, at_most=large) >= large
        if is_much:
            begin(account_id, "late_mapping", actor="system", at=clock.now())
    if not is_much:
        map_late(account_id, door=account)


def late_mapping(work: Work) -> dict[str, Any]:
    """Count what came before its engagement was published; what is counted already is not looked at again."""
    waiting = _waiting(work)
    total = int(work.kept.get("waiting", waiting))
    work.tell(total - waiting, total, waiting=total)
    map_late(work.account_id, door=account, told=lambda seen: work.tell(min(total, total - waiting + seen)))
    return {"mapped": max(0, total - _waiting(work))}


def _waiting(work: Work) -> int:
    with account(work.account_id) as db:
        return waiting_for_mapping(db, work.account_id, at_most=_COUNTED_AT_MOST)


def relink_conversations(work: Work) -> dict[str, Any]:
    """Link what the rule would link now, of one campaign or entry point; what is linked already is not found again."""
    scope = {f"{name}_id": work.arguments.get(name) for name in ("campaign", "entry_point")}
    with account(work.account_id) as db:
        found = relinkable(db, work.account_id, limit=_MOST_RELINKED, **scope).conversation_ids
    relinked = int(work.kept.get("relinked", 0))
    looked_at, total = relinked, relinked + len(found)
    work.tell(looked_at, total)
    remaining = iter(found)
    while batch := list(islice(remaining, _RELINKED_AT_ONCE)):
        with account(work.account_id):
            relinked += len(relink(work.account_id, batch, subject=work.subject, actor=work.actor, at=work.at))
            looked_at += len(batch)
            work.tell(looked_at, total, relinked=relinked)
    return {"relinked": relinked, "left": total - relinked}


def upload_notices(work: Work) -> dict[str, Any]:
    """Take notices from a file, a thousand lines to a transaction; lines that cannot be taken are written to a file with why."""
    path = files.file_of(work.account_id, work.task_id, str(work.arguments["file"]))
    if path is None:
        raise Missing("not_found", "The file is not there any more: upload it again.")
    at = find(work.account_id, work.task_id).created_at
    sources, lines = _lines(work, path)
    counts = {"received": 0, "stored": 0, "copies": 0, "failed": 0, "line": 0, "errors_bytes": 0} | work.kept
    errors = path.with_name(ERRORS)
    while chunk := list(islice(lines, _LINES_AT_ONCE)):
        if chunk[-1][0] <= counts["line"]:
            continue
        with account(work.account_id):
            took = upload_numbered(work.account_id, chunk, sources=sources, at=at)
            counts["errors_bytes"] = _append(errors, took, after=counts["errors_bytes"])
            for name in ("received", "stored", "copies", "failed"):
                counts[name] += getattr(took, name)
            counts["line"] = chunk[-1][0]
            work.tell(counts["line"], int(work.arguments["lines"]), **counts)
    path.unlink()
    result = {name: counts[name] for name in ("received", "stored", "copies", "failed")}
    return result | {"file": ERRORS, "size": counts["errors_bytes"]} if counts["failed"] else result


def _lines(work: Work, path: Path) -> tuple[dict[int, SourceSettings], Iterator[tuple[int, bytes | None]]]:
    with account(work.account_id):
        found = Source.objects.filter(account_id=work.account_id, disconnected_at=None).prefetch_related("secrets")
        sources = {source.id: source for source in found}
        zone = ZoneInfo(Account.objects.values_list("time_zone", flat=True).get(id=work.account_id))
    source = sources.get(int(work.arguments["source"]))
    if source is None:
        raise Missing("not_found", "This source was disconnected: connect one, and upload the file again.")
    sender = str(next(iter(source.numbers), ""))
    lines = numbered(path, source_id=source.id, sender=sender, zone=zone)
    return {each.id: settings_of(each) for each in sources.values()}, lines


def _append(path: Path, took: Uploaded, *, after: int) -> int:
    """Write the errors of some lines behind what was kept before; what a killed worker wrote more than that goes."""
    with path.open("a+", encoding="utf-8", newline="") as written:
        written.truncate(after)
        rows = csv.writer(written)
        rows.writerows([("line", "message")] if not after else [])
        rows.writerows((error.line, error.message) for error in took.errors)
        written.flush()
        return path.stat().st_size

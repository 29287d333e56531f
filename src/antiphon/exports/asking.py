"""Lists that are longer than somebody waits for: asked for here, written by the worker, fetched from their task."""

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from antiphon.accounts.audit import audit
from antiphon.exports.tables import kind_of
from antiphon.exports.verbs import check_allowed
from antiphon.kit.db import account
from antiphon.metrics.behind import Behind
from antiphon.search.verbs import Sought
from antiphon.tasks import files
from antiphon.tasks.models import Task
from antiphon.tasks.verbs import begin

LIST, PEOPLE, CONVERSATIONS = "export_list", "export_people", "export_conversations"
_SOUGHT = "sought.json"


def ask_list(account_id: int, asked: Behind, *, form: str, total: int | None, query: str, actor: str, at: datetime) -> Task:
    """Have the worker write what stands behind a number; one with numbers and texts is a kind of its own. Raises Invalid."""
    ending = kind_of(form).ending
    told = {"behind": asked.written(), "form": form, "total": total}
    told["name"] = f"antiphon-campaign-{asked.campaign}-{asked.metric}{ending}"
    check_allowed(account_id, at=at)
    subject, kind = f"campaign:{asked.campaign}", PEOPLE if asked.is_open else LIST
    with account(account_id):
        task = begin(account_id, kind, subject=subject, arguments=told, actor=actor, at=at, once=False)
        detail = {"list": asked.metric, "format": form, "query": query, "task": task.pk}
        audit(account_id, actor=actor, action="list.exported", subject=subject, at=at, detail=detail)
    return task


def ask_conversations(account_id: int, sought: Sought, *, form: str, zone: str, narrowed: str, actor: str, at: datetime) -> Task:
    """Have the worker write the conversations that fit. Raises Invalid.

    What is looked for may hold a number or words: it lies with the file, and goes when that is written.
    """
    check_allowed(account_id, at=at)
    told = {"form": form, "zone": zone, "name": f"conversations-{at:%Y-%m-%d}{kind_of(form).ending}"}
    with account(account_id):
        task = begin(account_id, CONVERSATIONS, arguments=told, actor=actor, at=at, once=False)
        written = asdict(sought) | {name: value and value.isoformat() for name, value in (("since", sought.since), ("until", sought.until))}
        (files.made(account_id, task.pk) / _SOUGHT).write_text(json.dumps(written), encoding="utf-8")
        detail = {"form": form, "narrowed": narrowed, "task": task.pk}
        audit(account_id, actor=actor, action="conversations.exported", subject=f"account:{account_id}", at=at, detail=detail)
    return task


def sought_of(account_id: int, task_id: int) -> Sought | None:
    """Return what a task looks for; None when that is gone."""
    path = files.file_of(account_id, task_id, _SOUGHT)
    if path is None:
        return None
    written: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    instants = {name: written[name] and datetime.fromisoformat(written[name]) for name in ("since", "until")}
    return Sought(**written | instants | {"states": tuple(written["states"])})


def forget(account_id: int, task_id: int) -> None:
    """Delete what a task looked for."""
    (files.folder(account_id, task_id) / _SOUGHT).unlink(missing_ok=True)

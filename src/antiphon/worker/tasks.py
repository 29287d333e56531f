"""Who does which kind of long work, and how one task is run: once at a time, told of, tried again when the database was away."""

from collections.abc import Mapping
from datetime import timedelta

import psycopg
import structlog
from django.db import OperationalError

from antiphon.kit import clock
from antiphon.kit.failures import reason, where
from antiphon.kit.problems import Problem
from antiphon.privacy.erasing import sweep_known
from antiphon.privacy.retention import days_of
from antiphon.tasks.work import Runner, Stopped, Work, take_up
from antiphon.worker import runners as own
from antiphon.worker.exporting import export_facts
from antiphon.worker.listing import export_conversations, export_list
from antiphon.worker.mailing import send_invitation

_log = structlog.get_logger(__name__)
FILES_KEPT = timedelta(days=7)

RUNNERS: dict[str, Runner] = {
    "export_conversations": export_conversations,
    "erase_consumer": sweep_known,
    "export_facts": export_facts,
    "export_list": export_list,
    "export_people": export_list,
    "invitation": send_invitation,
    "late_mapping": own.late_mapping,
    "relink": own.relink_conversations,
    "upload_notices": own.upload_notices,
}


def run(account_id: int, task_id: int, *, tries: int, most: int, runners: Mapping[str, Runner] = RUNNERS) -> None:
    """Do one task and store what came of it; give up after `most` tries. Raises OperationalError to be called again."""
    work = take_up(account_id, task_id, at=clock.now())
    if work is None:
        return
    kind = work.kind
    if tries > most:
        work.fail("the worker ended each time it did this")
        return
    try:
        result = runners[kind](work)
        work.finish(result, files_kept=_files_kept(work.account_id) if "file" in result else None)
    except Stopped:
        _log.info("task_stopped", kind=kind, task_id=task_id)
    except Problem as problem:
        work.fail(problem.message)
    except (psycopg.OperationalError, OperationalError) as error:
        if tries < most:
            raise
        _failed(work, error)
    except Exception as error:  # noqa: BLE001 - told where people look; trying again is theirs to ask for
        _failed(work, error)


def _files_kept(account_id: int) -> timedelta:
    """Return how long an account keeps files of long work; what has no end by its choice has the usual one."""
    days = days_of(account_id, "files")
    return FILES_KEPT if days is None else timedelta(days=days)


def _failed(work: Work, error: Exception) -> None:
    _log.error("task_failed", kind=work.kind, task_id=work.task_id, reason=reason(error), where=where(error))
    work.fail(reason(error))

"""What stands behind a number of a campaign's report as a file, made while somebody waits; a longer one is long work."""

import io
from collections.abc import Iterator
from typing import Any

from antiphon.exports.lists import MOST, columns_of
from antiphon.exports.tables import Table, kind_of
from antiphon.kit.db import Database
from antiphon.metrics.behind import Behind, behind
from antiphon.workspace.access import Visit
from antiphon.workspace.pages.analytics_files import File
from antiphon.workspace.pages.campaign_report_asked import Asked
from antiphon.workspace.pages.campaign_report_list import question, rows_counted

_AT_ONCE = 5_000


def list_file(db: Database, visit: Visit, campaign_id: int, metric: str, asked: Asked, *, form: str) -> tuple[File, int] | None:
    """Return all of a list as a file, and how many rows it has; None when that takes longer than somebody waits. Raises Invalid."""
    kind = kind_of(form)
    if rows_counted(db, visit, campaign_id, metric, asked) > MOST:
        return None
    whole, written = question(visit, campaign_id, metric, asked), io.BytesIO()
    count = kind.write(written, Table(columns_of(whole), _rows(db, visit, whole), visit.time_zone))
    return File(written.getvalue(), kind.media_type, f"antiphon-campaign-{campaign_id}-{metric}{kind.ending}"), count


def _rows(db: Database, visit: Visit, asked: Behind) -> Iterator[Any]:
    found = behind(db, visit.account_id, asked, limit=_AT_ONCE)
    while found:
        yield from found
        found = behind(db, visit.account_id, asked, after=found[-1].id, limit=_AT_ONCE)

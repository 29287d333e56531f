"""What was found as a file, made while somebody waits."""

import io
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from antiphon.exports.lists import CONVERSATIONS
from antiphon.exports.tables import Table, kind_of
from antiphon.kit.db import Database
from antiphon.search.verbs import listed
from antiphon.workspace.access import Visit
from antiphon.workspace.pages.analytics_files import File

FORMS = {"exact": "csv", "spreadsheet": "csv-safe", "excel": "xlsx"}
"""What the page's buttons say, and the kind of file that is."""
_AT_ONCE = 1000


def found_file(db: Database, visit: Visit, ids: Sequence[UUID], *, form: str, at: datetime) -> File:
    """Return these conversations as a file."""
    kind, written = kind_of(FORMS[form]), io.BytesIO()
    kind.write(written, Table(CONVERSATIONS, _rows(db, visit, ids), visit.time_zone))
    return File(written.getvalue(), kind.media_type, f"conversations-{at:%Y-%m-%d}{kind.ending}")


def _rows(db: Database, visit: Visit, ids: Sequence[UUID]) -> Iterator[Any]:
    for start in range(0, len(ids), _AT_ONCE):
        yield from listed(db, visit.account_id, ids[start : start + _AT_ONCE])

"""The ticket of a page's stream: what it listens to, from the position that the page was made at."""

from collections.abc import Sequence

from antiphon.edge.live import ticket
from antiphon.events.verbs import last_position
from antiphon.kit.db import Database
from antiphon.workspace.access import Visit


def stream(db: Database, visit: Visit, topics: Sequence[str]) -> str:
    """Return the address of a stream of changes since now. Call before reading what the page shows, so that nothing falls between."""
    position = last_position(db, visit.account_id)
    return f"/live/{ticket(visit.account_id, visit.membership_id, list(topics), position)}"

"""Kinds of long work, and the action that lets a role see, cancel and repeat each: pages and API ask here."""

from typing import Final

ACTIONS: Final[dict[str, str]] = {
    "export_conversations": "conversations.export",
    "erase_consumer": "consumers.erase",
    "export_facts": "exports.write",
    "export_list": "metrics.read",
    "export_people": "conversations.read",
    "invitation": "people.write",
    "late_mapping": "metrics.read",
    "relink": "campaigns.write",
    "upload_notices": "notices.write",
}
"""A kind of `worker.tasks.RUNNERS` that is not here is seen by nobody, and fails a test."""

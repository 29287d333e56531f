"""The audit trail: who changed what, and when; append-only."""

from datetime import datetime
from typing import Any

from antiphon.accounts.models import AuditEntry


def audit(account_id: int, *, actor: str, action: str, subject: str, at: datetime, detail: dict[str, Any] | None = None) -> None:
    """Write one line of the trail; `action` in the past tense ("campaign.edited"), `subject` as `campaign:5`."""
    AuditEntry.objects.create(account_id=account_id, actor=actor, action=action, subject=subject, at=at, detail=detail or {})

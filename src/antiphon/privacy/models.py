"""The table of how long each kind of fact is kept."""

from django.db import models

from antiphon.accounts.models import InAccount


class Retention(InAccount):
    """How long an account keeps a kind of fact: `days`, or for ever without; a kind without a row is kept for its default.

    `kept_from`: everything received since is still held; before it, facts may be gone.
    """

    kind = models.CharField(max_length=32)
    days = models.PositiveIntegerField(null=True)
    kept_from = models.DateTimeField(null=True)

    class Meta:
        db_table = "retention"
        constraints = [models.UniqueConstraint(fields=["account", "kind"], name="retention_once")]

"""The table of long work."""

from django.db import models

from antiphon.accounts.models import InAccount


class Task(InAccount):
    """Work that outlives a request: `kind` names who does it, `arguments` what to do, `result` what came of it.

    `attempt` counts the workers that took it up: only the last one may still write. Files of the result go at `expires_at`.
    """

    class State(models.TextChoices):
        """How far it is."""

        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        CANCELLED = "cancelled"

    kind = models.CharField(max_length=32)
    subject = models.CharField(max_length=64, blank=True, default="")
    arguments = models.JSONField(default=dict)
    state = models.CharField(max_length=16, choices=State.choices, default=State.WAITING)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(null=True)
    result = models.JSONField(default=dict)
    error = models.CharField(max_length=300, blank=True, default="")
    attempt = models.PositiveIntegerField(default=0)
    actor = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "task"
        indexes = [
            models.Index(fields=["account", "-created_at"], name="task_by_time"),
            models.Index(fields=["account", "kind", "subject", "-created_at"], name="task_by_subject"),
        ]

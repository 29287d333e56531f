"""The table of who is there to take conversations."""

from django.db import models

from antiphon.accounts.models import InAccount, Membership


class Presence(InAccount):
    """Whether an agent is there, since when, when one of their pages was last heard, and when they were last given a conversation."""

    class State(models.TextChoices):
        """What an agent says of themselves, or what silence says of them."""

        ONLINE = "online"
        AWAY = "away"
        OFFLINE = "offline"

    membership = models.ForeignKey(Membership, models.CASCADE, related_name="+")
    state = models.CharField(max_length=16, choices=State.choices, default=State.OFFLINE)
    since = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)
    last_assigned_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "presence"
        constraints = [models.UniqueConstraint(fields=["account", "membership"], name="presence_once")]

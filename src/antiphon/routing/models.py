"""The table of who is there to take conversations."""

from django.db import models

from antiphon.accounts.models import InAccount, Membership


class Presence(InAccount):
    """Whether an agent is there, who said so and since when; when a page of theirs was last heard, and when they last got a conversation.

    `set_by` is an actor as in the audit trail; an agent whom `system` set away is online again when one of their pages is heard.
    """

    class State(models.TextChoices):
        """What an agent says of themselves, or what silence says of them."""

        ONLINE = "online"
        AWAY = "away"
        OFFLINE = "offline"

    membership = models.ForeignKey(Membership, models.CASCADE, related_name="+")
    state = models.CharField(max_length=16, choices=State.choices, default=State.OFFLINE)
    set_by = models.CharField(max_length=64)
    since = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)
    last_assigned_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "presence"
        constraints = [models.UniqueConstraint(fields=["account", "membership"], name="presence_once")]
        indexes = [models.Index(fields=["account", "seen_at"], name="presence_online", condition=models.Q(state="online"))]

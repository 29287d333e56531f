"""Tables of events: append-only facts told to the outside."""

from django.db import models

from antiphon.kit.tables import Fact


class Event(Fact):
    """A fact, in the past tense. `written` is drawn after the consumer's lock; the relay gives `position`. Partitioned by month."""

    type = models.CharField(max_length=40)
    subject = models.CharField(max_length=80)
    time = models.DateTimeField()
    content = models.JSONField()
    written = models.BigIntegerField()
    position = models.BigIntegerField(null=True)

    class Meta:
        db_table = "event"
        indexes = [
            models.Index(fields=["account", "written"], name="event_unnumbered", condition=models.Q(position=None)),
            models.Index(fields=["account", "position"], name="event_by_position", condition=models.Q(position__isnull=False)),
        ]


class EventPosition(models.Model):
    """The last position that an account's relay gave out."""

    account = models.OneToOneField("accounts.Account", models.CASCADE, primary_key=True, related_name="+")
    position = models.BigIntegerField(default=0)

    class Meta:
        db_table = "event_position"

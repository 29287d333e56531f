"""Tables of webhooks out: endpoints, their secrets, what was delivered and each attempt."""

from django.db import models

from antiphon.accounts.models import InAccount
from antiphon.kit.tables import Fact


class Endpoint(InAccount):
    """An address that events are delivered to. `position` is how far events have been put in its line; `error` what it said last."""

    class State(models.TextChoices):
        """Whether it is delivered to: by a person's word, or because it is gone or has failed for days."""

        ACTIVE = "active"
        PAUSED = "paused"
        GONE = "gone"
        FAILING = "failing"

    name = models.CharField(max_length=100)
    url = models.CharField(max_length=2000)
    kinds = models.JSONField(default=list)
    state = models.CharField(max_length=16, choices=State.choices, default=State.ACTIVE)
    position = models.BigIntegerField()
    delivered_at = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    error = models.CharField(max_length=100, blank=True, default="")
    created_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        db_table = "webhook_endpoint"
        constraints = [models.UniqueConstraint(fields=["account", "name"], name="webhook_endpoint_name_once")]

    def __str__(self) -> str:
        return self.name


class EndpointSecret(InAccount):
    """What deliveries are signed with; two are valid while one is rotated."""

    endpoint = models.ForeignKey(Endpoint, models.CASCADE, related_name="secrets")
    value = models.CharField(max_length=80)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "webhook_secret"
        indexes = [models.Index(fields=["account", "endpoint"], name="webhook_secret_of")]


class Delivery(models.Model):
    """One event for one endpoint. Delivered after every earlier one of the same subject; leased while a call is under way."""

    class State(models.TextChoices):
        """How far it is."""

        WAITING = "waiting"
        DELIVERED = "delivered"
        GIVEN_UP = "given_up"

    account = models.ForeignKey("accounts.Account", models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
    endpoint_id = models.BigIntegerField()
    event_id = models.UUIDField()
    type = models.CharField(max_length=40)
    subject = models.CharField(max_length=80)
    position = models.BigIntegerField()
    state = models.CharField(max_length=16, choices=State.choices, default=State.WAITING)
    attempts = models.SmallIntegerField(default=0)
    next_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    status = models.SmallIntegerField(null=True)
    error = models.CharField(max_length=100, blank=True, default="")
    pk = models.CompositePrimaryKey("account_id", "endpoint_id", "event_id")

    class Meta:
        db_table = "webhook_delivery"
        indexes = [
            models.Index(fields=["account", "endpoint_id", "position"], name="webhook_delivery_log"),
            models.Index(
                fields=["account", "endpoint_id", "event_id"], name="webhook_delivery_given_up", condition=models.Q(state="given_up")
            ),
            models.Index(
                fields=["account", "endpoint_id", "subject", "position"], name="webhook_delivery_line", condition=models.Q(state="waiting")
            ),
            models.Index(fields=["account", "next_at"], name="webhook_delivery_due", condition=models.Q(state="waiting")),
        ]


class Attempt(Fact):
    """One call: when, how it ended, how long it took, and the first of what the receiver said."""

    endpoint_id = models.BigIntegerField()
    event_id = models.UUIDField()
    at = models.DateTimeField()
    status = models.SmallIntegerField(null=True)
    error = models.CharField(max_length=100, blank=True, default="")
    took_ms = models.IntegerField()
    answer = models.TextField(blank=True, default="")

    class Meta:
        db_table = "webhook_attempt"
        indexes = [models.Index(fields=["account", "endpoint_id", "event_id", "at"], name="webhook_attempt_of")]

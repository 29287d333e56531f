"""Tables of what providers told us: arrivals, their dedupe keys, notices, replies, delivery reports."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models

from antiphon.kit.tables import Fact, fact_reference
from antiphon.metrics.dimensions import Counted


class Arrival(Fact):
    """One webhook request as it came in, stored raw. Partitioned by month of its id."""

    class State(models.TextChoices):
        """Where it stands on the line."""

        PENDING = "pending"
        DONE = "done"
        QUARANTINED = "quarantined"

    source_id = models.BigIntegerField()
    kind = models.CharField(max_length=16)
    received_at = models.DateTimeField()
    headers = models.TextField(blank=True)
    query = models.TextField(blank=True)
    body = models.BinaryField()
    state = models.CharField(max_length=16, choices=State.choices)
    reason = models.TextField(blank=True, default="", db_default="")
    attempts = models.SmallIntegerField(default=0, db_default=0)
    retry_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "arrival"
        indexes = [
            models.Index(fields=["account", "id"], name="arrival_pending", condition=models.Q(state="pending")),
            models.Index(fields=["account", "id"], name="arrival_quarantined", condition=models.Q(state="quarantined")),
        ]


class ArrivalKey(models.Model):
    """A dedupe key and the fact that owns it, kept 40 days; unpartitioned, so unique across months."""

    account = models.ForeignKey("accounts.Account", models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
    source_id = models.BigIntegerField()
    key = models.BinaryField(max_length=16)
    arrival_id = models.UUIDField()
    fact_id = models.UUIDField()
    pk = models.CompositePrimaryKey("account_id", "source_id", "key")

    class Meta:
        db_table = "arrival_key"
        indexes = [BrinIndex(fields=["account", "arrival_id"], name="arrival_key_by_arrival", autosummarize=True)]


class Notice(Fact, Counted):
    """The provider's word that one consumer was sent one broadcast text. Partitioned by month of its id."""

    arrival_id = models.UUIDField(null=True)
    source_id = models.BigIntegerField()
    consumer_id = models.UUIDField()
    consumer = fact_reference("consumers.Consumer", "consumer_id")
    external_campaign = models.CharField(max_length=200, blank=True)
    campaign_key = models.CharField(max_length=200, blank=True)
    sender = models.CharField(max_length=64)
    sender_key = models.CharField(max_length=64)
    text = models.TextField()
    sent_at = models.DateTimeField()
    sent_at_is_receipt = models.BooleanField()
    received_at = models.DateTimeField()
    dedupe_key = models.BinaryField(max_length=16)
    copies = models.IntegerField(default=0, db_default=0)
    reference = models.CharField(max_length=64, blank=True)
    reference_is_inferred = models.BooleanField(default=False, db_default=False)
    state = models.CharField(max_length=16, default="unknown", db_default="unknown")
    state_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=32, blank=True, default="", db_default="")
    is_counted = models.BooleanField()

    class Meta:
        db_table = "notice"
        indexes = [
            models.Index(fields=["account", "source_id", "consumer_id", "sent_at"], name="notice_eligible"),
            models.Index(
                fields=["account", "source_id", "campaign_key", "sent_at"],
                name="notice_unmapped",
                condition=models.Q(counted_engagement_id=None, is_counted=True),
            ),
            models.Index(
                fields=["account", "counted_campaign_id", "sent_at"],
                name="notice_by_campaign",
                condition=models.Q(counted_campaign_id__isnull=False),
            ),
            models.Index(fields=["account", "source_id", "reference"], name="notice_by_reference", condition=~models.Q(reference="")),
        ]


class Broadcast(models.Model):
    """An external campaign as first heard of on a source: one row each, however many notices."""

    account = models.ForeignKey("accounts.Account", models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
    source_id = models.BigIntegerField()
    campaign_key = models.CharField(max_length=200)
    external_campaign = models.CharField(max_length=200)
    sender = models.CharField(max_length=64)
    text = models.TextField()
    first_heard_at = models.DateTimeField()
    pk = models.CompositePrimaryKey("account_id", "source_id", "campaign_key")

    class Meta:
        db_table = "broadcast"


class Reply(Fact, Counted):
    """One inbound text that is not an opt-out; in exactly one conversation."""

    arrival_id = models.UUIDField(null=True)
    source_id = models.BigIntegerField()
    consumer_id = models.UUIDField()
    consumer = fact_reference("consumers.Consumer", "consumer_id")
    conversation_id = models.UUIDField()
    conversation = fact_reference("conversations.Conversation", "conversation_id", related_name="replies")
    to_number = models.CharField(max_length=64)
    to_key = models.CharField(max_length=64)
    text = models.TextField()
    media = models.JSONField(default=list)
    external_campaign = models.CharField(max_length=200, blank=True)
    campaign_key = models.CharField(max_length=200, blank=True)
    reference = models.CharField(max_length=64, blank=True)
    replied_at = models.DateTimeField()
    received_at = models.DateTimeField()
    dedupe_key = models.BinaryField(max_length=16)
    copies = models.IntegerField(default=0, db_default=0)
    mentions_stop = models.BooleanField(default=False, db_default=False)
    verdict = models.CharField(max_length=32)
    notice_id = models.UUIDField(null=True)
    broadcast_key = models.CharField(max_length=300, blank=True)
    is_first_reply = models.BooleanField()
    seconds_to_reply = models.FloatField(null=True)

    class Meta:
        db_table = "reply"
        indexes = [
            models.Index(fields=["account", "source_id", "consumer_id", "replied_at"], name="reply_by_consumer"),
            models.Index(fields=["account", "conversation_id", "received_at"], name="reply_by_conversation"),
            models.Index(
                fields=["account", "counted_campaign_id", "replied_at"],
                name="reply_by_campaign",
                condition=models.Q(counted_campaign_id__isnull=False),
            ),
            models.Index(
                fields=["account", "source_id", "campaign_key"],
                name="reply_unmapped",
                condition=models.Q(counted_engagement_id=None, notice_id=None) & ~models.Q(campaign_key=""),
            ),
        ]


class DeliveryReport(Fact):
    """The provider's word on one message: matched to an answer or a notice, or waiting up to 7 days for one."""

    arrival_id = models.UUIDField(null=True)
    source_id = models.BigIntegerField()
    consumer_id = models.UUIDField()
    reference = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=16)
    reason = models.CharField(max_length=32, blank=True)
    detail = models.TextField(blank=True)
    reported_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField()
    dedupe_key = models.BinaryField(max_length=16)
    copies = models.IntegerField(default=0, db_default=0)
    answer_id = models.UUIDField(null=True)
    notice_id = models.UUIDField(null=True)
    is_waiting = models.BooleanField()

    class Meta:
        db_table = "delivery_report"
        indexes = [models.Index(fields=["account", "source_id", "consumer_id"], name="report_waiting", condition=models.Q(is_waiting=True))]

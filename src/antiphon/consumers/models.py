"""Tables of the people behind phone numbers, and their opt-outs."""

from django.db import models

from antiphon.kit.tables import Fact, fact_reference
from antiphon.metrics.dimensions import Counted


class Consumer(Fact):
    """The person behind a phone number, per account. Locked before any change of what hangs off it.

    One who was erased (`erased_at`) keeps the row, with a word in the place of the number.
    """

    phone = models.CharField(max_length=32)
    name = models.CharField(max_length=100, blank=True, default="", db_default="")
    created_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "consumer"
        constraints = [models.UniqueConstraint(fields=["account", "phone"], name="consumer_phone_once")]


class OptOut(Fact, Counted):
    """A consumer's standing instruction (`is_out`), or the provider taking it back; the newest by `at` in its scope is in force."""

    arrival_id = models.UUIDField(null=True)
    source_id = models.BigIntegerField()
    consumer_id = models.UUIDField()
    consumer = fact_reference("consumers.Consumer", "consumer_id")
    is_out = models.BooleanField()
    scope = models.CharField(max_length=16)
    number = models.CharField(max_length=32, blank=True)
    how = models.CharField(max_length=16)
    text = models.TextField(blank=True)
    at = models.DateTimeField()
    received_at = models.DateTimeField()
    dedupe_key = models.BinaryField(max_length=16)
    copies = models.IntegerField(default=0, db_default=0)
    to_key = models.CharField(max_length=64, blank=True, default="", db_default="")
    campaign_key = models.CharField(max_length=200, blank=True, default="", db_default="")
    reference = models.CharField(max_length=64, blank=True, default="", db_default="")
    notice_id = models.UUIDField(null=True)
    conversation_id = models.UUIDField(null=True)

    class Meta:
        db_table = "opt_out"
        indexes = [
            models.Index(fields=["account", "consumer_id", "at"], name="opt_out_by_consumer"),
            models.Index(
                fields=["account", "counted_campaign_id", "at"],
                name="opt_out_by_campaign",
                condition=models.Q(counted_campaign_id__isnull=False),
            ),
        ]


class Erasure(Fact):
    """That a consumer was erased. `mark` is a keyed hash of the number, by which it is known when it comes again.

    `number` is kept until everything stored was looked through for it (`swept_at`), and then emptied.
    """

    consumer_id = models.UUIDField()
    mark = models.BinaryField(max_length=16)
    number = models.CharField(max_length=32, blank=True)
    at = models.DateTimeField()
    swept_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "erasure"
        indexes = [models.Index(fields=["account", "mark"], name="erasure_by_mark")]

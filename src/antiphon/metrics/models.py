"""The tables of counters: every report is a sum over them."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from antiphon.accounts.models import InAccount
from antiphon.kit.tables import Fact


class Counter(models.Model):
    """An additive count per quarter of an hour and dimensions; what a fact does not have is 0 or empty."""

    account = models.ForeignKey("accounts.Account", models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
    metric = models.CharField(max_length=32)
    bucket = models.DateTimeField()
    campaign_type = models.CharField(max_length=16)
    campaign_id = models.BigIntegerField()
    engagement_id = models.BigIntegerField()
    entry_point_id = models.BigIntegerField()
    source_id = models.BigIntegerField()
    skill_id = models.BigIntegerField()
    language = models.CharField(max_length=16)
    verdict = models.CharField(max_length=32)
    agent_id = models.BigIntegerField()
    closed_by = models.CharField(max_length=16)
    band = models.SmallIntegerField()
    currency = models.CharField(max_length=3)
    value = models.BigIntegerField()
    total = models.DecimalField(max_digits=24, decimal_places=6)
    pk = models.CompositePrimaryKey(
        "account_id", "metric", "bucket", "campaign_type", "campaign_id", "engagement_id", "entry_point_id",
        "source_id", "skill_id", "language", "verdict", "agent_id", "closed_by", "band", "currency",
    )  # fmt: skip

    class Meta:
        db_table = "counter"


def _array(of: Any) -> Any:
    return ArrayField(of)


class CounterMove(Fact):
    """By how much one transaction moves the counters: an array per column, until it is folded into them."""

    metric = _array(models.CharField(max_length=32))
    bucket = _array(models.DateTimeField())
    campaign_type = _array(models.CharField(max_length=16))
    campaign_id = _array(models.BigIntegerField())
    engagement_id = _array(models.BigIntegerField())
    entry_point_id = _array(models.BigIntegerField())
    source_id = _array(models.BigIntegerField())
    skill_id = _array(models.BigIntegerField())
    language = _array(models.CharField(max_length=16))
    verdict = _array(models.CharField(max_length=32))
    agent_id = _array(models.BigIntegerField())
    closed_by = _array(models.CharField(max_length=16))
    band = _array(models.SmallIntegerField())
    currency = _array(models.CharField(max_length=3))
    value = _array(models.BigIntegerField())
    total = _array(models.DecimalField(max_digits=24, decimal_places=6))

    class Meta:
        db_table = "counter_move"


class SavedReport(InAccount):
    """A question that somebody kept: `query` is its address. Without an owner it is the account's; shared ones everybody sees."""

    name = models.CharField(max_length=100)
    query = models.CharField(max_length=4000)
    owner = models.ForeignKey("accounts.Membership", models.SET_NULL, null=True, related_name="+")
    is_shared = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "saved_report"
        indexes = [models.Index(fields=["account", "-id"], name="saved_report_newest", condition=models.Q(removed_at__isnull=True))]

    def __str__(self) -> str:
        return self.name

"""The table of counters: every report is a sum over it."""

from django.db import models


class Counter(models.Model):
    """An additive count per quarter of an hour and dimensions; what a fact does not have is 0 or empty. `slot` keeps rows cool."""

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
    slot = models.SmallIntegerField()
    value = models.BigIntegerField()
    total = models.DecimalField(max_digits=24, decimal_places=6)
    pk = models.CompositePrimaryKey(
        "account_id", "metric", "bucket", "campaign_type", "campaign_id", "engagement_id", "entry_point_id",
        "source_id", "skill_id", "language", "verdict", "agent_id", "closed_by", "band", "currency", "slot",
    )  # fmt: skip

    class Meta:
        db_table = "counter"

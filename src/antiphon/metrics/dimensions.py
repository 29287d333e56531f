"""What a fact is counted under: the columns that facts store when they are counted."""

from django.db import models


class Counted(models.Model):
    """Columns of what a notice, reply or opt-out is counted under; none is null or empty. Stored, so a recount reads them."""

    counted_campaign_id = models.BigIntegerField(null=True)
    counted_engagement_id = models.BigIntegerField(null=True)
    counted_entry_point_id = models.BigIntegerField(null=True)
    counted_skill_id = models.BigIntegerField(null=True)
    counted_language = models.CharField(max_length=16, blank=True, default="", db_default="")

    class Meta:
        abstract = True

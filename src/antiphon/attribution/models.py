"""Tables of attribution: the stored results, old ones kept as history."""

from django.db import models

from antiphon.kit.tables import Fact, fact_reference


class Decision(Fact):
    """The result of attribution for one reply; the one without `superseded_at` is in force. The first one has its reply's id."""

    reply_id = models.UUIDField()
    reply = fact_reference("intake.Reply", "reply_id", related_name="decisions")
    notice_id = models.UUIDField(null=True)
    found = models.CharField(max_length=16)
    engagement_id = models.BigIntegerField(null=True)
    engagement_version = models.IntegerField(null=True)
    campaign_id = models.BigIntegerField(null=True)
    entry_point_id = models.BigIntegerField(null=True)
    entry_point_kind = models.CharField(max_length=16, blank=True)
    verdict = models.CharField(max_length=32)
    rule_version = models.SmallIntegerField()
    decided_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "decision"
        constraints = [
            models.UniqueConstraint(fields=["account", "reply_id"], name="decision_in_force_once", condition=models.Q(superseded_at=None)),
        ]
        indexes = [
            models.Index(fields=["account", "reply_id", "decided_at"], name="decision_by_reply", condition=~models.Q(superseded_at=None))
        ]

"""Tables of sources: apps connected by an account."""

from django.db import models

from antiphon.accounts.models import InAccount, Skill


class Source(InAccount):
    """An app connected by an account: credentials, numbers, defaults."""

    class TokenState(models.TextChoices):
        """What is known of the product token; never blocks connecting."""

        NOT_CHECKED = "not_checked"
        CONFIRMED = "confirmed"
        REFUSED = "refused"

    app = models.CharField(max_length=32)
    name = models.CharField(max_length=100)
    product_token = models.CharField(max_length=200)
    token_state = models.CharField(max_length=16, choices=TokenState.choices, default=TokenState.NOT_CHECKED)
    token_reason = models.CharField(max_length=200, blank=True, default="")
    token_checked_at = models.DateTimeField(null=True)
    numbers = models.JSONField(default=list)
    default_skill = models.ForeignKey(Skill, models.PROTECT, related_name="+")
    default_language = models.CharField(max_length=16, default="en")
    campaign_grouping = models.PositiveSmallIntegerField(default=1)
    look_back_days = models.PositiveSmallIntegerField(default=30)
    notice_tolerance_minutes = models.PositiveSmallIntegerField(default=10)
    home_region = models.CharField(max_length=2, blank=True, default="")
    stop_words = models.JSONField(null=True)
    connected_at = models.DateTimeField()
    paused_at = models.DateTimeField(null=True)
    disconnected_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        db_table = "source"
        constraints = [
            models.UniqueConstraint(fields=["account", "name"], name="source_name_once", condition=models.Q(disconnected_at=None)),
        ]

    def __str__(self) -> str:
        return self.name


class SourceSecret(InAccount):
    """A webhook key or notice token of a source; several may be valid while one is rotated."""

    class Kind(models.TextChoices):
        """What the secret is for."""

        WEBHOOK_KEY = "webhook_key"
        NOTICE_TOKEN = "notice_token"  # noqa: S105 - a kind, not a secret

    source = models.ForeignKey(Source, models.CASCADE, related_name="secrets")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    value = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "source_secret"


class SourceHeard(InAccount):
    """When a webhook of a source was last heard, and last refused, per kind."""

    source = models.ForeignKey(Source, models.CASCADE, related_name="heard")
    kind = models.CharField(max_length=16)
    heard_at = models.DateTimeField(null=True)
    refused_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "source_heard"
        constraints = [models.UniqueConstraint(fields=["account", "source", "kind"], name="source_heard_once")]


class TestText(InAccount):
    """A text that somebody sent to try a source: no answer, no conversation; its reference is known, so its report raises nothing else.

    Without `attempted_at` it waits for the worker; with it, the call to the provider may have left.
    """

    source = models.ForeignKey(Source, models.CASCADE, related_name="test_texts")
    to_number = models.CharField(max_length=64)
    from_number = models.CharField(max_length=64)
    text = models.TextField()
    reference = models.CharField(max_length=32)
    actor = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    attempted_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=16, default="dispatching")
    state_at = models.DateTimeField()
    reason = models.CharField(max_length=32, blank=True, default="")
    detail = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        db_table = "test_text"
        constraints = [models.UniqueConstraint(fields=["account", "reference"], name="test_text_reference_once")]
        indexes = [models.Index(fields=["account", "source", "-created_at"], name="test_text_by_source")]


class IgnoredCampaign(InAccount):
    """An external campaign (or the empty key: no campaign ID) that carries other traffic: stored, not eligible, not counted."""

    source = models.ForeignKey(Source, models.CASCADE, related_name="ignored_campaigns")
    external_campaign = models.CharField(max_length=200, blank=True)
    campaign_key = models.CharField(max_length=200, blank=True)
    ignored_at = models.DateTimeField()

    class Meta:
        db_table = "ignored_campaign"
        constraints = [models.UniqueConstraint(fields=["account", "source", "campaign_key"], name="ignored_campaign_once")]
